"""What is asked about a patient's health: the skin, allergies, medicines with their dates, earlier procedures."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from clinic.refusals import Refused
from desk.patients.forms import DayField
from intake.models import Answer
from patients.models import Allergy, HealthFact, Medicine, Patient, Procedure


class RowForm(forms.Form):
    """A form among others on one page: its ids begin with its own name, and it stands as the row did at `version`."""

    version = forms.IntegerField(widget=forms.HiddenInput(), required=False)

    LAYOUT: tuple[Any, ...] = ()

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"{name}-%s", **kwargs)
        self.name = name
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.form_show_errors = True
        self.helper.layout = Layout(Div(*self.LAYOUT, "version", css_class="fields"))
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")

    def refuse(self, refused: Refused) -> None:
        """Show what an action refused at the field it is about, else above the form."""
        field = refused.refusal.values.get("field")
        self.add_error(field if field in self.fields else None, str(refused))

    @property
    def written(self) -> dict[str, Any]:
        """What a person wrote, without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


def _name(label: Any, example: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=120, help_text=example, error_messages={"required": _("Write what it is.")}
    )


def _line(label: Any, longest: int, example: Any = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, required=False, help_text=example)


class AllergyForm(RowForm):
    substance = _name(_("Substance"), _("Such as nickel, latex, lidocaine."))
    reaction = _line(_("Reaction"), 500, _("What happened, and how badly."))
    since = _line(_("Since"), 40, _("As they say it: 2019, childhood."))

    LAYOUT = (Div("substance", "since", css_class="two"), "reaction")


class MedicineForm(RowForm):
    name = _name(_("Medicine"), _("By its name on the box."))
    dose = _line(_("Dose"), 120, _("Such as 20 mg a day."))
    started_on = DayField(label=_("Started"), help_text=_("Empty if nobody knows."))
    stopped_on = DayField(label=_("Stopped"), help_text=_("Empty while it is taken."))

    LAYOUT = (Div("name", "dose", css_class="two"), Div("started_on", "stopped_on", css_class="two"))


class ProcedureForm(RowForm):
    name = _name(_("Procedure"), _("Such as a peel, a laser, filler, an operation."))
    place = _line(_("Where and by whom"), 120)
    done_on = DayField(label=_("Done"), help_text=_("Empty if nobody knows."))

    LAYOUT = ("name", Div("done_on", "place", css_class="two"))


FORMS: dict[type[HealthFact], type[RowForm]] = {
    Allergy: AllergyForm,
    Medicine: MedicineForm,
    Procedure: ProcedureForm,
}


class StrikeForm(RowForm):
    """Why a row was wrong."""

    struck_because = forms.CharField(
        label=_("Why it is struck"),
        max_length=250,
        help_text=_("It stays to be read, struck through."),
        error_messages={"required": _("Write in a few words why this is struck.")},
    )

    LAYOUT = ("struck_because",)


class SkinForm(RowForm):
    """The skin profile."""

    fitzpatrick = forms.TypedChoiceField(
        label=_("Skin type (Fitzpatrick)"),
        choices=[("", _("Not known")), *Patient.SkinType.choices],
        coerce=int,
        empty_value=None,
        required=False,
    )
    skin_concerns = _line(_("What they would like to change"), 250, _("In their own words."))
    has_keloid_history = forms.BooleanField(label=_("Keloids or raised scars before"), required=False)
    has_pigment_history = forms.BooleanField(label=_("Marks darken easily"), required=False)
    has_cold_sores = forms.BooleanField(label=_("Cold sores before"), required=False)
    avoids_nsaids = forms.BooleanField(label=_("No anti-inflammatories"), required=False)

    LAYOUT = (
        "fitzpatrick",
        "skin_concerns",
        "has_keloid_history",
        "has_pigment_history",
        "has_cold_sores",
        "avoids_nsaids",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fitzpatrick"].is_implied = True  # "not known" is among the choices

    def propose(self, answer: Answer) -> None:
        """Choose what the patient answered, said as theirs; it is written down once a clinician saves it."""
        self.initial["fitzpatrick"] = int(answer.option)
        said = {"words": answer.option_words, "day": date_format(answer.screening.asked_on, "j F Y")}
        proposed = _("Proposed from their answer of %(day)s: %(words)s. Look, then save.")
        self.fields["fitzpatrick"].help_text = proposed % said
