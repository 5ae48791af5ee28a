"""The days of a course: from one session to the next, until it lapses, and of its maintenance; the clinic's values."""

from __future__ import annotations

from treatments.models import Course, FollowUpRule

DAYS = {"earliest_days": 28, "target_days": 35, "latest_days": 42}  # C-61 to C-63, while no row says otherwise
LAPSED_AFTER = {"series.lapsed_after_days": 84}  # C-66
MAINTENANCE = {"maintenance.earliest_days": 90, "maintenance.latest_days": 180}  # C-71, C-72


def days_of(course: Course | None) -> dict[str, int]:
    """Return earliest_days, target_days and latest_days of a course; the clinic's own where there is none."""
    if course is not None:
        return {name: getattr(course, name) for name in DAYS}
    found = _of_the_clinic({f"next_session.{name}": days for name, days in DAYS.items()})
    return {name: found[f"next_session.{name}"] for name in DAYS}


def lapsed_after_days() -> int:
    """Return after how many days without a session a course lapses."""
    return _of_the_clinic(LAPSED_AFTER)["series.lapsed_after_days"]


def maintenance_days() -> tuple[int, int]:
    """Return the earliest and the latest day of a maintenance session, counted from the session before it."""
    earliest, latest = _of_the_clinic(MAINTENANCE).values()
    return earliest, max(earliest, latest)


def _of_the_clinic(known: dict[str, int]) -> dict[str, int]:
    rows = FollowUpRule.objects.filter(key__in=known).values_list("key", "value")
    return known | {key: int(value) for key, value in rows}
