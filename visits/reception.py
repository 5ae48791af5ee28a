"""Booking, moving and ending a visit, for every door alike."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from booking import appointments, overrides
from booking.models import Appointment
from clinic import wall_time
from clinic.actors import Actor
from clinic.models import Device, Room, Service, Site, User
from clinic.refusals import Refusal, Refused
from outbox import notices as outbox
from patients import patients, restrictions
from patients.models import Patient
from treatments import courses, gates
from visits import notices
from visits.transactions import step


@step
def book(
    *,
    patient: Patient,
    service: Service,
    practitioner: User,
    starts_at: datetime,
    site: Site,
    by: Actor,
    at: datetime,
    room: Room | None = None,
    device: Device | None = None,
    note: str = "",
    tell_patient: bool = True,
    agreed_by: User | None = None,
    agreed_reason: str = "",
) -> Appointment:
    """Book a visit and plan what it brings with it.

    agreed_by and agreed_reason pass a soft restriction for this visit only. Raises SlotTaken with the nearest free
    times, or Refused by a restriction, by working hours or by a person who may not agree.
    """
    return _book(
        patient=patient,
        service=service,
        practitioner=practitioner,
        starts_at=starts_at,
        site=site,
        by=by,
        at=at,
        room=room,
        device=device,
        note=note,
        tell_patient=tell_patient,
        agreed=(agreed_by, agreed_reason),
    )


@step
def book_new(
    *,
    name: str,
    phone: str = "",
    email: str = "",
    born_on: date | None = None,
    agreed_by: User | None = None,
    agreed_reason: str = "",
    by: Actor,
    at: datetime,
    **visit: Any,
) -> Appointment:
    """Register somebody new and book their visit; neither is kept without the other. visit: as in `book`."""
    patient = patients.register(name=name, phone=phone, email=email, born_on=born_on, by=by, at=at)
    return _book(patient=patient, by=by, at=at, agreed=(agreed_by, agreed_reason), **visit)


@step
def change_patient(patient: Patient, *, version: int, by: Actor, at: datetime, **fields: Any) -> Patient:
    """Change a patient's record; what is still unsent follows in words and way. Raises as `patients.edit`."""
    changed = patients.edit(patient, version=version, by=by, at=at, **fields)
    notices.reconcile(changed, at=at)
    return changed


@step
def move(
    appointment: Appointment,
    *,
    starts_at: datetime,
    practitioner: User | None = None,
    version: int,
    by: Actor,
    at: datetime,
    reason: str = "",
    agreed_by: User | None = None,
    agreed_reason: str = "",
) -> Appointment:
    """Move a visit to another time, with another practitioner if one is named. Raises as `book`, and Stale."""
    agreed = (agreed_by, agreed_reason)
    outbox.hold(appointment.patient)
    passed = _pass_restrictions(
        appointment.patient, appointment.service, appointment.site, starts_at, agreed=agreed, at=at
    )
    moved = appointments.move(
        appointment, starts_at=starts_at, practitioner=practitioner, version=version, by=by, at=at, reason=reason
    )
    _keep_override(moved, passed, agreed, by=by, at=at)
    _join_course(moved)
    notices.reconcile(moved.patient, at=at)
    return moved


@step
def cancel(appointment: Appointment, *, version: int, reason: str, by: Actor, at: datetime) -> Appointment:
    """Cancel a visit; its time is free again and what was planned around it follows."""
    outbox.hold(appointment.patient)
    cancelled = appointments.cancel(appointment, version=version, reason=reason, by=by, at=at)
    courses.release(cancelled)
    notices.reconcile(cancelled.patient, at=at)
    return cancelled


@step
def confirm(appointment: Appointment, *, version: int, by: Actor, at: datetime) -> Appointment:
    return appointments.confirm(appointment, version=version, by=by, at=at)


@step
def arrive(appointment: Appointment, *, version: int, by: Actor, at: datetime) -> Appointment:
    outbox.hold(appointment.patient)
    arrived = appointments.arrive(appointment, version=version, by=by, at=at)
    notices.reconcile(arrived.patient, at=at)
    return arrived


@step
def no_show(appointment: Appointment, *, version: int, by: Actor, at: datetime, reason: str = "") -> Appointment:
    """Record that nobody came; the course waits for its next booking again."""
    outbox.hold(appointment.patient)
    missed = appointments.no_show(appointment, version=version, by=by, at=at, reason=reason)
    courses.release(missed)
    notices.reconcile(missed.patient, at=at)
    return missed


