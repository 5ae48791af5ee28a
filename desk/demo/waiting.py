"""Who would come sooner: a few on the waitlist, one of them with a time that is held since a little while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from booking import free_times
from booking.models import WaitlistEntry
from booking.waitlist import Wants
from clinic.refusals import Refused
from desk.demo.lives import DESK, Life, Teller
from visits import waiting

OFFERED_AT = time(13, 10)


@dataclass(frozen=True)
class Waiter:
    """Somebody on the list. entered: days ago; with_whom: empty for anyone; is_offered: a time is held for them."""

    name: str
    service: str
    entered: int
    with_whom: str = ""
    wants: Mapping[str, Any] = field(default_factory=dict)
    is_offered: bool = False


WAITERS = (
    Waiter("Oskar Nyberg", "review", 6, "Kwame", {"part": "late", "note": "Works until five, twenty minutes away"}),
    Waiter("Beatriz Lopes", "consultation", 3, wants={"is_urgent": True, "note": "Flies on Friday; ring, no mail"}),
    Waiter("José Ibáñez", "review", 2, wants={"weekdays": (0, 2, 4), "part": "afternoon"}),
    Waiter("Renée Lefèvre", "review", 1, "Ana", is_offered=True),
)


def tell(waiter: Waiter, teller: Teller, life: Life) -> None:
    """Add that somebody is put on the list, and what they are offered today."""
    teller.script.add(teller.script.instant(waiter.entered, time(11, 25)), lambda at: _enter(waiter, teller, life, at))


def _enter(waiter: Waiter, teller: Teller, life: Life, at: datetime) -> None:
    house, script = teller.house, teller.script
    practitioner = house.users[waiter.with_whom] if waiter.with_whom else None
    wants = Wants(service=house.services[waiter.service], practitioner=practitioner, **waiter.wants)
    entry = waiting.enter(patient=life.patient, site=house.site, wants=wants, by=house.actor(DESK), at=at)
    if waiter.is_offered:
        script.add(script.instant(0, OFFERED_AT), lambda at: _offer(entry, teller, at))


def _offer(entry: WaitlistEntry, teller: Teller, at: datetime) -> None:
    """Hold the first time of the next days that is free, unless something stops it."""
    tomorrow = teller.script.day + timedelta(days=1)
    wish = {"service": entry.service, "site": entry.site, "practitioners": [entry.practitioner]}
    for free in free_times.find(**wish, start=tomorrow, days=7, at=at, patient=entry.patient, limit=1):
        try:
            waiting.offer(
                entry,
                practitioner=free.practitioner,
                starts_at=free.starts_at,
                by=teller.house.actor(DESK),
                at=at,
            )
        except Refused:
            return
