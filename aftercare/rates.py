"""How many come again, and in time: of the sessions after which another was planned."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Window
from django.db.models.functions import Lead

from aftercare.models import Plan
from booking.models import Appointment
from clinic import wall_time
from clinic.models import Service, Site
from treatments.models import Course, Session

PERIOD_DAYS = 180


@dataclass(frozen=True)
class Seen:
    """One session after which another was planned. came_on: the day of that other one, or None."""

    practitioner: str
    protocol: str
    opens_on: date
    closes_on: date
    came_on: date | None
    is_booked: bool

    @property
    def came_again(self) -> bool:
        return self.came_on is not None or self.is_booked

    @property
    def in_window(self) -> bool:
        return self.came_on is not None and self.opens_on <= self.came_on <= self.closes_on


@dataclass(frozen=True)
class Rate:
    """Of sessions whose patients could come again: how many did or are booked; of those who came, how many in time."""

    name: str
    sessions: int
    came_again: int
    came: int
    in_window: int

    @property
    def again_percent(self) -> int | None:
        return _percent(self.came_again, self.sessions)

    @property
    def window_percent(self) -> int | None:
        return _percent(self.in_window, self.came)


def of_site(site: Site, *, at: datetime, days: int = PERIOD_DAYS) -> list[Seen]:
    """Return the sessions of the last so many days whose window closed or whose patient came again: two queries."""
    today = wall_time.local(at, site.zone).date()
    versions = dict(
        Plan.objects.filter(started_at__gt=at - timedelta(days=days + 400)).values_list("session", "protocol__version")
    )
    coming = Appointment.objects.standing().filter(
        patient=OuterRef("patient"), service__kind=Service.Kind.NEEDLING, starts_at__gt=at
    )
    rows = (
        Session.objects.ended()
        .filter(course__isnull=False, appointment__site=site, ended_at__gt=at - timedelta(days=days))
        .annotate(
            next_at=Window(Lead("ended_at"), partition_by="course", order_by="ended_at"),
            is_booked=Exists(coming),
        )
        .values_list(
            "pk",
            "practitioner__name",
            "ended_at",
            "next_at",
            "is_booked",
            "number",
            "course__planned_sessions",
            "course__earliest_days",
            "course__latest_days",
            "course__state",
        )
    )
    found = []
    for pk, name, ended_at, next_at, is_booked, number, planned, earliest, latest, state in rows:
        day = wall_time.local(ended_at, site.zone).date()
        closes_on = day + timedelta(days=latest)
        is_over = state in (Course.State.EARLY, Course.State.PAUSED) or number is None or number >= planned
        if next_at is None and (is_over or closes_on >= today):
            continue
        came_on = wall_time.local(next_at, site.zone).date() if next_at else None
        version = versions.get(pk)
        protocol = str(version) if version else ""
        found.append(Seen(name, protocol, day + timedelta(days=earliest), closes_on, came_on, is_booked))
    return found


def by(key: Callable[[Seen], str], seen: Iterable[Seen]) -> list[Rate]:
    """Return the rates of each group that `key` makes, by its name."""
    groups: dict[str, list[Seen]] = {}
    for one in seen:
        groups.setdefault(key(one), []).append(one)
    return [
        Rate(
            name,
            sessions=len(group),
            came_again=sum(one.came_again for one in group),
            came=sum(one.came_on is not None for one in group),
            in_window=sum(one.in_window for one in group),
        )
        for name, group in sorted(groups.items())
    ]


def _percent(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None
