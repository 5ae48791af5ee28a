"""Closures in words: what is closed, and when."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from booking.models import Closure
from clinic.wall_time import local


def named(closure: Closure) -> str:
    """Return what is closed: a person, a room, a device, or the whole clinic."""
    one = closure.practitioner or closure.room or closure.device
    return str(one) if one else _("The whole clinic")


def when(closure: Closure) -> str:
    """Return the stretch as people say it: Monday 2 March, 13:00 to 18:00; whole days are said without hours."""
    zone = closure.site.zone
    starts, ends = local(closure.starts_at, zone), local(closure.ends_at, zone)
    if starts.time() == ends.time() == time.min:
        return _days(starts, ends - timedelta(days=1))
    if starts.date() == ends.date() or ends == _midnight_after(starts):
        hours = {"day": _day(starts), "from": f"{starts:%H:%M}", "to": f"{ends:%H:%M}"}
        if ends.time() == time.min:
            return _("%(day)s, from %(from)s on") % hours
        return _("%(day)s, %(from)s to %(to)s") % hours
    until = _day(ends - timedelta(days=1)) if ends.time() == time.min else _moment(ends)
    return _("%(from)s to %(to)s") % {"from": _moment(starts), "to": until}


def _midnight_after(wall: datetime) -> datetime:
    return (wall + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def _days(first: datetime, last: datetime) -> str:
    if first.date() == last.date():
        return _("%(day)s, all day") % {"day": _day(first)}
    return _("%(first)s to %(last)s") % {"first": _day(first), "last": _day(last)}


def _day(wall: datetime) -> str:
    return date_format(wall, pgettext("a day as it is said, in Django's date letters", "l j F"))


def _moment(wall: datetime) -> str:
    return date_format(wall, pgettext("a day and hour as they are said, in Django's date letters", "l j F, H:i"))
