"""The steps of one press are taken back together: every visit is where it was, or none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Max
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from booking import claims, history
from booking.claims import Resource
from booking.models import Appointment, Change
from clinic.actors import Actor
from clinic.refusals import Refused, Stale
from visits import bookings
from visits.displaced import Decision, NotSettled, hold_all

SHOWN_WITH = tuple(f"appointment__{name}" for name in ("patient", "practitioner", "service", "site"))


def hold(steps: Sequence[Change], *, at: datetime, besides: Iterable[Resource] = ()) -> None:
    """Take the turn of everyone and everything that the visits have, and had before; for within a step."""
    visits = [one.appointment for one in steps]
    hold_all([Decision(one, one.version, "move") for one in visits], at=at, besides={*besides, *_had(steps)})


def _had(steps: Sequence[Change]) -> set[Resource]:
    """Return everyone and everything that the visits had before, where it was another one."""
    columns = {"practitioner": "practitioner", "room": "room", "chair": "room", "device": "device"}
    return {(column, pk) for one in steps for name, column in columns.items() if (pk := one.before.get(name))}


def changed_since(steps: Sequence[Change]) -> list[Change]:
    """Return those of the steps after which their visit was changed again."""
    later = Change.objects.filter(appointment__in=[one.appointment_id for one in steps], undone_at=None)
    newest = later.exclude(verb__in=history.ASIDE).order_by().values("appointment").annotate(newest=Max("pk"))
    standing = set(newest.values_list("newest", flat=True))
    return [one for one in steps if one.pk not in standing]


def can_be(steps: Sequence[Change], *, at: datetime) -> bool:
    """Return whether there is something to put back: every visit stands where these steps left it, and none is over."""
    return bool(steps) and not changed_since(steps) and not any(_is_over(one, at=at) for one in steps)


def _is_over(step: Change, *, at: datetime) -> bool:
    """Return whether the time that a visit had before a step has passed: what is over is not told otherwise."""
    had = step.before.get("ends_at")
    return (parse_datetime(had) if had else step.appointment.ends_at) <= at


def put_back(steps: Sequence[Change], *, by: Actor, at: datetime) -> list[Appointment]:
    """Put the visits back, within a step that holds them: they leave their places at once, as each may stand where
    another was. Raises NotSettled with the visit that stopped it.
    """
    for one in changed_since(steps):
        raise NotSettled(one.appointment, Stale(_("This visit was changed since. Take it back by itself.")))
    for one in (step for step in steps if _is_over(step, at=at)):
        raise NotSettled(one.appointment, Stale(_("The time that this visit had is over, so it stays as it is.")))
    freed = [left for one in steps for left in claims.release(one.appointment)]
    back = []
    for one in steps:
        try:
            back.append(bookings.revert(one.appointment, version=one.appointment.version, by=by, at=at))
        except (Refused, Stale) as stopped:
            raise NotSettled(one.appointment, stopped) from stopped
    claims.hand_over(freed)
    return back
