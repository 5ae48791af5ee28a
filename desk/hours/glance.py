"""Everybody's week at a glance, changes and single days to come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.dates import WEEKDAYS_ABBR

from clinic import hours
from clinic.hours import Pattern, in_words
from clinic.models import Site, SpecialDay, User
from desk.hours import words

SITE = "site"  # stands in an address for the site's own hours


@dataclass(frozen=True)
class ChangeToCome:
    """A week that begins to hold later. words: the week in a line, empty when there are no hours at all."""

    from_day: date
    words: str
    edit: str
    undo: str


@dataclass(frozen=True)
class WeekLine:
    """One person's week, or the site's; days: seven tuples of spans in words, Monday first."""

    name: str
    is_site: bool
    days: tuple[tuple[str, ...], ...]
    changes: tuple[ChangeToCome, ...]
    edit: str
    edit_day: str
    outside: str

    @property
    def is_empty(self) -> bool:
        return not any(self.days)

    @property
    def named_days(self) -> list[tuple[str, tuple[str, ...]]]:
        return list(zip(weekday_names(), self.days, strict=True))


@dataclass(frozen=True)
class DayLine:
    """One day that differs. hours: in words, empty when nobody works."""

    on: date
    name: str
    is_site: bool
    hours: str
    why: str
    edit: str
    undo: str


def weekday_names() -> list[str]:
    """Return Monday to Sunday as they head a column."""
    return [str(WEEKDAYS_ABBR[weekday]) for weekday in range(7)]


def who_of(practitioner: User | None) -> str:
    """Return how an address names whose hours they are."""
    return SITE if practitioner is None else str(practitioner.pk)


def address(page: str, practitioner: User | None, **query: object) -> str:
    said = f"?{urlencode(query, doseq=True)}" if query else ""
    return reverse(f"desk:{page}", args=[who_of(practitioner)]) + said


def weeks(site: Site, *, today: date) -> list[WeekLine]:
    """Return the site's week and below it one line a person, in three queries."""
    people = list(User.objects.practitioners().order_by("name"))
    rows = hours.read(site, people)
    return [week_line(one, rows[one.pk if one else None], site=site, today=today) for one in (None, *people)]


def week_line(whose: User | None, rows: list[hours.Held], *, site: Site, today: date) -> WeekLine:
    week = hours.pattern_on(rows, today)
    return WeekLine(
        name=str(whose or site),
        is_site=whose is None,
        days=tuple(tuple(in_words(span) for span in spans) for spans in week),
        changes=tuple(_change(whose, begins, later) for begins, later in hours.changes_after(rows, today)),
        edit=address("hours_week", whose),
        edit_day=address("hours_day", whose),
        outside=address("hours_outside", whose),
    )


def _change(whose: User | None, begins: date, week: Pattern) -> ChangeToCome:
    return ChangeToCome(
        from_day=begins,
        words=words.of_week(week),
        edit=address("hours_week", whose, **{"from": begins}),
        undo=address("hours_undo", whose, **{"from": begins}),
    )


def day_lines(rows: Iterable[SpecialDay]) -> list[DayLine]:
    """Return single days as lines, the spans of one day and person made one. rows: in order of day and person."""
    lines = []
    for (on, practitioner), group in groupby(rows, key=lambda row: (row.on, row.practitioner)):
        parts = list(group)
        spans = tuple((row.starts_at, row.ends_at) for row in parts if row.starts_at)
        lines.append(
            DayLine(
                on=on,
                name=str(practitioner or parts[0].site),
                is_site=practitioner is None,
                hours=words.of_day(spans),
                why=parts[0].words,
                edit=address("hours_day", practitioner, on=on),
                undo=address("hours_undo", practitioner, on=on),
            )
        )
    return lines
