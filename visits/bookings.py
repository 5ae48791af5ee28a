"""Booking, moving and calling off, as the parts of a step: for one that takes several of them at once, too.

Whoever calls these stands inside a `visits.transactions.step`; where several patients are concerned, all of them were
held before, in order of their ids.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from booking import appointments, diary
from booking.models import Appointment
from clinic import wall_time
from clinic.actors import Actor
from clinic.models import Service, Site, User
from clinic.refusals import Refusal, Refused
from outbox import notices as outbox
from patients.models import Patient
from treatments import courses, gates
from visits import health_forms, judging, notices
from visits.judging import NOTHING_AGREED, Agreement, Passed

WALKED_IN = frozenset({diary.GRID, diary.NOTICE})  # whoever stands at the desk has come at no minute of a grid


def book(
    *,
    patient: Patient,
    service: Service,
    site: Site,
    starts_at: datetime,
    by: Actor,
    at: datetime,
    agreement: Agreement = NOTHING_AGREED,
    passes: frozenset[str] = frozenset(),
    **visit: Any,
) -> Appointment:
    """Book a visit and plan what it brings with it. visit: as in `appointments.book`, which says what is raised."""
    patient = hold_living(patient)
    day = wall_time.local(starts_at, site.zone).date()
    refusals = judging.stops(patient, service=service, site=site, on=day, at=at)
    passed = judging.passed(refusals, agreement, by=by)

    def act(passes: frozenset[str]) -> Appointment:
        wish = {"patient": patient, "service": service, "site": site, "starts_at": starts_at}
        return appointments.book(**wish, by=by, at=at, passes=passes, **visit)

    booked, outside = _within_hours(act, passes, agreement, by=by)
    judging.keep(booked, [*passed, *outside], agreement, by=by, at=at)
    join_course(booked)
    health_forms.send_with_first(booked, by=by, at=at)
    notices.reconcile_held(patient, at=at)
    return booked


def move(
    appointment: Appointment,
    *,
    starts_at: datetime,
    by: Actor,
    at: datetime,
    agreement: Agreement = NOTHING_AGREED,
    passes: frozenset[str] = frozenset(),
    **move: Any,
) -> Appointment:
    """Move a visit; what was agreed to for its day still holds on that day. move: as in `appointments.move`."""
    hold_living(appointment.patient)
    day = wall_time.local(starts_at, appointment.site.zone).date()
    thinking = gates.thinking_refusal(
        appointment.patient, service=appointment.service, site=appointment.site, on=day, at=at
    )
    found = [*gates.day_refusals(appointment, on=day, at=at), *([thinking] if thinking else [])]
    passed = judging.passed(found, agreement, by=by)

    def act(passes: frozenset[str]) -> Appointment:
        return appointments.move(appointment, starts_at=starts_at, by=by, at=at, passes=passes, **move)

    moved, outside = _within_hours(act, passes, agreement, by=by)
    judging.keep(moved, [*passed, *outside], agreement, by=by, at=at)
    join_course(moved)
    notices.reconcile_held(moved.patient, at=at)
    return moved


def cancel(appointment: Appointment, *, by: Actor, at: datetime, **cancel: Any) -> Appointment:
    """Call a visit off; what was planned around it follows. cancel: as in `appointments.cancel`."""
    outbox.hold(appointment.patient)
    cancelled = appointments.cancel(appointment, by=by, at=at, **cancel)
    courses.release(cancelled)
    notices.reconcile_held(cancelled.patient, at=at)
    return cancelled


def revert(appointment: Appointment, *, version: int, by: Actor, at: datetime) -> Appointment:
    """Take back the last step of a visit; what was planned around it follows. Raises as `appointments.revert`.

    One that was cancelled, missed or moved needs its time to be free still, and its day to be allowed as it was.
    """
    outbox.hold(appointment.patient)
    stood_at = appointment.starts_at if appointment.is_standing else None
    reverted = appointments.revert(appointment, version=version, by=by, at=at)
    if reverted.is_standing and reverted.starts_at != stood_at:
        hold_living(reverted.patient)
        day = wall_time.local(reverted.starts_at, reverted.site.zone).date()
        for refusal in gates.day_refusals(reverted, on=day, at=at):
            raise Refused(refusal)
        join_course(reverted)
    notices.reconcile_held(reverted.patient, at=at)
    return reverted


def walk_in(
    *, patient: Patient, service: Service, site: Site, practitioner: User | None, by: Actor, at: datetime, **visit: Any
) -> Appointment:
    """Book somebody who stands at the desk, from this minute on, and mark them as arrived."""
    starts_at = next_minute(at)
    who = practitioner or _free_now(service, site, patient, starts_at, at=at, length=visit.get("needling_minutes"))
    booked = book(
        patient=patient,
        service=service,
        site=site,
        practitioner=who,
        starts_at=starts_at,
        by=by,
        at=at,
        is_walk_in=True,
        tell_patient=False,
        passes=WALKED_IN,
        **visit,
    )
    here = appointments.arrive(booked, version=booked.version, by=by, at=at)
    notices.reconcile_held(here.patient, at=at)
    return here


def next_minute(at: datetime) -> datetime:
    """Return the full minute that begins now or next: a visit is not booked in the past, and never by the second."""
    whole = at.replace(second=0, microsecond=0)
    return whole if whole == at else whole + timedelta(minutes=1)


def hold_living(patient: Patient) -> Patient:
    """Return the patient fresh, held until the step ends. Raises Refused for one who has died: nothing is planned."""
    held = outbox.hold(patient)
    must_live(held)
    return held


def must_live(patient: Patient) -> None:
    if patient.died_on is not None:
        raise Refused(_died(patient))


def join_course(appointment: Appointment) -> None:
    """Tie a needling to the patient's running course, if there is one with a session left."""
    if appointment.service.kind != Service.Kind.NEEDLING:
        return
    course = courses.running_for(appointment.patient)
    if course is not None:
        courses.plan_visit(course, appointment)


