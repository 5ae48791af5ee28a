"""What holds for any run of bookings, moves and closures, not only for the ones that somebody thought of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from booking import appointments, closures, free_times
from booking.models import Appointment, Claim, Closure
from booking.rules import cut
from clinic import wall_time
from clinic.models import OpeningHours, Service, Shift, Site, SpecialDay, User
from clinic.refusals import Refusal, Refused
from patients.models import Patient
from tests.booking.held import overlaps, resource_of
from tests.factories import clinic, patients
from tests.factories.booking import HOUSE, SUNDAY

LONDON = ZoneInfo("Europe/London")
MONDAY = date(2026, 3, 2)
QUICK = settings(max_examples=25, deadline=None, database=None, derandomize=True)

State = Appointment.State


class House:
    """A small house in which much collides: two practitioners, two rooms, one pen, three patients."""

    def __init__(self) -> None:
        self.site: Site = clinic.site()
        self.staff: list[User] = [clinic.ana(self.site), clinic.ben(self.site)]
        self.rooms = [clinic.room(self.site, "Room 1"), clinic.room(self.site, "Room 2")]
        self.pen = clinic.device(self.site)
        self.menu: list[Service] = [
            clinic.service(code, practitioners=self.staff, rooms=self.rooms, devices=[self.pen])
            for code in ("microneedling", "consultation", "review")
        ]
        self.patients: list[Patient] = [patients.mia(), patients.tomasz(), patients.zoe()]

    def offered(self, service: int, patient: int, *, days: int = 1) -> list[free_times.FreeTime]:
        return free_times.find(
            service=self.menu[service],
            site=self.site,
            start=MONDAY,
            days=days,
            at=SUNDAY,
            patient=self.patients[patient],
        )

    def book(
        self, service: int, patient: int, practitioner: User, starts_at: datetime, at: datetime = SUNDAY
    ) -> Appointment:
        return appointments.book(
            patient=self.patients[patient],
            service=self.menu[service],
            practitioner=practitioner,
            starts_at=starts_at,
            by=HOUSE,
            at=at,
        )

    def fill(self, wishes: list[tuple[int, int, int, int]]) -> None:
        """Book whatever of the wishes can be: service, patient, practitioner, quarter hour of the day."""
        for service, patient, practitioner, quarter in wishes:
            try:
                self.book(service, patient, self.staff[practitioner], clock(quarter * 15))
            except Refused:
                pass


@contextmanager
def a_house() -> Iterator[House]:
    """Build a house and take it down again: each example begins with an empty diary."""
    with transaction.atomic():
        yield House()
        transaction.set_rollback(True)


def clock(minute: int) -> datetime:
    """Return the instant of a minute of the tests' Monday, which has no clock change."""
    return wall_time.instant(MONDAY, time(minute // 60, minute % 60), LONDON)


wishes = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 1), st.integers(9 * 4, 18 * 4 - 1)), max_size=12
)
services, patients_of = st.integers(0, 2), st.integers(0, 2)


@pytest.mark.django_db
@QUICK
@given(wishes, services, patients_of, st.data())
def test_every_time_that_is_offered_can_be_booked_as_offered(wished, service, patient, data):
    with a_house() as house:
        house.fill(wished)
        offered = house.offered(service, patient)
        if not offered:
            return
        free = data.draw(st.sampled_from(offered))

        booked = house.book(service, patient, free.practitioner, free.starts_at)

        assert (booked.starts_at, booked.ends_at) == (free.starts_at, free.ends_at)
        assert (booked.room, booked.device) == (free.room, free.device)
        assert overlaps() == []


