"""What is asked about an adverse reaction: at first, as it goes on, and at its end."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from clinic.refusals import Refused
from desk.patients.forms import DayField
from desk.series.forms import OwnTimeField
from patients.models import Patient
from treatments import reaction_rules as rules
from treatments import reactions
from treatments.models import Reaction, Session, Zone

ONGOING = [(one.value, one.label) for one in reactions.ONGOING]
OVER = [(one.value, one.label) for one in reactions.OVER]
GRADES = [(grade, words) for grade, words in rules.GRADES.items()]


def lines(label: Any, *, rows: int = 3, **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=reactions.LONGEST, widget=forms.Textarea(attrs={"rows": rows}), **kwargs
    )


class SessionChoice(forms.ModelChoiceField):
    """One of the patient's sessions, by its day."""

    def label_from_instance(self, obj: Session) -> str:
        return f"{date_format(timezone.localtime(obj.started_at), 'j M Y, H:i')} · {obj.practitioner.name}"


class OnsetField(OwnTimeField):
    """When it began; nothing at all is another mistake than what cannot be read."""

    def clean(self, value: Any) -> Any:
        if not value:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return super().clean(value)


class Asked(forms.Form):
    """A form whose answers an action judges; what it refuses is shown at the field it is about."""

    LAYOUT: tuple[Any, ...] = ()
    NAME = "said"  # several stand on one page, so the ids of each begin with its own

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"{self.NAME}-%s", **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(Div(*self.LAYOUT, css_class="fields"))
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")

    def refuse(self, refused: Refused) -> None:
        field = refused.refusal.values.get("field")
        self.add_error(field if field in self.fields else None, str(refused))


class SaidForm(Asked):
    """What is said of a reaction, at first and as it goes on."""

    category = forms.ChoiceField(
        label=_("What it is"),
        choices=[("", _("Choose")), *Reaction.Category.choices],
        help_text=_("What is expected counts once redness or swelling lasts over 72 hours, flaking over 7 days."),
        error_messages={"required": _("Say what it is.")},
    )
    grade = forms.TypedChoiceField(
        label=_("Grade"),
        choices=GRADES,
        coerce=int,
        widget=forms.RadioSelect,
        help_text=_("From 2 on no needling is booked or begun until it is closed. From 3 on a lead hears at once."),
        error_messages={"required": _("Choose a grade from 1 to 5.")},
    )
    zone_codes = forms.MultipleChoiceField(
        label=_("Where"), required=False, widget=forms.CheckboxSelectMultiple, choices=()
    )
    onset_at = OnsetField(label=_("When it began"), error_messages={"required": _("Write when it began.")})
    causality = forms.ChoiceField(
        label=_("Caused by the treatment"),
        choices=Reaction.Causality.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether the treatment caused it, if only that this is not determined.")},
    )
    is_serious = forms.BooleanField(
        label=_("Serious: hospital, lasting harm, or a threat to life"),
        required=False,
        help_text=_("Grades 4 and 5 are serious by themselves."),
    )
    signs = lines(_("What is seen and felt"), error_messages={"required": _("Write what is seen and felt.")})
    action_taken = lines(_("What was done about it"), required=False)
    outcome = forms.ChoiceField(label=_("How it stands"), choices=ONGOING, widget=forms.RadioSelect)
    is_reportable = forms.BooleanField(label=_("To be reported to an authority"), required=False)

    WHAT = ("category", "grade", "is_serious", "zone_codes", "onset_at", "causality", "signs", "action_taken")
    LAYOUT = (*WHAT, "outcome", "is_reportable")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone_codes"].choices = list(Zone.objects.values_list("code", "label"))

    @property
    def said(self) -> dict[str, Any]:
        """Return what `treatments.reactions` calls SAID."""
        return {field: self.cleaned_data[field] for field in reactions.SAID}


