"""A day read from the database, as people at the desk may see it: a fixed number of queries, whatever the day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from booking.models import Appointment, Change, Claim
from clinic.actors import Actor
from clinic.models import OpeningHours, Service, Shift, Site, User
from clinic.wall_time import day_bounds, instant, local
from desk.board.changes import Told, tell
from desk.board.days import Column, Span, Table, Visit, table
from desk.templatetags.marks import STATUS_MARKS
from patients import restrictions
from treatments import courses

LATE_AFTER = timedelta(minutes=5)
NEXT_UP = 4
CHANGES_SHOWN = 5
CHANGES_FROM_LAST = timedelta(hours=12)
State = Appointment.State


@dataclass(frozen=True)
class Flag:
    """A short word on a card: calm, warn or stop, with an icon."""

    tone: str
    icon: str
    words: str


@dataclass(frozen=True)
class Shown:
    """One visit as the board and the list print it. Nothing clinical is in here."""

    appointment: Appointment
    name: str
    starts_at: datetime
    ends_at: datetime
    mark: str
    tag: str
    word: str
    service_words: str
    minutes_late: int = 0
    numbing: Span | None = None  # while the practitioner's hands are free
    flags: tuple[Flag, ...] = ()
    forward: str = ""  # the one step this person may take now: arrive, enter_room, start, finish
    is_fresh: bool = False

    @property
    def is_late(self) -> bool:
        return self.minutes_late > 0

    @property
    def spoken(self) -> str:
        """The whole card in one sentence, for people who listen."""
        words = _("%(name)s, %(from)s to %(to)s, %(service)s, %(status)s") % {
            "name": self.name,
            "from": f"{self.starts_at:%H:%M}",
            "to": f"{self.ends_at:%H:%M}",
            "service": self.service_words,
            "status": self.tag,
        }
        return ", ".join([words, *(flag.words for flag in self.flags)])


@dataclass(frozen=True)
class Day:
    """Everything the day's page shows."""

    on: date
    table: Table
    listed: tuple[Shown, ...]
    tally: Mapping[str, int]
    next_up: tuple[Shown, ...]
    changes: tuple[Told, ...] = ()
    opens_at: datetime | None = None
    is_today: bool = False
    stamp: str = ""
    practitioners: tuple[User, ...] = field(default=())

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


def read(
    site: Site, on: date, *, by: Actor, at: datetime, only: int | None = None, initials: bool = False, fresh: str = ""
) -> Day:
    """Return a site's local day.

    only: the practitioner to show alone. initials: names shortened where strangers see the screen. fresh: the uuid of
    a visit to mark as just booked or changed.
    """
    start, end = day_bounds(on, site.zone)
    is_today = start <= at < end
    appointments, claims = list(_appointments(site, start, end)), list(_claims(start, end))
    reader = _Reader(by, at, site.zone, is_today, initials, fresh)
    everything = _show(reader, appointments, claims, on)
    shifts = _shifts(site, on)
    people = _people(shifts, everything)
    shown = [one for one in everything if only in (None, one.appointment.practitioner_id)]
    columns = [_column(one, shifts[one.pk], claims, shown) for one in people if only in (None, one.pk)]
    opens_at, closes_at = _opening(site, on)
    hours = {"opens_at": opens_at or _clock(site, on, 9), "closes_at": closes_at or _clock(site, on, 17)}
    return Day(
        on=on,
        table=table(columns, **hours, now=at, zone=site.zone),
        listed=tuple(shown),
        tally=_tally(shown),
        next_up=tuple(one for one in shown if one.appointment.is_standing)[:NEXT_UP] if is_today else (),
        changes=tuple(tell(_changes(site, at), site.zone)) if is_today else (),
        opens_at=opens_at,
        is_today=is_today,
        stamp=_stamp(appointments, at),
        practitioners=tuple(people),
    )


