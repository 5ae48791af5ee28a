"""The clinic that is measured: 20 practitioners, half-hour visits, 60 % full; next week alike at every size.

python -m tools.bench.seed COUNT fills an empty database and prints, as JSON, what the measurement needs to know.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import django

PRACTITIONERS, SLOTS_A_DAY, TAKEN_A_DAY = 20, 16, 192  # 9 to 17 in half hours; 60 % of 320
PATIENTS_PER_VISIT = 5
OPENS, CLOSES = time(9), time(17)
AHEAD = 8  # weeks that are filled before the past is
VISITS_AHEAD = (
    AHEAD * 5 * TAKEN_A_DAY
)  # after these the past is filled; it holds as many sessions as visits are asked for


def main(count: int) -> None:
    """Fill the database and say what is in it."""
    django.setup()
    # the house is only there once Django is set up
    from tools.bench import rows  # noqa: PLC0415

    print(json.dumps(rows.fill(count)), flush=True)


def days_from(monday: date) -> Iterator[date]:
    """Yield the days in the order in which they are filled: eight weeks from that Monday, then backwards."""
    ahead = [monday + timedelta(days=n) for n in range(AHEAD * 7)]
    yield from (day for day in ahead if day.weekday() < 5)
    day = monday
    while True:
        day -= timedelta(days=1)
        if day.weekday() < 5:
            yield day


def taken_on(day: date) -> list[tuple[int, time]]:
    """Return which (practitioner, start) are taken on a day: the same for a day whatever else is filled."""
    slots = [(who, half_hour(n)) for who in range(PRACTITIONERS) for n in range(SLOTS_A_DAY)]
    return sorted(random.Random(day.toordinal()).sample(slots, TAKEN_A_DAY), key=lambda slot: (slot[1], slot[0]))  # noqa: S311


def half_hour(number: int) -> time:
    return (datetime.combine(date.min, OPENS) + number * timedelta(minutes=30)).time()


if __name__ == "__main__":
    main(int(sys.argv[1]))
