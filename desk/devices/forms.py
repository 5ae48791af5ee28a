"""What is asked about a device: what it is, an indication of its label, a service, and why it is out of use or back."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from clinic import devices
from clinic.models import Device
from clinic.refusals import Refused
from desk.charting.fields import NumberField
from treatments.labels import NUMERALS, Indication
from treatments.models import Concern, Zone

DEPTH_WORDS = _("Write the deepest setting in mm: above 0, 3.00 at most.")
STEP_WORDS = _("Write the smallest change of depth in mm: above 0, no more than the deepest.")
DAY_WORDS = _("Write the day as 30/11/2027.")
AGE_WORDS = _("Write the age in whole years, from 1 to 99, or leave it empty.")
TYPED_DAYS = ("%d/%m/%Y", "%Y-%m-%d", "%d.%m.%Y")


def text(label: Any, required: Any, **known: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, error_messages={"required": required}, widget=widget, **known)


def day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        input_formats=TYPED_DAYS,
        help_text=_("Day, month, year: 30/11/2027"),
        error_messages=dict.fromkeys(("required", "invalid"), DAY_WORDS),
        widget=forms.DateInput(format="%d/%m/%Y", attrs={"autocomplete": "off", "class": "input-short"}),
    )


class Laid(forms.Form):
    """A form whose page writes the form tag, and that says at its field what an action refused."""

    PAIRS: tuple[tuple[str, ...], ...] = ()

    def __init__(self, *args: Any, **known: Any) -> None:
        super().__init__(*args, **{"auto_id": f"{type(self).__name__.lower()}_%s"} | known)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def lay_out(self) -> None:
        beside = {name for pair in self.PAIRS for name in pair[1:]}
        pairs = {pair[0]: Div(*pair, css_class="two") for pair in self.PAIRS if pair[0] in self.fields}
        rows = [pairs.get(name, name) for name in self.fields if name not in beside or name not in self.fields]
        self.helper.layout = Layout(Div(*rows, css_class="fields"))

    def refuse(self, refused: Refused) -> None:
        field = refused.refusal.values.get("field")
        self.add_error(field if field in self.fields else None, str(refused))


class DeviceForm(Laid):
    """A device. What signed records say of it is asked once, when it is entered."""

    PAIRS = (("max_depth_mm", "step_mm"),)

    name = text(
        _("Name in the house"), _("Write how the house calls it, such as Pen 2."), max_length=60, help_text=_("Pen 2")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Device.Kind.choices, widget=forms.RadioSelect)
    maker = text(_("Maker"), _("Write who makes it."), max_length=80)
    model = text(_("Model"), _("Write its model, as it stands on the device."), max_length=80)
    serial_number = text(_("Serial number"), _("Write its serial number, as it stands on the device."), max_length=60)
    max_depth_mm = NumberField(label=_("Deepest setting, mm"), words=DEPTH_WORDS, decimal_places=2, max_digits=3)
    step_mm = NumberField(label=_("Step, mm"), words=STEP_WORDS, decimal_places=2, max_digits=3)
    service_due_on = day(_("Next service due"))

    def __init__(self, *args: Any, device: Device | None = None, **known: Any) -> None:
        initial = {"kind": Device.Kind.PEN, "step_mm": "0.25"}
        if device is not None:
            initial = {name: getattr(device, name) for name in devices.SETTINGS} | {"version": device.version}
        super().__init__(*args, **{"initial": initial} | known)
        self.fields["max_depth_mm"].is_implied = self.fields["step_mm"].is_implied = True
        if device is not None:
            for name in (*devices.IDENTITY, "service_due_on"):
                del self.fields[name]
            self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput)
            self.fields["version"].error_messages = dict.fromkeys(
                ("required", "invalid"), _("Open this page again and save once more.")
            )
        self.lay_out()


class ServiceForm(Laid):
    due_on = day(_("Next service due"))
    reason = text(
        _("What was done"), _("Write who serviced it and when, in a few words."), max_length=devices.LONGEST_REASON
    )

    def __init__(self, *args: Any, **known: Any) -> None:
        super().__init__(*args, **known)
        self.lay_out()


class ReasonForm(Laid):
    reason = text(_("Why?"), _("Write why, in a few words."), max_length=devices.LONGEST_REASON)

    def __init__(self, *args: Any, **known: Any) -> None:
        super().__init__(*args, **known)
        self.lay_out()


class IndicationForm(Laid):
    """One use that the label clears. What is left empty is left open by the label."""

    PAIRS = (("from_age", "deepest_mm"),)

    words = text(
        _("What the label says"),
        _("Write the indication as the papers of the device say it."),
        max_length=400,
        help_text=_("As the papers of the device say it; the fields below are how the chart reads it."),
    )
    concerns = forms.MultipleChoiceField(
        label=_("Concerns"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("None ticked: any.")
    )
    zones = forms.MultipleChoiceField(
        label=_("Zones"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("None ticked: any.")
    )
    from_age = forms.IntegerField(
        label=_("From the age of"),
        required=False,
        min_value=1,
        max_value=99,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), AGE_WORDS),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    deepest_mm = NumberField(
        label=_("Deepest evaluated, mm"), words=DEPTH_WORDS, decimal_places=2, max_digits=3, min_value=0
    )
    fitzpatrick = forms.TypedMultipleChoiceField(
        label=_("Skin types"),
        required=False,
        coerce=int,
        choices=list(enumerate(NUMERALS, start=1)),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: any."),
    )

    def __init__(self, *args: Any, **known: Any) -> None:
        super().__init__(*args, **known)
        self.fields["concerns"].choices = list(Concern.objects.values_list("code", "label"))
        self.fields["zones"].choices = list(Zone.objects.filter(is_prohibited=False).values_list("code", "label"))
        self.lay_out()

    @property
    def indication(self) -> Indication:
        said = self.cleaned_data
        return Indication(
            concerns=frozenset(said["concerns"]),
            zones=frozenset(said["zones"]),
            from_age=said["from_age"],
            fitzpatrick=frozenset(said["fitzpatrick"]),
            deepest_mm=said["deepest_mm"],
            words=said["words"],
        )
