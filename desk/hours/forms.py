"""What is asked about a week and about a single day: times as people type them, two spans a day and more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from clinic import hours
from clinic.hours import Day, Pattern, Span
from desk.booking.offers import YEARS

SPANS_SHOWN = 2
MOST_SPANS = 6
CLOCK = re.compile(r"(\d{1,2})(?:[:.h ]?(\d{2}))? ?(am|pm)?", re.IGNORECASE)
FIELD = re.compile(r"(\w+)-(\d)-(?:from|to)")
BOTH_TIMES = _("Write both times, or neither.")


def as_clock(text: str) -> time | None:
    """Return the time that was typed: 9, 9:00, 09.30, 0930, 5 pm; None where it is no time of a day."""
    found = CLOCK.fullmatch(text.strip())
    if not found:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + (12 if half == "pm" else 0) if half else hour
    return time(hour, minute) if hour < 24 and minute < 60 else None


class ClockField(forms.CharField):
    """A wall time, typed as text."""

    default_error_messages = {"invalid": _("“%(typed)s” is no time. Write it as 9:00 or 17:30.")}

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"class": "form-control clock", "autocomplete": "off", "size": 6}
        super().__init__(required=False, max_length=12, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: str) -> time | None:
        typed = super().clean(value)
        if not typed:
            return None
        clock = as_clock(typed)
        if clock is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid", params={"typed": typed})
        return clock


def typed_spans(key: str, spans: Day) -> dict[str, str]:
    """Return spans as they would be typed into the fields of a day."""
    said = {}
    for number, span in enumerate(spans):
        for end, clock in zip(("from", "to"), span, strict=True):
            said[f"{key}-{number}-{end}"] = f"{clock.hour}:{clock:%M}"
    return said


@dataclass(frozen=True)
class Row:
    """The fields of one day as they are shown."""

    key: str
    label: str
    pairs: list[tuple[forms.BoundField, forms.BoundField]]

    @property
    def errors(self) -> list[str]:
        return [error for pair in self.pairs for field in pair for error in field.errors]

    @property
    def may_grow(self) -> bool:
        return len(self.pairs) < MOST_SPANS


class SpansForm(forms.Form):
    """Spans for some days. labels: the days by their key in the fields; typed: what an unbound form shows."""

    labels: Mapping[str, Any] = {}

    def __init__(self, data: Any = None, *, typed: Mapping[str, str] | None = None) -> None:
        super().__init__(data, initial=dict(typed or {}))
        said = data if data is not None else typed or {}
        self.counts = {key: _count(key, said) for key in self.labels}
        for key, label in self.labels.items():
            for number in range(self.counts[key]):
                self.fields[f"{key}-{number}-from"] = ClockField(label=_("%(day)s, from") % {"day": label})
                self.fields[f"{key}-{number}-to"] = ClockField(label=_("%(day)s, to") % {"day": label})

    @property
    def rows(self) -> list[Row]:
        return [Row(key, str(label), self._pairs(key)) for key, label in self.labels.items()]

    def _pairs(self, key: str) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"{key}-{number}-from"], self[f"{key}-{number}-to"]) for number in range(self.counts[key])]

    def spans_of(self, key: str) -> list[Span]:
        """Return the spans of a day as typed. Adds an error for a half span, one without length, or an overlap."""
        spans = []
        for number in range(self.counts[key]):
            names = (f"{key}-{number}-from", f"{key}-{number}-to")
            start, end = (self.cleaned_data.get(name) for name in names)
            if any(name in self.errors for name in names):
                continue
            if start is None and end is None:
                continue
            if start is None or end is None:
                self.add_error(names[start is not None], f"{self.labels[key]}: {BOTH_TIMES}")
            else:
                spans.append((start, end))
        if wrong := hours.fault(spans):
            self.add_error(f"{key}-0-from", f"{self.labels[key]}: {wrong.sentence}")
        return spans


def _count(key: str, said: Mapping[str, str]) -> int:
    """Return how many spans a day has fields for."""
    numbers = [int(found[2]) for name in said if (found := FIELD.fullmatch(name)) and found[1] == key]
    return min(max([SPANS_SHOWN, *(number + 1 for number in numbers)]), MOST_SPANS)


def day_field(label: Any, missing: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"})
    errors = {"required": missing, "invalid": missing}
    return forms.DateField(label=label, widget=widget, error_messages=errors)


class WeekForm(SpansForm):
    """A week, and the day from which it holds."""

    labels = {f"d{weekday}": WEEKDAYS[weekday] for weekday in range(7)}
    from_day = day_field(_("Holds from"), _("Choose the day from which this week holds."))

    @classmethod
    def showing(cls, week: Pattern, from_day: date) -> WeekForm:
        typed = {"from_day": from_day.isoformat()}
        for weekday, spans in enumerate(week):
            typed |= typed_spans(f"d{weekday}", spans)
        return cls(typed=typed)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        cleaned["pattern"] = [self.spans_of(key) for key in self.labels]
        return cleaned


class DayForm(SpansForm):
    """One day with other hours, or with none."""

    labels = {"h": _("Hours on that day")}
    on = day_field(_("Day"), _("Choose the day."))
    is_off = forms.BooleanField(required=False, widget=forms.CheckboxInput(attrs={"class": "form-check-input"}))
    words = forms.CharField(
        label=_("Why"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )

    @classmethod
    def showing(cls, on: date | None, spans: Day, *, is_off: bool = False, words: str = "") -> DayForm:
        typed: dict[str, Any] = {"on": on.isoformat() if on else "", "is_off": is_off, "words": words}
        return cls(typed=typed | typed_spans("h", spans))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        spans = [] if cleaned.get("is_off") else self.spans_of("h")
        if not spans and not cleaned.get("is_off") and not any(name.startswith("h-") for name in self.errors):
            self.add_error("h-0-from", _("Write the hours of that day, or say that there are none."))
        cleaned["spans"] = spans
        return cleaned


class RegistrationForm(forms.Form):
    """The last day on which somebody may treat; empty for no end that is known."""

    until = forms.DateField(
        required=False,
        label=_("In date until"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"}),
        error_messages={"invalid": _("Write a day, as in 2027-03-31.")},
    )

    def clean_until(self) -> date | None:
        until = self.cleaned_data["until"]
        if until and until.year not in YEARS:
            raise forms.ValidationError(self.fields["until"].error_messages["invalid"], code="invalid")
        return until


def with_another_span(said: Mapping[str, str], key: str) -> dict[str, str]:
    """Return what was typed with room for one more span on a day."""
    return {**said, f"{key}-{_count(key, said)}-from": ""}


def monday_on_weekdays(said: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed with Monday's times in the place of Tuesday's to Friday's."""
    kept = {name: value for name, value in said.items() if not re.match(r"d[1-4]-", name)}
    monday = {name: value for name, value in said.items() if name.startswith("d0-")}
    for weekday in range(1, 5):
        kept |= {name.replace("d0-", f"d{weekday}-", 1): value for name, value in monday.items()}
    return kept
