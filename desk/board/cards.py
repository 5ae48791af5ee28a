"""Visits as cards of a column: where each stands, and what is drawn beside the numbing of another. Pure.

While the cream works the practitioner is free, so the numbing part of a visit is narrow and what happens beside it
(another visit, or free time to book) is drawn there. Visits that overlap in any other way stand side by side in lanes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from desk.board.grid import QUARTER, STEP, Grid, Span

NOTHING = timedelta(0)
LANES = 4  # more visits at once than this share the last lane
ONE_LINE, TWO_LINES = 25, 40  # minutes: a card shorter than this has room for one line, or for two


@dataclass(frozen=True)
class Visit:
    """What the board needs of one visit: when, when the practitioner has free hands, and what to print on it."""

    when: Span
    shown: Any  # handed through to the template
    numbing: Span | None = None  # only where the practitioner is free meanwhile


@dataclass(frozen=True)
class Gap:
    """Free time to book, `rows` high from row `at` (1 is the first) of what it stands in."""

    starts_at: datetime
    ends_at: datetime
    at: int
    rows: int


@dataclass(frozen=True)
class Card:
    """A visit where it stands: first row (1-based), height in rows, lane. parts are rows of prepare, numbing, work.

    late_by and short_by: minutes (0, 5 or 10) by which it begins after its first row and ends before its last one does.
    """

    visit: Visit
    at: int
    rows: int
    lane: int = 1
    parts: tuple[int, int, int] | None = None
    beside: tuple[Card, ...] = ()
    gap: Gap | None = None
    late_by: int = 0
    short_by: int = 0

    @property
    def minutes(self) -> int:
        """How high it is drawn, in minutes."""
        return self.rows * 15 - self.late_by - self.short_by

    @property
    def is_short(self) -> bool:
        return ONE_LINE <= self.minutes < TWO_LINES

    @property
    def is_line(self) -> bool:
        return self.minutes < ONE_LINE


def cards_of(visits: Sequence[Visit], top: int, grid: Grid, now: datetime) -> tuple[Card, ...]:
    """Return the visits of one cell as cards: nested beside numbing where they fit, else all side by side."""
    hosts: list[Card] = []
    for visit in visits:
        host = next((card for card in hosts if fits_beside(card, visit, grid)), None)
        if host is not None:
            hosts[hosts.index(host)] = replace(host, beside=(*host.beside, _nested(host, visit, grid)))
        elif any(set(grid.rows_of(visit.when)) & set(grid.rows_of(card.visit.when)) for card in hosts):
            return _in_lanes(visits, top, grid)
        else:
            hosts.append(_placed(visit, top, grid))
    return tuple(_with_gap(card, grid, now) for card in hosts)


def fits_beside(host: Card, visit: Visit, grid: Grid) -> bool:
    """Say whether a visit fits into the free hands of another, on paper as well as in time."""
    numbing = host.visit.numbing
    if host.parts is None or numbing is None or visit.numbing is not None or not numbing.contains(visit.when):
        return False
    taken = {row for card in host.beside for row in range(card.at, card.at + card.rows)}
    card = _nested(host, visit, grid)
    rows = range(card.at, card.at + card.rows)
    return rows.stop - 1 <= host.parts[1] and not taken & set(rows)


def _placed(visit: Visit, top: int, grid: Grid) -> Card:
    rows = grid.rows_of(visit.when)
    parts = _parts(visit, rows, grid)
    late_by = _in_steps(visit.when.starts_at - grid.at(rows.start))
    short_by = _in_steps(grid.at(rows.stop) - visit.when.ends_at)
    if late_by + short_by > len(rows) * 15 - 15:  # a card is at least one line high
        short_by = max(0, len(rows) * 15 - 15 - late_by)
    return Card(visit, rows.start - top + 1, len(rows), parts=parts, late_by=late_by, short_by=short_by)


def _in_steps(past: timedelta) -> int:
    """Return 0, 5 or 10 for a stretch shorter than a quarter; 0 for one outside the day."""
    return past // STEP * 5 if NOTHING <= past < QUARTER else 0


def _parts(visit: Visit, rows: range, grid: Grid) -> tuple[int, int, int] | None:
    """Return how many rows prepare, numbing and work are high, each at least one; None when there is no room."""
    if len(rows) < 4 or visit.numbing is None:
        return None
    start = _nearest_row(visit.numbing.starts_at, grid)
    stop = _nearest_row(visit.numbing.ends_at, grid)
    start = max(start, rows.start + 1)
    stop = min(max(stop, start + 1), rows.stop - 1)
    return (start - rows.start, stop - start, rows.stop - stop)


def _nearest_row(at: datetime, grid: Grid) -> int:
    return (at - grid.opens_at + QUARTER / 2) // QUARTER


def _nested(host: Card, visit: Visit, grid: Grid) -> Card:
    """Return a visit's card with rows counted from the first row of the host's numbing."""
    prepare, numbing, _work = host.parts or (0, host.rows, 0)
    first = grid.rows_of(host.visit.when).start + prepare
    rows = grid.rows_of(visit.when)
    start = max(rows.start, first)
    return Card(visit, start - first + 1, max(min(rows.stop, first + numbing) - start, 1))


def _with_gap(card: Card, grid: Grid, now: datetime) -> Card:
    """Return the card with a link for its practitioner's free hands, from the first whole quarter that is to come."""
    numbing = card.visit.numbing
    if card.parts is None or card.beside or numbing is None:
        return card
    starts_at = grid.opens_at + -((grid.opens_at - numbing.starts_at) // QUARTER) * QUARTER
    if starts_at < now or starts_at + QUARTER > numbing.ends_at:
        return card
    return replace(card, gap=Gap(starts_at, numbing.ends_at, 1, card.parts[1]))


def _in_lanes(visits: Sequence[Visit], top: int, grid: Grid) -> tuple[Card, ...]:
    free_from = [0] * LANES
    cards = []
    for visit in visits:
        rows = grid.rows_of(visit.when)
        lane = next((n for n, free in enumerate(free_from) if free <= rows.start), LANES - 1)
        free_from[lane] = rows.stop
        cards.append(replace(_placed(visit, top, grid), lane=lane + 1, parts=None))
    return tuple(cards)
