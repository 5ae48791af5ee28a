"""What a visit was before each step and after it: for its page, for taking steps back, and against stale edits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime

from booking.models import Appointment, Change
from booking.rules import REVERTIBLE
from booking.telling import Announcement, News
from clinic import audit
from clinic.actors import Actor
from clinic.often import insert
from clinic.refusals import Stale

INSTANTS = ("starts_at", "ends_at", "arrived_at")
PEOPLE_AND_PLACES = ("practitioner", "room", "chair", "device")
PLAIN = ("note", "needling_minutes", "late_minutes", "tell_patient", "cancelled_by")
SHOWN_IN_CALENDARS = ("ends_at", "room", "chair")  # beside the news; no patient is written to for these alone
ASIDE = ("revert", "note")  # what stands between a step and its taking back without being in the way
KEPT = ("state", *INSTANTS, *PEOPLE_AND_PLACES, *PLAIN)


def snapshot(appointment: Appointment) -> dict[str, Any]:
    """Return what can change about a visit: instants as ISO texts, people and places as ids."""
    kept: dict[str, Any] = {"state": str(appointment.state)} | {name: getattr(appointment, name) for name in PLAIN}
    for name in INSTANTS:
        value = getattr(appointment, name)
        kept[name] = value.isoformat() if value else None
    for name in PEOPLE_AND_PLACES:
        kept[name] = getattr(appointment, f"{name}_id")
    return kept


def write(
    appointment: Appointment,
    verb: str,
    *,
    before: dict[str, Any],
    by: Actor,
    at: datetime,
    reason: str = "",
    press: UUID | None = None,
) -> Change:
    """Add a line to the visit's history and to the trail; before and after hold only what differs.

    press: what this step shares with others of one press, when they are taken back together.
    """
    now = snapshot(appointment)
    changed = {name for name in KEPT if name not in before or before[name] != now[name]}
    audit.record(
        verb,
        appointment,
        by=by,
        at=at,
        patient=appointment.patient,
        reason=reason,
        fields={name: now[name] for name in changed},
    )
    change = Change(
        appointment=appointment,
        verb=verb,
        at=at,
        by=by.user,
        by_name=by.name,
        reason=reason,
        before={name: before[name] for name in changed if name in before},
        after={name: now[name] for name in changed},
        press=press,
    )
    insert([change])
    return change


def is_other_in_calendars(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Return whether a step changed what a calendar shows: what a patient must know, the length, or the place."""
    return _news(before) != _news(after) or any(before[name] != after[name] for name in SHOWN_IN_CALENDARS)


def _news(kept: dict[str, Any]) -> News | None:
    if kept["state"] == Appointment.State.CANCELLED:
        return None
    return News(starts_at=parse_datetime(kept["starts_at"]), practitioner_id=kept["practitioner"])


def announcements(changes: Iterable[Change]) -> list[Announcement]:
    """Return what the patient should have heard, from a visit's changes in the order in which they were made."""
    told: list[Announcement] = []
    kept: dict[str, Any] = {}
    for change in changes:
        kept |= change.after
        news = _news(kept)
        if not told or told[-1].news != news:
            told.append(Announcement(number=len(told), at=change.at, news=news))
    return told


def last_revertible(appointment: Appointment) -> Change | None:
    """Return the newest step that can still be taken back: none stands after it that cannot."""
    newest = appointment.changes.filter(undone_at=None).exclude(verb__in=ASIDE).order_by("-id").first()
    return newest if newest and newest.verb in REVERTIBLE else None


def restore(appointment: Appointment, before: dict[str, Any]) -> None:
    """Put back what a step changed, in memory."""
    for name, value in before.items():
        if name in INSTANTS:
            setattr(appointment, name, parse_datetime(value) if value else None)
        elif name in PEOPLE_AND_PLACES:
            setattr(appointment, f"{name}_id", value)
        else:
            setattr(appointment, name, value)


def mark_undone(change: Change, *, at: datetime) -> None:
    Change.objects.filter(pk=change.pk).update(undone_at=at)


def refuse_stale(appointment: Appointment, version: int) -> None:
    """Raise Stale, naming what became different since that version (was, is), when there is a newer one."""
    if appointment.version == version:
        return
    since = list(appointment.changes.order_by("-id")[: max(appointment.version - version, 0)])
    was: dict[str, Any] = {}
    for change in since:
        was |= change.before
    now = snapshot(appointment)
    raise Stale(changed={name: (was[name], now[name]) for name in KEPT if name in was and was[name] != now[name]})
