"""One session of a series moves: what that means for those after it, old and new beside each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from booking import diary
from booking.free_times import FreeTime
from booking.models import Appointment
from booking.rules import may
from booking.wishes import Wish
from clinic import wall_time
from clinic.models import User
from clinic.refusals import Refusal, Refused
from treatments import courses, gates
from treatments.models import Course
from treatments.rules import Window
from visits import proposing, rests
from visits.proposing import LATER_DAYS, Chosen, Like, Times, Wanted, Written


@dataclass(frozen=True)
class Shift:
    """One visit of the series and where it would go. window: when it may be, counted from the one before it.

    to: its new time, None while there is none. is_unchanged: it stays where it is, because that still fits. refusals:
    the rules that somebody would have to pass for its new time; without one, what keeps a written time from being had.
    """

    visit: Appointment
    number: int
    window: Window | None
    counted_from: date | None
    to: FreeTime | None = None
    times: tuple[FreeTime, ...] = ()
    is_unchanged: bool = False
    why: str = ""
    refusals: tuple[Refusal, ...] = ()


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

    chosen: times picked or written for the later ones, by session number.
    """
    course = courses.course_of(visit)
    if course is None:
        raise ValueError("this visit belongs to no course")
    wanted = Wanted(visit.patient, visit.service, visit.site, course)
    booked = courses.visits_to_come(course)
    place = [one.pk for one in booked].index(visit.pk)
    number = courses.done_count(course) + 1 + place
    stood = stood_after(course, booked, wanted.site.zone)
    before = stood[visit.pk]
    window = wanted.spacing.after(before) if before else None
    first = Shift(visit, number, window, before)
    try:
        free, outside = _granted(_wish(visit, starts_at, practitioner or visit.practitioner, at))
    except Refused as refused:
        return Replan(course, first, refusal=refused.refusal)
    day = wall_time.local(free.starts_at, wanted.site.zone).date()
    against = rules_against(visit, day, before, wanted, stood_after=before, at=at)
    first = Shift(visit, number, window, before, to=free, refusals=(*against, *outside))
    later = [one for one in booked[place + 1 :] if may("move", one.state)]
    return Replan(course, first, tuple(_shifts(wanted, first, later, chosen or {}, stood, at=at)))


def stood_after(course: Course, booked: Sequence[Appointment], zone: ZoneInfo) -> dict[int, date | None]:
    """Return of each visit booked in a course the local day of the session before: booked, else the last performed."""
    last = courses.last_session(course)
    days = [wall_time.local(one.starts_at, zone).date() for one in booked]
    befores = [wall_time.local(last.ended_at, zone).date() if last else None, *days]
    return {one.pk: before for one, before in zip(booked, befores, strict=False)}


def rules_against(
    visit: Appointment, day: date, before: date | None, wanted: Wanted, *, stood_after: date | None, at: datetime
) -> list[Refusal]:
    """Return what the rules say against moving a visit to a local day, what harms most first.

    before: the day of the session before it, and stood_after the one that it had until now: two days that follow each
    other already are no new question.
    """
    stop = gates.restriction_refusal(visit, on=day, at=at)
    is_as_it_stood = (day, before) == (wall_time.local(visit.starts_at, wanted.site.zone).date(), stood_after)
    return rests.beside([stop] if stop else [], day, None if is_as_it_stood else before, wanted.spacing)


def _granted(wish: Wish) -> tuple[FreeTime, list[Refusal]]:
    """Return the time, and outside working hours the refusal that says so. Raises Refused by what nobody passes."""
    try:
        return wish.granted(), []
    except Refused as refused:
        if refused.refusal.rule != diary.HOURS:
            raise
        outside = refused.refusal
    return replace(wish, passes=frozenset({diary.HOURS})).granted(), [outside]


def _wish(visit: Appointment, starts_at: datetime, practitioner: User, at: datetime) -> Wish:
    known = {"ignore": visit, "needling_minutes": visit.needling_minutes}
    return Wish(visit.service, visit.site, practitioner, starts_at, visit.patient, at, **known)


def _shifts(
    wanted: Wanted,
    first: Shift,
    later: list[Appointment],
    chosen: Chosen,
    stood: dict[int, date | None],
    *,
    at: datetime,
) -> Iterator[Shift]:
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
        known = {"before": before, "wanted": wanted, "stood_after": stood[visit.pk], "at": at}
        rules = partial(rules_against, visit, **known)
        shift = _shift(visit, Shift(visit, number, window, before), wanted, times, chosen.get(number), rules)
        yield shift
        before = wall_time.local(shift.to.starts_at, zone).date() if shift.to else None


def _shift(
    visit: Appointment,
    shift: Shift,
    wanted: Wanted,
    times: Times,
    wish: tuple[datetime, int] | Written | None,
    rules: Callable[[date], list[Refusal]],
) -> Shift:
    """Return where one of the later visits would go, and what the rules say against that."""
    like = Like.the(visit, wanted.site.zone)
    asked, known = (shift.number, shift.window, times, like), {"counted_from": shift.counted_from}
    if isinstance(wish, Written):
        one = proposing.written(wanted, *asked, wish, **known, rules=rules, visit=visit)
        return replace(shift, to=one.chosen, times=one.times, why=one.why, refusals=one.refusals)
    one = proposing.session(*asked, None, wish, **known)
    day = wall_time.local(one.chosen.starts_at, wanted.site.zone).date() if one.chosen else None
    return replace(shift, to=one.chosen, times=one.times, why=one.why, refusals=tuple(rules(day)) if day else ())


def _read(wanted: Wanted, window: Window, later: list[Appointment], *, at: datetime) -> Times:
    """Return the free times for the later visits, long enough for the longest of them."""
    last = window.closes_on + timedelta(days=wanted.spacing.latest * len(later) + LATER_DAYS)
    length = max((one.needling_minutes for one in later if one.needling_minutes), default=None)
    return proposing.read_times(wanted, window.opens_on, last, at=at, needling_minutes=length)
