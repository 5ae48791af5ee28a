"""A week read from the database: one practitioner's as a table of days, everybody's as lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format

from booking.models import Appointment
from clinic.models import Site, User
from clinic.wall_time import day_bounds, local
from desk.board import presence
from desk.board.days import Column, Table, week
from desk.board.presence import NO_HOURS, Presence
from desk.board.reading import (
    Head,
    column_of,
    hours_words,
    people_of,
    show,
    stamp_of,
    tally_of,
    versions_of,
    visits_between,
)
from desk.board.shown import Reader, Shown, State, address_of, clock_words
from desk.templatetags.marks import STATUS_MARKS

A_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Week:
    """A week of one practitioner. days: the open ones, and any with a visit."""

    days: tuple[date, ...]
    person: User
    table: Table
    groups: tuple[tuple[str, tuple[Shown, ...]], ...]
    tally: Mapping[str, int]
    people: tuple[User, ...] = ()
    stamp: str = ""


@dataclass(frozen=True)
class Line:
    """A visit in the week of everybody: its time, the name, the state."""

    at: str
    name: str
    href: str
    mark: str
    state: str


@dataclass(frozen=True)
class Box:
    """One person's day in the week of everybody. words: what keeps them from visits, where something does."""

    hours: str
    lines: tuple[Line, ...]
    words: str = ""
    is_off: bool = False
    is_today: bool = False


@dataclass(frozen=True)
class Listed:
    """A day in the week of everybody as a list. away: who is kept from visits, and the words for why.

    lines: with the name of the practitioner, by time and then by that name.
    """

    heading: str
    href: str
    hours: str
    away: tuple[tuple[str, str], ...]
    lines: tuple[tuple[Line, str], ...]
    is_today: bool = False


@dataclass(frozen=True)
class Everybody:
    """A week of all who work in it: a row for each, a box for each day; and the same as a list by days."""

    days: tuple[date, ...]
    heads: tuple[Head, ...]
    rows: tuple[tuple[User, tuple[Box, ...]], ...]
    visits: int
    stamp: str

    @property
    def people(self) -> list[User]:
        return [person for person, _boxes in self.rows]

    @property
    def listed(self) -> list[Listed]:
        """The days on which there is a visit or somebody is kept from them."""
        days = [self._listed(number, on) for number, on in enumerate(self.days)]
        return [day for day in days if day.lines or day.away]

    def _listed(self, number: int, on: date) -> Listed:
        boxes = [(person.name, boxes[number]) for person, boxes in self.rows]
        lines = ((line, name) for name, box in boxes for line in box.lines)
        return Listed(
            heading=date_format(on, "l j F"),
            href=self.heads[number].href,
            hours=self.heads[number].small,
            away=tuple((name, box.words) for name, box in boxes if box.words),
            lines=tuple(sorted(lines, key=lambda pair: pair[0].at)),
            is_today=self.heads[number].is_today,
        )


def days_of_week(day: date) -> list[date]:
    """Return Monday to Sunday of the week in which a day lies."""
    monday = day - timedelta(days=day.weekday())
    return [monday + timedelta(days=number) for number in range(7)]


def bounds_of(days: Sequence[date], site: Site) -> tuple[datetime, datetime]:
    return day_bounds(days[0], site.zone)[0], day_bounds(days[-1], site.zone)[1]


def read_one(site: Site, day: date, *, person: int, reader: Reader) -> Week | None:
    """Return one practitioner's week in four queries, or None when nobody by that id is in it."""
    days = days_of_week(day)
    there = presence.read(site, days[0], at=reader.at, days=len(days))
    shown = show(reader, visits_between(site, *bounds_of(days, site)).filter(practitioner=person))
    people = people_of(there, days, (one.appointment for one in shown))
    who = next((one for one in people if one.pk == person), None)
    if who is None:
        return None
    by_day = {one: tuple(each for each in shown if each.starts_at.date() == one) for one in days}
    kept = tuple(one for one in days if there.opening(one) or by_day[one]) or tuple(days)
    columns = [column_of(_head(one, who, there, reader), person, there, one, by_day[one]) for one in kept]
    return Week(
        days=kept,
        person=who,
        table=_table(columns, kept, there, reader),
        groups=tuple((date_format(one, "l j F"), by_day[one]) for one in kept if by_day[one]),
        tally=tally_of(shown),
        people=tuple(people),
        stamp=stamp_of(versions_of(shown), there, reader.at),
    )


