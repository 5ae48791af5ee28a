"""When somebody who waits would come: pure functions over what they said and the wall's clock."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from booking.models import WaitlistEntry
from booking.telling import GRACE
from clinic import wall_time

Part = WaitlistEntry.Part

PARTS = {  # of the day, by the wall's clock: from, and before
    Part.ANY: (time.min, time.max),
    Part.MORNING: (time.min, time(12)),
    Part.AFTERNOON: (time(12), time(17)),
    Part.LATE: (time(17), time.max),
}
TO_GET_THERE = timedelta(minutes=30)  # before the start nobody can answer any more and still come
TO_ANSWER = timedelta(minutes=15)  # an offer that is held for less than this is a telephone call


class Wanted(Protocol):
    """What somebody who waits said; weekdays from 0 for Monday, and an empty value for any."""

    weekdays: Collection[int]
    part: str
    earliest_on: date | None
    latest_on: date | None


def suits_day(wanted: Wanted, day: date) -> bool:
    """Return whether they would come on that local day, at one hour or another."""
    if wanted.weekdays and day.weekday() not in wanted.weekdays:
        return False
    return (wanted.earliest_on or day) <= day <= (wanted.latest_on or day)


def suits(wanted: Wanted, wall: datetime) -> bool:
    """Return whether they would come at that moment of the wall's clock."""
    begins, before = PARTS[Part(wanted.part)]
    return suits_day(wanted, wall.date()) and begins <= wall.time() < before


def told_at(made_at: datetime, zone: ZoneInfo) -> datetime:
    """Return when an offer leaves: three minutes after it was made, and by day."""
    return wall_time.into_daytime(made_at + GRACE, zone)


def held_until(made_at: datetime, starts_at: datetime, *, minutes: int, zone: ZoneInfo) -> datetime | None:
    """Return until when an offered time is held, or None when it is too near for an answer to come.

    minutes: how long the site holds an offer, counted by day. It ends half an hour before the visit at the latest.
    """
    asked_at = told_at(made_at, zone) - GRACE
    until = min(asked_at + timedelta(minutes=minutes), starts_at - TO_GET_THERE)
    return until if until - asked_at >= min(TO_ANSWER, timedelta(minutes=minutes)) else None
