"""A storm: sixteen people book, move, confirm, cancel, close and open at once, and what they leave behind is in order.

Six seconds here, a minute with STIPPLE_PROOFS=full. The checker reads the tables and what each client was told; beside
it stand its controls: each kind of damage done by hand is found, and the same storm without turn and guard is not in
order.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from datetime import time as dt_time
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from booking import claims, free_times
from booking.models import Appointment, Claim, Closure
from clinic import guards, wall_time
from clinic.actors import Actor
from clinic.models import Room, Service, Site, User
from clinic.refusals import Refused, Stale
from outbox.models import Notice
from patients.models import Patient
from tests.factories import clinic
from tests.factories.patients import patient
from tests.proofs.checker import Acknowledged, faults
from tests.proofs.racing import let_nobody_wait
from visits import closing, reception

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_engines]

CLIENTS, PATIENTS, DAYS = 16, 30, 2
SECONDS = 60 if os.environ.get("STIPPLE_PROOFS") == "full" else 6
LONGEST = 120  # seconds, until every verb was acknowledged on a machine that is busy with other things
GAP = timedelta(days=3)


@dataclass
class Storm:
    """The house in the storm, what its clients were told, and what went wrong in a way that nobody expects."""

    site: Site
    staff: list[User]
    rooms: list[Room]
    services: list[Service]
    people: list[Patient]
    desk: Actor
    log: list[Acknowledged] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)

    @classmethod
    def build(cls) -> Storm:
        site = clinic.site()
        staff = [clinic.practitioner(name, site) for name in ("Ana Duarte", "Ben Adeyemi", "Cleo Marsh")]
        rooms = [clinic.room(site, f"Room {number}") for number in (1, 2, 3)]
        pens = [clinic.device(site, f"Pen {number}") for number in (1, 2)]
        services = [
            clinic.service("microneedling", practitioners=staff, rooms=rooms, devices=pens),
            clinic.service("consultation", practitioners=staff, rooms=rooms),
        ]
        people = [patient(f"Person {number}", email=f"p{number}@post.example") for number in range(PATIENTS)]
        return cls(site, staff, rooms, services, people, Actor.of(clinic.max_()))

    @property
    def first_day(self):
        day = wall_time.local(timezone.now() + GAP, self.site.zone).date()
        return day + timedelta(days=(7 - day.weekday()) % 7)

    def blow(self, *, seconds: float, verbs: str = "bbbmmcck xo") -> None:
        """Let every client do one thing after another until the time is over."""
        until = time.monotonic() + seconds
        threads = [threading.Thread(target=self._client, args=(number, until, verbs)) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(seconds + 60)
        assert not any(thread.is_alive() for thread in threads)

    def has_seen(self, verbs: str) -> bool:
        """Whether each of these was done at least once, and the client told so."""
        return set(verbs) <= {one.verb for one in self.log}

    def _client(self, number: int, until: float, verbs: str) -> None:
        luck = random.Random(number)
        doings: dict[str, Callable[[random.Random], Any]] = {
            "b": self.book,
            "m": self.move,
            "c": self.cancel,
            "k": self.confirm,
            "x": self.close,
            "o": self.open,
        }
        try:
            while time.monotonic() < until:
                verb = luck.choice(verbs.replace(" ", ""))
                self._try(number, verb, doings[verb], luck)
        finally:
            connection.close()

    def _try(self, number: int, verb: str, do: Callable[[random.Random], Any], luck: random.Random) -> None:
        try:
            done = do(luck)
        except (Refused, Stale) as refused:
            self.refused[type(refused).__name__] += 1
        except Exception as trouble:
            self.troubles.append(repr(trouble))
        else:
            if isinstance(done, Appointment):
                self.log.append(Acknowledged(number, verb, done.pk, done.version))

    # --- what a client does --------------------------------------------------------------------------------

    def _when(self, luck: random.Random) -> datetime:
        day = self.first_day + timedelta(days=luck.randrange(DAYS))
        minutes = 9 * 60 + 15 * luck.randrange(32)
        clock = dt_time(minutes // 60, minutes % 60)
        return wall_time.instant(day, clock, self.site.zone)

    def _by(self) -> dict[str, Any]:
        return {"by": self.desk, "at": timezone.now()}

    def _one(self, luck: random.Random) -> Appointment:
        """Return a visit as it was read a moment ago, so its version may be old by now."""
        ids = list(Appointment.objects.values_list("pk", flat=True))
        if not ids:
            raise Stale
        return Appointment.objects.for_board().get(pk=luck.choice(ids))

    def book(self, luck: random.Random) -> Appointment:
        wish = {"service": luck.choice(self.services), "site": self.site, "patient": luck.choice(self.people)}
        if luck.random() < 0.5:
            return reception.book(
                **wish, practitioner=luck.choice(self.staff), starts_at=self._when(luck), **self._by()
            )
        free = free_times.find(**wish, start=self.first_day, days=DAYS, at=timezone.now())
        if not free:
            raise Stale
        chosen = luck.choice(free)
        return reception.book(**wish, practitioner=chosen.practitioner, starts_at=chosen.starts_at, **self._by())

    def move(self, luck: random.Random) -> Appointment:
        visit = self._one(luck)
        return reception.move(
            visit,
            starts_at=self._when(luck),
            practitioner=luck.choice(self.staff),
            version=visit.version,
            **self._by(),
        )

    def cancel(self, luck: random.Random) -> Appointment:
        visit = self._one(luck)
        return reception.cancel(visit, version=visit.version, reason="Storm", **self._by())

    def confirm(self, luck: random.Random) -> Appointment:
        visit = self._one(luck)
        return reception.confirm(visit, version=visit.version, **self._by())

    def close(self, luck: random.Random) -> Closure:
        starts_at = self._when(luck)
        what = luck.choice([{"practitioner": luck.choice(self.staff)}, {"room": luck.choice(self.rooms)}])
        return closing.close(
            kind=Closure.Kind.CLOSURE,
            site=self.site,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=luck.choice([30, 60, 240])),
            words="Storm",
            **what,
            **self._by(),
        )

    def open(self, luck: random.Random) -> None:
        standing = list(Closure.objects.filter(lifted_at=None))
        if standing:
            closing.lift(luck.choice(standing), **self._by())


@pytest.fixture
def storm(transactional_db: None) -> Storm:
    return Storm.build()


def test_a_storm_leaves_the_house_in_order(storm: Storm) -> None:
    storm.blow(seconds=SECONDS)
    until = time.monotonic() + LONGEST
    while not storm.has_seen("bmck") and time.monotonic() < until:
        storm.blow(seconds=2)

    assert storm.troubles == []
    assert faults(storm.log) == []
    assert len(storm.log) > CLIENTS  # it did blow
    assert storm.has_seen("bmck")
    assert Closure.objects.exists()


@contextmanager
def unguarded():
    """Let the database accept overlaps; what overlaps is gone when the guard comes back."""
    with guards.lifted("claim_no_overlap"):
        try:
            yield
        finally:
            Claim.objects.all().delete()


@pytest.mark.postgres
def test_without_turn_look_and_guard_a_storm_leaves_people_booked_twice(storm: Storm, monkeypatch) -> None:
    """Control: the same storm through the same doors, with nobody waiting, nobody looking and nothing refusing."""
    let_nobody_wait(monkeypatch)
    monkeypatch.setattr(claims, "is_held", lambda holds, *, at: time.sleep(0.01))
    with unguarded():
        storm.blow(seconds=3, verbs="bbbm")

        assert any(fault.startswith("overlap") for fault in faults(storm.log))


# --- each kind of damage is found ------------------------------------------------------------------------


@pytest.fixture
def two(storm: Storm) -> tuple[Appointment, Appointment]:
    """Two visits of two patients, in order."""
    free = free_times.find(service=storm.services[1], site=storm.site, start=storm.first_day, days=1, at=timezone.now())
    visits = [
        reception.book(
            patient=person,
            service=storm.services[1],
            practitioner=time_.practitioner,
            starts_at=time_.starts_at,
            site=storm.site,
            **storm._by(),
        )
        for person, time_ in zip(storm.people, (free[0], free[-1]), strict=False)
    ]
    storm.log += [Acknowledged(0, "b", visit.pk, visit.version) for visit in visits]
    assert faults(storm.log) == []
    return visits[0], visits[1]


def test_two_holds_on_one_room_are_found(storm: Storm, two) -> None:
    first, second = two
    with unguarded():
        second.claims.filter(room__isnull=False).update(
            room=first.room, starts_at=first.starts_at, ends_at=first.ends_at
        )

        assert [fault.split(":")[0] for fault in faults(storm.log)] == ["holds", "overlap"]


def test_a_hold_of_a_visit_that_is_called_off_is_found(storm: Storm, two) -> None:
    Appointment.objects.filter(pk=two[0].pk).update(state="cancelled")

    assert {fault.split(":")[0] for fault in faults(storm.log)} == {"orphan", "message"}


def test_a_reminder_for_a_visit_that_is_called_off_is_found(storm: Storm, two) -> None:
    first = two[0]
    cancelled = reception.cancel(first, version=first.version, reason="Ill", **storm._by())
    storm.log.append(Acknowledged(0, "c", cancelled.pk, cancelled.version))
    assert faults(storm.log) == []

    Notice.objects.filter(subject=f"appointment:{first.pk}", kind="PRE_24H").update(state="due", settled_at=None)

    assert faults(storm.log) == [f"message: PRE_24H is to go out for visit {first.pk}, which is cancelled"]


def test_a_step_that_nobody_was_told_of_is_found(storm: Storm, two) -> None:
    log = [one for one in storm.log if one.visit_id != two[1].pk]

    assert faults(log) == [f"history: visit {two[1].pk} is at 1, clients were told of {{}}"]


def test_a_minute_left_open_in_a_closure_is_found(storm: Storm, two) -> None:
    starts_at = two[0].starts_at + timedelta(days=7)
    closure = closing.close(
        kind=Closure.Kind.LEAVE,
        site=storm.site,
        practitioner=storm.staff[0],
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        **storm._by(),
    )
    assert faults(storm.log) == []

    closure.claims.update(ends_at=starts_at + timedelta(minutes=50))

    assert [fault.split(":")[0] for fault in faults(storm.log)] == ["open"]
