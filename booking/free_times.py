"""The times at which a visit fits: practitioner, room, device and patient together, phase by phase."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from booking import diary as diaries
from booking.diary import Diary
from booking.models import Appointment
from clinic import wall_time
from clinic.models import Device, Room, Service, Site, User
from patients.models import Patient

NEAR_DAYS = (3, 14, 60)  # how far around a wished time is looked, wider while too little is found


@dataclass(frozen=True)
class FreeTime:
    """A time that can be booked. starts_at to ends_at is the patient's time (UTC); clean-down follows it."""

    starts_at: datetime
    ends_at: datetime
    practitioner: User
    room: Room | None
    device: Device | None
    chair: Room | None = None


def find(
    *,
    service: Service,
    site: Site,
    start: date,
    days: int,
    at: datetime,
    practitioners: Iterable[User] | None = None,
    patient: Patient | None = None,
    not_before: date | None = None,
    limit: int | None = None,
    ignore: Appointment | None = None,
    needling_minutes: int | None = None,
) -> list[FreeTime]:
    """Return what is free on `days` local days from `start`, soonest first, in four queries.

    practitioners: those who are wanted, else all who give the service. patient: whose other visits stand in the
    way. ignore: the visit that is being moved. not_before: nothing earlier than that local day. needling_minutes: the
    needling's length where it is not the service's own.
    """
    first = max(start, not_before or start)
    today = wall_time.local(at, site.zone).date()
    days = min(days - (first - start).days, service.maximum_advance_days + 1 - (first - today).days)
    if days <= 0 or not service.is_offered:
        return []
    diary = diaries.read(
        service=service,
        site=site,
        start=first,
        days=days,
        at=at,
        practitioners=practitioners,
        patient=patient,
        ignore=ignore,
        needling_minutes=needling_minutes,
    )
    found: list[FreeTime] = []
    for number in range(days if diary.is_for_a_patient else 0):
        found += [at_start(diary, start, who) for start, who in diary.free_on(first + timedelta(days=number))]
        if limit is not None and len(found) >= limit:
            return found[:limit]
    return found


def at_start(diary: Diary, start: int, practitioner: User) -> FreeTime:
    """Return the free time at a start to which the diary has no objection."""
    place = diary.place(start)
    if place is None:
        raise ValueError("nothing is free at that start")
    starts_at = datetime.fromtimestamp(start, UTC)
    return FreeTime(
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=diary.patient_minutes),
        practitioner=practitioner,
        room=place.room,
        device=place.device,
        chair=place.chair,
    )


def nearest(
    *,
    service: Service,
    site: Site,
    starts_at: datetime,
    at: datetime,
    count: int = 3,
    practitioners: Iterable[User] | None = None,
    patient: Patient | None = None,
    not_before: date | None = None,
    not_after: date | None = None,
    ignore: Appointment | None = None,
    needling_minutes: int | None = None,
) -> list[FreeTime]:
    """Return the free times nearest to a wished one, soonest first; fewer only when 60 days hold no more.

    The time that the moved visit (`ignore`) has already is none of them. not_before, not_after: local days.
    """
    wished = wall_time.local(starts_at, site.zone).date()
    today = wall_time.local(at, site.zone).date()
    chosen = None if practitioners is None else list(practitioners)
    nearby: list[FreeTime] = []
    for reach in NEAR_DAYS:
        first = max(today, wished - timedelta(days=reach))
        last = min(wished + timedelta(days=reach), not_after or date.max)
        nearby = find(
            service=service,
            site=site,
            start=first,
            days=(last - first).days + 1,
            at=at,
            practitioners=chosen,
            patient=patient,
            not_before=not_before,
            ignore=ignore,
            needling_minutes=needling_minutes,
        )
        nearby = [free for free in nearby if not _is_where_it_is(free, ignore)]
        if len(nearby) >= count:
            break
    nearby.sort(key=lambda free: (abs(free.starts_at - starts_at), free.starts_at, free.practitioner.name))
    return sorted(nearby[:count], key=lambda free: (free.starts_at, free.practitioner.name))


def _is_where_it_is(free: FreeTime, visit: Appointment | None) -> bool:
    return visit is not None and (free.starts_at, free.practitioner.pk) == (visit.starts_at, visit.practitioner_id)
