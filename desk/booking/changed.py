"""What somebody else changed of a visit meanwhile, in words: what it was, and what it is."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking.models import Appointment
from clinic.models import Device, Room, User
from clinic.refusals import Refusal, Stale
from clinic.wall_time import local

NAMES = {
    "state": gettext_lazy("Now"),
    "starts_at": gettext_lazy("Time"),
    "practitioner": gettext_lazy("With"),
    "room": gettext_lazy("Room"),
    "chair": gettext_lazy("Chair"),
    "device": gettext_lazy("Device"),
    "note": gettext_lazy("Note"),
    "needling_minutes": gettext_lazy("Needling"),
    "late_minutes": gettext_lazy("Late"),
}
ROWS = {"practitioner": User, "room": Room, "chair": Room, "device": Device}


def refusal_of(stale: Stale | None, zone: ZoneInfo) -> Refusal:
    """Return what to say to somebody whose page was older than the visit; nothing of theirs was done."""
    lines = [_line(name, *stale.changed[name], zone) for name in NAMES if name in stale.changed] if stale else []
    words = [_("Look at it as it stands now, then press again. What you typed is still here."), *lines]
    return Refusal(rule="visit.stale", title=_("This visit changed meanwhile"), sentence=" ".join(words))


def _line(name: str, was: Any, now: Any, zone: ZoneInfo) -> str:
    return f"{NAMES[name]}: {_words(name, was, zone)} → {_words(name, now, zone)}."


def _words(name: str, value: Any, zone: ZoneInfo) -> str:
    if value in (None, ""):
        return "–"
    if name == "starts_at":
        return date_format(local(parse_datetime(value), zone), _("D j M, H:i"))
    if name == "state":
        return str(Appointment.State(value).label)
    if name in ROWS:
        row = ROWS[name].objects.filter(pk=value).first()
        return row.name if row else "–"
    if name in ("needling_minutes", "late_minutes"):
        return _("%(minutes)s min") % {"minutes": value}
    return f"“{value}”"
