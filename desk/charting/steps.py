"""The five steps of a session as a strip: what is done, what goes on since when, and what one tap does next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from treatments import rules

if TYPE_CHECKING:
    from desk.charting.drafts import Chart


@dataclass(frozen=True)
class Step:
    """One step. told: in words. since: when it began, while it goes on; warn_minutes: from when that is long.

    next: what a tap does, where that is more than to stamp that it is done. is_over: nothing is left to tap.
    """

    code: str
    label: str
    told: str
    next: str = ""
    since: datetime | None = None
    minutes: int = 0
    warn_minutes: int | None = None
    is_done: bool = False
    is_over: bool = False
    is_current: bool = False


def of(chart: Chart) -> list[Step]:
    """Return the steps of a chart as it is typed."""
    needled = chart.clock_of("needling_started_at"), chart.clock_of("needling_ended_at")
    return [
        _once("cleanse", _("Cleanse"), chart.clock_of("cleansed_at")),
        _numbing(chart),
        _lasting("needle", _("Needling"), needled, _("Tap when done"), now=chart.at),
        _once("serum", _("Serum"), chart.clock_of("serum_at")),
        _once("calm", _("Calm, aftercare"), chart.clock_of("calm_from_at")),
    ]


def _once(code: str, label: str, at: datetime | None) -> Step:
    return Step(code, label, _clock(at) if at else _("not yet"), is_done=at is not None, is_over=at is not None)


def _lasting(
    code: str,
    label: str,
    times: tuple[datetime | None, datetime | None],
    then: str,
    *,
    now: datetime,
    warn_minutes: int | None = None,
) -> Step:
    """Return a step that begins with one tap and ends with another, which does what `then` says."""
    start, end = times
    if start is None:
        return Step(code, label, _("not yet"))
    if end is not None:
        told = _("%(start)s to %(end)s") % {"start": _clock(start), "end": _clock(end)}
        return Step(code, label, told, is_done=True, is_over=True)
    minutes = max(0, int((now - start).total_seconds() // 60))
    told = _("since %(start)s,") % {"start": _clock(start)}
    goes_on = {"since": start, "minutes": minutes, "warn_minutes": warn_minutes, "is_current": True}
    return Step(code, label, told, then, **goes_on)


def _numbing(chart: Chart) -> Step:
    """Return the step of the first cream; a second one is told at its own place."""
    label = _("Numbing")
    if chart.has_no_cream:
        return Step("numb", label, _("none"), is_done=True, is_over=True)
    warn = rules.CREAM_WARN_MINUTES
    return _lasting("numb", label, chart.cream_times(), _("Tap: off, removed fully"), now=chart.at, warn_minutes=warn)


def _clock(at: datetime) -> str:
    return date_format(at.astimezone(timezone.get_current_timezone()), "H:i")
