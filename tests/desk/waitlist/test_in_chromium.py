"""From a cancelled visit to somebody else who comes: counted in presses, by mouse, by keyboard, without script."""

import re

import pytest
import time_machine

from booking.models import Appointment, Offer
from outbox.models import Notice
from tests.factories.booking import SUNDAY, TEN, minutes, visit
from tests.factories.waitlist import waits
from visits import reception, waiting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDE = {"width": 1280, "height": 900}
OFFER, BOOK_NOW = re.compile("^Offer.*Mia Okafor"), re.compile("^Book now.*Mia Okafor")


@pytest.fixture
def called_off(mia, tomasz, ana, review, dee):
    """Tomasz cannot come on Monday at ten, and Mia waits for such a time."""
    waits(mia, review, is_urgent=True)
    booked = visit(tomasz, review, ana)
    return reception.cancel(booked, version=booked.version, reason="Ill", by=dee, at=SUNDAY)


@pytest.fixture(autouse=True)
def sunday():
    with time_machine.travel(SUNDAY):
        yield


@pytest.mark.parametrize("has_script", [True, False])
def test_a_gap_is_offered_in_two_presses(open_page, called_off, dee, mia, has_script):
    page = open_page(dee.user, viewport=WIDE, java_script_enabled=has_script)
    page.goto(f"/appointments/{called_off.uuid}/")
    presses = [
        lambda: page.get_by_role("link", name="1 person on the waitlist fits").click(),
        lambda: page.get_by_role("button", name=OFFER).click(),
    ]
    for press in presses:
        press()
    page.get_by_text("Offered to Mia Okafor").wait_for()

    assert len(presses) <= 4
    assert Offer.objects.get().starts_at == TEN
    assert Notice.objects.get(kind="OFFER").patient == mia


def test_an_offer_by_mistake_is_taken_back_from_the_toast(open_page, called_off, dee):
    page = open_page(dee.user, viewport=WIDE)
    page.goto(f"/appointments/{called_off.uuid}/")
    page.get_by_role("link", name="1 person on the waitlist fits").click()
    page.get_by_role("button", name=OFFER).click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("The offer is withdrawn.").wait_for()

    assert Offer.objects.get().state == Offer.State.WITHDRAWN
    assert Notice.objects.get(kind="OFFER").state == Notice.State.WITHDRAWN


def test_a_gap_is_booked_for_somebody_on_the_phone_by_keyboard(open_page, called_off, dee, mia):
    page = open_page(dee.user, viewport=WIDE)
    page.goto(f"/appointments/{called_off.uuid}/")
    page.get_by_role("link", name="1 person on the waitlist fits").press("Enter")
    page.get_by_role("button", name=BOOK_NOW).press("Enter")
    page.get_by_text("Mia Okafor is booked").wait_for()

    assert Appointment.objects.get(patient=mia).starts_at == TEN


def test_somebody_is_found_by_a_few_letters_and_put_on_the_list(open_page, tomasz, review, dee):
    page = open_page(dee.user, viewport=WIDE)
    page.goto("/waitlist/")
    page.get_by_role("link", name="Add somebody").first.click()
    page.get_by_label("Who would like to come sooner?").press_sequentially("wro")
    page.get_by_role("link", name="Tomasz Wrona").click()
    page.get_by_label("Monday").check()
    page.get_by_label("Mornings").check()
    page.get_by_role("button", name="Put on the waitlist").click()
    page.get_by_text("Tomasz Wrona is on the waitlist.").wait_for()

    assert page.get_by_text("Mon · Mornings").is_visible()


def test_who_left_the_list_and_a_time_too_near_to_offer_read_well_on_a_narrow_screen(
    open_page, axe, mia, tomasz, ana, review, dee
):
    left = waits(mia, review)
    waiting.withdraw(left, by=dee, at=SUNDAY)
    waits(tomasz, review)
    found = []
    with time_machine.travel(TEN - minutes(40)):
        page = open_page(dee.user, viewport={"width": 320, "height": 640})
        for address, words in (
            (f"/waitlist/{left.uuid}/", "Put on the waitlist again"),
            (f"/waitlist/match/?start=2026-03-02T10:00&practitioner={ana.pk}&minutes=15", "Too near for an answer"),
        ):
            page.goto(address)
            page.get_by_text(words).wait_for()
            found += axe(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320

    assert found == []
