"""What is asked to plan a series, and to move one session of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from clinic.models import Service, User
from desk import numbers
from desk.booking.forms import AgreedForm, PersonChoice
from desk.booking.offers import PARTS_OF_DAY, YEARS, read_value
from patients.models import Patient
from treatments.rules import COURSE_SESSIONS
from visits.series import Written

SETTINGS = ("patient", "service", "sessions", "from_day", "practitioner", "part", "event_on")
TIME = "time-"  # and the session's number
OWN, OWN_BEFORE = "own-", "own-before-"  # a time that is written by hand, and what stood there when it was read
LEFT_OPEN = "open"
BY_HAND = "own/"  # before the value of a time that was written
FARTHEST = timedelta(days=1827)


class OwnTimeField(forms.DateTimeField):
    """A time that somebody writes: on a wall that shows it, within the years of plans."""

    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local", "autocomplete": "off"})
    input_formats = ["%Y-%m-%dT%H:%M"]
    default_error_messages = {"invalid": _("Write a day and a time, as in 2026-03-31T10:00.")}

    def clean(self, value: Any) -> datetime | None:
        try:
            written = super().clean(value)
        except forms.ValidationError as wrong:
            raise self._unreadable() from wrong
        if written and written.year not in YEARS:
            raise self._unreadable()
        return written

    def _unreadable(self) -> forms.ValidationError:
        return forms.ValidationError(self.error_messages["invalid"], code="invalid")


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        required=False, label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )


class SeriesForm(AgreedForm):
    """What the sessions should be like. today: the site's local day."""

    patient = forms.ModelChoiceField(
        queryset=Patient.objects.filter(died_on=None), to_field_name="uuid", widget=forms.HiddenInput
    )
    service = forms.ModelChoiceField(queryset=Service.objects.none(), empty_label=None, label=_("Service"))
    sessions = forms.TypedChoiceField(
        coerce=int,
        required=False,
        empty_value=COURSE_SESSIONS[0],
        choices=[(count, count) for count in range(COURSE_SESSIONS[0], COURSE_SESSIONS[1] + 1)],
        label=_("Sessions"),
    )
    from_day = _day(_("From"))
    practitioner = PersonChoice(
        queryset=User.objects.none(), required=False, empty_label=_("As before, if free"), label=_("With")
    )
    part = forms.ChoiceField(
        required=False, choices=[(key, words) for key, (words, *_rest) in PARTS_OF_DAY.items()], label=_("Time of day")
    )
    event_on = _day(_("The day it is for"))
    event_words = forms.CharField(max_length=80, required=False, label=_("What happens that day"))
    tell_patient = forms.BooleanField(required=False, label=_("Tell the patient"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["service"].queryset = self.offered()
        self.fields["practitioner"].queryset = User.objects.practitioners().order_by("name")
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")
            field.is_implied = True  # nothing here has to be filled in

    @staticmethod
    def offered() -> QuerySet[Service]:
        """Return the services of which a series can be made."""
        return Service.objects.filter(is_offered=True, kind=Service.Kind.NEEDLING)

    def clean_from_day(self) -> date | None:
        return self._near(self.cleaned_data["from_day"])

    def clean_event_on(self) -> date | None:
        day = self.cleaned_data["event_on"]
        if day is not None and day <= self.today:
            raise forms.ValidationError(_("Choose a day to come."))
        return self._near(day)

    def _near(self, day: date | None) -> date | None:
        if day is not None and day > self.today + FARTHEST:
            raise forms.ValidationError(_("Choose a day within five years of today."))
        return day


class ShiftForm(AgreedForm):
    """Where one session of a series is to go. time: an instant and a practitioner, as `offers.offer_value` says it."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    practitioner = PersonChoice(queryset=User.objects.none(), required=False, empty_label=_("Anyone"), label=_("With"))
    from_day = _day(_("From"))
    own = OwnTimeField(required=False, label=_("A time of your own"))
    reason = forms.CharField(max_length=250, required=False, label=_("Reason"))
    tell_patient = forms.BooleanField(required=False, label=_("Tell the patient"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["practitioner"].queryset = User.objects.practitioners().order_by("name")
        for field in self.fields.values():
            field.is_implied = True


def times_in(said: Mapping[str, str]) -> dict[int, tuple[datetime, int] | None]:
    """Return the time picked for each session by its number, None for one that is left open."""
    found: dict[int, tuple[datetime, int] | None] = {}
    for name, value in said.items():
        number = _number(name, TIME)
        time = read_value(value)
        if number is not None and (time or value == LEFT_OPEN):
            found[number] = time
    return found


def written_in(said: Mapping[str, str]) -> dict[int, Written]:
    """Return the times that are written by hand, by session number: just now, or before and still chosen.

    Raises ValidationError for one that is no day and time; the words name its session.
    """
    found: dict[int, Written] = {}
    for name, value in said.items():
        number = _number(name, TIME)
        time = read_value(value.removeprefix(BY_HAND)) if value.startswith(BY_HAND) else None
        if number is not None and time:
            found[number] = Written(*time)
    return found | {number: Written(_instant(text, number)) for number, text in just_written(said).items()}


def just_written(said: Mapping[str, str]) -> dict[int, str]:
    """Return what was written into the fields since the page was read, by session number."""
    written = {number: text.strip() for name, text in said.items() if (number := _number(name, OWN)) is not None}
    return {number: text for number, text in written.items() if text not in ("", said.get(f"{OWN_BEFORE}{number}", ""))}


def _number(name: str, prefix: str) -> int | None:
    """Return the session of which a field speaks, or None when it is another field."""
    return numbers.read(name.removeprefix(prefix)) if name.startswith(prefix) else None


def _instant(text: str, number: int) -> datetime:
    try:
        return OwnTimeField().clean(text)
    except forms.ValidationError as wrong:
        words = _("Write a day and a time for session %(number)s, as in 2026-03-31T10:00.")
        raise forms.ValidationError(words % {"number": number}) from wrong


def fingerprint(said: Mapping[str, str]) -> str:
    """Return a short name for the settings; times picked under others do not count any more."""
    return hashlib.sha256(repr([said.get(name, "") for name in SETTINGS]).encode()).hexdigest()[:16]
