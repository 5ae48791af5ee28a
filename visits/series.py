"""A whole series at once: proposed, booked all or nothing, and moved with what follows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking import several
from booking.models import Appointment
from booking.several import SomeRefused
from clinic import wall_time
from clinic.actors import Actor
from clinic.models import User
from clinic.refusals import Refusal, Refused, Stale
from outbox import notices as outbox
from treatments import courses
from treatments.models import Course
from visits import bookings, judging, notices, replanning, rests
from visits.judging import Agreement, Passed
from visits.proposing import Chosen, Proposal, Proposed, Wanted, Written, propose, rules_against, standing
from visits.replanning import Replan, Shift, replan
from visits.transactions import step

__all__ = [
    "Chosen",
    "Move",
    "Proposal",
    "Proposed",
    "Replan",
    "Shift",
    "SomeRefused",
    "Time",
    "Wanted",
    "Written",
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
    agreed_by: User | None = None,
    agreed_reason: str = "",
    by: Actor,
    at: datetime,
) -> list[Appointment]:
    """Book all these times, soonest first, or none. event: the day that the course is for and its words, if told.

    agreed_by and agreed_reason pass what a rule says against any of them, where that person may (see
    `visits.judging`). Raises SomeRefused with everything that stands in the way of any of them, Refused when the
    course has fewer sessions left or, without a course, fewer are wanted, and NotRunning when it ended meanwhile.
    """
    agreement = Agreement(agreed_by, agreed_reason)
    patient = outbox.hold(wanted.patient)
    times = sorted(times, key=lambda time: time.starts_at)
    if event is not None and wanted.course is not None:
        courses.set_event(wanted.course, on=event[0], words=event[1], by=by, at=at)
    several.lock(patient, [(wanted.service, time.practitioner) for time in times], at=at)
    _refuse_too_many(wanted, times, at=at)
    against = _rules_against(wanted, times, at=at)
    visit = {"note": note, "tell_patient": tell_patient, "needling_minutes": wanted.needling_minutes}
    known = visit | {"agreement": agreement, "by": by, "at": at}
    acts = [partial(_booked, wanted, *pair, **known) for pair in zip(times, against, strict=True)]
    with notices.postponed():
        booked = several.all_or_nothing(acts, stopped=_stopped(against, agreement, by=by))
    notices.reconcile(patient, at=at)
    return booked


@step
def move(
    moves: Sequence[Move],
    *,
    agreed_by: User | None = None,
    agreed_reason: str = "",
    tell_patient: bool | None = None,
    by: Actor,
    at: datetime,
    reason: str = "",
) -> list[Appointment]:
    """Move visits of one patient together, all or none; returns them in the order of their new times.

    agreed_by and agreed_reason: as in `book`. tell_patient: as in `reception.move`. Raises SomeRefused, and Stale when
    one of them changed since it was read.
    """
    agreement = Agreement(agreed_by, agreed_reason)
    patient = outbox.hold(moves[0].visit.patient)
    _refuse_stale(moves)
    people = [(one.visit.service, pk) for one in moves for pk in (one.to.practitioner, one.visit.practitioner)]
    several.lock(patient, people, at=at)
    in_turn = sorted(moves, key=_turn)
    against = _rules_against_moves(in_turn, at=at)
    known = {"agreement": agreement, "by": by, "at": at, "reason": reason, "tell_patient": tell_patient}
    acts = [partial(_moved, *pair, **known) for pair in zip(in_turn, against, strict=True)]
    with notices.postponed():
        moved = several.all_or_nothing(acts, stopped=_stopped(against, agreement, by=by))
    notices.reconcile(patient, at=at)
    return sorted(moved, key=lambda visit: visit.starts_at)


@step
def set_event(course: Course, *, on: date | None, words: str, by: Actor, at: datetime) -> Course:
    """Say for which day a course is, or that it is for none. Raises NotRunning."""
    return courses.set_event(course, on=on, words=words, by=by, at=at)


def _booked(
    wanted: Wanted,
    one: Time,
    against: Sequence[Refusal],
    *,
    agreement: Agreement,
    by: Actor,
    at: datetime,
    **visit: Any,
) -> Appointment:
    """Book one of them, and keep a row for its rest where that is passed; booking keeps those of all other rules."""
    too_soon = _rests_passed(against, agreement, by=by)
    who = {"patient": wanted.patient, "service": wanted.service, "site": wanted.site, "by": by, "at": at}
    to = {"starts_at": one.starts_at, "practitioner": one.practitioner}
    booked = bookings.book(**who, **to, agreement=agreement, **visit)
    judging.keep(booked, too_soon, agreement, by=by, at=at)
    return booked


def _moved(
    one: Move, against: Sequence[Refusal], *, agreement: Agreement, by: Actor, at: datetime, **said: Any
) -> Appointment:
    """Move one of them, and keep a row for its rest where that is passed; moving keeps those of all other rules."""
    too_soon = _rests_passed(against, agreement, by=by)
    to = {"starts_at": one.to.starts_at, "practitioner": one.to.practitioner}
    moved = bookings.move(one.visit, **to, **said, version=one.version, agreement=agreement, by=by, at=at)
    judging.keep(moved, too_soon, agreement, by=by, at=at)
    return moved


def _rests_passed(against: Iterable[Refusal], agreement: Agreement, *, by: Actor) -> list[Passed]:
    return judging.passed([rule for rule in against if rule.rule == rests.RULE], agreement, by=by)


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
    """Raise Refused when the course, as it stands now, has fewer sessions left than are wished, or none was so long."""
    if wanted.course is None:
        if len(times) > wanted.sessions:
            raise Refused(_more_than_asked(wanted))
        return
    stands = standing(wanted, at=at)
    left = wanted.course.planned_sessions - stands.done - len(stands.booked)
    if len(times) > left:
        sentence = _("Somebody booked sessions of this course meanwhile. Nothing was saved; look at it again.")
        raise Refused(Refusal("series.full", _("The course has fewer sessions left"), sentence, values={"left": left}))


def _more_than_asked(wanted: Wanted) -> Refusal:
    sentence = ngettext(
        "Choose %(count)s time, or ask for more sessions. Nothing was saved.",
        "Choose at most %(count)s times, or ask for more sessions. Nothing was saved.",
        wanted.sessions,
    )
    words = {"count": wanted.sessions}
    return Refusal("series.too_many", _("These are more times than sessions"), sentence % words, values=words)


def _rules_against(wanted: Wanted, times: Sequence[Time], *, at: datetime) -> list[list[Refusal]]:
    """Return what the rules say against each time: the patient's restrictions, and the session before it."""
    days = [_day(time.starts_at, wanted) for time in times]
    befores = [standing(wanted, at=at).last_on, *days]
    return [rules_against(wanted, day, before, at=at) for day, before in zip(days, befores, strict=False)]


