"""The week of healing as dots that thin out day by day, drawn on the server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import cos, pi, sin, sqrt

from aftercare import recovery
from aftercare.recovery import Today

DAYS, STEP, FIRST_X, Y = 7, 47.5, 21.5, 16
COUNTS = (16, 13, 11, 9, 7, 5, 4, 3, 3, 2, 2, 2, 2, 2)  # dots of each day; one from then on
TURN = pi * (3 - sqrt(5))  # from one dot to the next, so that they lie as seeds do


@dataclass(frozen=True)
class Day:
    """One day of the drawing."""

    number: int
    on: date
    x: float
    is_today: bool
    dots: tuple[tuple[float, float], ...]


def week(today: Today) -> list[Day]:
    """Return seven days around today, from the day of the session on where that is near."""
    first = 0 if today.number < DAYS else today.number - DAYS // 2
    return [_day(today, first + place, FIRST_X + place * STEP) for place in range(DAYS)]


def _day(today: Today, number: int, x: float) -> Day:
    count = COUNTS[number] if number < len(COUNTS) else 1
    dots = tuple(
        (round(x + 2.6 * sqrt(turn) * cos(turn * TURN), 1), round(Y + 2.6 * sqrt(turn) * sin(turn * TURN), 1))
        for turn in range(count)
    )
    return Day(number, recovery.day_on(today, number), round(x, 1), number == today.number, dots)
