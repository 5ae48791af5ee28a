"""A month at a glance: each day's visits, and how full the open hours of those who work are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count
from django.db.models.functions import TruncDate

from booking.models import Appointment, Claim
from clinic.models import Site
from clinic.wall_time import day_bounds
from desk.board import presence
from desk.board.grid import Span
from desk.board.presence import Presence
from desk.board.shown import State


@dataclass(frozen=True)
class Square:
    """A day of the month. load: booked per cent of the practitioners' open time; None when nobody works."""

    on: date
    visits: int
    load: int | None
    words: str = ""
    is_inside: bool = True
    is_today: bool = False
    is_open: bool = True


@dataclass(frozen=True)
class Month:
    first: date
    weeks: tuple[tuple[Square, ...], ...]
    visits: int

    @property
    def before(self) -> date:
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def after(self) -> date:
        return (self.first + timedelta(days=32)).replace(day=1)


def month_of(text: str, today: date) -> date:
    """Return the first day of the month that an address names (2026-03), or of today's."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    return first if abs((first - today).days) <= 3650 else today.replace(day=1)


def read(site: Site, first: date, *, today: date, at: datetime) -> Month:
    """Return a month in whole weeks, in three queries whatever is booked. first: its first day."""
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    monday = first - timedelta(days=first.weekday())
    days = [monday + timedelta(days=number) for number in range((last - monday).days // 7 * 7 + 7)]
    there = presence.read(site, days[0], at=at, days=len(days))
    start, end = day_bounds(days[0], site.zone)[0], day_bounds(days[-1], site.zone)[1]
    visits = _visits(site, start, end)
    held = _held_minutes(site, start, end, at)
    squares = [
        Square(
            on=day,
            visits=visits.get(day, 0),
            load=load(held[day], _open_minutes(there, day)),
            words=there.words_on(None, day),
            is_inside=day.month == first.month,
            is_today=day == today,
            is_open=bool(there.opening(day)),
        )
        for day in days
    ]
    weeks = tuple(tuple(squares[number : number + 7]) for number in range(0, len(squares), 7))
    return Month(first, weeks, sum(square.visits for square in squares if square.is_inside))


def load(held: int, open_: int) -> int | None:
    """Return booked minutes as whole per cent of open ones, at most 100; None when there are none."""
    return min(100, round(100 * held / open_)) if open_ else None


def _visits(site: Site, start: datetime, end: datetime) -> dict[date, int]:
    rows = Appointment.objects.filter(site=site, starts_at__gte=start, starts_at__lt=end).exclude(state=State.CANCELLED)
    days = rows.order_by().annotate(on=TruncDate("starts_at", tzinfo=site.zone)).values_list("on")
    return dict(days.annotate(count=Count("pk")))


def _held_minutes(site: Site, start: datetime, end: datetime, at: datetime) -> dict[date, int]:
    """Return by local day for how many minutes practitioners are held by visits here."""
    claims = Claim.objects.standing(at).between(start, end).filter(appointment__site=site, practitioner__isnull=False)
    held: dict[date, int] = defaultdict(int)
    for starts_at, ends_at in claims.values_list("starts_at", "ends_at"):
        held[starts_at.astimezone(site.zone).date()] += int((ends_at - starts_at).total_seconds() // 60)
    return held


def _open_minutes(there: Presence, day: date) -> int:
    """Return for how many minutes practitioners are here that day, without what keeps them from visits."""
    return sum(
        minutes_of(there.shifts(person, day)) - _blocked(there.shifts(person, day), there.blocks_on(person, day))
        for person in there.people
    )


def _blocked(shifts: Iterable[Span], blocks: Iterable[Span]) -> int:
    blocks = list(blocks)
    return minutes_of(
        Span(max(shift.starts_at, block.starts_at), min(shift.ends_at, block.ends_at))
        for shift in shifts
        for block in blocks
        if shift.overlaps(block)
    )


def minutes_of(spans: Iterable[Span]) -> int:
    return sum(int((span.ends_at - span.starts_at).total_seconds() // 60) for span in spans)
