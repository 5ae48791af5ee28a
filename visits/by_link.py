"""What a patient does behind a link: says yes, moves, calls off, books. Every rule of the desk holds."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from booking import appointments, claims, own_hands
from booking.models import Appointment
from clinic.actors import Actor
from clinic.refusals import Refusal, Refused
from treatments.models import Course
from visits import bookings, own_choice
from visits.transactions import step

MOST_LETTERS = 200  # of a reason


@step
def confirm(visit: Appointment, *, version: int, by: Actor, at: datetime) -> Appointment:
    """Note that the patient comes. A second yes changes nothing. Raises Stale, and Refused once the visit has begun."""
    bookings.hold_living(visit.patient)
    own_hands.must_be_to_come(visit, at=at)
    if visit.state == Appointment.State.CONFIRMED:
        appointments.must_be_as_read(visit, version=version)
        return visit
    return appointments.confirm(visit, version=version, by=by, at=at)


@step
def cancel(visit: Appointment, *, reason: str = "", version: int, by: Actor, at: datetime) -> Appointment:
    """Call a visit off for its patient; a reason is welcome and not needed.

    Raises Stale, and Refused when it is too late for it without a call.
    """
    own_hands.must_be_changeable(visit, at=at)
    return bookings.cancel(visit, version=version, reason=reason.strip() or _no_reason(), by=by, at=at)


@step
def move(
    visit: Appointment, *, starts_at: datetime, practitioner: int, version: int, by: Actor, at: datetime
) -> Appointment:
    """Move a visit to a time of its patient's choice. practitioner: the id of who gives it then.

    Raises Stale, Refused when it is too late for it without a call, and by every rule that would stop the desk. A time
    that is not among those that may be chosen is refused as one that is taken.
    """
    bookings.hold_living(visit.patient)
    own_hands.must_be_changeable(visit, at=at)
    free = own_choice.to_move(visit, at=at).at_start(starts_at, practitioner)
    if free is None:
        raise Refused(claims.taken())
    return bookings.move(visit, starts_at=free.starts_at, practitioner=free.practitioner, version=version, by=by, at=at)


@step
def book(course: Course, *, starts_at: datetime, practitioner: int, by: Actor, at: datetime) -> Appointment:
    """Book the next session of a course at a time of its patient's choice. practitioner: the id of who gives it.

    Raises Refused where it takes a call, by every rule that would stop the desk, and for somebody who has a session
    booked already. A time that is not among those that may be chosen is refused as one that is taken.
    """
    patient = bookings.hold_living(course.patient)
    course = Course.objects.get(pk=course.pk, patient=patient)
    course.patient = patient
    if own_choice.booked(patient, at=at) is not None:
        raise Refused(_booked_already())
    choice = own_choice.to_book(course, at=at)
    free = choice.at_start(starts_at, practitioner)
    if free is None:
        raise Refused(claims.taken())
    return bookings.book(
        patient=patient,
        service=choice.service,
        site=choice.site,
        practitioner=free.practitioner,
        starts_at=free.starts_at,
        needling_minutes=choice.needling_minutes,
        by=by,
        at=at,
    )


def _booked_already() -> Refusal:
    return Refusal(
        rule="own_choice.booked",
        title=_("You have an appointment already"),
        sentence=_("Nothing was booked. To change it, open it here, or call us."),
    )


def _no_reason() -> str:
    """Return what stands in the place of a reason, in the language of the house and not of the patient."""
    with translation.override(settings.LANGUAGE_CODE):
        return _("The patient gave no reason")
