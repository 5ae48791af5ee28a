"""One session of a series moves: what that means for those after it, old and new beside each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from booking.free_times import FreeTime
from booking.models import Appointment
from booking.rules import may
from booking.wishes import Wish
from clinic import wall_time
from clinic.models import User
from clinic.refusals import Refusal, Refused
from treatments import courses
from treatments.models import Course
from treatments.rules import Window
from visits import proposing
from visits.proposing import LATER_DAYS, Chosen, Like, Proposed, Times, Wanted


@dataclass(frozen=True)
class Shift:
    """One visit of the series and where it would go. window: when it may be, counted from the one before it.

    to: its new time, None while there is none. is_unchanged: it stays where it is, because that still fits.
    """

    visit: Appointment
    number: int
    window: Window | None
    counted_from: date | None
    to: FreeTime | None = None
    times: tuple[FreeTime, ...] = ()
    is_unchanged: bool = False
    why: str = ""


@dataclass(frozen=True)
class Replan:
    """A move and what follows it. refusal: why the session itself cannot go there."""

    course: Course
    first: Shift
    rest: tuple[Shift, ...] = ()
    refusal: Refusal | None = None

    @property
    def moving(self) -> list[Shift]:
        return [one for one in (self.first, *self.rest) if one.to is not None and not one.is_unchanged]

    @property
    def falling_out(self) -> list[Shift]:
        """Return the later visits that no longer lie in their window when only the first one moves."""
        return [one for one in self.rest if not one.is_unchanged]


def later_in_course(visit: Appointment) -> list[Appointment]:
    """Return the booked visits after this one in its course, soonest first; empty where it belongs to none."""
    course = courses.course_of(visit)
    booked = courses.visits_to_come(course) if course else []
    return [one for one in booked if one.starts_at > visit.starts_at and may("move", one.state)]


def replan(
    visit: Appointment,
    *,
    starts_at: datetime,
    practitioner: User | None = None,
    at: datetime,
    chosen: Chosen | None = None,
) -> Replan:
    """Return what moving a visit of a course means for those after it. Raises ValueError for one of no course.

    chosen: times picked for the later ones, by session number.
    """
    course = courses.course_of(visit)
    if course is None:
        raise ValueError("this visit belongs to no course")
    wanted = Wanted(visit.patient, visit.service, visit.site, course)
    booked = courses.visits_to_come(course)
    place = [one.pk for one in booked].index(visit.pk)
    number = courses.done_count(course) + 1 + place
    before = _day_before(booked[:place], course, wanted)
    window = wanted.spacing.after(before) if before else None
    first = Shift(visit, number, window, before)
    try:
        free = _wish(visit, starts_at, practitioner or visit.practitioner, at).granted()
    except Refused as refused:
        return Replan(course, first, refusal=refused.refusal)
    first = Shift(visit, number, window, before, to=free)
    later = [one for one in booked[place + 1 :] if may("move", one.state)]
    return Replan(course, first, tuple(_shifts(wanted, first, later, chosen or {}, at=at)))


def _wish(visit: Appointment, starts_at: datetime, practitioner: User, at: datetime) -> Wish:
    known = {"ignore": visit, "needling_minutes": visit.needling_minutes}
    return Wish(visit.service, visit.site, practitioner, starts_at, visit.patient, at, **known)


def _day_before(booked: list[Appointment], course: Course, wanted: Wanted) -> date | None:
    """Return the local day of the session before: booked, else the last one performed."""
    if booked:
        return wall_time.local(booked[-1].starts_at, wanted.site.zone).date()
    last = courses.last_session(course)
    return wall_time.local(last.ended_at, wanted.site.zone).date() if last else None


def _shifts(wanted: Wanted, first: Shift, later: list[Appointment], chosen: Chosen, *, at: datetime) -> Iterator[Shift]:
    zone = wanted.site.zone
    before: date | None = wall_time.local(first.to.starts_at, zone).date()
    times: Times | None = None
    for number, visit in enumerate(later, start=first.number + 1):
        if before is None:
            yield Shift(visit, number, None, None, why="waits")
            continue
        window, stands_on = wanted.spacing.after(before), wall_time.local(visit.starts_at, zone).date()
        if window.holds(stands_on) and number not in chosen:
            yield Shift(visit, number, window, before, is_unchanged=True)
            before = stands_on
            continue
        times = times or _read(wanted, window, later, at=at)
        like = Like.the(visit, zone)
        one: Proposed = proposing.session(number, window, times, like, None, chosen.get(number), counted_from=before)
        yield Shift(visit, number, window, before, to=one.chosen, times=one.times, why=one.why)
        before = wall_time.local(one.chosen.starts_at, zone).date() if one.chosen else None


def _read(wanted: Wanted, window: Window, later: list[Appointment], *, at: datetime) -> Times:
    """Return the free times for the later visits, long enough for the longest of them."""
    last = window.closes_on + timedelta(days=wanted.spacing.latest * len(later) + LATER_DAYS)
    length = max((one.needling_minutes for one in later if one.needling_minutes), default=None)
    return proposing.read_times(wanted, window.opens_on, last, at=at, needling_minutes=length)
