"""When a site is open and who works there, day by day: the week that holds, and single days in its place.

Hours are kept as the wall shows them and asked as instants. Inside, instants are whole UTC seconds. A day has its
hours by the site's calendar, so a change of the clocks moves no opening.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import Any

from django.db import connection

from clinic import wall_time
from clinic.models import Site

Span = tuple[int, int]
WallSpan = tuple[time, time]

NEVER = 0  # before any visit
ALWAYS = 2**40  # after any visit

# written out, for it is asked at every look at free times and says more than the queries that would make it
ROWS = """
SELECT 'week', NULL, weekday, first_on, last_on, opens_at, closes_at FROM clinic_openinghours
WHERE site_id = %s AND (first_on IS NULL OR first_on <= %s) AND (last_on IS NULL OR last_on >= %s)
UNION ALL
SELECT 'week', practitioner_id, weekday, first_on, last_on, starts_at, ends_at FROM clinic_shift
WHERE site_id = %s AND (first_on IS NULL OR first_on <= %s) AND (last_on IS NULL OR last_on >= %s)
  AND practitioner_id IN ({people})
UNION ALL
SELECT 'day', practitioner_id, NULL, "on", NULL, starts_at, ends_at FROM clinic_specialday
WHERE site_id = %s AND "on" BETWEEN %s AND %s AND (practitioner_id IS NULL OR practitioner_id IN ({people}))
UNION ALL
SELECT 'until', id, NULL, registered_until, NULL, NULL, NULL FROM clinic_user
WHERE registered_until IS NOT NULL AND id IN ({people})
UNION ALL
SELECT 'site', id, travel_minutes, NULL, NULL, NULL, NULL FROM clinic_site
"""


@dataclass(frozen=True)
class Weekly:
    """A span of one weekday and the local days between which it holds, both included; None for no end."""

    span: WallSpan
    first_on: date | None
    last_on: date | None

    def holds_on(self, day: date) -> bool:
        return (self.first_on is None or self.first_on <= day) and (self.last_on is None or day <= self.last_on)


@dataclass
class Hours:
    """The hours of a site and of some who work there, over the days that were read.

    weekly: by whose they are (None for the site's own) and weekday. single: the days that have hours of their own,
    or none at all, by whose they are and the day. ways: minutes from here to each other site. registered_until: the
    last day on which somebody may treat, where there is one.
    """

    site: Site
    weekly: dict[tuple[int | None, int], list[Weekly]]
    single: dict[tuple[int | None, date], list[WallSpan]]
    ways: dict[int, int]
    registered_until: dict[int, date] = field(default_factory=dict)
    _kept: dict[tuple[int | None, date], list[Span]] = field(default_factory=dict)

    def open_on(self, day: date) -> list[Span]:
        """Return when the site is open on a local day, in order; spans that touch are one."""
        return self._resolved(None, day)

    def planned_on(self, practitioner: int, day: date) -> list[Span]:
        """Return when somebody is to be here on a local day, whether or not the site is open."""
        return self._resolved(practitioner, day)

    def works_on(self, practitioner: int, day: date) -> list[Span]:
        """Return when somebody is to be here on a local day while the site is open; never when they may not treat."""
        if not self.may_treat_on(practitioner, day):
            return []
        return [
            (max(starts, opens), min(ends, closes))
            for starts, ends in self.planned_on(practitioner, day)
            for opens, closes in self.open_on(day)
            if max(starts, opens) < min(ends, closes)
        ]

    def may_treat_on(self, practitioner: int, day: date) -> bool:
        """Return whether somebody's registration is in date on a local day."""
        until = self.registered_until.get(practitioner)
        return until is None or day <= until

    def _resolved(self, whose: int | None, day: date) -> list[Span]:
        if (whose, day) not in self._kept:
            weekly = self.weekly.get((whose, day.weekday()), ())
            spans = self.single.get((whose, day), [row.span for row in weekly if row.holds_on(day)])
            instants = [tuple(seconds(day, clock, self.site) for clock in span) for span in spans]
            tomorrow = seconds(day + timedelta(days=1), time.min, self.site)  # a clock that skips to it goes no further
            ended = [(start, min(end, tomorrow)) for start, end in instants]
            self._kept[whose, day] = joined(span for span in ended if span[0] < span[1])
        return self._kept[whose, day]


def seconds(day: date, clock: time, site: Site) -> int:
    """Return the instant at which the site's wall shows `clock` on `day`."""
    return int(wall_time.instant(day, clock, site.zone).timestamp())


def day_of(at: int, site: Site) -> date:
    """Return the local day of an instant."""
    return wall_time.local(datetime.fromtimestamp(at, UTC), site.zone).date()


def joined(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order, those that touch or overlap made one."""
    whole: list[Span] = []
    for start, end in sorted(spans):
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((start, end))
    return whole


def around(spans: Iterable[Span]) -> list[Span]:
    """Return what lies before, between and after spans that are in order and do not touch."""
    edges = [NEVER, *chain.from_iterable(spans), ALWAYS]
    return list(zip(edges[::2], edges[1::2], strict=True))


def read(site: Site, *, start: date, days: int, practitioners: Iterable[int]) -> Hours:
    """Return the hours of `days` local days from `start`, in one query. practitioners: by id."""
    people = list(practitioners)
    last = start + timedelta(days=days - 1)
    weekly: dict[tuple[int | None, int], list[Weekly]] = defaultdict(list)
    single: dict[tuple[int | None, date], list[WallSpan]] = defaultdict(list)
    ways: dict[int, int] = {}
    until: dict[int, date] = {}
    for what, whose, number, first_on, last_on, starts, ends in _rows(site, start, last, people):
        if what == "week":
            weekly[whose, number].append(Weekly((starts, ends), first_on, last_on))
        elif what == "day":
            spans = single[whose, first_on]
            if starts is not None:
                spans.append((starts, ends))
        elif what == "until":
            until[whose] = first_on
        elif whose != site.pk:
            ways[whose] = max(number, site.travel_minutes)
    return Hours(site, weekly, single, ways, until)


def _rows(site: Site, first: date, last: date, people: list[int]) -> list[tuple[Any, ...]]:
    """Return week rows, single days, registrations that end and the other sites, of one shape."""
    these = ", ".join(["%s"] * len(people)) or "NULL"  # in a list of nothing nobody is found
    days, theirs = [site.pk, last, first], [*people]
    with connection.cursor() as cursor:
        cursor.execute(ROWS.format(people=these), [*days, *days, *theirs, site.pk, first, last, *theirs, *theirs])
        return [
            (
                what,
                whose,
                number,
                *(_read(date, day) for day in (first_on, last_on)),
                _read(time, starts),
                _read(time, ends),
            )
            for what, whose, number, first_on, last_on, starts, ends in cursor.fetchall()
        ]


def _read(kind: type[date | time], value: Any) -> Any:
    """Return a day or a clock time as itself: SQLite gives some of them as texts."""
    return kind.fromisoformat(value) if isinstance(value, str) else value
