"""Choosing a time on a telephone: a month, the times of a day, one more look. No script; looking changes nothing."""

from __future__ import annotations

from calendar import Calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from booking.free_times import FreeTime
from clinic import wall_time
from patients.models import Link
from portal.pages import after_get, page
from visits.own_choice import Choice

ANYBODY = "any"
WEEK = Calendar(firstweekday=0)


@dataclass(frozen=True)
class Pages:
    """The pages of one choice. route: their name among the addresses, as in "visit_change". back: where it came from.

    is_for_anybody: whoever is free is shown, and not the one person whom the patient knows.
    """

    choice: Choice
    link: Link
    token: str
    route: str
    back: str
    is_for_anybody: bool

    def month(self, first: date | None = None, *, anybody: bool | None = None) -> str:
        said = {"month": f"{first:%Y-%m}"} if first else {}
        return self._address(self.route, anybody=anybody, **said)

    def day(self, day: date) -> str:
        return self._address(f"{self.route}_day", day.isoformat())

    def time(self, free: FreeTime) -> str:
        return self._address(f"{self.route}_time", int(free.starts_at.timestamp()), free.practitioner.pk)

    def _address(self, route: str, *where: Any, anybody: bool | None = None, **said: str) -> str:
        if self.is_for_anybody if anybody is None else anybody:
            said["who"] = ANYBODY
        address = reverse(f"portal:{route}", args=[self.token, *where])
        return f"{address}?{urlencode(said)}" if said else address


@dataclass(frozen=True)
class Cell:
    """A day of the month. href: where its times are; empty where none is free. count: of its free times."""

    day: date
    href: str = ""
    count: int = 0


@dataclass(frozen=True)
class Month:
    """A month as it is drawn. weeks: of seven cells, None outside it. before, after: the months to look at."""

    first: date
    weeks: list[list[Cell | None]]
    before: str
    after: str

    @property
    def weekdays(self) -> list[date]:
        monday = self.first - timedelta(days=self.first.weekday())
        return [monday + timedelta(days=number) for number in range(7)]

    @property
    def is_empty(self) -> bool:
        return not any(cell and cell.href for week in self.weeks for cell in week)


@dataclass(frozen=True)
class Option:
    """One time to press."""

    free: FreeTime
    href: str


def wants_anybody(request: HttpRequest) -> bool:
    return request.GET.get("who") == ANYBODY


def month_page(request: HttpRequest, pages: Pages, **known: Any) -> HttpResponse:
    """Show a month; the first one is that of the soonest time. Where the known person has none, anybody's are shown."""
    choice, anybody = pages.choice, pages.is_for_anybody
    soonest = choice.soonest(anybody=anybody)
    if soonest is None and not anybody and choice.soonest(anybody=True):
        return after_get(pages.month(anybody=True))
    shown = _month_said(request) or (choice.day_of(soonest) if soonest else choice.first).replace(day=1)
    month = _month(pages, min(max(shown, choice.first.replace(day=1)), choice.last.replace(day=1)))
    context = {
        "month": month if soonest else None,
        "goes_to": pages.month(choice.day_of(soonest)) if soonest and month.is_empty else "",
        "best": best_day(choice),
        "other": pages.month(month.first, anybody=not anybody) if _has_others(choice) else "",
    }
    return _page(request, "month", pages, **context, **known)


def best_day(choice: Choice) -> date | None:
    """Return the best day to name for a visit that is to be booked; None where no day is better than the first."""
    window = choice.window
    return window.best_on if window and window.best_on != window.opens_on else None


def _month_said(request: HttpRequest) -> date | None:
    try:
        return datetime.strptime(request.GET.get("month", ""), "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError:
        return None


def _month(pages: Pages, first: date) -> Month:
    following = (first + timedelta(days=31)).replace(day=1)
    before, choice = first - timedelta(days=1), pages.choice
    free = choice.between(first, following - timedelta(days=1), anybody=pages.is_for_anybody)

    def cell(day: date) -> Cell | None:
        if day.month != first.month:
            return None
        return Cell(day, pages.day(day), len(free[day])) if day in free else Cell(day)

    return Month(
        first=first,
        weeks=[[cell(day) for day in week] for week in WEEK.monthdatescalendar(first.year, first.month)],
        before=pages.month(before) if before >= choice.first else "",
        after=pages.month(following) if following <= choice.last else "",
    )


def _has_others(choice: Choice) -> bool:
    return choice.service.practitioners.exclude(pk=choice.practitioner.pk).filter(is_active=True).exists()


def day_page(request: HttpRequest, pages: Pages, day: str, **known: Any) -> HttpResponse:
    """Show the times of a day, first the one at the hour that is the patient's; where none is left, the nearest."""
    try:
        when = date.fromisoformat(day)
    except ValueError:
        return after_get(pages.month())
    choice = pages.choice
    free = choice.on(when, anybody=pages.is_for_anybody)
    if not free:
        begins, _ends = wall_time.day_bounds(when, choice.site.zone)
        return gone_page(request, pages, begins + timedelta(hours=12), **known)
    liked = choice.like and wall_time.local(choice.like, choice.site.zone).time()
    alike = (one for one in free if wall_time.local(one.starts_at, choice.site.zone).time() == liked)
    like = next(alike, None)
    options = [Option(one, pages.time(one)) for one in free]
    context = {"day": when, "options": options, "like": Option(like, pages.time(like)) if like else None}
    return _page(request, "day", pages, **context, **known)


def chosen(pages: Pages, start: int, who: int) -> FreeTime | None:
    """Return the time that an address names, or None where it is not to be had any more."""
    starts_at = instant(start)
    return pages.choice.at_start(starts_at, who) if starts_at else None


def instant(start: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(start, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def time_page(request: HttpRequest, pages: Pages, free: FreeTime, **known: Any) -> HttpResponse:
    """Show what would be booked, once more before the press."""
    return _page(request, "time", pages, free=free, day_address=pages.day(pages.choice.day_of(free)), **known)


def gone_page(
    request: HttpRequest, pages: Pages, starts_at: datetime | None, *, status: int = 409, **known: Any
) -> HttpResponse:
    """Say that a time is gone, with the three nearest; who was chosen stays chosen."""
    choice = pages.choice
    nearest = choice.nearest(starts_at, anybody=pages.is_for_anybody) if starts_at else []
    options = [Option(one, pages.time(one)) for one in nearest]
    return _page(request, "gone", pages, options=options, status=status, **known)


def _page(request: HttpRequest, name: str, pages: Pages, *, status: int = 200, **context: Any) -> HttpResponse:
    known = {"pages": pages, "choice": pages.choice, "link": pages.link, "site": pages.choice.site}
    return page(request, f"portal/choosing/{name}.html", status=status, **known, **context)
