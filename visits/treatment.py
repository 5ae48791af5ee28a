"""From start to seal: what happens around a treatment, for every door alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from aftercare import plans
from booking import appointments
from booking.models import Appointment
from clinic import wall_time
from clinic.actors import Actor
from clinic.models import Service
from clinic.refusals import Refused
from intake import screenings
from intake.models import Screening
from intake.screenings import Decided, Given
from ledger import packages
from outbox import notices as outbox
from patients import restrictions
from treatments import addenda, course_lapses, courses, decisions, gates, rules, sessions
from treatments.courses import CoursePlan
from treatments.drafts import Draft
from treatments.models import Addendum, Course, Session
from visits import incidents, notices
from visits.transactions import step

SOFT_DAYS = 3  # the desk may book that many days early with a practitioner's name (C-64)


def start(
    appointment: Appointment,
    *,
    version: int,
    identity_name: str,
    identity_born_on: date | None,
    answers: Mapping[str, Given],
    course_plan: CoursePlan | None,
    beside: Iterable[str] = (),
    by: Actor,
    at: datetime,
) -> Session:
    """Pass the gates and begin the record. Raises Refused with the first gate that holds, and Stale.

    The answers are kept first and in a step of their own, so that one which stops the session stays on the record
    (docs/adr/0003). course_plan opens a course for a patient who has none running. beside: what is planned beside the
    needling, each with a consent of its own (`intake.agreeing.BESIDE`).
    """
    appointments.must_be_as_read(appointment, version=version)
    if refusal := gates.visit_refusal(appointment):
        raise Refused(refusal)
    sessions.confirm_identity(appointment.patient, name=identity_name, born_on=identity_born_on)
    screening = _screen(appointment, answers=answers, by=by, at=at)
    return _begin(
        appointment,
        version=version,
        identity=(identity_name, identity_born_on),
        screening=screening,
        beside=beside,
        course_plan=course_plan,
        by=by,
        at=at,
    )


@step
def record_afterwards(appointment: Appointment, **told: Any) -> Session:
    """Begin the record of a session that happened already; nothing is made up that was not asked or signed.

    told: as of `written_afterwards`. What should have stopped it stands on the record as an incident, for the lead.
    Raises Refused as `sessions.start_afterwards`, and Stale.
    """
    return written_afterwards(appointment, **told)


def written_afterwards(
    appointment: Appointment,
    *,
    version: int,
    identity_name: str,
    identity_born_on: date | None,
    started_at: datetime,
    needling_ended_at: datetime,
    reason: str,
    by: Actor,
    at: datetime,
) -> Session:
    """Begin the record of a session that happened already, within a step. Raises as `record_afterwards`."""
    appointments.must_be_as_read(appointment, version=version)
    outbox.hold(appointment.patient)
    session = sessions.start_afterwards(
        appointment,
        identity_name=identity_name,
        identity_born_on=identity_born_on,
        started_at=started_at,
        needling_ended_at=needling_ended_at,
        reason=reason,
        by=by,
        at=at,
    )
    if appointment.state not in (Appointment.State.IN_ROOM, Appointment.State.DONE):
        session.appointment = appointments.enter_room(appointment, version=version, by=by, at=started_at)
    _begin_course(session, by=by, at=at)
    incidents.tell(session, at=at)
    notices.reconcile(appointment.patient, at=at)
    return session


@step
def save(session: Session, draft: Draft, *, version: int, by: Actor, at: datetime, decides: bool = True) -> Session:
    """Keep the chart as it stands. Raises Refused for what may never be recorded, and Stale.

    decides: whether a person pressed, so that a reason beside a cream passes what keeps it away.
    """
    return sessions.save(session, draft, version=version, by=by, at=at, decides=decides)


@step
def keep_typed(session: Session, typed: Mapping[str, list[str]], *, version: int, by: Actor, at: datetime) -> Session:
    """Keep what was typed and cannot be read yet. Raises as `sessions.keep_typed`."""
    return sessions.keep_typed(session, typed, version=version, by=by, at=at)


@step
def finish(session: Session, *, ended_at: datetime, by: Actor, at: datetime, version: int | None = None) -> Session:
    """Treatment ended: stop the clock, write when the skin may be needled next, use a package, and start aftercare.

    version: of the chart that the person read. Raises as `sessions.end`.
    """
    outbox.hold(session.patient)
    ended = sessions.end(session, ended_at=ended_at, version=version, by=by, at=at)
    _write_spacing(ended, at=at)
    if ended.course is not None:
        courses.settle(ended.course, by=by, at=at)
    visit = Appointment.objects.get(pk=ended.appointment_id)
    if visit.state != Appointment.State.DONE:
        appointments.finish(visit, version=visit.version, by=by, at=at)
    _use_package(ended, by=by, at=at)
    plan = plans.start(ended, by=by, at=at)
    sessions.keep_aftercare_version(ended, plan.protocol.version)
    notices.reconcile(ended.patient, at=at)
    return ended


@step
def sign(session: Session, *, by: Actor, at: datetime, version: int | None = None, reason: str = "") -> Session:
    """Seal the record, re-word what is still unsent by what was really done, and tell the leads of an incident.

    version: of the chart that the person read. reason: why a lot was used that should not have been. Raises as
    `sessions.sign`.
    """
    outbox.hold(session.patient)
    signed = sessions.sign(session, version=version, reason=reason, by=by, at=at)
    incidents.tell(signed, at=at)
    notices.reconcile(signed.patient, at=at)
    return signed


@step
def add_addendum(session: Session, *, reason: str, words: str, by: Actor, at: datetime) -> Addendum:
    return addenda.add(session, reason=reason, words=words, by=by, at=at)


@step
def _screen(appointment: Appointment, *, answers: Mapping[str, Given], by: Actor, at: datetime) -> Screening:
    on = wall_time.local(at, appointment.site.zone).date()
    decided = {
        code: Decided(one.agreed_by, one.roles, one.reason, one.answer, has_letter=one.letter_stands)
        for code, one in decisions.made_for(appointment).items()
    }
    return screenings.record(appointment.patient, answers=answers, by=by, at=at, on=on, decided=decided)


@step
def _begin(
    appointment: Appointment,
    *,
    version: int,
    identity: tuple[str, date | None],
    screening: Screening,
    beside: Iterable[str],
    course_plan: CoursePlan | None,
    by: Actor,
    at: datetime,
) -> Session:
    outbox.hold(appointment.patient)
    name, born_on = identity
    entered = appointment
    if appointment.state != Appointment.State.IN_ROOM:
        entered = appointments.enter_room(appointment, version=version, by=by, at=at)
    session = sessions.start(
        entered,
        identity_name=name,
        identity_born_on=born_on,
        screening=screening,
        course=_course(entered, course_plan, by=by, at=at),
        beside=beside,
        by=by,
        at=at,
    )
    _begin_course(session, by=by, at=at)
    notices.reconcile(entered.patient, at=at)
    return session


def _begin_course(session: Session, *, by: Actor, at: datetime) -> None:
    """Let a course that was planned at the consultation run, now that a session of it is on record."""
    if session.course is None:
        return
    restrictions.lift(course_lapses.source(session.course), at=at)
    if session.course.state == Course.State.PLANNED:
        courses.begin(session.course, by=by, at=at)


def _course(appointment: Appointment, plan: CoursePlan | None, *, by: Actor, at: datetime) -> Course | None:
    if refusal := courses.rest_refusal(appointment.patient):
        raise Refused(refusal)
    running = courses.running_for(appointment.patient)
    if refusal := course_lapses.refusal(running, at=at):
        raise Refused(refusal)
    if running is None and (waiting := course_lapses.waiting_for(appointment.patient)):
        return courses.waive(
            waiting, by=by, at=at
        )  # the gates hold it still, unless somebody passed that for this visit
    if running is None and plan is not None:
        running = courses.plan(appointment.patient, plan, by=by, at=at, state=Course.State.RUNNING)
        courses.plan_visit(running, appointment)
        for ahead in _booked_ahead(appointment):
            courses.plan_visit(running, ahead)
    return running


def _booked_ahead(appointment: Appointment) -> Iterable[Appointment]:
    """Return the needlings booked after this one, soonest first, as a series is before its course has begun."""
    after = Appointment.objects.standing().filter(
        patient=appointment.patient, service__kind=Service.Kind.NEEDLING, starts_at__gt=appointment.starts_at
    )
    return after.order_by("starts_at")


def _use_package(session: Session, *, by: Actor, at: datetime) -> None:
    """Use one session of a package that pays for this treatment, if the patient has one; money never stops an end."""
    visit = session.appointment
    on = wall_time.local(session.ended_at, visit.site.zone).date()
    packages.redeem(session.patient, session=session.uuid, service_code=visit.service.code, on=on, by=by, at=at)


def _write_spacing(session: Session, *, at: datetime) -> None:
    """Push the spacing down to booking, which obeys it without hearing of sessions."""
    treated_on = wall_time.local(session.ended_at, session.appointment.site.zone).date()
    days = courses.days_of(session.course)
    window = rules.window(treated_on, **days)
    restrictions.write(
        session.patient,
        source=f"session:{session.uuid}:spacing",
        service_kinds=[Service.Kind.NEEDLING],
        not_before=window.opens_on,
        best_on=window.best_on,
        latest_on=window.closes_on,
        counted_from=treated_on,
        soft_days=SOFT_DAYS,
        words=_("The skin rests between two sessions."),
        at=at,
    )
