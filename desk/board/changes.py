"""What was done to visits, said in words: for Recent changes and for one visit's history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.history import ASIDE
from booking.models import Appointment, Change
from booking.rules import REVERTIBLE
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
class Together:
    """What one press did to several visits, as one line. title: what happened; words: to how many visits.

    undo: the address that takes all of it back, empty when that cannot be; change: one of the steps, sent with it.
    """

    icon: str
    title: str
    words: str
    at: datetime
    by_name: str
    change: Change
    undo: str


def late_day(changes: Sequence[Change], told: Sequence[Told], minutes: int) -> Together:
    """Return the moves of a late day as one line. told: the same steps in words; minutes: by how much they moved."""
    words = ngettext("%(n)s visit, %(minutes)s min later", "%(n)s visits, %(minutes)s min later", len(changes))
    title = _("%(name)s runs late") % {"name": changes[0].appointment.practitioner.name}
    undo = reverse("desk:late_undo") if all(one.may_undo for one in told) else ""
    return _together("move", title, words % {"n": len(changes), "minutes": minutes}, changes, told, undo)


def day_out(changes: Sequence[Change], told: Sequence[Told], *, name: str, is_open_again: bool) -> Together:
    """Return what became of the visits of somebody who is out, as one line. told: the same steps in words."""
    called_off = sum(change.verb == "cancel" for change in changes)
    moved = len(changes) - called_off
    said = [
        ngettext("%(n)s visit moved", "%(n)s visits moved", moved) % {"n": moved} if moved else "",
        ngettext("%(n)s called off", "%(n)s called off", called_off) % {"n": called_off} if called_off else "",
    ]
    can_undo = not is_open_again and all(one.may_undo for one in told)
    undo = reverse("desk:out_undo", args=[changes[0].press]) if can_undo else ""
    title = _("%(name)s is out") % {"name": name}
    return _together("user", title, ", ".join(filter(None, said)), changes, told, undo)


def _together(
    icon: str, title: str, words: str, changes: Sequence[Change], told: Sequence[Told], undo: str
) -> Together:
    return Together(icon, title, words, told[0].at, told[0].by_name, changes[0], undo)


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
