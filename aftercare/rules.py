"""What follows a treatment, and when (tables d and e). No database, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from clinic import clinical, wall_time

DEEP_FROM_MM: Decimal = clinical.value("aftercare.deep_from_mm")  # C-34
SPF_FROM_HOURS: int = clinical.value("aftercare.spf_from_hours")  # C-31
MAKEUP_FROM_HOURS: int = clinical.value("aftercare.makeup_from_hours")  # C-32
MAKEUP_FROM_HOURS_DEEP: int = clinical.value("aftercare.makeup_from_hours_deep")  # C-33
EXERCISE_FROM_HOURS: int = clinical.value("aftercare.exercise_from_hours")  # C-35
ACTIVES_MIN_HOURS: int = clinical.value("aftercare.actives_min_hours")  # C-36
ACTIVES_FROM_DAYS: int = clinical.value("aftercare.actives_from_hours") // 24  # C-37
DARKENS_FROM = 4  # Fitzpatrick IV (C-51)
QUARTER = timedelta(minutes=15)


def due_at(ended_at: datetime, *, hours: int | None, days: int | None, zone: ZoneInfo) -> datetime:
    """Return when a message leaves: elapsed hours (0 to 72) or calendar days after the end, exactly one of them.

    Nothing but the message at the end itself arrives at night; a time outside 8 to 20 o'clock moves forward, never
    back, so that a permission does not come early (C-46, C-49).
    """
    if hours == 0:
        return ended_at
    if hours is not None:
        return wall_time.into_daytime(ended_at + timedelta(hours=hours), zone)
    if days is None:
        raise ValueError("a message is due after hours or after days")
    return wall_time.into_daytime(wall_time.days_later(ended_at, days, zone), zone)


def permissions(ended_at: datetime, *, later: bool, zone: ZoneInfo) -> dict[str, datetime]:
    """Return from which instant on things are allowed again, by the name that letters use; full quarters of an hour.

    later: those after deeper work. Hours are elapsed hours; day 5 is a day on the calendar.
    """
    makeup_hours = MAKEUP_FROM_HOURS_DEEP if later else MAKEUP_FROM_HOURS
    exact = {
        "spf_from": ended_at + timedelta(hours=SPF_FROM_HOURS),
        "makeup_from": ended_at + timedelta(hours=makeup_hours),
        "exercise_from": ended_at + timedelta(hours=EXERCISE_FROM_HOURS),
        "actives_earliest": ended_at + timedelta(hours=ACTIVES_MIN_HOURS),
        "actives_from": wall_time.days_later(ended_at, ACTIVES_FROM_DAYS, zone),
    }
    return {name: next_quarter(instant) for name, instant in exact.items()}


def next_quarter(instant: datetime) -> datetime:
    """Return the instant, or the next full quarter of an hour after it: what is read is never earlier than the rule."""
    since = instant - datetime(2000, 1, 1, tzinfo=UTC)
    return instant + -since % QUARTER


def is_deep(deepest_mm: Decimal | None) -> bool:
    """Return whether the words for deeper work are true; an unknown depth counts as deep (C-34)."""
    return deepest_mm is None or deepest_mm >= DEEP_FROM_MM


def waits_longer(*, is_signed: bool, deepest_mm: Decimal | None) -> bool:
    """Return whether the later permissions hold: for deeper work, and for any until the record is signed."""
    return not is_signed or is_deep(deepest_mm)


def marks_easily(*, fitzpatrick: int | None, has_pigment_history: bool) -> bool:
    """Return whether the extra words about sun apply; an unknown skin type counts as one that marks (C-51)."""
    return has_pigment_history or fitzpatrick is None or fitzpatrick >= DARKENS_FROM


def days_within(stretches: Iterable[tuple[datetime, datetime]], zone: ZoneInfo) -> list[tuple[date, date]]:
    """Return the first and last local day whose noon falls into each half-open stretch of UTC instants."""
    days = [(_first_noon(start, zone), _first_noon(end, zone) - timedelta(days=1)) for start, end in stretches]
    return [(first, last) for first, last in days if first <= last]


def _first_noon(at: datetime, zone: ZoneInfo) -> date:
    wall = wall_time.local(at, zone)
    return wall.date() if wall.time() <= time(12) else wall.date() + timedelta(days=1)


def before_closed(day: date, closed: Iterable[tuple[date, date]]) -> date:
    """Return the day, or the last one before the stretch of closed days in which it lies (both ends closed)."""
    for first, last in sorted(closed, reverse=True):
        if first <= day <= last:
            day = first - timedelta(days=1)
    return day
