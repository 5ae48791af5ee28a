"""The same work of the desk in a browser without scripts: links and forms only, every click and field counted."""

import re

import pytest
from django.test import Client

from booking.models import Appointment, Offer
from booking.waitlist import Wants
from clinic.actors import Actor
from patients.models import Patient
from tests.factories import patients
from tests.journeys.counting import CountingPaper
from visits import waiting

pytestmark = pytest.mark.django_db

State = Appointment.State


@pytest.fixture
def desk(house, clock):
    """Dee's browser, on the board of today at ten."""
    clock.turn_to("10:00")
    client = Client()
    client.force_login(house.dee)
    browser = CountingPaper(client)
    browser.open("/")
    return browser


@pytest.fixture
def booked(house):
    """Mia's consultation with Ben at half past ten."""
    return house.book(house.mia, "10:30")


def visit() -> Appointment:
    return Appointment.objects.get()


def test_a_known_patient_is_booked(desk, house):
    desk.follow("Book 11:00 Ben Adeyemi")
    desk.picks("mi ok", "Mia Okafor")
    (told,) = desk.press("Book").toasts

    assert desk.told("known patient") == 6
    assert re.fullmatch(r"Mia Okafor is booked: \w+ \d+ \w+, 11:00 to 11:30, with Ben\.", told)
    assert visit().starts_at == house.instant("11:00")


def test_somebody_new_is_entered_and_booked(desk):
    desk.follow("Book 11:00 Ben Adeyemi")
    desk.picks("Amara Bello", "Create")
    desk.press("Book", {"phone": "0113 496 0123"})

    assert desk.told("somebody new") == 8
    assert visit().patient == Patient.objects.get(name="Amara Bello")


def test_checking_in_is_one_press_and_its_undo_another(booked, desk):
    desk.press("Arrived: Mia Okafor")
    assert (desk.told("checking in"), visit().state) == (1, State.ARRIVED)

    desk.press("Undo")
    assert (desk.count, visit().state) == (2, State.BOOKED)


def test_moving_takes_no_drag(booked, desk):
    desk.follow(next(node.words for node in desk.sheet.all("a") if node.words.startswith("Mia Okafor,")))
    desk.follow("Move")
    others = list(desk.sheet.choices("time"))
    desk.press("Move", {"time": others[1]})

    assert desk.told("moving") == 4
    assert visit().starts_at != booked.starts_at


def test_the_next_free_time_of_a_service_is_asked_for(desk):
    desk.follow("New booking")
    desk.press("Show times", {"service": "Consultation"})

    assert desk.told("next free") == 3
    assert next(iter(desk.sheet.choices("time"))).split(" to ")[1].startswith("10:45")


@pytest.fixture
def called_off(house, desk):
    """Mia's visit at three has just been cancelled by Dee; Zoë would come then, Tomasz in the morning."""
    booked, at = house.book(house.mia, "15:00"), house.instant("09:00")
    for person, part in ((patients.zoe(), ""), (patients.tomasz(), "morning")):
        wants = Wants(service=house.consultation, part=part)
        waiting.enter(patient=person, site=house.site, wants=wants, by=Actor.of(house.dee), at=at)
    desk.open(f"/appointments/{booked.uuid}/")
    desk.press("Cancel the visit", {"reason": "She has a cold"})
    desk.count = 0
    return booked


@pytest.mark.parametrize(
    ("button", "told"), [("Offer", "Offered to Zoë Ångström-Łuczak: "), ("Book now", "Zoë Ångström-Łuczak is booked: ")]
)
def test_a_time_that_is_called_off_is_filled_from_the_waitlist(called_off, desk, button, told):
    page = desk.follow("1 person on the waitlist fits")
    assert "Tomasz Wrona" not in page.text
    (said,) = desk.press(f"{button}: Zoë Ångström-Łuczak").toasts

    assert (desk.told(f"waitlist, {button.lower()}"), said.startswith(told)) == (2, True)
    taken = Offer.objects.all() if button == "Offer" else Appointment.objects.filter(state=State.BOOKED)
    assert taken.get().starts_at == called_off.starts_at


def test_who_walks_in_is_here(desk):
    desk.follow("New booking")
    desk.picks("mi ok", "Mia Okafor")
    desk.press("Walk-in now")

    assert desk.told("walking in") == 6
    assert (visit().state, visit().is_walk_in) == (State.ARRIVED, True)
