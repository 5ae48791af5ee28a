"""What a patient may do with a visit behind its link, and until when: pure, like the other rules of a visit."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext as _

from booking.models import Appointment
from clinic.refusals import Refusal, Refused

State = Appointment.State


class Stands(models.TextChoices):
    """Where a visit stands for its patient: what may still be done with it follows from that alone."""

    OPEN = "open"  # it may be confirmed, moved and called off
    LATE = "late"  # it may be confirmed; the rest is a call
    BEGUN = "begun"
    OVER = "over"
    CANCELLED = "cancelled"


def stands(visit: Appointment, *, at: datetime) -> Stands:
    """Return where a visit stands at a moment; late is less than the site's `late_cancel_hours` before its start."""
    if visit.state == State.CANCELLED:
        return Stands.CANCELLED
    if visit.state in (State.DONE, State.NO_SHOW) or visit.ends_at <= at:
        return Stands.OVER
    if visit.state in (State.ARRIVED, State.IN_ROOM) or visit.starts_at <= at:
        return Stands.BEGUN
    return Stands.OPEN if at <= changeable_until(visit) else Stands.LATE


def changeable_until(visit: Appointment) -> datetime:
    """Return the last moment at which a patient may change a visit without a call."""
    return visit.starts_at - timedelta(hours=visit.site.late_cancel_hours)


def must_be_to_come(visit: Appointment, *, at: datetime) -> None:
    """Raise Refused unless the visit is still to come."""
    how = stands(visit, at=at)
    if how not in (Stands.OPEN, Stands.LATE):
        raise Refused(why_not(visit, how))


def must_be_changeable(visit: Appointment, *, at: datetime) -> None:
    """Raise Refused unless a patient may still move the visit or call it off without a call."""
    how = stands(visit, at=at)
    if how != Stands.OPEN:
        raise Refused(why_not(visit, how))


def why_not(visit: Appointment, how: str) -> Refusal:
    """Return why a visit cannot be changed behind its link, as the patient reads it. how: as `stands` says."""
    hours = visit.site.late_cancel_hours
    late = _("It is less than %(hours)s hours until your appointment.") % {"hours": hours}
    sentence = {
        Stands.LATE: late,
        Stands.BEGUN: _("Your appointment has begun."),
        Stands.OVER: _("Your appointment is over."),
        Stands.CANCELLED: _("Your appointment is cancelled."),
    }[Stands(how)]
    return Refusal(rule=f"own_visit.{how}", title=_("Please call us"), sentence=sentence)
