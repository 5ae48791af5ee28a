"""Time as a table: columns across, quarters of an hour down. Pure: no database, no clock.

A column is whatever has a header: a practitioner's day, a day of a practitioner's week, a room. A visit stands in it
from the row it starts in to the row it ends in. While the cream works the practitioner is free, so the numbing part of
a visit is narrow and what happens beside it (another visit, or free time to book) is drawn there. Visits that overlap
in any other way stand side by side in lanes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from clinic.wall_time import instant

QUARTER, NOTHING = timedelta(minutes=15), timedelta(0)
FREE_ROWS = 2  # a free half hour is one link; a lone quarter is booked from the drawer
LANES = 4  # more visits at once than this share the last lane
STEP = timedelta(minutes=5)  # to which a card's edges are drawn inside their quarter
ONE_LINE, TWO_LINES = 25, 40  # minutes: a card shorter than this has room for one line, or for two


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
class Visit:
    """What the board needs of one visit: when, when the practitioner has free hands, and what to print on it."""

    when: Span
    shown: Any  # handed through to the template
    numbing: Span | None = None  # only where the practitioner is free meanwhile


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
    grid = Grid.around(columns, opens_at, closes_at, zone)
    return _filled(columns, [grid] * len(columns) or [grid], now, zone)


def week(
    columns: Sequence[Column], days: Sequence[date], *, opens: time, closes: time, now: datetime, zone: ZoneInfo
) -> Table:
    """Return a table of days: a column is what happens on its day, and a row is the same time on each wall.

    days: the local day of each column. opens and closes are wall times, widened as in `table`.
    """
    own = [
        Grid.around([column], instant(day, opens, zone), instant(day, closes, zone), zone)
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


@dataclass(frozen=True)
class Grid:
    """Rows of a quarter of an hour from an instant on."""

    opens_at: datetime
    count: int

    @classmethod
    def around(cls, columns: Iterable[Column], opens_at: datetime, closes_at: datetime, zone: ZoneInfo) -> Grid:
        spans = [span for column in columns for span in (*column.shifts, *(visit.when for visit in column.visits))]
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


BREAK, OFF_SHIFT = "break", "off shift"  # codes; the template says them in the reader's language


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


def _minutes_into(starts_at: datetime, now: datetime) -> int | None:
    """Return 0, 5 or 10 when now lies in the quarter from starts_at, else None."""
    if not starts_at <= now < starts_at + QUARTER:
        return None
    return (now - starts_at) // STEP * 5