def _stopped(against: Iterable[Sequence[Refusal]], agreement: Agreement, *, by: Actor) -> dict[int, Refusal]:
    """Return the first rule against each time, by its place, that nobody answers for who may."""
    found: dict[int, Refusal] = {}
    for place, rules in enumerate(against):
        unanswered = (rule for rule in rules if judging.answerer(rule, agreement, by=by) is None)
        if first := next(unanswered, None):
            found[place] = first
    return found


def _day(starts_at: datetime, wanted: Wanted) -> date:
    return wall_time.local(starts_at, wanted.site.zone).date()


def _rules_against_moves(moves: Sequence[Move], *, at: datetime) -> list[list[Refusal]]:
    """Return what the rules say against each move: the patient's restrictions, and the neighbour before its new day."""
    course = courses.course_of(moves[0].visit)
    if course is None:
        return [[] for _one in moves]
    wanted = Wanted(moves[0].visit.patient, moves[0].visit.service, moves[0].visit.site, course)
    booked = courses.visits_to_come(course)
    stood = replanning.stood_after(course, booked, wanted.site.zone)
    going = {one.visit.pk: _day(one.to.starts_at, wanted) for one in moves}
    days = sorted((going.get(one.pk, _day(one.starts_at, wanted)), one.pk) for one in booked)
    first = stood[booked[0].pk] if booked else None
    befores = {pk: before for (_on, pk), before in zip(days, [first, *(day for day, _pk in days)], strict=False)}
    return [
        replanning.rules_against(
            one.visit,
            going[one.visit.pk],
            befores.get(one.visit.pk),
            wanted,
            stood_after=stood.get(one.visit.pk),
            at=at,
        )
        for one in moves
    ]
