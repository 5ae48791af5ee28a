"""What is asked to book, move and cancel a visit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from booking.appointments import LATEST_MINUTES
from booking.models import Appointment
from clinic.models import Service, User
from desk.booking import agreeing
from desk.booking.offers import PARTS_OF_DAY, YEARS, read_value
from patients.models import Patient

BIRTH_FORMATS = ["%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d", "%d %m %Y"]


class PersonChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: User) -> str:
        return obj.name


class TimeField(forms.CharField):
    """One of the offered times: an instant and a practitioner."""

    default_error_messages = {"unreadable": _("Choose one of the times.")}

    def clean(self, value: str) -> tuple[datetime, User] | None:
        text = super().clean(value)
        if not text:
            return None
        starts_at, practitioner_id = read_value(text) or (None, None)
        practitioner = User.objects.practitioners().filter(pk=practitioner_id).first()
        if practitioner is None:
            raise forms.ValidationError(self.error_messages["unreadable"], code="unreadable")
        return starts_at, practitioner


class AgreedForm(forms.Form):
    """Who answers for what a rule would stop, and why."""

    agreed_by = PersonChoice(
        queryset=User.objects.none(), required=False, empty_label=_("Nobody yet"), label=_("Who agreed")
    )
    agreed_reason = forms.CharField(max_length=250, required=False, label=_("Why"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreed_by"].queryset = agreeing.who_agree()
        for name in ("agreed_by", "agreed_reason"):
            self.fields[name].is_implied = True  # they count only for a time that a rule stops

    def require_reason(self) -> None:
        """A name alone agrees to nothing."""
        if self.cleaned_data.get("agreed_by") and not self.cleaned_data.get("agreed_reason"):
            self.add_error("agreed_reason", _("Write why it is possible all the same."))


class TimeForm(AgreedForm):
    """A time that is looked for and chosen, its length, and who answers for it where a rule stands in the way."""

    practitioner = PersonChoice(queryset=User.objects.none(), required=False, empty_label=_("Anyone"), label=_("With"))
    needling_minutes = forms.IntegerField(min_value=5, max_value=120, required=False, label=_("Needling"))
    from_day = forms.DateField(required=False, label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    part = forms.ChoiceField(required=False, choices=[(key, words) for key, (words, *_rest) in PARTS_OF_DAY.items()])
    asked = forms.DateTimeField(required=False, widget=forms.HiddenInput, input_formats=["%Y-%m-%dT%H:%M"])
    time = TimeField(required=False, label=_("Time"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["practitioner"].queryset = User.objects.practitioners().order_by("name")

    def clean_asked(self) -> datetime | None:
        asked = self.cleaned_data["asked"]
        return asked if asked and asked.year in YEARS else None

    def require_time(self) -> None:
        if not self.cleaned_data.get("time") and "time" not in self.errors:
            self.add_error("time", _("Choose one of the times."))


class BookForm(TimeForm):
    """A booking: a patient who is known, or the name and one contact of somebody new; and one of the free times."""

    patient = forms.ModelChoiceField(
        queryset=Patient.objects.filter(died_on=None), to_field_name="uuid", required=False, widget=forms.HiddenInput
    )
    is_new = forms.BooleanField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(max_length=120, required=False, label=_("Name"))
    phone = PhoneNumberField(
        required=False,
        label=_("Phone"),
        error_messages={"invalid": _("This number cannot be called. Write it as 0113 496 0417 or +44 113 496 0417.")},
    )
    email = forms.EmailField(required=False, label=_("E-mail"))
    born_on = forms.DateField(
        required=False,
        input_formats=BIRTH_FORMATS,
        label=_("Born"),
        widget=forms.DateInput(attrs={"placeholder": "21/05/1994", "inputmode": "numeric"}),
        error_messages={"invalid": _("Write the date of birth as 21/05/1994.")},
    )
    service = forms.ModelChoiceField(
        queryset=Service.objects.filter(is_offered=True), empty_label=None, label=_("Service")
    )
    tell_patient = forms.BooleanField(required=False)
    note = forms.CharField(max_length=250, required=False, label=_("Note for the visit"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("name", "phone", "email"):
            self.fields[name].is_implied = True  # the words under them say what is needed
        for field in self.fields.values():
            if field.required is False and not isinstance(field.widget, forms.HiddenInput):
                field.widget.attrs.setdefault("autocomplete", "off")

    def require_all(self, *, now: bool = False) -> bool:
        """Add what is missing for a booking; return whether nothing is. now: somebody is here, no time is chosen."""
        given = self.cleaned_data
        if given.get("is_new"):
            self._require_somebody_new()
        elif not given.get("patient"):
            self.add_error("patient", _("Choose the patient."))
        if not now:
            self.require_time()
        self.require_reason()
        return not self.errors

    def begin_with(self, name: str) -> None:
        """Put the cursor into a field when the form comes up."""
        self.fields[name].widget.attrs["data-focus"] = ""

    def _require_somebody_new(self) -> None:
        given = self.cleaned_data
        if not given.get("name") and "name" not in self.errors:
            self.add_error("name", _("Write the name."))
        reachable = given.get("phone") or given.get("email") or {"phone", "email"} & set(self.errors)
        if not reachable:
            self.add_error("phone", _("Write a phone number or an e-mail address."))


class MoveForm(TimeForm):
    """Another time for a visit."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    tell_patient = forms.BooleanField(required=False)
    reason = forms.CharField(max_length=250, required=False, label=_("Reason"))

    def require_all(self) -> bool:
        """Add what is missing for a move; return whether nothing is."""
        self.require_time()
        self.require_reason()
        return not self.errors


class StepForm(forms.Form):
    """The version of the visit that the person saw when they pressed."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class CancelForm(StepForm):
    called_off_by = forms.ChoiceField(
        choices=Appointment.CalledOffBy.choices,
        initial=Appointment.CalledOffBy.PATIENT,
        required=False,
        widget=forms.RadioSelect,
        label=_("Who called it off"),
    )
    reason = forms.CharField(
        max_length=250, label=_("Reason"), error_messages={"required": _("Write why the visit is cancelled.")}
    )

    def clean_called_off_by(self) -> str:
        return self.cleaned_data["called_off_by"] or Appointment.CalledOffBy.PATIENT


class LateForm(StepForm):
    minutes = forms.IntegerField(
        min_value=1,
        max_value=LATEST_MINUTES,
        label=_("Minutes late"),
        error_messages={"required": _("Write how many minutes late."), "invalid": _("Write how many minutes late.")},
    )


class NoteForm(StepForm):
    note = forms.CharField(max_length=250, required=False, label=_("Note for the visit"))
