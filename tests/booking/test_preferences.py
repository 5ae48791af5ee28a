"""When somebody who waits would come, and how long a time is held for them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from booking import preferences
from booking.models import WaitlistEntry

LONDON = ZoneInfo("Europe/London")
MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=LONDON)


@dataclass
class Wanted:
    weekdays: tuple = ()
    part: str = ""
    earliest_on: date | None = None
    latest_on: date | None = None


def at(hour, minute=0, day=2, month=3):
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def test_somebody_who_said_nothing_comes_at_any_time():
    assert preferences.suits(Wanted(), MONDAY)


@pytest.mark.parametrize(
    ("part", "clock", "suits"),
    [
        ("morning", (11, 59), True),
        ("morning", (12, 0), False),
        ("afternoon", (11, 59), False),
        ("afternoon", (12, 0), True),
        ("afternoon", (16, 59), True),
        ("afternoon", (17, 0), False),
        ("late", (16, 59), False),
        ("late", (17, 0), True),
        ("", (23, 59), True),
    ],
)
def test_a_part_of_the_day_begins_and_ends_by_the_wall(part, clock, suits):
    wall = MONDAY.replace(hour=clock[0], minute=clock[1])

    assert preferences.suits(Wanted(part=part), wall) is suits


def test_every_part_of_the_day_has_its_hours():
    assert set(preferences.PARTS) == set(WaitlistEntry.Part)


@pytest.mark.parametrize(("weekdays", "suits"), [((0,), True), ((1, 2, 3, 4), False), ((), True), ((0, 4), True)])
def test_only_their_weekdays_suit(weekdays, suits):
    assert preferences.suits(Wanted(weekdays=weekdays), MONDAY) is suits


@pytest.mark.parametrize(
    ("earliest", "latest", "suits"),
    [(2, 2, True), (3, None, False), (None, 1, False), (1, None, True), (None, 3, True)],
)
def test_the_first_and_the_last_day_count(earliest, latest, suits):
    days = [date(2026, 3, day) if day else None for day in (earliest, latest)]

    assert preferences.suits_day(Wanted(earliest_on=days[0], latest_on=days[1]), MONDAY.date()) is suits


@pytest.mark.parametrize(
    ("made", "starts", "until"),
    [
        (at(9), at(15), at(11)),  # two hours
        (at(9), at(10, 30), at(10)),  # half an hour before the visit at the latest
        (at(9), at(9, 45), at(9, 15)),  # a quarter of an hour is the least
        (at(9), at(9, 44), None),
        (at(9), at(8), None),
        (at(21), at(15, day=3), at(9, 57, day=3)),  # told at eight in the morning, held from three minutes before
        (at(5), at(15), at(9, 57)),
    ],
)
def test_a_time_is_held_by_day_and_never_up_to_the_visit(made, starts, until):
    assert preferences.held_until(made, starts, minutes=120, zone=LONDON) == until


def test_a_house_that_holds_for_five_minutes_may():
    assert preferences.held_until(at(9), at(15), minutes=5, zone=LONDON) == at(9, 5)


def test_an_offer_is_told_three_minutes_after_it_was_made_and_by_day():
    assert preferences.told_at(at(9), LONDON) == at(9, 3)
    assert preferences.told_at(at(19, 58), LONDON) == at(8, day=3)
    assert preferences.told_at(at(21, day=28), LONDON) == at(7, day=29)  # the clocks go forward that night


def test_an_offer_is_always_told_before_it_is_over():
    for minutes in range(0, 24 * 60, 7):
        made = at(0) + timedelta(minutes=minutes)
        until = preferences.held_until(made, at(18, day=4), minutes=5, zone=LONDON)
        assert preferences.told_at(made, LONDON) < until