@dataclass(frozen=True)
class Troubles:
    """What may stand between an hour and a visit: chairs that are scarce, single days, closures, a second site."""

    chairs: int
    single_day: tuple[int, int] | None
    closed: list[tuple[str, int, int]]
    needling: int | None
    elsewhere: int | None

    def befall(self, house: House) -> None:
        if self.chairs:
            house.menu[0].phases.filter(kind="numbing").update(holds_room=False, holds_chair=True)
            house.menu[0].rooms.add(*(clinic.room(house.site, f"Chair {n}", kind="chair") for n in range(self.chairs)))
        if self.single_day:
            begins, ends = (time(quarter // 4, quarter % 4 * 15) for quarter in self.single_day)
            day = {"site": house.site, "practitioner": house.staff[0], "on": MONDAY}
            SpecialDay.objects.create(starts_at=begins, ends_at=ends, **day)
        if self.elsewhere is not None:
            self._work_elsewhere(house, clock(self.elsewhere * 15))
        named = {"ben": {"practitioner": house.staff[1]}, "room": {"room": house.rooms[0]}, "house": {}}
        for what, quarter, seconds in self.closed:
            ends_at = clock(quarter * 15) + timedelta(seconds=seconds, microseconds=7)
            times = {"starts_at": clock(quarter * 15), "ends_at": ends_at, "by": HOUSE, "at": SUNDAY}
            closures.add(kind=Claim.Kind.CLOSURE, site=house.site, **times, **named[what])

    def _work_elsewhere(self, house: House, starts_at: datetime) -> None:
        harbour = clinic.site(name="Harbour Skin Clinic", travel_minutes=20)
        house.menu[2].rooms.add(clinic.room(harbour, "Quay room"))
        who = {"patient": patients.patient("Noor Haddad"), "practitioner": house.staff[1], "service": house.menu[2]}
        Shift.objects.create(practitioner=house.staff[1], site=harbour, weekday=0, starts_at=time(9), ends_at=time(18))
        try:
            appointments.book(site=harbour, starts_at=starts_at, by=HOUSE, at=SUNDAY, **who)
        except Refused:
            pass  # Ben is needed here then


troubles = st.builds(
    Troubles,
    chairs=st.integers(0, 2),
    single_day=st.none() | st.tuples(st.integers(36, 50), st.integers(51, 72)),
    closed=st.lists(
        st.tuples(st.sampled_from(["ben", "room", "house"]), st.integers(36, 71), st.integers(1, 3600)), max_size=2
    ),
    needling=st.sampled_from([None, 20, 25, 45]),
    elsewhere=st.none() | st.integers(36, 68),
)


@pytest.mark.one_engine
@pytest.mark.django_db
@settings(QUICK, max_examples=8, phases=[Phase.generate])  # one example is 18 bookings
@given(troubles, wishes, services, patients_of, st.integers(36, 39))
def test_whatever_befalls_the_house_the_list_and_the_booking_agree(trouble, wished, service, patient, first):
    """One quarter of each hour with everybody: offered if and only if it can be booked, and booked as offered."""
    with a_house() as house:
        house.fill(wished[:4])
        trouble.befall(house)
        asked = {"patient": house.patients[patient], "service": house.menu[service], "site": house.site, "at": SUNDAY}
        asked["needling_minutes"] = trouble.needling
        offered = {
            (free.starts_at, free.practitioner.pk): (free.ends_at, free.room, free.chair, free.device)
            for free in free_times.find(start=MONDAY, days=1, **asked)
            if (free.starts_at - clock(first * 15)) % timedelta(hours=1) == timedelta()
        }
        booked = {}
        for quarter, who in product(range(first, 72, 4), house.staff):
            try:
                with transaction.atomic():
                    visit = appointments.book(starts_at=clock(quarter * 15), practitioner=who, by=HOUSE, **asked)
                    booked[visit.starts_at, who.pk] = (visit.ends_at, visit.room, visit.chair, visit.device)
                    transaction.set_rollback(True)
            except Refused:
                pass

        assert offered == booked


@pytest.mark.django_db
@QUICK
@given(wishes, services, patients_of, st.integers(0, 1), st.integers(0, 24 * 60 - 1))
def test_no_time_that_is_not_offered_can_be_booked(wished, service, patient, practitioner, minute):
    with a_house() as house:
        house.fill(wished)
        offered = {(free.starts_at, free.practitioner) for free in house.offered(service, patient)}
        wish = (clock(minute), house.staff[practitioner])
        if wish in offered:
            return

        with pytest.raises(Refused):
            house.book(service, patient, wish[1], wish[0])


@pytest.mark.one_engine
@pytest.mark.django_db
@QUICK
@given(wishes, services, patients_of, st.integers(0, 1), st.integers(9 * 4, 18 * 4 - 1))
def test_every_alternative_can_be_booked(wished, service, patient, practitioner, quarter):
    with a_house() as house:
        house.fill(wished)
        refusal = refusal_of(house, service, patient, house.staff[practitioner], clock(quarter * 15))
        if refusal is None or refusal.rule == "hours.outside":
            return

        assert (refusal.rule, len(refusal.alternatives)) == ("claim.taken", 3)
        for free in refusal.alternatives:
            with transaction.atomic():
                house.book(service, patient, free.practitioner, free.starts_at)
                transaction.set_rollback(True)


def refusal_of(house: House, *wish: object) -> Refusal | None:
    """Return why a wish was refused, or None when it was booked."""
    try:
        house.book(*wish)
    except Refused as refused:
        return refused.refusal
    return None


@pytest.mark.one_engine
@pytest.mark.django_db
@settings(QUICK, max_examples=40)
@given(
    zone=st.sampled_from(
        ["Europe/London", "America/Santiago", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Cairo"]
    ),
    start=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    opens=st.sampled_from([time(0), time(1, 30), time(9)]),
)
def test_on_every_day_of_every_zone_the_offers_show_the_walls_own_hours(zone, start, opens):
    """Days of 23, 24, 23.5 and 25 hours, and some without a midnight."""
    with a_house() as house:
        Site.objects.update(time_zone=zone)
        house.site.refresh_from_db()
        for model, begin, end in ((OpeningHours, "opens_at", "closes_at"), (Shift, "starts_at", "ends_at")):
            model.objects.all().delete()
            owner = {} if model is OpeningHours else {"practitioner": house.staff[0]}
            for weekday in range(7):
                model.objects.create(
                    site=house.site, weekday=weekday, **owner, **{begin: opens, end: time(opens.hour + 4)}
                )

        at = wall_time.instant(start - timedelta(days=2), time(12), house.site.zone)
        found = free_times.find(service=house.menu[1], site=house.site, start=start, days=3, at=at)

        walls = [wall_time.local(free.starts_at, house.site.zone) for free in found]
        assert {(wall.minute % 15, wall.second) for wall in walls} == {(0, 0)}
        assert {wall.date() for wall in walls} == {start + timedelta(days=number) for number in range(3)}
        assert all(opens <= wall.time() <= time(opens.hour + 4) for wall in walls)
        assert len({free.starts_at for free in found}) == len(found)
        assert house.book(1, 0, house.staff[0], found[0].starts_at, at=at).starts_at == found[0].starts_at


class Desk(RuleBasedStateMachine):
    """Whatever the desk does in whatever order, nothing and nobody is held twice."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.house = House()
        self.now = SUNDAY

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    def visits(self) -> list[Appointment]:
        return list(Appointment.objects.order_by("pk"))

    def step(self, verb: str, which: int, **fields: object) -> None:
        """Take a step with one of the visits; a rule may refuse it, and then nothing changed."""
        visits = self.visits()
        visit = visits[which % len(visits)]
        before = (visit.version, held_by(visit))
        try:
            getattr(appointments, verb)(visit, version=visit.version, by=HOUSE, at=self.now, **fields)
        except Refused:
            visit.refresh_from_db()
            assert (visit.version, held_by(visit)) == before

    @rule(service=services, patient=patients_of, practitioner=st.integers(0, 1), quarter=st.integers(36, 71))
    def book(self, service: int, patient: int, practitioner: int, quarter: int) -> None:
        self.house.fill([(service, patient, practitioner, quarter)])

    @precondition(lambda self: Appointment.objects.exists())
    @rule(which=st.integers(0, 99), practitioner=st.integers(0, 1), quarter=st.integers(36, 71))
    def move(self, which: int, practitioner: int, quarter: int) -> None:
        self.step("move", which, starts_at=clock(quarter * 15), practitioner=self.house.staff[practitioner])

    @precondition(lambda self: Appointment.objects.exists())
    @rule(which=st.integers(0, 99), verb=st.sampled_from(["confirm", "arrive", "enter_room", "finish", "no_show"]))
    def go_on(self, which: int, verb: str) -> None:
        self.step(verb, which)

    @precondition(lambda self: Appointment.objects.exists())
    @rule(which=st.integers(0, 99))
    def cancel(self, which: int) -> None:
        self.step("cancel", which, reason="Ill")

    @precondition(lambda self: Appointment.objects.exists())
    @rule(which=st.integers(0, 99))
    def revert(self, which: int) -> None:
        self.step("revert", which)

    @rule(who=st.sampled_from([0, 1, None]), quarter=st.integers(36, 70), length=st.integers(1, 4))
    def close(self, who: int | None, quarter: int, length: int) -> None:
        """Take one of the two away, or shut the whole house, for at most an hour."""
        starts_at = clock(quarter * 15)
        try:
            closures.add(
                kind=Claim.Kind.LEAVE,
                site=self.house.site,
                practitioner=None if who is None else self.house.staff[who],
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=15 * length),
                by=HOUSE,
                at=self.now,
            )
        except Refused:
            assert starts_at + timedelta(minutes=15 * length) <= self.now

    @precondition(lambda self: Closure.objects.standing().exists())
    @rule(which=st.integers(0, 99))
    def lift(self, which: int) -> None:
        standing = list(Closure.objects.standing().order_by("pk"))
        closures.lift(standing[which % len(standing)], by=HOUSE, at=self.now)

    @precondition(lambda self: Closure.objects.standing().exists())
    @rule()
    def sweep(self) -> None:
        """What stands open in a closure was let go by nobody: there is nothing to do."""
        assert closures.sweep(at=SUNDAY) == 0

    @rule(minutes=st.integers(1, 240))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes * 6)

    @invariant()
    def nothing_is_held_twice(self) -> None:
        assert overlaps() == []

    @invariant()
    def a_visit_that_stands_or_was_held_has_exactly_its_phases(self) -> None:
        for visit in self.visits():
            if visit.state in (State.CANCELLED, State.NO_SHOW):
                assert not visit.claims.filter(is_active=True, starts_at__gte=self.now).exists()
            else:
                assert held_by(visit) == asked_by(visit)

    @invariant()
    def the_last_line_of_history_is_how_the_visit_stands(self) -> None:
        for visit in self.visits():
            lines = list(visit.changes.order_by("id"))
            assert len(lines) == visit.version
            state = [line.after["state"] for line in lines if "state" in line.after][-1]
            assert state == visit.state


def held_by(visit: Appointment) -> list[tuple[object, ...]]:
    claims_of = visit.claims.filter(is_active=True)
    return sorted((*resource_of(claim), claim.starts_at, claim.ends_at) for claim in claims_of)


def asked_by(visit: Appointment) -> list[tuple[object, ...]]:
    return sorted(
        (
            line.resource,
            getattr(visit, f"{line.resource}_id"),
            visit.starts_at + timedelta(minutes=line.starts),
            visit.starts_at + timedelta(minutes=line.ends),
        )
        for line in cut(visit.service.phases.order_by("position"))
    )


@pytest.mark.django_db
def test_whatever_the_desk_does_nothing_and_nobody_is_held_twice():
    run_state_machine_as_test(Desk, settings=settings(QUICK, max_examples=20, stateful_step_count=25))
