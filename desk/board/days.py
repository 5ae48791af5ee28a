"""Time as a table: columns across, quarters of an hour down. Pure: no database, no clock.

A column is whatever has a header: a practitioner's day, a day of a practitioner's week, a room. A visit stands in it
from the row it starts in to the row it ends in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from clinic.wall_time import instant
from desk.board.cards import Card, Gap, Visit, cards_of
from desk.board.grid import QUARTER, STEP, Grid, Span

FREE_ROWS = 2  # a free half hour is one link; a lone quarter is booked from the drawer
BREAK, OFF_SHIFT = "break", "off shift"  # codes; the template says them in the reader's language


@dataclass(frozen=True)
class Column:
    """What stands under one header: when there is somebody or something to book, what blocks it, and the visits.

    off_words: why there is nothing to book outside the shifts, where a reason was given.
    """

    head: Any  # handed through to the template
    shifts: tuple[Span, ...] = ()
    blocks: tuple[Span, ...] = ()
    visits: tuple[Visit, ...] = ()
    off_words: str = ""

    @property
    def spans(self) -> list[Span]:
        """When there is something to see: the shifts, and the visits outside them."""
        return [*self.shifts, *(visit.when for visit in self.visits)]


@dataclass(frozen=True)
class Cell:
    """One table cell. kind: empty, free, blocked or visits; rows is its rowspan."""

    kind: str
    rows: int = 1
    words: str = ""
    gap: Gap | None = None
    cards: tuple[Card, ...] = ()
    head: Any = None

    @property
    def is_tight(self) -> bool:
        return any(card.lane > 1 for card in self.cards)


@dataclass(frozen=True)
class Row:
    """A quarter of an hour. now is minutes into it when the clock stands here, in steps of 5, else None."""

    starts_at: datetime
    label: str
    cells: tuple[Cell, ...] = ()
    now: int | None = None

    @property
    def clock(self) -> str:
        """The time without its colon, as ids have it."""
        return self.label.replace(":", "")

    @property
    def is_hour(self) -> bool:
        return self.label.endswith(":00")

    @property
    def is_half_hour(self) -> bool:
        return self.label.endswith(":30")


@dataclass(frozen=True)
class Table:
    columns: tuple[Column, ...]
    rows: tuple[Row, ...] = field(default=())


def table(
    columns: Sequence[Column], *, opens_at: datetime, closes_at: datetime, now: datetime, zone: ZoneInfo
) -> Table:
    """Return one day from opens_at to closes_at, widened to whole hours around any shift or visit outside them."""
    grid = Grid.around((span for column in columns for span in column.spans), opens_at, closes_at, zone)
    return _filled(columns, [grid] * len(columns) or [grid], now, zone)


def week(
    columns: Sequence[Column], days: Sequence[date], *, opens: time, closes: time, now: datetime, zone: ZoneInfo
) -> Table:
    """Return a table of days: a column is what happens on its day, and a row is the same time on each wall.

    days: the local day of each column. opens and closes are wall times, widened as in `table`.
    """
    own = [
        Grid.around(column.spans, instant(day, opens, zone), instant(day, closes, zone), zone)
        for column, day in zip(columns, days, strict=True)
    ]
    first = min(grid.opens_at.astimezone(zone).hour for grid in own)
    hours = max(grid.opens_at.astimezone(zone).hour + grid.count // 4 for grid in own) - first
    return _filled(columns, [Grid(instant(day, time(first), zone), hours * 4) for day in days], now, zone)


def _filled(columns: Sequence[Column], grids: Sequence[Grid], now: datetime, zone: ZoneInfo) -> Table:
    """Return the rows with the cells of each column, which has a grid of its own."""
    count, different = grids[0].count, tuple(dict.fromkeys(grids))
    by_row: list[list[Cell]] = [[] for _ in range(count)]
    for column, grid in zip(columns, grids, strict=False):
        for row, cell in cells_of(column, grid, now):
            by_row[row].append(cell)
    rows = tuple(
        Row(
            starts_at=grids[0].at(n),
            label=f"{grids[0].at(n).astimezone(zone):%H:%M}",
            cells=tuple(by_row[n]),
            now=next((into for grid in different if (into := _minutes_into(grid.at(n), now)) is not None), None),
        )
        for n in range(count)
    )
    return Table(tuple(columns), rows)


def cells_of(column: Column, grid: Grid, now: datetime) -> list[tuple[int, Cell]]:
    """Return the cells of one column with the row each begins in; together they fill the column exactly."""
    cells: list[tuple[int, Cell]] = []
    closed = _closed(column, grid)
    row = 0
    for start, (members, height) in _groups(column.visits, grid).items():
        cells += _cells_without_visit(column, range(row, start), closed, grid, now)
        cells.append((start, Cell("visits", height, cards=cards_of(members, start, grid, now), head=column.head)))
        row = start + height
    return cells + _cells_without_visit(column, range(row, grid.count), closed, grid, now)


def _groups(visits: Sequence[Visit], grid: Grid) -> dict[int, tuple[list[Visit], int]]:
    """Return visits that share rows, by the row their group begins in, with the group's height."""
    groups: list[tuple[int, int, list[Visit]]] = []
    for visit in sorted(visits, key=lambda visit: (visit.when.starts_at, -visit.when.ends_at.timestamp())):
        rows = grid.rows_of(visit.when)
        if groups and rows.start < groups[-1][1]:
            start, stop, members = groups[-1]
            groups[-1] = (start, max(stop, rows.stop), [*members, visit])
        else:
            groups.append((rows.start, rows.stop, [visit]))
    return {start: (members, stop - start) for start, stop, members in groups}


