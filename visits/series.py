"""A whole series at once: proposed, booked all or nothing, and moved with what follows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from booking import several
from booking.models import Appointment
from booking.several import SomeRefused
from clinic import wall_time
from clinic.actors import Actor
from clinic.models import User
from clinic.refusals import Refusal, Refused, Stale
from outbox import notices as outbox
from patients.rules import day_words
from treatments import courses
from treatments.models import Course
from treatments.planning import Spacing
from visits import bookings, judging, notices
from visits.proposing import Proposal, Proposed, Wanted, propose, standing
from visits.replanning import Replan, Shift, replan
from visits.transactions import step

__all__ = [
    "Move",
    "Proposal",
    "Proposed",
    "Replan",
    "Shift",
    "SomeRefused",
    "Time",
    "Wanted",
    "book",
    "move",
    "propose",
    "replan",
    "set_event",
]


@dataclass(frozen=True)
class Time:
    """One wished time, and with whom."""

    starts_at: datetime
    practitioner: User


@dataclass(frozen=True)
class Move:
    """A visit, where it is to go, and the version at which it was read."""

    visit: Appointment
    to: Time
    version: int


@step
def book(
    wanted: Wanted,
    times: Sequence[Time],
    *,
    event: tuple[date | None, str] | None = None,
    note: str = "",
    tell_patient: bool = True,
    by: Actor,
    at: datetime,
) -> list[Appointment]:
    """Book all these times, soonest first, or none. event: the day that the course is for and its words, if told.

    Raises SomeRefused with everything that stands in the way of any of them, Refused when the course has fewer
    sessions left, and NotRunning when it ended meanwhile.
    """
    patient = outbox.hold(wanted.patient)
    times = sorted(times, key=lambda time: time.starts_at)
    if event is not None and wanted.course is not None:
        courses.set_event(wanted.course, on=event[0], words=event[1], by=by, at=at)
    several.lock(patient, [(wanted.service, time.practitioner) for time in times], at=at)
    _refuse_too_many(wanted, times, at=at)
    visit = {"note": note, "tell_patient": tell_patient, "needling_minutes": wanted.needling_minutes}
    acts = [partial(_booked, wanted, one, by=by, at=at, **visit) for one in times]
    with notices.postponed():
        booked = several.all_or_nothing(acts, stopped=_stopped(wanted, times, at=at))
    notices.reconcile(patient, at=at)
    return booked


@step
def move(moves: Sequence[Move], *, by: Actor, at: datetime, reason: str = "") -> list[Appointment]:
    """Move visits of one patient together, all or none; returns them in the order of their new times.

    Raises SomeRefused, and Stale when one of them changed since it was read.
    """
    patient = outbox.hold(moves[0].visit.patient)
    _refuse_stale(moves)
    people = [(one.visit.service, pk) for one in moves for pk in (one.to.practitioner, one.visit.practitioner)]
    several.lock(patient, people, at=at)
    in_turn = sorted(moves, key=_turn)
    with notices.postponed():
        acts = [lambda one=one: _moved(one, by=by, at=at, reason=reason) for one in in_turn]
        moved = several.all_or_nothing(acts, stopped=_too_close(in_turn, at=at))
    notices.reconcile(patient, at=at)
    return sorted(moved, key=lambda visit: visit.starts_at)


@step
def set_event(course: Course, *, on: date | None, words: str, by: Actor, at: datetime) -> Course:
    """Say for which day a course is, or that it is for none. Raises NotRunning."""
    return courses.set_event(course, on=on, words=words, by=by, at=at)


def _booked(wanted: Wanted, one: Time, **visit: Any) -> Appointment:
    who = {"patient": wanted.patient, "service": wanted.service, "site": wanted.site}
    return bookings.book(starts_at=one.starts_at, practitioner=one.practitioner, **who, **visit)


def _moved(one: Move, *, by: Actor, at: datetime, reason: str) -> Appointment:
    return bookings.move(
        one.visit,
        starts_at=one.to.starts_at,
        practitioner=one.to.practitioner,
        version=one.version,
        by=by,
        at=at,
        reason=reason,
    )


def _turn(move: Move) -> tuple[bool, float]:
    """Put those that go forward first, the last of them first of all, so that none waits for another's place."""
    goes_later = move.to.starts_at > move.visit.starts_at
    began = move.visit.starts_at.timestamp()
    return not goes_later, -began if goes_later else began


