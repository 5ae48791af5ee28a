"""A script: events that are told in order of time. Telling one may add others, later ones."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import TypeVar
from zlib import crc32
from zoneinfo import ZoneInfo

from clinic import wall_time

T = TypeVar("T")
Tell = Callable[[datetime], None]


class Script:
    """What happens, by its instant. day: the demo's own day; events are dated in days before it."""

    def __init__(self, day: date, zone: ZoneInfo) -> None:
        self.day, self.zone = day, zone
        self._order = count()
        self._events: list[tuple[datetime, int, Tell]] = []

    def instant(self, days_ago: int, clock: time) -> datetime:
        return wall_time.instant(self.day - timedelta(days=days_ago), clock, self.zone)

    def add(self, at: datetime, tell: Tell) -> None:
        heapq.heappush(self._events, (at, next(self._order), tell))

    def run(self, *, until: datetime, before_each: Tell = lambda at: None) -> int:
        """Tell everything up to and including an instant; return how many events that were."""
        told = 0
        while self._events and self._events[0][0] <= until:
            at, _order, tell = heapq.heappop(self._events)
            before_each(at)
            tell(at)
            told += 1
        return told


def pick(choices: Sequence[T], *keys: object) -> T:
    """Return one of the choices, always the same one for the same keys."""
    return choices[crc32(repr(keys).encode()) % len(choices)]