def _head(on: date, who: User, there: Presence, reader: Reader) -> Head:
    words = [hours_words(there.shifts(who.pk, on)), there.words_on(who.pk, on)]
    return Head(
        key=on.isoformat(),
        title=date_format(on, "D j M"),
        small=" · ".join(filter(None, words)),
        href=f"{reverse('desk:board')}?{urlencode({'day': on.isoformat()})}",
        asks=f"practitioner={who.pk}&",
        day=on.isoformat(),
        hidden=f"{who.name}, {date_format(on, 'l j F')}",
        practitioner=who,
        is_today=on == reader.today,
    )


def _table(columns: Sequence[Column], days: Sequence[date], there: Presence, reader: Reader) -> Table:
    opening = [span for day in days for span in there.opening(day)]
    opens = min((span.starts_at.time() for span in opening), default=NO_HOURS[0])
    closes = max((span.ends_at.time() for span in opening), default=NO_HOURS[1])
    return week(columns, days, opens=opens, closes=closes, now=reader.at, zone=reader.zone)


FIELDS = ("pk", "version", "uuid", "starts_at", "state", "practitioner_id", "practitioner__name", "patient__name")


def read_everybody(site: Site, day: date, *, reader: Reader) -> Everybody:
    """Return the week of all who work in it, in two queries."""
    days = days_of_week(day)
    start, end = bounds_of(days, site)
    there = presence.read(site, days[0], at=reader.at, days=len(days))
    people = {pk: person.name for pk, person in there.people.items() if any(there.shifts(pk, one) for one in days)}
    visits = Appointment.objects.of_open_records().filter(site=site, starts_at__gte=start, starts_at__lt=end)
    rows = visits.exclude(state=State.CANCELLED).order_by("starts_at", "pk").values_list(*FIELDS)
    lines: dict[tuple[int, date], list[Line]] = defaultdict(list)
    address, versions = address_of("appointment"), []
    for pk, version, uuid, starts_at, state, who, name, patient in rows:
        wall = local(starts_at, site.zone)
        href = address.format(uuid)
        line = Line(clock_words(wall), reader.name_of(patient), href, STATUS_MARKS[state], reader.states[state])
        lines[who, wall.date()].append(line)
        people.setdefault(who, name)
        versions.append((pk, version, line.name, name))
    kept = [one for one in days if there.opening(one) or any(on == one for _who, on in lines)] or days
    return Everybody(
        days=tuple(kept),
        heads=tuple(_day_head(one, there, reader) for one in kept),
        rows=tuple(
            (User(pk=pk, name=name), tuple(_box(pk, one, there, lines[pk, one], reader) for one in kept))
            for pk, name in sorted(people.items(), key=lambda item: item[1])
        ),
        visits=len(versions),
        stamp=stamp_of(versions, there, reader.at),
    )


def _day_head(on: date, there: Presence, reader: Reader) -> Head:
    href = f"{reverse('desk:board')}?{urlencode({'day': on.isoformat()})}"
    small = there.words_on(None, on) or hours_words(there.opening(on))
    return Head(on.isoformat(), date_format(on, "D j M"), small, href=href, is_today=on == reader.today)


def _box(whose: int, on: date, there: Presence, lines: Sequence[Line], reader: Reader) -> Box:
    """Return one person's day; what keeps them from visits is said even beside visits."""
    shifts = there.shifts(whose, on)
    words = {span.words for span in there.blocks_on(whose, on)} | {there.words.get((whose, on), "")}
    return Box(
        hours=hours_words(shifts),
        lines=tuple(lines),
        words=", ".join(sorted(filter(None, words))),
        is_off=not shifts,
        is_today=on == reader.today,
    )
