"""A day read from the database, as people at the desk may see it: a fixed number of queries, whatever the day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zlib import crc32

from django.db.models import Max, Min, OuterRef, QuerySet, Subquery
from django.db.models.expressions import BaseExpression
from django.urls import reverse
from django.utils.translation import gettext as _

from booking.models import Appointment, Claim
from clinic.models import Site, User
from clinic.often import often
from clinic.wall_time import day_bounds, local
from desk.board import presence, recent, shared
from desk.board.cards import Visit
from desk.board.days import Column, Table, table
from desk.board.grid import Span
from desk.board.presence import Presence
from desk.board.recent import Noted
from desk.board.shown import Reader, Shown, State
from patients import restrictions
from treatments import courses

NEXT_UP = 4
# what the board prints of a visit; nothing else is fetched
PRINTED = (
    *("uuid", "starts_at", "ends_at", "state", "version", "arrived_at", "late_minutes", "is_walk_in", "changed_at"),
    *("site", "patient", "service", "practitioner", "room", "patient__uuid", "patient__name"),
)


@dataclass(frozen=True)
class Head:
    """The header of a column, and what a free cell below it books: words to show, and the rest of its link.

    key: names its cells on the page; asks: the part of a booking's address that names the practitioner; day: as in
    addresses, 2026-03-02; hidden: read aloud after "Book 10:15".
    """

    key: str
    title: str
    small: str = ""
    initials: str = ""
    href: str = ""
    href_words: str = ""
    asks: str = ""
    day: str = ""
    hidden: str = ""
    practitioner: User | None = None
    is_today: bool = False


@dataclass(frozen=True)
class Day:
    """Everything the day's page shows."""

    on: date
    table: Table
    listed: tuple[Shown, ...]
    tally: Mapping[str, int]
    next_up: tuple[Shown, ...]
    changes: tuple[Noted, ...] = ()
    opens_at: datetime | None = None
    is_today: bool = False
    is_over: bool = False
    stamp: str = ""
    words: str = ""
    practitioners: tuple[User, ...] = field(default=())
    only: int | None = None

    @property
    def is_closed(self) -> bool:
        return self.opens_at is None and not self.listed

    @property
    def present_id(self) -> int | None:
        """The visit at which a list of today opens: the first that is not over."""
        return self.next_up[0].appointment.pk if self.next_up else None

    @property
    def is_empty(self) -> bool:
        return not self.tally["visits"]

    @property
    def before(self) -> date:
        return self.on - timedelta(days=1)

    @property
    def after(self) -> date:
        return self.on + timedelta(days=1)


def read(site: Site, on: date, *, reader: Reader, only: int | None = None, insists: bool = True) -> Day:
    """Return a site's local day, in four queries; today's in one more for what was changed.

    only: the practitioner to show alone; without insists, everybody when that one is off.
    """
    at = reader.at
    start, end = day_bounds(on, site.zone)
    is_today = start <= at < end
    there = presence.read(site, on, at=at)
    everything = show(reader, _visits_of_a_day(site.pk, start, end))
    people = people_of(there, [on], (one.appointment for one in everything))
    if not insists and only not in [one.pk for one in people]:
        only = None
    shown = [one for one in everything if only in (None, one.appointment.practitioner_id)]
    columns = _columns([one for one in people if only in (None, one.pk)], there, on, shown, today=reader.today)
    opens_at, closes_at = there.bounds(on)
    return Day(
        on=on,
        table=table(columns, opens_at=opens_at, closes_at=closes_at, now=at, zone=site.zone),
        listed=tuple(shown),
        tally=tally_of(shown),
        next_up=tuple(one for one in shown if one.appointment.is_standing)[:NEXT_UP] if is_today else (),
        changes=recent.read(reader, site) if is_today else (),
        opens_at=opens_at if there.opening(on) else None,
        is_today=is_today,
        is_over=end <= at,
        stamp=stamp_of(versions_of(everything), there, at),
        words=there.words_on(None, on),
        practitioners=tuple(people),
        only=only,
    )


def visits_between(site: Site | int, start: datetime, end: datetime) -> QuerySet[Appointment]:
    """Return the visits that start in a stretch, with all that the board prints and their places in courses.

    hands_from and hands_to: when the first hold on the practitioner ends and the last begins; between them, if there is
    a between, the cream works. Read them with `fetched`.
    """
    rows = Appointment.objects.of_open_records().filter(site=site, starts_at__gte=start, starts_at__lt=end)
    rows = rows.select_related("patient").only(*PRINTED)
    hands = {"hands_from": _held(Min("ends_at")), "hands_to": _held(Max("starts_at"))}
    return courses.with_places(rows).annotate(**hands).order_by("starts_at", "pk")


_visits_of_a_day = often(visits_between)


def fetched(rows: Iterable[Appointment]) -> list[Appointment]:
    """Return the visits of `visits_between` by time and practitioner, in two queries."""
    visits = list(rows)
    shared.fill_in(visits)
    return sorted(visits, key=lambda visit: (visit.starts_at, visit.practitioner.name, visit.pk))


def _held(edge: BaseExpression) -> Subquery:
    holds = Claim.objects.filter(appointment=OuterRef("pk"), practitioner__isnull=False, is_active=True).order_by()
    return Subquery(holds.values("appointment").annotate(edge=edge).values("edge"))


