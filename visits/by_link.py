"""What a patient does behind a link: says yes to a visit, moves it, calls it off. Every rule of the desk holds."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from booking import appointments, claims, own_hands
from booking.models import Appointment
from clinic.actors import Actor
from clinic.refusals import Refused
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


def _no_reason() -> str:
    """Return what stands in the place of a reason, in the language of the house and not of the patient."""
    with translation.override(settings.LANGUAGE_CODE):
        return _("The patient gave no reason")
