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
from desk.board.reading import Head, column_of, hours_words, people_of, show, stamp_of, tally_of, visits_between
from desk.board.shown import NIL, Reader, Shown, State
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
class Everybody:
    """A week of all who work in it: a row for each, a box for each day."""

    heads: tuple[Head, ...]
    rows: tuple[tuple[User, tuple[Box, ...]], ...]
    visits: int

    @property
    def people(self) -> list[User]:
        return [person for person, _boxes in self.rows]


def days_of_week(day: date) -> list[date]:
    """Return Monday to Sunday of the week in which a day lies."""
    monday = day - timedelta(days=day.weekday())
    return [monday + timedelta(days=number) for number in range(7)]


def bounds_of(days: Sequence[date], site: Site) -> tuple[datetime, datetime]:
    return day_bounds(days[0], site.zone)[0], day_bounds(days[-1], site.zone)[1]


def read_one(site: Site, day: date, *, person: int, reader: Reader) -> Week | None:
    """Return one practitioner's week in three queries, or None when nobody by that id is in it."""
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
        stamp=stamp_of(shown, there, reader.at),
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


FIELDS = ("uuid", "starts_at", "state", "practitioner_id", "practitioner__name", "patient__name")


def read_everybody(site: Site, day: date, *, reader: Reader) -> Everybody:
    """Return the week of all who work in it, in two queries."""
    days = days_of_week(day)
    start, end = bounds_of(days, site)
    there = presence.read(site, days[0], at=reader.at, days=len(days))
    people = {pk: person.name for pk, person in there.people.items() if any(there.shifts(pk, one) for one in days)}
    rows = Appointment.objects.filter(site=site, starts_at__gte=start, starts_at__lt=end)
    rows = rows.exclude(state=State.CANCELLED).order_by("starts_at", "pk").values_list(*FIELDS)
    lines: dict[tuple[int, date], list[Line]] = defaultdict(list)
    address = reverse("desk:appointment", args=[NIL])
    for uuid, starts_at, state, who, name, patient in rows:
        wall = local(starts_at, site.zone)
        href = address.replace(str(NIL), str(uuid))
        line = Line(f"{wall:%H:%M}", reader.name_of(patient), href, STATUS_MARKS[state], reader.states[state])
        lines[who, wall.date()].append(line)
        people.setdefault(who, name)
    kept = [one for one in days if there.opening(one) or any(on == one for _who, on in lines)] or days
    return Everybody(
        heads=tuple(_day_head(one, there, reader) for one in kept),
        rows=tuple(
            (User(pk=pk, name=name), tuple(_box(pk, one, there, lines[pk, one], reader) for one in kept))
            for pk, name in sorted(people.items(), key=lambda item: item[1])
        ),
        visits=sum(len(held) for held in lines.values()),
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
