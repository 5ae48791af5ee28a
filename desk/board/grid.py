"""Rows of a quarter of an hour, and in which of them a stretch of time lies. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

QUARTER = timedelta(minutes=15)
STEP = timedelta(minutes=5)  # to which edges are drawn inside their quarter


@dataclass(frozen=True)
class Span:
    """A half-open stretch between two instants, and a word for it where one is shown."""

    starts_at: datetime
    ends_at: datetime
    words: str = ""

    def overlaps(self, other: Span) -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def contains(self, other: Span) -> bool:
        return self.starts_at <= other.starts_at and other.ends_at <= self.ends_at


@dataclass(frozen=True)
class Grid:
    """Rows of a quarter of an hour from an instant on."""

    opens_at: datetime
    count: int

    @classmethod
    def around(cls, spans: Iterable[Span], opens_at: datetime, closes_at: datetime, zone: ZoneInfo) -> Grid:
        """Return the rows from opens_at to closes_at, widened to whole hours around any span outside them."""
        spans = list(spans)
        first = min([opens_at, *(span.starts_at for span in spans)]).astimezone(zone)
        last = max([closes_at, *(span.ends_at for span in spans)]).astimezone(zone)
        start = first.replace(minute=0, second=0, microsecond=0)
        count = max(1, -(-(last - start) // (4 * QUARTER)) * 4)
        return cls(start, count)

    def at(self, row: int) -> datetime:
        return self.opens_at + row * QUARTER

    def row_at(self, at: datetime) -> int:
        """Return the row in which an instant lies by the clock; it may be one before the first or after the last."""
        return (at.astimezone(self.opens_at.tzinfo) - self.opens_at) // QUARTER

    def row_from(self, at: datetime) -> int:
        """Return the first row that begins at an instant or later, as `row_at` does."""
        return -((self.opens_at - at.astimezone(self.opens_at.tzinfo)) // QUARTER)

    def first_row(self, at: datetime) -> int:
        return min(max(self.row_at(at), 0), self.count - 1)

    def last_row(self, at: datetime) -> int:
        """Return the row after the last one that a stretch ending at this instant touches."""
        return min(max(self.row_from(at), 1), self.count)

    def rows_of(self, span: Span) -> range:
        first = self.first_row(span.starts_at)
        return range(first, max(self.last_row(span.ends_at), first + 1))