def _show(reader: _Reader, appointments: Sequence[Appointment], claims: Iterable[Claim], on: date) -> list[Shown]:
    """Return the visits as this person may see them, in three queries however many they are."""
    of_visit: dict[int | None, list[Claim]] = defaultdict(list)
    for claim in claims:
        of_visit[claim.appointment_id].append(claim)
    words = restrictions.words_for_desk([visit.patient for visit in appointments], on=on)
    places = courses.places(appointments)
    return [
        reader.show(visit, of_visit[visit.pk], words.get(visit.patient_id), places[visit.pk]) for visit in appointments
    ]


def _clock(site: Site, on: date, hour: int) -> datetime:
    return instant(on, time(hour), site.zone)


def _appointments(site: Site, start: datetime, end: datetime) -> Iterable[Appointment]:
    return (
        Appointment.objects.filter(site=site, starts_at__gte=start, starts_at__lt=end)
        .for_board()
        .order_by("starts_at", "practitioner__name", "pk")
    )


def _claims(start: datetime, end: datetime) -> Iterable[Claim]:
    """Return what holds practitioners that day: their visits, and what keeps them from any."""
    return Claim.objects.filter(practitioner__isnull=False, is_active=True, starts_at__lt=end, ends_at__gt=start)


def _shifts(site: Site, on: date) -> dict[int, list[tuple[User, Span]]]:
    found: dict[int, list[tuple[User, Span]]] = defaultdict(list)
    rows = Shift.objects.filter(site=site, weekday=on.weekday(), practitioner__is_active=True)
    for shift in rows.select_related("practitioner"):
        span = Span(instant(on, shift.starts_at, site.zone), instant(on, shift.ends_at, site.zone))
        found[shift.practitioner_id].append((shift.practitioner, span))
    return found


def _opening(site: Site, on: date) -> tuple[datetime | None, datetime | None]:
    hours = list(OpeningHours.objects.filter(site=site, weekday=on.weekday()))
    if not hours:
        return None, None
    opens, closes = min(row.opens_at for row in hours), max(row.closes_at for row in hours)
    return instant(on, opens, site.zone), instant(on, closes, site.zone)


def _people(shifts: Mapping[int, Sequence[tuple[User, Span]]], shown: Iterable[Shown]) -> list[User]:
    """Return who works or has a visit that day, by name; who is off is not shown."""
    people = {held[0][0].pk: held[0][0] for held in shifts.values() if held}
    for one in shown:
        if one.appointment.state != State.CANCELLED:
            people.setdefault(one.appointment.practitioner_id, one.appointment.practitioner)
    return sorted(people.values(), key=lambda person: person.name)


def _column(
    person: User, shifts: Sequence[tuple[User, Span]], claims: Iterable[Claim], shown: Iterable[Shown]
) -> Column:
    mine = [claim for claim in claims if claim.practitioner_id == person.pk and claim.kind != Claim.Kind.VISIT]
    return Column(
        practitioner=person,
        shifts=tuple(span for _person, span in shifts),
        blocks=tuple(
            Span(claim.starts_at, claim.ends_at, claim.words or str(claim.get_kind_display())) for claim in mine
        ),
        visits=tuple(
            Visit(Span(one.starts_at, one.ends_at), one, one.numbing)
            for one in shown
            if one.appointment.practitioner_id == person.pk and one.appointment.state != State.CANCELLED
        ),
    )


@dataclass(frozen=True)
class _Reader:
    """Who looks at the day, when and how; turns one visit into what they may see of it."""

    by: Actor
    at: datetime
    zone: ZoneInfo
    is_today: bool
    initials: bool
    fresh: str

    def show(self, visit: Appointment, claims: Sequence[Claim], word: Any, place: str) -> Shown:
        late = _minutes_late(visit, self.at) if self.is_today else 0
        return Shown(
            appointment=visit,
            name=_initials(visit.patient.name) if self.initials else visit.patient.name,
            starts_at=local(visit.starts_at, self.zone),
            ends_at=local(visit.ends_at, self.zone),
            mark=STATUS_MARKS[visit.state],
            tag=_tag(visit, late, self.zone),
            word=_word(visit),
            service_words=f"{visit.service.name} · {place}" if place else visit.service.name,
            minutes_late=late,
            numbing=_free_hands(claims, self.zone),
            flags=tuple(_flags(visit, word)),
            forward=_forward(visit, self.by) if self.is_today else "",
            is_fresh=str(visit.uuid) == self.fresh,
        )


