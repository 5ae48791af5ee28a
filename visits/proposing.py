"""A series as it could be: for every session still to come a time inside its window, near the last one in kind.

Nothing is held here. The sessions lie whole days apart, so no proposal stands in the way of another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from booking import diary as diaries
from booking import free_times
from booking.free_times import FreeTime
from booking.models import Appointment
from booking.rules import needling_minutes
from booking.wishes import Wish
from clinic import wall_time
from clinic.models import Service, Site, User
from clinic.refusals import Refusal, Refused
from patients.models import Patient
from treatments import courses, planning, rules
from treatments.models import Course
from treatments.planning import Aim, Backwards, Spacing
from treatments.rules import Window
from visits import judging, rests

OFFERED = 5  # times per session, each on a day of its own
LATER_DAYS = 28  # how far behind a window without a free time the next ones are looked for
A_DAY_COSTS, OTHER_WEEKDAY_COSTS, AN_HOUR_COSTS, OTHER_ROOM_COSTS = 2.0, 5.0, 2.0, 0.5
ANY_TIME = (time.min, time.max)


@dataclass(frozen=True)
class Written:
    """A time that somebody wrote down. practitioner_id: None for whoever can."""

    starts_at: datetime
    practitioner_id: int | None = None


# By session number: the instant and the practitioner's id, or None for one that is left open.
Chosen = Mapping[int, tuple[datetime, int] | Written | None]


@dataclass(frozen=True)
class Wanted:
    """What a series should be.

    sessions: how many in all, where no course says so. from_day: none earlier. practitioner: None prefers whoever
    gave the last one. part: local hours, half-open. event_on: the day that it is all for.
    """

    patient: Patient
    service: Service
    site: Site
    course: Course | None = None
    sessions: int = rules.COURSE_SESSIONS[0]
    from_day: date | None = None
    practitioner: User | None = None
    part: tuple[time, time] = ANY_TIME
    event_on: date | None = None

    @property
    def spacing(self) -> Spacing:
        days = courses.days_of(self.course)
        return Spacing(max(days["earliest_days"], 1), days["target_days"], days["latest_days"])

    @property
    def needling_minutes(self) -> int | None:
        """Return the length that the course's zones ask for; None leaves it to the service."""
        zones = self.course.zones.count() if self.course else 0
        return needling_minutes(zones) if zones else None


@dataclass(frozen=True)
class Like:
    """What the next visit should be like; None where nothing is known."""

    practitioner_id: int | None = None
    room_id: int | None = None
    began: datetime | None = None  # local

    @classmethod
    def the(cls, one: Appointment | FreeTime | None, zone: ZoneInfo) -> Like:
        if one is None:
            return cls()
        return cls(one.practitioner.pk, one.room.pk if one.room else None, wall_time.local(one.starts_at, zone))


@dataclass(frozen=True)
class Standing:
    """How far the patient is: sessions done, those booked to come in order, and when the last of all is or was."""

    done: int
    booked: tuple[Appointment, ...]
    last: Appointment | None
    last_on: date | None


@dataclass(frozen=True)
class Proposed:
    """One session of the proposal.

    window: None where it fits no more before the event. times: what can be had, chosen or not; all of them after the
    window when nothing is free inside. why: empty, or full (no free time), far (too far ahead to be booked), open (left
    so), waits (for the session before it), written (by hand) or event. counted_from: the day of the session before.
    was_replaced: another time was picked before and does not fit any more. refusals: what keeps the written time from
    being had, or, beside a time that is chosen, the rules that somebody would have to pass for it.
    """

    number: int
    window: Window | None
    times: tuple[FreeTime, ...] = ()
    chosen: FreeTime | None = None
    why: str = ""
    counted_from: date | None = None
    was_replaced: bool = False
    refusals: tuple[Refusal, ...] = ()

    @property
    def is_late(self) -> bool:
        return self.why in ("full", "written") and self.chosen is not None


@dataclass(frozen=True)
class Proposal:
    """The whole series. of: sessions in all. refusal: why nothing can be planned at all, unless somebody passes it."""

    wanted: Wanted
    of: int
    standing: Standing
    sessions: tuple[Proposed, ...] = ()
    backwards: Backwards | None = None
    refusal: Refusal | None = None

    @property
    def bookable(self) -> list[Proposed]:
        return [one for one in self.sessions if one.chosen]