@step
def enter_room(appointment: Appointment, *, version: int, by: Actor, at: datetime) -> Appointment:
    """Take a patient in for a consultation or a review. A needling goes in with `treatment.start`."""
    if appointment.service.kind == Service.Kind.NEEDLING:
        raise Refused(
            Refusal(
                rule="visit.starts_with_its_record",
                title=_("The treatment record begins this visit"),
                sentence=_("Its practitioner presses “Start” on My day, and the patient is in the room."),
            )
        )
    return appointments.enter_room(appointment, version=version, by=by, at=at)


@step
def finish_visit(appointment: Appointment, *, version: int, by: Actor, at: datetime) -> Appointment:
    """End a visit that has no treatment record: a consultation or a review. A needling ends with its session."""
    if appointment.service.kind == Service.Kind.NEEDLING:
        raise Refused(
            Refusal(
                rule="visit.ends_with_its_record",
                title=_("The treatment record ends this visit"),
                sentence=_("Its practitioner presses “Treatment ended” in the record, and the visit is done."),
            )
        )
    outbox.hold(appointment.patient)
    done = appointments.finish(appointment, version=version, by=by, at=at)
    notices.reconcile(done.patient, at=at)
    return done


@step
def revert(appointment: Appointment, *, version: int, by: Actor, at: datetime) -> Appointment:
    """Take back the last step of a visit.

    One that was cancelled, missed or moved needs its time to be free still, and its day to be allowed as it was.
    """
    outbox.hold(appointment.patient)
    stood_at = appointment.starts_at if appointment.is_standing else None
    reverted = appointments.revert(appointment, version=version, by=by, at=at)
    if reverted.is_standing and reverted.starts_at != stood_at:
        day = wall_time.local(reverted.starts_at, reverted.site.zone).date()
        if refusal := gates.restriction_refusal(reverted, on=day, at=at):
            raise Refused(refusal)
        _join_course(reverted)
    notices.reconcile(reverted.patient, at=at)
    return reverted


def _book(
    *,
    patient: Patient,
    service: Service,
    starts_at: datetime,
    site: Site,
    agreed: tuple[User | None, str],
    by: Actor,
    at: datetime,
    **visit: Any,
) -> Appointment:
    patient = outbox.hold(patient)
    if patient.died_on is not None:
        raise Refused(_died(patient))
    passed = _pass_restrictions(patient, service, site, starts_at, agreed=agreed, at=at)
    appointment = appointments.book(
        patient=patient, service=service, starts_at=starts_at, site=site, by=by, at=at, **visit
    )
    _keep_override(appointment, passed, agreed, by=by, at=at)
    _join_course(appointment)
    notices.reconcile(patient, at=at)
    return appointment


def _died(patient: Patient) -> Refusal:
    return Refusal(
        rule="patient.died",
        title=_("No visit can be booked"),
        sentence=_("The record says that %(name)s has died.") % {"name": patient.name},
    )


def _join_course(appointment: Appointment) -> None:
    course = courses.running_for(appointment.patient)
    if course is not None and appointment.service.kind == Service.Kind.NEEDLING:
        courses.plan_visit(course, appointment)


def _pass_restrictions(
    patient: Patient,
    service: Service,
    site: Site,
    starts_at: datetime,
    *,
    agreed: tuple[User | None, str],
    at: datetime,
) -> Refusal | None:
    """Return the refusal that a named person passed with a reason, or None when nothing stood in the way."""
    day = wall_time.local(starts_at, site.zone).date()
    refusal = restrictions.judge(patient, service_kind=service.kind, on=day, at=at)
    if refusal is None:
        return None
    person, reason = agreed
    if refusal.is_hard or person is None or not reason.strip():
        raise Refused(refusal)
    if not person.is_active or not Actor.of(person).may(refusal.overridable_by):
        raise Refused(refusal)
    return refusal


def _keep_override(
    appointment: Appointment, passed: Refusal | None, agreed: tuple[User | None, str], *, by: Actor, at: datetime
) -> None:
    if passed is None:
        return
    person, reason = agreed
    overrides.record(appointment, rule=passed.rule, reason=reason.strip(), agreed_by=person, by=by, at=at)