def _free_hands(claims: Sequence[Claim], zone: ZoneInfo) -> Span | None:
    """Return when a visit leaves its practitioner free between two holds: while the cream works. Or None."""
    held = sorted(claims, key=lambda claim: claim.starts_at)
    for before, after in pairwise(held):
        if before.ends_at < after.starts_at:
            return Span(local(before.ends_at, zone), local(after.starts_at, zone))
    return None


def _initials(name: str) -> str:
    return " ".join(f"{word[0]}." for word in name.split())


def _minutes_late(visit: Appointment, at: datetime) -> int:
    if visit.state not in (State.BOOKED, State.CONFIRMED) or at < visit.starts_at + LATE_AFTER:
        return 0
    return int((at - visit.starts_at).total_seconds() // 60)


def _word(visit: Appointment) -> str:
    """Return the status in a word, for cards with room for no more."""
    return visit.room.name if visit.state == State.IN_ROOM and visit.room else str(visit.get_state_display())


def _tag(visit: Appointment, late: int, zone: ZoneInfo) -> str:
    """Return the words for where a visit stands: Booked, 19 min late, Arrived 13:58, Room 2."""
    if late:
        return _("%(n)s min late") % {"n": late}
    if visit.state == State.ARRIVED and visit.arrived_at:
        return _("Arrived %(time)s") % {"time": f"{local(visit.arrived_at, zone):%H:%M}"}
    return _word(visit)


def _flags(visit: Appointment, word: Any) -> Iterable[Flag]:
    """Yield what the desk must see before the visit; never why."""
    if not visit.is_standing or word is None:
        return
    if word.kind == "needs_clinician":
        yield Flag("stop", "shield", word.text)
    elif word.kind == "not_before" and visit.service.kind == Service.Kind.NEEDLING:
        yield Flag("warn", "warn", word.text)


def _forward(visit: Appointment, by: Actor) -> str:
    """Return the next true step that this person may take from the board, or "". A needling starts at its chart."""
    is_needling = visit.service.kind == Service.Kind.NEEDLING
    if visit.state == State.ARRIVED and is_needling:
        return "start" if by.may("treat") else ""
    if not by.may("book"):
        return ""
    if visit.state in (State.BOOKED, State.CONFIRMED):
        return "arrive"
    if visit.state == State.ARRIVED:
        return "enter_room"
    return "finish" if visit.state == State.IN_ROOM and not is_needling else ""


def _tally(shown: Sequence[Shown]) -> dict[str, int]:
    states = [one.appointment.state for one in shown]
    return {
        "visits": len(states) - states.count(State.CANCELLED),
        "done": states.count(State.DONE),
        "here": states.count(State.ARRIVED) + states.count(State.IN_ROOM),
        "late": sum(one.is_late for one in shown),
        "no_show": states.count(State.NO_SHOW),
    }


def _changes(site: Site, at: datetime) -> Iterable[Change]:
    rows = Change.objects.filter(appointment__site=site, at__gt=at - CHANGES_FROM_LAST, undone_at=None)
    return rows.exclude(verb="revert").select_related("appointment__patient").order_by("-id")[:CHANGES_SHOWN]


def _stamp(appointments: Sequence[Appointment], at: datetime) -> str:
    """Return a short text that changes when anything on the day does, and every five minutes with the clock."""
    versions = sum(visit.version for visit in appointments)
    return f"{len(appointments)}-{versions}-{int(at.timestamp()) // 300}"