def show(reader: Reader, rows: Iterable[Appointment]) -> list[Shown]:
    """Return the visits of `visits_between` as this person may see them, in three queries however many they are."""
    visits = fetched(rows)
    days = {visit.pk: local(visit.starts_at, reader.zone).date() for visit in visits}
    words = restrictions.words_by_day((visit.patient_id, days[visit.pk]) for visit in visits if visit.is_standing)
    return [
        reader.show(
            visit,
            words.get((visit.patient_id, days[visit.pk])),
            courses.place_words(visit.place_number, visit.place_of),
            _free_hands(visit, reader),
        )
        for visit in visits
    ]


def _free_hands(visit: Appointment, reader: Reader) -> Span | None:
    """Return when a visit leaves its practitioner free: while the cream works. Or None."""
    if visit.hands_from is None or visit.hands_from >= visit.hands_to:
        return None
    return Span(local(visit.hands_from, reader.zone), local(visit.hands_to, reader.zone))


def people_of(there: Presence, days: Iterable[date], visits: Iterable[Appointment]) -> list[User]:
    """Return who works or has a visit on these days, by name; who is off is not shown."""
    days = list(days)
    people = {pk: person for pk, person in there.people.items() if any(there.shifts(pk, day) for day in days)}
    for visit in visits:
        if visit.state != State.CANCELLED:
            people.setdefault(visit.practitioner_id, visit.practitioner)
    return sorted(people.values(), key=lambda person: person.name)


def _columns(people: Iterable[User], there: Presence, on: date, shown: Iterable[Shown], *, today: date) -> list[Column]:
    """Return a column for each of these people."""
    address = _out_of_the_day(on, today)
    theirs: dict[int, list[Shown]] = defaultdict(list)
    for one in shown:
        theirs[one.appointment.practitioner_id].append(one)
    return [
        column_of(head_of(one, there, on, today=today, address=address), one.pk, there, on, theirs[one.pk])
        for one in people
    ]


def head_of(person: User, there: Presence, on: date, *, today: date, address: str) -> Head:
    """Return the header of a practitioner's day; it leads to taking them out of it. address: as `_out_of_the_day`."""
    words = [hours_words(there.shifts(person.pk, on)), there.words.get((person.pk, on), "")]
    return Head(
        key=str(person.pk),
        title=person.name,
        small=" · ".join(filter(None, words)),
        initials=person.initials,
        href=address.format(person.pk),
        href_words=_("out or late") if on == today else _("close time"),
        asks=f"practitioner={person.pk}&",
        day=on.isoformat(),
        hidden=person.name,
        practitioner=person,
    )


def _out_of_the_day(on: date, today: date) -> str:
    """Return where people are taken out of a day, with {} for whom; empty for a day that is over.

    Of today they are taken with their visits, of another day by closing their time.
    """
    if on < today:
        return ""
    if on == today:
        return f"{reverse('desk:out_today')}?practitioner={{}}"
    return f"{reverse('desk:closure_add')}?what=practitioner-{{}}&day={on.isoformat()}"


def hours_words(spans: Sequence[Span]) -> str:
    return f"{spans[0].starts_at:%H:%M}–{spans[-1].ends_at:%H:%M}" if spans else ""


def column_of(head: Head, practitioner: int, there: Presence, on: date, shown: Iterable[Shown]) -> Column:
    """Return one practitioner's day under a header."""
    return Column(
        head=head,
        shifts=there.shifts(practitioner, on),
        blocks=there.blocks_on(practitioner, on),
        visits=tuple(
            Visit(Span(one.starts_at, one.ends_at), one, one.numbing)
            for one in shown
            if one.appointment.practitioner_id == practitioner
            and one.appointment.state != State.CANCELLED
            and one.starts_at.date() == on
        ),
        off_words=there.words_on(practitioner, on),
    )


def tally_of(shown: Iterable[Shown]) -> dict[str, int]:
    """Return the day in numbers."""
    shown = list(shown)
    states = [one.appointment.state for one in shown]
    return {
        "visits": len(states) - states.count(State.CANCELLED),
        "done": states.count(State.DONE),
        "here": states.count(State.ARRIVED) + states.count(State.IN_ROOM),
        "waiting": sum(one.waits_long for one in shown),
        "late": sum(one.is_late for one in shown),
        "no_show": states.count(State.NO_SHOW),
    }


def stamp_of(visits: Iterable[tuple[object, ...]], there: Presence, at: datetime) -> str:
    """Return a short text that changes when anything on the page does, and every five minutes with the clock.

    visits: the id and the version of each, in the order of the page, and what it shows of them besides.
    """
    said = repr((list(visits), there.said()))
    return f"{crc32(said.encode()):x}-{int(at.timestamp()) // 300}"


def versions_of(shown: Iterable[Shown]) -> list[tuple[object, ...]]:
    """Return the id and the version of each visit, and what may change without the visit: names and words."""
    return [
        (
            one.appointment.pk,
            one.appointment.version,
            one.name,
            one.service_words,
            one.appointment.practitioner.name,
            [str(flag.words) for flag in one.flags],
        )
        for one in shown
    ]