def _cells_without_visit(
    column: Column, rows: range, closed: Sequence[str | None], grid: Grid, now: datetime
) -> list[tuple[int, Cell]]:
    """Return the cells of a stretch without visits. closed: of every row, why nobody can be booked in it."""
    cells: list[tuple[int, Cell]] = []
    row = rows.start
    while row < rows.stop:
        cell = _cell_without_visit(column, range(row, rows.stop), closed, grid, now)
        cells.append((row, cell))
        row += cell.rows
    return cells


def _cell_without_visit(column: Column, rows: range, closed: Sequence[str | None], grid: Grid, now: datetime) -> Cell:
    words = closed[rows.start]
    if words is not None:
        height = next((n for n, row in enumerate(rows) if closed[row] != words), len(rows))
        return Cell("blocked", height, words=words)
    stretch = rows[:FREE_ROWS]
    is_whole = rows.start % FREE_ROWS == 0 and len(stretch) == FREE_ROWS
    if is_whole and all(closed[row] is None for row in stretch) and grid.at(rows.start) >= now:
        gap = Gap(grid.at(rows.start), grid.at(stretch.stop), 1, FREE_ROWS)
        return Cell("free", FREE_ROWS, gap=gap, head=column.head)
    return Cell("empty")


def _closed(column: Column, grid: Grid) -> list[str | None]:
    """Return of every row why nobody can be booked in it, or None where the practitioner is there.

    What blocks a part of a row blocks it whole; a shift opens only the rows that lie in it whole. Of two blocks in a
    row the first one counts.
    """
    closed: list[str | None] = [column.off_words or OFF_SHIFT] * grid.count
    if column.shifts and not column.off_words:
        first_end = min(shift.ends_at for shift in column.shifts)
        last_start = max(shift.starts_at for shift in column.shifts)
        _mark(closed, grid.row_from(first_end), grid.row_from(last_start), BREAK)
    for shift in column.shifts:
        _mark(closed, grid.row_from(shift.starts_at), grid.row_at(shift.ends_at), None)
    for block in reversed(column.blocks):
        _mark(closed, grid.row_at(block.starts_at), grid.row_from(block.ends_at), block.words)
    return closed


def _mark(closed: list[str | None], start: int, stop: int, words: str | None) -> None:
    for row in range(max(start, 0), min(stop, len(closed))):
        closed[row] = words


def _minutes_into(starts_at: datetime, now: datetime) -> int | None:
    """Return 0, 5 or 10 when now lies in the quarter from starts_at, else None."""
    if not starts_at <= now < starts_at + QUARTER:
        return None
    return (now - starts_at) // STEP * 5
