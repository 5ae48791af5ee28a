"""What was done to visits, said in words: for Recent changes and for one visit's history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.history import ASIDE
from booking.models import Appointment, Change
from booking.rules import REVERTIBLE
from clinic.models import User
from clinic.wall_time import local

ICONS = {
    "book": "plus",
    "move": "move",
    "cancel": "x",
    "no_show": "noshow",
    "arrive": "tick",
    "confirm": "tick",
    "enter_room": "tick",
    "finish": "tick",
    "revert": "undo",
    "late": "day",
    "note": "form",
}


@dataclass(frozen=True)
class Told:
    """One step as people read it. may_undo: it is the newest of its visit and can be taken back."""

    appointment: Appointment
    icon: str
    words: str
    at: datetime
    by_name: str
    reason: str
    may_undo: bool
    is_undone: bool


def tell(changes: Iterable[Change], zone: ZoneInfo) -> list[Told]:
    """Return the steps, newest first, in words. The first of each visit is its newest."""
    told: list[Told] = []
    seen: set[int] = set()
    for change in changes:
        is_newest = change.appointment_id not in seen and change.undone_at is None and change.verb not in ASIDE
        if is_newest:
            seen.add(change.appointment_id)
        told.append(
            Told(
                appointment=change.appointment,
                icon=ICONS.get(change.verb, "info"),
                words=_words(change, zone),
                at=local(change.at, zone),
                by_name=change.by_name,
                reason=change.reason,
                may_undo=is_newest and change.verb in REVERTIBLE,
                is_undone=change.undone_at is not None,
            )
        )
    return told


@dataclass(frozen=True)
class LateDay:
    """Visits of one practitioner that one press moved on. change: one of the moves; may_undo: all can be taken back."""

    practitioner: User
    change: Change
    words: str
    at: datetime
    by_name: str
    may_undo: bool


def late_day(changes: Sequence[Change], told: Sequence[Told], minutes: int) -> LateDay:
    """Return the moves of one press as one line. told: the same steps in words; minutes: by how much they moved."""
    words = ngettext("%(n)s visit, %(minutes)s min later", "%(n)s visits, %(minutes)s min later", len(changes))
    return LateDay(
        practitioner=changes[0].appointment.practitioner,
        change=changes[0],
        words=words % {"n": len(changes), "minutes": minutes},
        at=told[0].at,
        by_name=told[0].by_name,
        may_undo=all(one.may_undo for one in told),
    )


def _words(change: Change, zone: ZoneInfo) -> str:
    words: Mapping[str, str] = {
        "book": _("Booked"),
        "confirm": _("Confirmed"),
        "arrive": _("Arrived"),
        "enter_room": _("Went in"),
        "finish": _("Done"),
        "no_show": _("Did not come"),
        "cancel": _("Cancelled"),
        "revert": _("Last step taken back"),
        "note": _("Note changed"),
    }
    if change.verb == "move":
        return _moved_words(change, zone)
    if change.verb == "late":
        return _("Comes %(minutes)s min late") % {"minutes": change.after.get("late_minutes") or 0}
    return words.get(change.verb, change.verb)


def _moved_words(change: Change, zone: ZoneInfo) -> str:
    before, after = change.before.get("starts_at"), change.after.get("starts_at")
    if not before or not after:
        return _("Moved to somebody else") if "practitioner" in change.after else _("Length changed")
    was, now = local(parse_datetime(before), zone), local(parse_datetime(after), zone)
    if was.date() == now.date():
        return f"{was:%H:%M} → {now:%H:%M}"
    return f"{date_format(was, 'D j M')} {was:%H:%M} → {date_format(now, 'D j M')} {now:%H:%M}"
