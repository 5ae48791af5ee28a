"""A clinic of any size: what is written in bulk is as right as what the actions write."""

from collections import Counter
from datetime import date
from itertools import pairwise

import pytest
from django.db import IntegrityError

from booking.models import Appointment, Change, Claim
from clinic import menu
from clinic.models import Service
from desk.demo import bulk
from desk.demo.bulk import Planned
from desk.demo.crowd import WAY, Crowd
from patients.models import Patient
from tests.booking.held import overlaps
from tests.factories.booking import SUNDAY, TEN

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)


@pytest.fixture
def crowd(site, ana, room, pen, mia):
    menu.enter(practitioners=[ana], rooms=[room], devices=[pen])
    return Crowd(site, patients=60, years=1, day=DAY, at=SUNDAY)


def test_everybody_comes_in_the_order_of_a_course(crowd):
    crowd.fill()

    firsts = Patient.objects.exclude(name="Mia Okafor").order_by("pk")[:20]
    for patient in firsts:
        came = patient.appointments.order_by("starts_at").values_list("service__code", flat=True)[: len(WAY)]
        assert tuple(came) == WAY[: len(came)]
    assert Counter(patient.appointments.count() >= len(WAY) for patient in firsts) == {True: 20}


def test_needlings_of_one_patient_lie_five_weeks_apart_or_more(crowd):
    crowd.fill()

    patient = Patient.objects.exclude(name="Mia Okafor").order_by("pk")[0]
    days = [
        visit.starts_at.date()
        for visit in patient.appointments.filter(service__kind="needling").order_by("starts_at")[:3]
    ]
    assert all((later - earlier).days >= 35 for earlier, later in pairwise(days))


def test_nobody_is_in_two_places_and_every_visit_holds_its_time(crowd):
    written = crowd.fill()

    assert overlaps() == []
    held = Appointment.objects.exclude(state__in=["cancelled", "no_show"])
    assert set(held.values_list("pk", flat=True)) == set(Claim.objects.values_list("appointment", flat=True))
    assert Change.objects.filter(verb="book").count() == Appointment.objects.count() == written


def test_what_is_told_ends_with_everything_written(crowd):
    told = []

    written = crowd.fill(told=told.append)

    assert told[-1] == written
    assert told == sorted(told)


def test_the_guard_stands_while_rows_are_written_in_bulk(crowd, site, ana, room, mia):
    talk = Service.objects.get(code="consultation")
    once = Planned(mia, talk, ana, room, None, TEN, SUNDAY, Appointment.State.BOOKED)

    with pytest.raises(IntegrityError):
        bulk.visits(site, [once, once])