@dataclass
class Times:
    """The free times of a stretch of days: read once, asked day by day as far as they are wanted."""

    diary: diaries.Diary
    part: tuple[time, time]
    _days: dict[date, list[FreeTime]] = field(default_factory=dict)

    def on(self, day: date) -> list[FreeTime]:
        if day not in self._days:
            self._days[day] = [
                free_times.at_start(self.diary, start, person)
                for start in (self.diary.starts_on(day) if self.diary.is_for_a_patient else ())
                for person in self.diary.practitioners.values()
                if not self.diary.objection_to_person(start, person.pk)
            ]
        return self._days[day]

    def between(self, first: date, last: date) -> list[FreeTime]:
        """Return what is free on these local days, both included, in the wished part of the day."""
        after, before = self.part
        zone = self.diary.site.zone
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        found = (free for day in days for free in self.on(day))
        return [free for free in found if after <= wall_time.local(free.starts_at, zone).time() < before]

    def is_free(self, starts_at: datetime, practitioner_id: int) -> FreeTime | None:
        day = wall_time.local(starts_at, self.diary.site.zone).date()
        same = (one for one in self.on(day) if one.starts_at == starts_at and one.practitioner.pk == practitioner_id)
        return next(same, None)


def propose(wanted: Wanted, *, at: datetime, chosen: Chosen | None = None, agrees: bool = False) -> Proposal:
    """Return a time for each session still to come, in a fixed number of queries and a few for each written one.

    chosen: times picked before, by session number; one that is gone or lies outside its window by now is replaced, a
    written one is judged. agrees: somebody is there who may pass what stops the whole of it, so look all the same.
    """
    stands = standing(wanted, at=at)
    of = wanted.course.planned_sessions if wanted.course else stands.done + len(stands.booked) + wanted.sessions
    left = of - stands.done - len(stands.booked)
    aim, refusal = aim_of(wanted, stands, left, at=at)
    if left < 1 or (refusal and not agrees):
        return Proposal(wanted, of, stands, refusal=refusal)
    backwards = None
    if wanted.event_on:
        args = (wanted.event_on, left, wanted.spacing, aim.first.opens_on)
        backwards = planning.plan_backwards(*args, first_by=aim.first_by)
    length = wanted.needling_minutes
    times = read_times(wanted, aim.first.opens_on, _last_day(aim), at=at, needling_minutes=length)
    sessions = _proposed(wanted, stands, aim, times, chosen or {}, of - left + 1)
    return Proposal(wanted, of, stands, tuple(sessions), backwards, refusal)


def standing(wanted: Wanted, *, at: datetime) -> Standing:
    """Return how far the patient is in the course; without one, which needlings are booked."""
    zone = wanted.site.zone
    if wanted.course:
        booked, last = courses.visits_to_come(wanted.course), courses.last_session(wanted.course)
        done, last_visit = courses.done_count(wanted.course), last.appointment if last else None
        days = [wall_time.local(last.ended_at, zone).date()] if last else []
    else:
        known = Appointment.objects.for_board().filter(patient=wanted.patient, service__kind=wanted.service.kind)
        booked = list(known.standing().filter(ends_at__gt=at).order_by("starts_at"))
        done, days = 0, []
        last_visit = known.filter(state=Appointment.State.DONE).order_by("-starts_at").first()
    days += [wall_time.local(one.starts_at, zone).date() for one in booked]
    return Standing(done, tuple(booked), booked[-1] if booked else last_visit, max(days, default=None))


