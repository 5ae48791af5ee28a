"""The day as a table: which row, how high, what stands beside what."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from desk.board.cards import Visit
from desk.board.days import BREAK, OFF_SHIFT, Column, table
from desk.board.grid import Grid, Span

LONDON = ZoneInfo("Europe/London")
MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)


def at(clock: str) -> datetime:
    hours, minutes = clock.split(":")
    return MIDNIGHT + timedelta(hours=int(hours), minutes=int(minutes))


def span(text: str, words: str = "") -> Span:
    start, end = text.split("-")
    return Span(at(start), at(end), words)


def visit(when: str, numbing: str = "", shown: str = "") -> Visit:
    return Visit(span(when), shown or when, span(numbing) if numbing else None)


def ana(*visits: Visit, shifts: tuple[str, ...] = ("9:00-12:00",), blocks: tuple[Span, ...] = ()) -> Column:
    return Column("ana", tuple(span(text) for text in shifts), blocks, visits)


def day(*columns: Column, opens: str = "9:00", closes: str = "12:00", now: str = "8:00"):
    return table(columns, opens_at=at(opens), closes_at=at(closes), now=at(now), zone=LONDON)


def cells(*columns: Column, **more):
    """Return the cells of the first column as (row, kind, rows)."""
    made = day(*columns, **more)
    return [(n, cell.kind, cell.rows) for n, row in enumerate(made.rows) for cell in row.cells[:1] if cell]


def only_card(column: Column, **more):
    made = day(column, **more)
    (cell,) = [cell for row in made.rows for cell in row.cells if cell.kind == "visits"]
    return cell.cards[0]


def test_a_free_half_hour_is_one_link():
    made = cells(ana(shifts=("9:00-10:00",)), closes="10:00")

    assert made == [(0, "free", 2), (2, "free", 2)]


def test_a_lone_free_quarter_is_no_link():
    made = cells(ana(visit("9:15-10:00"), shifts=("9:00-10:00",)), closes="10:00")

    assert made == [(0, "empty", 1), (1, "visits", 3)]


def test_what_is_past_is_only_paper():
    made = cells(ana(shifts=("9:00-10:00",)), closes="10:00", now="9:10")

    assert made == [(0, "empty", 1), (1, "empty", 1), (2, "free", 2)]


def test_a_visit_fills_the_rows_it_touches():
    assert cells(ana(visit("9:00-10:20"), shifts=("9:00-12:00",)))[0] == (0, "visits", 6)


def test_every_column_is_filled_from_top_to_bottom():
    busy = ana(visit("9:15-10:35"), visit("10:45-11:00"), blocks=(span("11:00-11:30", "Leave"),))

    assert sum(rows for _row, _kind, rows in cells(busy)) == 12


def test_before_after_and_between_shifts_the_cell_says_why():
    made = day(ana(shifts=("10:00-10:30", "11:00-11:30")))
    said = [(n, cell.words) for n, row in enumerate(made.rows) for cell in row.cells if cell.kind == "blocked"]

    assert said == [(0, OFF_SHIFT), (6, BREAK), (10, OFF_SHIFT)]


def test_leave_says_its_own_words():
    made = day(ana(blocks=(span("9:00-10:00", "Course in Leeds"),)))

    assert made.rows[0].cells[0].words == "Course in Leeds"
    assert made.rows[0].cells[0].rows == 4


def test_a_long_visit_has_three_parts():
    card = only_card(ana(visit("9:00-10:20", numbing="9:10-9:40")))

    assert card.parts == (1, 2, 3)
    assert card.rows == 6


def test_free_hands_beside_numbing_are_offered_from_the_first_whole_quarter():
    card = only_card(ana(visit("9:00-10:20", numbing="9:10-9:40")))

    assert (card.gap.starts_at, card.gap.ends_at) == (at("9:15"), at("9:40"))


def test_free_hands_that_are_past_are_not_offered():
    assert only_card(ana(visit("9:00-10:20", numbing="9:10-9:40")), now="9:20").gap is None


def test_a_short_visit_stands_beside_the_numbing_it_fits_into():
    card = only_card(ana(visit("9:00-10:20", numbing="9:10-9:40"), visit("9:15-9:30", shown="review")))

    assert [(inner.visit.shown, inner.at, inner.rows) for inner in card.beside] == [("review", 1, 1)]
    assert card.gap is None


def test_visits_that_interleave_stand_side_by_side():
    made = day(ana(visit("9:00-10:20", numbing="9:10-9:40"), visit("9:45-11:05", numbing="9:55-10:25")))
    (cell,) = [cell for row in made.rows for cell in row.cells if cell.kind == "visits"]

    assert cell.rows == 9
    assert [(card.at, card.rows, card.lane, card.parts) for card in cell.cards] == [(1, 6, 1, None), (4, 6, 2, None)]


def test_two_visits_that_share_a_row_on_paper_do_not_cover_each_other():
    made = day(ana(visit("9:00-9:20"), visit("9:20-9:45")))
    (cell,) = [cell for row in made.rows for cell in row.cells if cell.kind == "visits"]

    assert [card.lane for card in cell.cards] == [1, 2]


def test_a_visit_outside_the_opening_hours_widens_the_day():
    made = day(ana(visit("8:15-8:45")))

    assert (made.rows[0].label, made.rows[-1].label) == ("08:00", "11:45")


def test_the_clock_stands_in_its_quarter():
    made = day(ana(), now="9:38")

    assert [(row.label, row.now) for row in made.rows if row.now is not None] == [("09:30", 5)]


def test_labels_show_the_walls_clock_in_summer():
    july = datetime(2026, 7, 6, 8, 0, tzinfo=UTC)
    made = table([], opens_at=july, closes_at=july + timedelta(hours=1), now=july - timedelta(days=1), zone=LONDON)

    assert [row.label for row in made.rows] == ["09:00", "09:15", "09:30", "09:45"]


@pytest.mark.parametrize(("clock", "row"), [("9:00", 0), ("9:14", 0), ("9:15", 1), ("11:59", 11)])
def test_an_instant_lies_in_one_row(clock, row):
    assert Grid(at("9:00"), 12).first_row(at(clock)) == row


def test_what_blocks_a_part_of_a_quarter_blocks_it_whole_and_a_shift_opens_whole_quarters_only():
    leave = span("10:05-10:20", "Dentist")

    assert cells(ana(shifts=("9:10-11:40",), blocks=(leave,)), closes="12:00") == [
        (0, "blocked", 1),
        (1, "empty", 1),
        (2, "free", 2),
        (4, "blocked", 2),
        (6, "free", 2),
        (8, "free", 2),
        (10, "blocked", 2),
    ]


def test_of_two_reasons_in_one_quarter_the_first_is_said():
    made = day(ana(blocks=(span("9:00-9:30", "Leave"), span("9:00-10:00", "Painters"))))

    assert [(row.cells[0].words, row.cells[0].rows) for row in made.rows[:3:2]] == [("Leave", 2), ("Painters", 2)]


def test_leave_stands_at_its_hour_of_the_wall_on_the_day_the_clocks_change():
    sunday = datetime(2026, 3, 29, tzinfo=LONDON)  # at one the clocks go to two
    leave = Span(datetime(2026, 3, 29, 8, 0, tzinfo=UTC), datetime(2026, 3, 29, 9, 0, tzinfo=UTC), "Leave")
    paper = {"opens_at": sunday, "closes_at": sunday + timedelta(hours=12)}
    made = table([Column("ana", blocks=(leave,))], **paper, now=at("9:00"), zone=LONDON)

    assert [(row.label, row.cells[0].rows) for row in made.rows if row.cells and row.cells[0].words == "Leave"] == [
        ("09:00", 4)
    ]
