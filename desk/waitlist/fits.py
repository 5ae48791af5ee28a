"""Who of the waitlist could come when a time becomes free: for its page, the board and a visit's panel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from booking import fits, preferences
from booking.fits import Fit
from booking.models import WaitlistEntry
from clinic.models import Site, User
from clinic.wall_time import local


@dataclass(frozen=True)
class Slot:
    """A stretch of one practitioner that has become free, and who could come, urgent first."""

    site: Site
    practitioner: User
    starts_at: datetime
    ends_at: datetime
    fits: tuple[Fit, ...]

    @property
    def count(self) -> int:
        return len(self.fits)

    @property
    def first_names(self) -> list[str]:
        """The first three of them, as they are called."""
        return [fit.entry.patient.first_name for fit in self.fits[:3]]

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds()) // 60

    @property
    def url(self) -> str:
        """Where they are listed and offered the time."""
        start = f"{local(self.starts_at, self.site.zone):%Y-%m-%dT%H:%M}"
        query = {"start": start, "practitioner": self.practitioner.pk, "minutes": self.minutes}
        return f"{reverse('desk:waitlist_match')}?{urlencode(query)}"


def for_slot(site: Site, *, practitioner: User, starts_at: datetime, ends_at: datetime, at: datetime) -> Slot:
    """Return who fits a stretch that has become free; nobody when it is over or taken.

    A page shows it with {% include "desk/waitlist/_fits.html" with fits=slot %}.
    """
    found = fits.find(site, practitioner=practitioner, starts_at=starts_at, ends_at=ends_at, at=at)
    return Slot(site, practitioner, starts_at, ends_at, tuple(found))


def count_for_day(site: Site, day: date, *, at: datetime) -> int:
    """Return how many of those who wait would come on a local day, at one hour or another; one query.

    None for a day that is over.
    """
    if day < local(at, site.zone).date():
        return 0
    first, last = Q(earliest_on=None) | Q(earliest_on__lte=day), Q(latest_on=None) | Q(latest_on__gte=day)
    found = WaitlistEntry.objects.waiting().filter(first, last, site=site)
    return sum(preferences.suits_day(entry, day) for entry in found.only("weekdays", "earliest_on", "latest_on"))
