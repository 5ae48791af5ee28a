"""A step that was pressed twice, or sent again from an older page: whoever took it themselves gets the same answer.

The visit itself says so: its newest change is this very step, by this person, from this version. A name for the form
would say too much, for it would still call a step done that was taken back since.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from booking.models import Appointment
from desk.booking.panel import find_visit

KEPT_AS = {"called_off_by": "cancelled_by", "minutes": "late_minutes"}  # what a visit calls what a form asks for


def before(
    request: HttpRequest, visit: Appointment, verb: str, *, version: int, reason: str = "", **asked: Any
) -> Appointment | None:
    """Return the visit as it is when this person's press has just made it so, from that version; else None.

    verb: as in its history. asked: what the step was to give, under the form's names; None leaves it as it was.
    """
    now = find_visit(request, visit.uuid)
    newest = now.changes.order_by("-id").first()
    if newest is None or (newest.verb, newest.by_id, newest.reason) != (verb, request.user.pk, reason):
        return None
    is_given = all(value is None or getattr(now, KEPT_AS.get(name, name)) == value for name, value in asked.items())
    return now if is_given and now.version == version + 1 else None
