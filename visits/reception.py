"""Booking, moving and ending a visit, for every door alike."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from booking import appointments
from booking.models import Appointment
from clinic.actors import Actor
from clinic.models import Device, Room, Service, Site, User
from clinic.refusals import Refusal, Refused
from outbox import notices as outbox
from patients import patients
from patients.models import Patient
from treatments import courses
from visits import bookings, notices
from visits.courses import consulted
from visits.judging import Agreement
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
    needling_minutes: int | None = None,
    agreed_by: User | None = None,
    agreed_reason: str = "",
) -> Appointment:
    """Book a visit and plan what it brings with it.

    agreed_by and agreed_reason pass what a rule would stop, for this visit only, where that person may (see
    `visits.judging`). Raises SlotTaken with the nearest free times, or Refused by a restriction, by working hours, by
    a consultation that comes first, or by a person who may not agree.
    """
    return bookings.book(
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
        needling_minutes=needling_minutes,
        agreement=Agreement(agreed_by, agreed_reason),
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
    return bookings.book(patient=patient, by=by, at=at, agreement=Agreement(agreed_by, agreed_reason), **visit)


@step
def walk_in(
    *,
    patient: Patient,
    service: Service,
    site: Site,
    by: Actor,
    at: datetime,
    practitioner: User | None = None,
    needling_minutes: int | None = None,
    note: str = "",
    agreed_by: User | None = None,
    agreed_reason: str = "",
) -> Appointment:
    """Book somebody who stands at the desk from this minute on, and mark them as arrived.

    practitioner: None takes the first who is free. The grid and the notice of the service do not count; everything
    else does, so it raises as `book`.
    """
    return bookings.walk_in(
        patient=patient,
        service=service,
        site=site,
        practitioner=practitioner,
        by=by,
        at=at,
        needling_minutes=needling_minutes,
        note=note,
        agreement=Agreement(agreed_by, agreed_reason),
    )


@step
def walk_in_new(
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
    """Register somebody new who stands at the desk and take them in at once. visit: as in `walk_in`."""
    patient = patients.register(name=name, phone=phone, email=email, born_on=born_on, by=by, at=at)
    visit.setdefault("practitioner", None)
    return bookings.walk_in(patient=patient, by=by, at=at, agreement=Agreement(agreed_by, agreed_reason), **visit)


@step
def change_patient(patient: Patient, *, version: int, by: Actor, at: datetime, **fields: Any) -> Patient:
    """Change a patient's record; what is still unsent follows in words and way. Raises as `patients.edit`."""
    before = patient.email
    changed = patients.edit(patient, version=version, by=by, at=at, **fields)
    notices.follow_address(changed, before=before, at=at)
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
    needling_minutes: int | None = None,
    tell_patient: bool | None = None,
    agreed_by: User | None = None,
    agreed_reason: str = "",
) -> Appointment:
    """Move a visit to another time, with another practitioner or length if one is named. Raises as `book`, and Stale.

    tell_patient: None leaves it as it was said at booking.
    """
    return bookings.move(
        appointment,
        starts_at=starts_at,
        practitioner=practitioner,
        version=version,
        by=by,
        at=at,
        reason=reason,
        needling_minutes=needling_minutes,
        tell_patient=tell_patient,
        agreement=Agreement(agreed_by, agreed_reason),
    )


@step
def cancel(
    appointment: Appointment,
    *,
    version: int,
    reason: str,
    by: Actor,
    at: datetime,
    called_off_by: str = Appointment.CalledOffBy.PATIENT,
) -> Appointment:
    """Cancel a visit; its time is free again and what was planned around it follows."""
    return bookings.cancel(appointment, version=version, reason=reason, by=by, at=at, called_off_by=called_off_by)


@step
def late(appointment: Appointment, *, minutes: int, version: int, by: Actor, at: datetime) -> Appointment:
    """Note that the patient comes so many minutes late. Raises as `appointments.late`."""
    outbox.hold(appointment.patient)
    return appointments.late(appointment, minutes=minutes, version=version, by=by, at=at)


@step
def change_note(appointment: Appointment, *, note: str, version: int, by: Actor, at: datetime) -> Appointment:
    """Write what the house should know of this visit. Raises Stale, or WrongState for a cancelled one."""
    outbox.hold(appointment.patient)
    return appointments.change_note(appointment, note=note, version=version, by=by, at=at)


@step
def confirm(appointment: Appointment, *, version: int, by: Actor, at: datetime) -> Appointment:
    outbox.hold(appointment.patient)
    return appointments.confirm(appointment, version=version, by=by, at=at)


@step
def arrive(appointment: Appointment, *, version: int, by: Actor, at: datetime) -> Appointment:
    outbox.hold(appointment.patient)
    arrived = appointments.arrive(appointment, version=version, by=by, at=at)
    notices.reconcile_held(arrived.patient, at=at)
    return arrived


@step
def no_show(appointment: Appointment, *, version: int, by: Actor, at: datetime, reason: str = "") -> Appointment:
    """Record that nobody came; the course waits for its next booking again."""
    outbox.hold(appointment.patient)
    missed = appointments.no_show(appointment, version=version, by=by, at=at, reason=reason)
    courses.release(missed)
    notices.reconcile_held(missed.patient, at=at)
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
    outbox.hold(appointment.patient)
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
    if done.service.kind == Service.Kind.CONSULTATION:
        consulted(done.patient, by=by, at=at)
    notices.reconcile_held(done.patient, at=at)
    return done


@step
def revert(appointment: Appointment, *, version: int, by: Actor, at: datetime) -> Appointment:
    """Take back the last step of a visit.

    One that was cancelled, missed or moved needs its time to be free still, and its day to be allowed as it was.
    """
    return bookings.revert(appointment, version=version, by=by, at=at)
