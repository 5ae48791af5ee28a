"""What is asked of somebody who would come sooner, and of a time that is offered to them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from booking.models import Appointment, WaitlistEntry
from booking.waitlist import Wants
from clinic.models import Service, User
from clinic.wall_time import local
from desk.booking.forms import PersonChoice, TimeField
from patients.models import Patient


class VisitChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Appointment) -> str:
        when = date_format(local(obj.starts_at, obj.site.zone), "D j M, H:i")
        return f"{when}, {obj.service.name}"


class WantsForm(forms.Form):
    """What somebody waits for, and when they would come."""

    service = forms.ModelChoiceField(
        queryset=Service.objects.filter(is_offered=True), empty_label=None, label=_("Service")
    )
    practitioner = PersonChoice(queryset=User.objects.none(), required=False, empty_label=_("Anyone"), label=_("With"))
    weekdays = forms.TypedMultipleChoiceField(
        choices=list(WEEKDAYS.items()),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("Days"),
        help_text=_("None ticked: any day."),
    )
    part = forms.ChoiceField(
        choices=WaitlistEntry.Part.choices, required=False, widget=forms.RadioSelect, label=_("Part of the day")
    )
    earliest_on = forms.DateField(required=False, label=_("Not before"), widget=forms.DateInput({"type": "date"}))
    latest_on = forms.DateField(required=False, label=_("Not after"), widget=forms.DateInput({"type": "date"}))
    is_urgent = forms.BooleanField(required=False, label=_("Urgent: asked first"))
    note = forms.CharField(
        max_length=250, required=False, label=_("Note"), help_text=_("Such as: can be here within the hour.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["practitioner"].queryset = User.objects.practitioners().order_by("name")

    def wants(self, *, needling_minutes: int | None = None) -> Wants:
        """Return what was said, once the form is valid."""
        given = {name: self.cleaned_data[name] for name in WantsForm.base_fields}
        return Wants(**given | {"weekdays": tuple(given["weekdays"])}, needling_minutes=needling_minutes)


class EnterForm(WantsForm):
    """Somebody new on the list; booking: the later visit that an offer moves."""

    patient = forms.ModelChoiceField(
        queryset=Patient.objects.filter(died_on=None), to_field_name="uuid", widget=forms.HiddenInput
    )
    booking = VisitChoice(
        queryset=Appointment.objects.none(),
        to_field_name="uuid",
        required=False,
        empty_label=_("None: one more visit is booked"),
        label=_("Becomes earlier"),
        help_text=_("An offer that is taken moves this visit."),
    )

    def __init__(self, *args: Any, to_come: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if to_come is not None:
            self.fields["booking"].queryset = to_come


class OfferForm(forms.Form):
    """A time for somebody who waits."""

    time = TimeField()
