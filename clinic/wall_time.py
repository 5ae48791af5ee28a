"""Wall time: what the clock in the treatment room shows, and its one way to an instant.

Days are counted on the wall, instants are compared in UTC. "Four weeks later at 10:00" is 10:00.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return the UTC instant at which the wall shows `clock` on `day`.

    A time that the clocks skip moves forward by the gap; one that they show twice is the first of the two.
    """
    return datetime.combine(day, clock, tzinfo=zone).replace(fold=0).astimezone(UTC)


def local(at: datetime, zone: ZoneInfo) -> datetime:
    """Return the wall's date and time at an aware instant."""
    return at.astimezone(zone)


def days_later(at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return the instant with the same wall time `days` calendar days after `at`."""
    wall = local(at, zone)
    return instant(wall.date() + timedelta(days=days), wall.time().replace(tzinfo=None, fold=0), zone)


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the instants at which a local day begins and ends; it may last 23 or 25 hours."""
    return instant(day, time.min, zone), instant(day + timedelta(days=1), time.min, zone)


def into_daytime(at: datetime, zone: ZoneInfo, opens: time = time(8), closes: time = time(20)) -> datetime:
    """Return `at`, or the next local moment between `opens` and `closes` after it; never an earlier one."""
    wall = local(at, zone)
    clock = wall.time().replace(tzinfo=None, fold=0)
    if clock < opens:
        return instant(wall.date(), opens, zone)
    if clock >= closes:
        return instant(wall.date() + timedelta(days=1), opens, zone)
    return at
