"""The rows of the clinic that is measured, written in bulk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.db import connection
from django.test import Client
from django.utils import timezone

from booking.models import Appointment
from clinic import keys, wall_time
from clinic.actors import Actor
from clinic.models import OpeningHours, Phase, Role, RoleGrant, Room, Service, Shift, Site, User
from desk.demo import bulk
from desk.demo.bulk import Planned
from patients.models import Patient, ReferenceSeries
from tools.bench import sessions
from tools.bench.seed import (
    CLOSES,
    OPENS,
    PATIENTS_PER_VISIT,
    PRACTITIONERS,
    VISITS_AHEAD,
    days_from,
    taken_on,
)

FIRST = 10_001
CALLERS = 800  # who book and have no visit yet: visits in bulk have no messages, which a booking would bring with it


def fill(count: int) -> dict[str, Any]:
    """Write the clinic with so many visits and as many sessions of the past; return what whoever measures it needs."""
    now = timezone.now()
    site = _site()
    monday = now.astimezone(site.zone).date() + timedelta(days=7 - now.astimezone(site.zone).weekday())
    staff = [_practitioner(number, site) for number in range(PRACTITIONERS)]
    service = _service(site, staff)
    people = bulk.patients(max(count // PATIENTS_PER_VISIT, PRACTITIONERS * 2), first_number=FIRST, at=now)
    callers = _callers(FIRST + len(people), now)
    ReferenceSeries.objects.create(pk=1, last=FIRST + len(people) + CALLERS)
    planned = enumerate(islice(_planned(monday, staff, service, people, now), VISITS_AHEAD + count))
    bulk.visits(site, (one for number, one in planned if number < count or number >= VISITS_AHEAD))
    recall = sessions.fill(site, now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    desk = User.objects.create(email="desk@bench.example", name="Desk", short_name="Desk", password="!")  # noqa: S106
    RoleGrant.objects.create(user=desk, role=Role.FRONT_DESK)
    _token, key = keys.make(
        desk, name="bench", capabilities=["book", "see_board", "see_patients"], by=Actor.of(desk), at=now
    )
    browser, practice = Client(), Client()
    browser.force_login(desk)
    practice.force_login(staff[0][0])
    return {
        "key": key,
        "session": browser.cookies["sessionid"].value,
        "practice": practice.cookies["sessionid"].value,
        "recall": [recall.pk, str(recall.uuid)],
        "service": service.code,
        "practitioners": [user.pk for user, _room in staff],
        "callers": [str(one.uuid) for one in callers],
        "names": [one.name for one in people[:: max(len(people) // 40, 1)]],
        "row": Appointment.objects.order_by("pk").values_list("pk", flat=True)[0],
        "monday": monday.isoformat(),
        "visits": Appointment.objects.count(),
    }


def _callers(first_number: int, now: datetime) -> list[Patient]:
    callers = bulk.patients(CALLERS, first_number=first_number, at=now)
    for one in callers:
        one.email = f"{one.reference.lower()}@bench.example"
    Patient.objects.bulk_update(callers, ["email"])
    return callers


def _site() -> Site:
    site = Site.objects.create(
        name="Bench",
        address="1 Bench Lane",
        phone="+441134960000",
        email="desk@bench.example",
        time_zone="Europe/London",
        hours_words="Mon to Fri 9:00 to 17:00",
        out_of_hours_words="call 111",
        emergency_number="999",
    )
    OpeningHours.objects.bulk_create(
        OpeningHours(site=site, weekday=weekday, opens_at=OPENS, closes_at=CLOSES) for weekday in range(5)
    )
    return site


def _practitioner(number: int, site: Site) -> tuple[User, Room]:
    name = f"{bulk.GIVEN[number]} {bulk.FAMILY[number]}"
    user = User.objects.create(
        email=f"p{number}@bench.example",
        name=name,
        short_name=bulk.GIVEN[number],
        password="!",  # noqa: S106
    )
    RoleGrant.objects.create(user=user, role=Role.PRACTITIONER)
    Shift.objects.bulk_create(
        Shift(practitioner=user, site=site, weekday=weekday, starts_at=OPENS, ends_at=CLOSES) for weekday in range(5)
    )
    return user, Room.objects.create(site=site, name=f"Room {number + 1:02d}")


def _service(site: Site, staff: list[tuple[User, Room]]) -> Service:
    service = Service.objects.create(
        code="visit", name="Visit", kind=Service.Kind.CONSULTATION, start_grid_minutes=30, maximum_advance_days=400
    )
    Phase.objects.create(service=service, position=0, kind=Phase.Kind.TALK, minutes=30)
    service.practitioners.set(user for user, _room in staff)
    service.rooms.set(room for _user, room in staff)
    return service


def _planned(
    monday: date, staff: list[tuple[User, Room]], service: Service, people: list[Patient], now: datetime
) -> Iterator[Planned]:
    """Yield the visits; of two at once no patient has both, for the patients go round."""
    number, zone = 0, staff[0][1].site.zone
    for day in days_from(monday):
        for who, clock in taken_on(day):
            user, room = staff[who]
            starts_at = wall_time.instant(day, clock, zone)
            state = Appointment.State.BOOKED if starts_at > now else Appointment.State.DONE
            patient = people[number % len(people)]
            number += 1
            yield Planned(patient, service, user, room, None, starts_at, min(starts_at, now) - timedelta(days=9), state)