def _within_hours(
    act: Callable[[frozenset[str]], Appointment], passes: frozenset[str], agreement: Agreement, *, by: Actor
) -> tuple[Appointment, list[Passed]]:
    """Do it within working hours, else outside them if somebody who may answers for that."""
    if not agreement.reason.strip():  # nobody answers, so a refusal ends the whole step
        return act(passes), []
    try:
        with transaction.atomic():
            return act(passes), []
    except Refused as refused:
        if refused.refusal.rule != diary.HOURS:
            raise
        outside = judging.passed([refused.refusal], agreement, by=by)
    return act(passes | {diary.HOURS}), outside


def _free_now(
    service: Service, site: Site, patient: Patient, starts_at: datetime, *, at: datetime, length: int | None
) -> User:
    """Return the first practitioner who can begin now; the first of all when nobody can, so that booking says why."""
    day = wall_time.local(starts_at, site.zone).date()
    known = {"service": service, "site": site, "patient": patient, "needling_minutes": length, "passes": WALKED_IN}
    page = diary.read(start=day, days=1, at=at, **known)
    people = sorted(page.practitioners.values(), key=lambda one: one.name)
    if not people or not page.is_for_a_patient:
        raise Refused(_nobody(service))
    start = int(starts_at.timestamp())
    return next((one for one in people if not page.objection(start, one.pk)), people[0])


def _nobody(service: Service) -> Refusal:
    return Refusal(
        rule="service.nobody",
        title=_("Nobody gives this today"),
        sentence=_("Nobody is planned for %(service)s today. Another day may be free.") % {"service": service.name},
    )


def _died(patient: Patient) -> Refusal:
    return Refusal(
        rule="patient.died",
        title=_("No visit can be booked"),
        sentence=_("The record says that %(name)s has died.") % {"name": patient.name},
    )
