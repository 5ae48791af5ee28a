"""The same session of five zones in a browser without scripts: links and forms only, every choice and field counted."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import booking, treatments
from tests.factories.booking import TEN, minutes
from tests.journeys.counting import CountingPaper
from treatments import sessions
from treatments.models import Session

FIVE_WEEKS_LATER = TEN + timedelta(days=35)
SEEN = {
    "cartridge_lot": "C4-0871 · until 30 Nov 2027 · Tip 3.00",
    "serum_is_none": True,
    "anaesthetic_is_none": True,
    "erythema": "2",
    "oedema": "1",
    "pain_during": "3",
    "aftercare_given": True,
    "sharps_disposed": True,
}
ENDPOINTS = {f"zones-{number}-endpoint": "Even erythema" for number in range(5)}


@pytest.fixture
def browser(ana):
    client = Client()
    client.force_login(ana)
    return CountingPaper(client)


@pytest.fixture
def second(session, shelf, mia, microneedling, ana, as_ana, ten):
    """Mia's second session, five weeks after one of five zones."""
    rows = tuple(
        treatments.row(code, depth, side=side)
        for code, side, depth in (
            ("forehead", "", "1.00"),
            ("cheek", "right", "1.50"),
            ("cheek", "left", "1.50"),
            ("nose", "", "0.75"),
            ("chin", "", "1.50"),
        )
    )
    kept = treatments.saved(session, by=as_ana, zones=rows, cartridge_lot=shelf["tip"])
    sessions.end(kept, ended_at=TEN + minutes(60), by=as_ana, at=TEN + minutes(60))
    ten.move_to(FIVE_WEEKS_LATER + minutes(50))
    return treatments.started(booking.visit(mia, microneedling, ana, starts_at=FIVE_WEEKS_LATER), by=as_ana)


def test_five_zones_as_last_time_take_at_most_25(second, browser):
    browser.open(reverse("desk:chart", args=[second.uuid]))
    browser.press("Same as 2 Mar")
    browser.press("Confirm all 5")
    browser.press("End treatment", ENDPOINTS | SEEN)
    browser.press("Treatment ended")

    browser.press("Sign the record")

    assert browser.told("five zones as last time") <= 25
    assert Session.objects.get(pk=second.pk).is_signed


def test_five_zones_from_blank_take_at_most_45(session, chart, ten, browser):
    ten.move_to(TEN + minutes(50))
    browser.open(chart)
    for words in ("Forehead", "Cheek, patient's right", "Cheek, patient's left", "Nose / bridge", "Chin"):
        browser.press(words)
    depths = {f"zones-{number}-depth_mm": depth for number, depth in enumerate(("1", "1.5", "1.5", "0.75", "1.5"))}
    passes = {f"zones-{number}-pass_count": "3" for number in range(5)}
    browser.press("End treatment", depths | passes | ENDPOINTS | SEEN)
    browser.press("Treatment ended")

    browser.press("Sign the record")

    assert browser.told("five zones from blank") <= 45
    assert Session.objects.get(pk=session.pk).is_signed