class ReportForm(SaidForm):
    """A reaction that is written down: also whose it is, and which session it followed."""

    session = SessionChoice(
        queryset=Session.objects.none(),
        label=_("Session it followed"),
        required=False,
        to_field_name="uuid",
        empty_label=_("None of this clinic"),
        help_text=_("Device, cartridge and lots are those of the session."),
    )
    no_session_because = forms.CharField(
        label=_("If none: why"), max_length=250, required=False, help_text=_("Such as: treated elsewhere in May.")
    )
    affected = forms.ChoiceField(
        label=_("Who was harmed"),
        choices=Reaction.Affected.choices,
        widget=forms.RadioSelect,
        initial=Reaction.Affected.PATIENT,
        help_text=_("A needle that pricked a colleague: name nobody here."),
    )

    takes_device_out = forms.BooleanField(
        label=_("Take the device out of use"),
        required=False,
        initial=True,
        help_text=_(
            "With a device malfunction: nobody books or chooses the device of this session until it is back in use. "
            "Visits that are booked with it stay."
        ),
    )

    OF_THE_DEVICE = Div("takes_device_out", css_class="of-the-device")
    LAYOUT = ("session", "no_session_because", "affected", "category", OF_THE_DEVICE, *SaidForm.LAYOUT[1:])

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        kwargs["initial"] = {"outcome": Reaction.Outcome.OPEN} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        theirs = Session.objects.filter(patient=patient, struck_at=None).select_related("practitioner")
        self.fields["session"].queryset = theirs

    @property
    def facts(self) -> dict[str, Any]:
        """Return what `visits.reactions.report` is told."""
        beside = ("session", "no_session_because", "affected", "takes_device_out")
        return self.said | {name: self.cleaned_data[name] for name in beside}


class FollowForm(SaidForm):
    """How an open reaction goes on; whoever sends it read the reaction at `version`."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    words = lines(_("How it goes"), required=False, help_text=_("What was seen or told this time."))

    LAYOUT = ("version", "words", *SaidForm.LAYOUT)
    NAME = "follow"

    def __init__(self, *args: Any, reaction: Reaction, **kwargs: Any) -> None:
        initial = {field: getattr(reaction, field) for field in (*reactions.SAID, "version")}
        super().__init__(*args, initial=initial, **kwargs)
        words = _("Open this page again and send it once more.")
        self.fields["version"].error_messages = dict.fromkeys(("required", "invalid"), words)

    @property
    def facts(self) -> dict[str, Any]:
        return self.said | {name: self.cleaned_data[name] for name in ("version", "words")}

    def clean_onset_at(self) -> Any:
        """The page shows minutes; what was not changed keeps its seconds."""
        typed, known = self.cleaned_data["onset_at"], self.initial["onset_at"]
        return known if typed == known.replace(second=0, microsecond=0) else typed


class CloseForm(Asked):
    version = forms.IntegerField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label=_("How it ended"),
        choices=OVER,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say how it ended.")},
    )
    words = lines(_("In a few words"), error_messages={"required": _("Say in a few words how it ended.")})

    LAYOUT = ("version", "outcome", "words")
    NAME = "close"


class AuthorityForm(Asked):
    reported_to = forms.ChoiceField(
        label=_("Reported to"),
        choices=[("", _("Choose")), *Reaction.Authority.choices],
        error_messages={"required": _("Say to whom it was reported.")},
    )
    reported_on = DayField(
        label=_("On"), required=True, error_messages={"required": _("Write the day of the report, as 21/05/2026.")}
    )
    reference = forms.CharField(
        label=_("Reference"), max_length=80, required=False, help_text=_("As the authority gave it.")
    )

    LAYOUT = ("reported_to", Div("reported_on", "reference", css_class="two"))
    NAME = "authority"


class LookForm(Asked):
    words = lines(
        _("What follows from it"),
        error_messages={"required": _("Say what follows from it, if only that nothing does.")},
    )

    LAYOUT = ("words",)
    NAME = "look"


class StrikeForm(Asked):
    struck_because = forms.CharField(
        label=_("Why is it struck?"),
        max_length=250,
        error_messages={"required": _("Write in a few words why this is struck.")},
    )

    LAYOUT = ("struck_because",)
    NAME = "strike"