def aim_of(wanted: Wanted, stands: Standing, left: int, *, at: datetime) -> tuple[Aim, Refusal | None]:
    """Return what is to be planned, and what keeps the patient from it altogether."""
    today = wall_time.local(at, wanted.site.zone).date()
    spacing, from_day = wanted.spacing, max(wanted.from_day or today, today)
    first = spacing.after(stands.last_on) if stands.last_on else spacing.beginning(from_day)
    stops = judging.stops(
        wanted.patient, service=wanted.service, site=wanted.site, on=max(first.opens_on, from_day), at=at
    )
    hard = next((one for one in stops if one.earliest is None), None)
    opens = max([first.opens_on, from_day, *(one.earliest for one in stops if one.earliest)])
    if opens > first.closes_on or not stands.last_on:
        first = spacing.beginning(opens)
    first = Window(opens, max(first.best_on, opens), first.closes_on)
    return Aim(spacing, left, first, may_wait=stands.last_on is None, event_on=wanted.event_on), hard


def read_times(wanted: Wanted, first: date, last: date, *, at: datetime, needling_minutes: int | None) -> Times:
    """Return the free times from one local day to another, not later than the service may be booked ahead."""
    today = wall_time.local(at, wanted.site.zone).date()
    last = min(last, today + timedelta(days=wanted.service.maximum_advance_days))
    page = diaries.read(
        service=wanted.service,
        site=wanted.site,
        start=first,
        days=max((last - first).days + 1, 1),
        at=at,
        patient=wanted.patient,
        needling_minutes=needling_minutes,
    )
    return Times(page, wanted.part)


def _last_day(aim: Aim) -> date:
    if aim.event_on:
        return max(aim.event_on, aim.first.closes_on) + timedelta(days=LATER_DAYS)
    return aim.first.closes_on + timedelta(days=aim.spacing.latest * (aim.sessions - 1) + LATER_DAYS)


def _proposed(
    wanted: Wanted, stands: Standing, aim: Aim, times: Times, chosen: Chosen, first_number: int
) -> Iterable[Proposed]:
    days: list[date] = []
    like, zone = Like.the(stands.last, wanted.site.zone), wanted.site.zone
    for number in range(first_number, first_number + aim.sessions):
        before = days[-1] if days else stands.last_on
        window = planning.window_of(aim, days)
        if window is None or number - first_number > len(days):
            yield Proposed(number, None, why="waits" if window else "event", counted_from=before)
            continue
        picked = chosen.get(number)
        if isinstance(picked, Written):
            rules = partial(rules_against, wanted, before=before, at=times.diary.at)
            one = written(wanted, number, window, times, like, picked, counted_from=before, rules=rules)
        else:
            one = session(number, window, times, like, wanted.practitioner, picked, counted_from=before)
        if number in chosen and chosen[number] is None and one.chosen:
            one = replace(one, chosen=None, why="open")
        yield one
        if one.chosen:
            days.append(wall_time.local(one.chosen.starts_at, zone).date())
            like = Like.the(one.chosen, zone)


def session(
    number: int,
    window: Window,
    times: Times,
    like: Like,
    practitioner: User | None,
    wish: tuple[datetime, int] | None,
    *,
    counted_from: date | None,
) -> Proposed:
    """Return what one session can have: the wish if it still can, else what is nearest in kind inside its window."""
    zone, known = times.diary.site.zone, {"counted_from": counted_from}
    today = wall_time.local(times.diary.at, zone).date()
    if window.opens_on > today + timedelta(days=times.diary.service.maximum_advance_days):
        return Proposed(number, window, why="far", **known)
    inside = times.between(window.opens_on, window.closes_on)
    with_them = [free for free in inside if practitioner is None or free.practitioner.pk == practitioner.pk]
    wished = times.is_free(*wish) if wish else None
    day = wall_time.local(wished.starts_at, zone).date() if wished else None
    if with_them:
        ranked = by_nearness(with_them, window, like, zone)
        kept = wished if day and window.holds(day) else None
        taken = tuple(_spread(ranked, kept or ranked[0], zone))
        return Proposed(number, window, taken, kept or ranked[0], was_replaced=bool(wish) and kept is None, **known)
    late = window.closes_on + timedelta(days=1), window.closes_on + timedelta(days=LATER_DAYS)
    nearest = by_nearness(inside or times.between(*late), window, like, zone)
    fits = day is not None and window.opens_on <= day <= late[1]
    taken = tuple(_spread(nearest, wished if fits else None, zone))
    return Proposed(number, window, taken, wished if fits else None, why="full", **known)


