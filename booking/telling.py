"""When the patient is told what about a visit: pure functions over its history and the wall's clock.

A visit's news is its time and practitioner, or that it is called off. News that is changed again within the grace
never left the house, so nobody is told of it nor of its change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from clinic import wall_time

GRACE = timedelta(minutes=3)
TOO_LATE = timedelta(minutes=30)  # before the start: nobody reads a message on the doorstep
DAYS_TO_PREPARE = 7  # C-315
DAYS_TO_FILL_IN = 3  # a health form that is not done
DAYS_TO_REMEMBER = 1  # C-316
PREPARE_UNTIL_DAYS = 2  # a preparation that reaches the patient later helps nobody


@dataclass(frozen=True)
class News:
    """When a visit is, and with whom."""

    starts_at: datetime
    practitioner_id: int


@dataclass(frozen=True)
class Announcement:
    """News as it stood from `at` on; None means called off. number: 0 for the booking, then rising."""

    number: int
    at: datetime
    news: News | None


def standing(announcements: Sequence[Announcement]) -> tuple[Announcement, Announcement | None]:
    """Return the announcement that holds now, and the last one before it that was heard, if any.

    News that went away and came back is the old announcement again: there is nothing new to say.
    """
    heard = [earlier for earlier, later in pairwise(announcements) if later.at - earlier.at >= GRACE]
    current, before = announcements[-1], heard[-1] if heard else None
    if before is not None and before.news == current.news:
        return standing(announcements[: before.number + 1])
    return current, before


def kind_of(current: Announcement, before: Announcement | None) -> str:
    """Return CONFIRMATION, CHANGE or CANCELLATION; empty when there is nothing to say."""
    knows_of_visit = before is not None and before.news is not None
    if current.news is None:
        return "CANCELLATION" if knows_of_visit else ""
    return "CHANGE" if knows_of_visit else "CONFIRMATION"


def said_before(announcements: Sequence[Announcement], current: Announcement, said: Iterable[int]) -> News | None:
    """Return what the last message before an announcement said; None when none did, or when it called the visit off.

    said: the numbers of the announcements of which a message has left, in any order.
    """
    last = _last_said(announcements, current, said)
    return last.news if last else None


def was_called_off(announcements: Sequence[Announcement], current: Announcement, said: Iterable[int]) -> bool:
    """Return whether the last message before an announcement called the visit off. said: as in `said_before`."""
    last = _last_said(announcements, current, said)
    return last is not None and last.news is None


def _last_said(
    announcements: Sequence[Announcement], current: Announcement, said: Iterable[int]
) -> Announcement | None:
    earlier = [number for number in said if number < current.number]
    return announcements[max(earlier)] if earlier else None


def time_to_name(known: News, last: News | None) -> datetime | None:
    """Return the time that a message must name beside the one it is about: what the last one said, where it differs."""
    return last.starts_at if last is not None and last.starts_at != known.starts_at else None


@dataclass(frozen=True)
class Hours:
    """When a message leaves, and after when it never does (UTC)."""

    due_at: datetime
    not_after: datetime


def news_hours(announced_at: datetime, starts_at: datetime) -> Hours | None:
    """Return the hours of a confirmation, change or cancellation; None when the visit is too near."""
    return _hours(announced_at + GRACE, starts_at - TOO_LATE)


def preparation_hours(announced_at: datetime, starts_at: datetime, zone: ZoneInfo) -> Hours | None:
    """Return the hours of the preparation a week before; None when the visit was announced later than that."""
    last = wall_time.days_later(starts_at, -PREPARE_UNTIL_DAYS, zone)
    return _reminder(announced_at, starts_at, DAYS_TO_PREPARE, last, zone)


def reminder_hours(announced_at: datetime, starts_at: datetime, zone: ZoneInfo) -> Hours | None:
    """Return the hours of the reminder on the day before; None when the visit was announced later than that."""
    return _reminder(announced_at, starts_at, DAYS_TO_REMEMBER, starts_at - TOO_LATE, zone)


def form_reminder_hours(sent_at: datetime, starts_at: datetime, zone: ZoneInfo) -> Hours | None:
    """Return the hours of the reminder of a health form; None when the form itself was sent later than that."""
    return _reminder(sent_at, starts_at, DAYS_TO_FILL_IN, starts_at - TOO_LATE, zone)


def _reminder(announced_at: datetime, starts_at: datetime, days: int, last: datetime, zone: ZoneInfo) -> Hours | None:
    """The same time of day so many days before, moved on to daytime (C-46)."""
    due_at = wall_time.into_daytime(wall_time.days_later(starts_at, -days, zone), zone)
    return _hours(due_at, last) if due_at > announced_at + GRACE else None


def _hours(due_at: datetime, not_after: datetime) -> Hours | None:
    return Hours(due_at, not_after) if due_at < not_after else None


def tell_us_by(starts_at: datetime, *, read_at: datetime, zone: ZoneInfo) -> datetime:
    """Return until when somebody else could still have the time, and which is still to come for the reader."""
    two_days, one_day = (wall_time.days_later(starts_at, -days, zone) for days in (2, 1))
    choices = (two_days, one_day, starts_at - timedelta(hours=2))
    return next((choice for choice in choices if choice > read_at), starts_at)
