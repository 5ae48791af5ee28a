"""When somebody of the clinic looks at what a patient told: within its opening hours, and never around the clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aftercare.models import Report
from booking import hours
from booking.hours import Span
from booking.models import Closure
from clinic import wall_time
from clinic.models import Site

DAYS = 21  # that are looked ahead; a clinic that shuts for longer says so in its words


@dataclass(frozen=True)
class Look:
    """by: until when somebody has looked, None where no opening hours are known. is_open: whether the site is open."""

    by: datetime | None
    is_open: bool


def look(site: Site, *, urgency: str, at: datetime) -> Look:
    """Return until when somebody looks at a report of this urgency that came at this moment.

    What cannot wait: so many minutes of opening as the site says. The rest: until the site closes on that day.
    """
    minutes = site.report_minutes if urgency in (Report.Urgency.EMERGENCY, Report.Urgency.SAME_DAY) else None
    is_open = False
    for opens_at, closes_at in openings(site, at=at):
        is_open = is_open or opens_at <= at
        begins = max(opens_at, at)
        by = begins + timedelta(minutes=minutes) if minutes is not None else closes_at
        if by <= closes_at or begins == opens_at:
            return Look(min(by, closes_at), is_open)
    return Look(None, is_open)


def openings(site: Site, *, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield when the site is open from now on, an opening that has begun included, without what is shut altogether."""
    today = wall_time.local(at, site.zone).date()
    read = hours.read(site, start=today, days=DAYS, practitioners=())
    shut = _shut(site, at)
    for number in range(DAYS):
        for span in read.open_on(today + timedelta(days=number)):
            for opens, closes in _without(span, shut):
                if closes > at.timestamp():
                    yield datetime.fromtimestamp(opens, UTC), datetime.fromtimestamp(closes, UTC)


def _shut(site: Site, at: datetime) -> list[Span]:
    whole = Closure.objects.standing().filter(site=site, practitioner=None, room=None, device=None)
    rows = whole.between(at, at + timedelta(days=DAYS)).values_list("starts_at", "ends_at")
    return hours.joined((int(starts.timestamp()), int(ends.timestamp())) for starts, ends in rows)


def _without(span: Span, shut: list[Span]) -> Iterator[Span]:
    """Yield what is left of a span once these, in order, are taken out."""
    start, end = span
    for begins, over in shut:
        if begins < end and over > start:
            if start < begins:
                yield start, begins
            start = max(start, over)
    if start < end:
        yield start, end
