"""One visit as the board and the list print it: what the desk may see of it, in words. Nothing clinical is in here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from booking.models import Appointment
from booking.rules import may as may_step
from clinic.actors import Actor
from clinic.models import Service
from clinic.wall_time import local
from desk.board.grid import Span
from desk.templatetags.marks import STATUS_MARKS
from patients.restrictions import DeskWord

LATE_AFTER = timedelta(minutes=5)
WAITS_LONG = timedelta(minutes=10)
NIL = UUID(int=0)
State = Appointment.State


@dataclass(frozen=True)
class Flag:
    """A short word on a card: calm, warn or stop, with an icon."""

    tone: str
    icon: str
    words: str


@dataclass(frozen=True)
class Step:
    """The one step forward that this person may take now. key: the single key that takes it."""

    code: str
    words: str
    href: str
    key: str
    posts: bool = True
    is_main: bool = False


@dataclass(frozen=True)
class Shown:
    """One visit. starts_at and ends_at are on the site's wall; from_words and to_words say them."""

    appointment: Appointment
    name: str
    href: str
    starts_at: datetime
    ends_at: datetime
    from_words: str
    to_words: str
    mark: str
    tag: str
    word: str
    service_words: str
    spoken: str  # the whole card in one sentence, for people who listen
    minutes_late: int = 0
    waits_long: bool = False
    numbing: Span | None = None  # while the practitioner's hands are free
    flags: tuple[Flag, ...] = ()
    step: Step | None = None
    may_move: bool = False
    is_fresh: bool = False

    @property
    def forward(self) -> str:
        return self.step.code if self.step else ""

    @property
    def is_late(self) -> bool:
        return self.minutes_late > 0


@dataclass
class Reader:
    """Who looks at some days, when and how; turns one visit into what they may see of it."""

    by: Actor
    at: datetime
    zone: ZoneInfo
    initials: bool = False
    fresh: str = ""

    def __post_init__(self) -> None:
        self.today = local(self.at, self.zone).date()
        self.books, self.treats = self.by.may("book"), self.by.may("treat")
        # said once, not for every visit
        self.states = {state: str(label) for state, label in State.choices}
        self._spoken = _("%(name)s, %(from)s to %(to)s, %(service)s, %(status)s")
        names = ("appointment", "appointment_arrive", "appointment_enter_room", "appointment_finish", "start")
        self._addresses = {name: address_of(name) for name in names}

    def name_of(self, name: str) -> str:
        """Return a patient's name as this screen may show it."""
        return initials_of(name) if self.initials else name

    def show(self, visit: Appointment, word: DeskWord | None, place: str, numbing: Span | None = None) -> Shown:
        starts_at, ends_at = local(visit.starts_at, self.zone), local(visit.ends_at, self.zone)
        is_today = starts_at.date() == self.today
        late = _minutes_late(visit, self.at) if is_today else 0
        flags = tuple(_flags(visit, word))
        words = self._words(visit, clock_words(starts_at), clock_words(ends_at), place, late)
        return Shown(
            appointment=visit,
            name=words["name"],
            href=self._address("appointment", visit),
            starts_at=starts_at,
            ends_at=ends_at,
            from_words=words["from"],
            to_words=words["to"],
            mark=STATUS_MARKS[visit.state],
            tag=words["status"],
            word=self._word(visit),
            service_words=words["service"],
            spoken=", ".join([self._spoken % words, *(flag.words for flag in flags)]),
            minutes_late=late,
            waits_long=is_today and _waits_long(visit, self.at),
            numbing=numbing,
            flags=flags,
            step=self._step(visit) if is_today else None,
            may_move=self.books and may_step("move", visit.state),
            is_fresh=bool(self.fresh) and str(visit.uuid) == self.fresh,
        )

    def _words(self, visit: Appointment, starts: str, ends: str, place: str, late: int) -> dict[str, str]:
        """Return what is printed of a visit, by the names that the sentence for the ear has for it."""
        return {
            "name": self.name_of(visit.patient.name),
            "from": starts,
            "to": ends,
            "service": f"{visit.service.name} · {place}" if place else visit.service.name,
            "status": self._tag(visit, late),
        }

    def _address(self, name: str, visit: Appointment) -> str:
        return self._addresses[name].format(visit.uuid)

    def _word(self, visit: Appointment) -> str:
        """Return the status in a word, for cards with room for no more."""
        return visit.room.name if visit.state == State.IN_ROOM and visit.room else self.states[visit.state]

    def _tag(self, visit: Appointment, late: int) -> str:
        """Return the words for where a visit stands: Booked, 19 min late, Late, +10 min, Arrived 13:58, Room 2."""
        if late:
            return _("%(n)s min late") % {"n": late}
        if visit.late_minutes and visit.state in (State.BOOKED, State.CONFIRMED):
            return _("Late, +%(n)s min") % {"n": visit.late_minutes}
        if visit.state == State.ARRIVED and visit.arrived_at:
            return _("Arrived %(time)s") % {"time": f"{local(visit.arrived_at, self.zone):%H:%M}"}
        return self._word(visit)

    def _step(self, visit: Appointment) -> Step | None:
        """Return the next true step that this person may take from the board. A needling starts at its chart."""
        is_needling = visit.service.kind == Service.Kind.NEEDLING
        if visit.state == State.ARRIVED and is_needling:
            start = Step("start", _("Start"), self._address("start", visit), "r", posts=False, is_main=True)
            return start if self.treats else None
        if not self.books:
            return None
        if visit.state in (State.BOOKED, State.CONFIRMED):
            return Step("arrive", _("Arrived"), self._address("appointment_arrive", visit), "a")
        if visit.state == State.ARRIVED:
            enters = self._address("appointment_enter_room", visit)
            return Step("enter_room", _("In room"), enters, "r", is_main=True)
        if visit.state == State.IN_ROOM and not is_needling:
            return Step("finish", _("Done"), self._address("appointment_finish", visit), "d")
        return None


def clock_words(at: datetime) -> str:
    """Return the time of a wall in words, 09:05; without the format codes, which cost four times as much."""
    return f"{at.hour:02}:{at.minute:02}"


def address_of(name: str) -> str:
    """Return a visit's page at the desk, with {} for the visit: looked up once, not for every visit."""
    return reverse(f"desk:{name}", args=[NIL]).replace(str(NIL), "{}")


def initials_of(name: str) -> str:
    return " ".join(f"{word[0]}." for word in name.split())


def _minutes_late(visit: Appointment, at: datetime) -> int:
    """Return by how many minutes somebody has not come; who said how late they come counts from then on."""
    said = timedelta(minutes=visit.late_minutes or 0)
    if visit.state not in (State.BOOKED, State.CONFIRMED) or at < visit.starts_at + max(said, LATE_AFTER):
        return 0
    return int((at - visit.starts_at).total_seconds() // 60)


def _waits_long(visit: Appointment, at: datetime) -> bool:
    """Say whether somebody sits in the waiting room for more than ten minutes."""
    return visit.state == State.ARRIVED and visit.arrived_at is not None and at - visit.arrived_at > WAITS_LONG


def _flags(visit: Appointment, word: DeskWord | None) -> Iterable[Flag]:
    """Yield what the desk must see before the visit; never why."""
    if visit.is_walk_in:
        yield Flag("calm", "user", _("Walk-in"))
    if not visit.is_standing or word is None:
        return
    if word.kind == "needs_clinician":
        yield Flag("stop", "shield", word.text)
    elif word.kind == "not_before" and visit.service.kind == Service.Kind.NEEDLING:
        yield Flag("warn", "warn", word.text)
