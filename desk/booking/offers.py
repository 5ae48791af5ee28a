"""Free times as people choose among them: a handful, spread out, each with the words to read aloud."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking import free_times
from booking.free_times import FreeTime
from booking.models import Appointment
from clinic.models import Service, Site, User
from clinic.wall_time import local
from desk import numbers
from patients.models import Patient

OFFERED = 5
OFFERED_MORE = 24
APART = timedelta(minutes=90)  # two offers of one person on one day are at least this far apart
YEARS = range(2000, 2200)  # a time of any other is no time that was offered
LOOKED_AHEAD = (14, 60)  # local days; the second only when the first hold too little

PARTS_OF_DAY = {
    "": (gettext_lazy("Any time"), time.min, time.max),
    "morning": (gettext_lazy("Mornings"), time.min, time(12)),
    "afternoon": (gettext_lazy("Afternoons"), time(12), time(17)),
    "late": (gettext_lazy("After 17:00"), time(17), time.max),
}


@dataclass(frozen=True)
class Wish:
    """What a visit should be: service, with whom (None: anyone), not before a local day, in which part of the day."""

    service: Service
    site: Site
    start: date
    practitioner: User | None = None
    patient: Patient | None = None
    part: str = ""
    ignore: Appointment | None = None
    needling_minutes: int | None = None

    @property
    def practitioners(self) -> list[User] | None:
        return [self.practitioner] if self.practitioner else None

    def suits(self, free: FreeTime) -> bool:
        """Say whether a time is in the part of the day that was wished for, and not where the visit is already."""
        stays = self.ignore and (free.starts_at, free.ends_at, free.practitioner) == (
            self.ignore.starts_at,
            self.ignore.ends_at,
            self.ignore.practitioner,
        )
        _words, after, before = PARTS_OF_DAY[self.part]
        return not stays and after <= local(free.starts_at, self.site.zone).time() < before


@dataclass(frozen=True)
class Offer:
    """One choice in the list, in the site's wall time. is_asked: it is the free cell that was pressed."""

    free: FreeTime
    starts_at: datetime
    ends_at: datetime
    is_asked: bool = False
    is_chosen: bool = False

    @property
    def value(self) -> str:
        return offer_value(self.free.starts_at, self.free.practitioner.pk)

    @property
    def aloud(self) -> str:
        """When and with whom, as it is read to the caller."""
        return aloud(self.starts_at, self.ends_at, self.free.practitioner, self.starts_at.tzinfo)


def aloud(starts_at: datetime, ends_at: datetime, practitioner: User, zone: ZoneInfo) -> str:
    """Return a visit's time as people say it: Tuesday 17 March, 10:00 to 11:20, with Ana."""
    starts_at, ends_at = local(starts_at, zone), local(ends_at, zone)
    return _("%(day)s, %(from)s to %(to)s, with %(name)s") % {
        "day": date_format(starts_at, "l j F"),
        "from": f"{starts_at:%H:%M}",
        "to": f"{ends_at:%H:%M}",
        "name": practitioner.short_name,
    }


def offer_value(starts_at: datetime, practitioner_id: int) -> str:
    return f"{starts_at.astimezone(UTC):%Y-%m-%dT%H:%MZ}/{practitioner_id}"


def is_value_of(free: FreeTime, value: str) -> bool:
    return offer_value(free.starts_at, free.practitioner.pk) == value


def read_value(text: str) -> tuple[datetime, int] | None:
    """Return the instant and the practitioner's id that a form's choice says, or None for anything else."""
    when, _slash, who = text.partition("/")
    try:
        starts_at = datetime.strptime(when, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    person = numbers.read(who)
    return (starts_at, person) if starts_at.year in YEARS and person is not None else None


def spread(found: Iterable[FreeTime], count: int) -> list[FreeTime]:
    """Return the soonest times, those of one person on one day at least 90 minutes apart."""
    chosen: list[FreeTime] = []
    for free in found:
        same = (one for one in chosen if one.practitioner.pk == free.practitioner.pk)
        if all(abs(one.starts_at - free.starts_at) >= APART for one in same):
            chosen.append(free)
        if len(chosen) == count:
            break
    return chosen


def offers(
    wish: Wish, *, at: datetime, asked: datetime | None = None, more: bool = False, chosen: str = ""
) -> list[Offer]:
    """Return what to offer: the time that was asked for if it is free, then the soonest ones that suit.

    chosen: the value that was chosen before, and stays on the list while it is free; else the first is. more: many
    instead of a few.
    """
    wanted = OFFERED_MORE if more else OFFERED
    found: list[FreeTime] = []
    for days in LOOKED_AHEAD:
        everything = free_times.find(
            service=wish.service,
            site=wish.site,
            start=wish.start,
            days=days,
            at=at,
            practitioners=wish.practitioners,
            patient=wish.patient,
            ignore=wish.ignore,
            needling_minutes=wish.needling_minutes,
        )
        found = [free for free in everything if wish.suits(free)]
        if len(spread(found, wanted)) == wanted:
            break
    first = [free for free in found if free.starts_at == asked][:1]
    first += [free for free in found if is_value_of(free, chosen) and free not in first]
    rest = [free for free in spread(found, wanted) if free not in first]
    return choose([offer(free, wish.site.zone, asked) for free in [*first, *rest][:wanted]], chosen)


def offer(free: FreeTime, zone: ZoneInfo, asked: datetime | None = None) -> Offer:
    return Offer(free, local(free.starts_at, zone), local(free.ends_at, zone), is_asked=free.starts_at == asked)


def choose(listed: list[Offer], chosen: str) -> list[Offer]:
    """Return the offers with one of them marked: the one chosen before if it is there, else the first."""
    if not listed:
        return []
    marked = next((one for one in listed if one.value == chosen), listed[0])
    return [replace(one, is_chosen=one is marked) for one in listed]