def written(
    wanted: Wanted,
    number: int,
    window: Window,
    times: Times,
    like: Like,
    wish: Written,
    *,
    counted_from: date | None,
    rules: Callable[[date], list[Refusal]],
    visit: Appointment | None = None,
) -> Proposed:
    """Return a session at the time that was written, with the rules it breaks; without one where it cannot be had.

    rules: what they say against a local day. visit: the one that would move there, None for a new one.
    """
    free, refusal = _had(wanted, wish, like, at=times.diary.at, visit=visit)
    known = {"counted_from": counted_from}
    usual = session(number, window, times, like, wanted.practitioner, None, **known)
    if free is None:
        return replace(usual, chosen=None, why="written", refusals=(refusal,) if refusal else ())
    day = wall_time.local(free.starts_at, wanted.site.zone).date()
    against = rules(day)
    if refusal:
        against.append(refusal)
    found = usual.times if free in usual.times else (free, *usual.times)
    is_usual = not against and window.holds(day)
    return replace(usual, chosen=free, times=found, why="" if is_usual else "written", refusals=tuple(against))


def _had(
    wanted: Wanted, wish: Written, like: Like, *, at: datetime, visit: Appointment | None
) -> tuple[FreeTime | None, Refusal | None]:
    """Return the written time, and outside working hours the refusal that says so; None and why if it cannot be had."""
    people = wanted.service.practitioners.filter(is_active=True).order_by("name")
    first = wish.practitioner_id or (wanted.practitioner.pk if wanted.practitioner else like.practitioner_id)
    asked = sorted(people, key=lambda one: one.pk != first)
    if wish.practitioner_id or wanted.practitioner:
        asked = [one for one in asked if one.pk == first]
    outside: dict[int, Refusal] = {}
    why, length = None, visit.needling_minutes if visit else wanted.needling_minutes
    for passes in (frozenset(), frozenset({diaries.HOURS})):
        for person in asked:
            known = {"needling_minutes": length, "ignore": visit, "passes": passes}
            one = Wish(wanted.service, wanted.site, person, wish.starts_at, wanted.patient, at, **known)
            try:
                return one.granted(), outside.get(person.pk)
            except Refused as refused:
                outside[person.pk] = why = refused.refusal
    return None, why


def by_nearness(found: Iterable[FreeTime], window: Window, like: Like, zone: ZoneInfo) -> list[FreeTime]:
    """Return free times, the same practitioner first, then near the best day, the weekday, the hour and the room."""
    return sorted(found, key=lambda free: (*_cost(free, window, like, zone), free.starts_at, free.practitioner.name))


def _cost(free: FreeTime, window: Window, like: Like, zone: ZoneInfo) -> tuple[bool, float]:
    wall = wall_time.local(free.starts_at, zone)
    cost = abs((wall.date() - window.best_on).days) * A_DAY_COSTS
    if like.began:
        away = abs((wall.hour - like.began.hour) * 60 + wall.minute - like.began.minute)
        cost += (wall.weekday() != like.began.weekday()) * OTHER_WEEKDAY_COSTS + away / 60 * AN_HOUR_COSTS
    if like.room_id and free.room and free.room.pk != like.room_id:
        cost += OTHER_ROOM_COSTS
    return like.practitioner_id not in (None, free.practitioner.pk), cost


def rules_against(wanted: Wanted, day: date, before: date | None, *, at: datetime) -> list[Refusal]:
    """Return what the rules say against a session on a local day, what harms most first. before: the last one's day."""
    found = judging.stops(wanted.patient, service=wanted.service, site=wanted.site, on=day, at=at)
    return rests.beside(found, day, before, wanted.spacing)


def _spread(ranked: Iterable[FreeTime], chosen: FreeTime | None, zone: ZoneInfo) -> list[FreeTime]:
    """Return the chosen time and the best of a few other days, soonest first."""
    taken = [chosen] if chosen else []
    for free in ranked:
        days = {wall_time.local(one.starts_at, zone).date() for one in taken}
        if len(taken) < OFFERED and wall_time.local(free.starts_at, zone).date() not in days:
            taken.append(free)
    return sorted(taken, key=lambda free: free.starts_at)