def _refuse_stale(moves: Sequence[Move]) -> None:
    read = {one.visit.pk: one.version for one in moves}
    if dict(Appointment.objects.filter(pk__in=read).values_list("pk", "version")) != read:
        raise Stale


def _refuse_too_many(wanted: Wanted, times: Sequence[Time], *, at: datetime) -> None:
    """Raise Refused when the course, as it stands now, has fewer sessions left than are wished."""
    if wanted.course is None:
        return
    stands = standing(wanted, at=at)
    left = wanted.course.planned_sessions - stands.done - len(stands.booked)
    if len(times) > left:
        sentence = _("Somebody booked sessions of this course meanwhile. Nothing was saved; look at it again.")
        raise Refused(Refusal("series.full", _("The course has fewer sessions left"), sentence, values={"left": left}))


def _stopped(wanted: Wanted, times: Sequence[Time], *, at: datetime) -> dict[int, Refusal]:
    """Return what a rule says against each time by its place: the patient's restrictions, and the one before it."""
    last_on = standing(wanted, at=at).last_on
    days = [_day(time.starts_at, wanted) for time in times]
    found = _rests_missed(days, last_on, wanted.spacing)
    for place, day in enumerate(days):
        stops = judging.stops(wanted.patient, service=wanted.service, site=wanted.site, on=day, at=at)
        if stops:
            found[place] = stops[0]
    return found


def _day(starts_at: datetime, wanted: Wanted) -> date:
    return wall_time.local(starts_at, wanted.site.zone).date()


def _rests_missed(days: Sequence[date], last_on: date | None, spacing: Spacing) -> dict[int, Refusal]:
    """Return a refusal for each day that comes too soon after the one before it; too late is never refused (C-65)."""
    found = {}
    for place, (before, day) in enumerate(zip([last_on, *days], days, strict=False)):
        if before is not None and day < spacing.after(before).opens_on:
            found[place] = _too_soon(day, before, spacing)
    return found


def _too_soon(day: date, before: date, spacing: Spacing) -> Refusal:
    window = spacing.after(before)
    words = {"day": day_words(day), "before": day_words(before), "opens": day_words(window.opens_on)}
    return Refusal(
        rule="series.spacing",
        title=_("Too soon after the session before"),
        sentence=_("%(day)s is too soon after %(before)s: the next session is possible from %(opens)s.") % words,
        earliest=window.opens_on,
        values={"asked": day, "opens": window.opens_on, "closes": window.closes_on, "counted_from": before},
    )


def _too_close(moves: Sequence[Move], *, at: datetime) -> dict[int, Refusal]:
    """Return what the rest between sessions says against these moves, by place: each against its neighbour before."""
    found: dict[int, Refusal] = {}
    course = courses.course_of(moves[0].visit)
    if course is None:
        return found
    wanted = Wanted(moves[0].visit.patient, moves[0].visit.service, moves[0].visit.site, course)
    last = courses.last_session(course)
    going = {one.visit.pk: (place, _day(one.to.starts_at, wanted)) for place, one in enumerate(moves)}
    days = [going.get(one.pk, (-1, _day(one.starts_at, wanted))) for one in courses.visits_to_come(course)]
    before = wall_time.local(last.ended_at, wanted.site.zone).date() if last else None
    for place, day in sorted(days, key=lambda pair: pair[1]):
        if place >= 0 and before is not None and day < wanted.spacing.after(before).opens_on:
            found[place] = _too_soon(day, before, wanted.spacing)
        before = day
    return found
