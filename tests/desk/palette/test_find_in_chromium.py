"""Ctrl+K over any page: typed, walked and entered by keyboard alone, in both themes and on a phone."""

import pytest
import time_machine
from playwright.sync_api import expect

from booking.models import Appointment
from tests.factories.booking import TEN, minutes, visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 320, "height": 640}


@pytest.fixture(autouse=True)
def a_quarter_to_ten():
    with time_machine.travel(TEN - minutes(15)):
        yield


def test_a_patient_by_letters_and_phone_tail_is_three_presses_away(open_page, dee, mia, site):
    page = open_page(dee.user, viewport=WIDE)
    page.goto("/")

    page.keyboard.press("Control+k")
    page.keyboard.type("mia 417")
    page.keyboard.press("Enter")  # before the answer is there: it takes the first row of it
    page.wait_for_url(f"**/patients/{mia.uuid}/")


def test_escape_leaves_the_page_as_it_was_and_forgets_what_was_typed(open_page, dee, mia, site):
    page = open_page(dee.user, viewport=WIDE)
    page.goto("/patients/")
    page.locator("#q").focus()

    page.keyboard.press("Control+k")
    page.keyboard.type("mia")
    page.keyboard.press("Escape")

    expect(page.locator("#palette")).to_be_hidden()
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-q")).to_have_value("")


def test_the_visit_in_front_of_one_arrives_from_the_palette(open_page, dee, mia, ana, consultation):
    booked = visit(mia, consultation, ana)
    page = open_page(dee.user, viewport=WIDE)
    page.goto(f"/appointments/{booked.uuid}/")

    page.keyboard.press("Control+k")
    expect(page.get_by_role("option", name="Mark Mia Okafor as arrived")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.get_by_text("Mia Okafor has arrived.").wait_for()

    assert Appointment.objects.get().state == Appointment.State.ARRIVED


def test_arrows_walk_and_the_shown_row_is_the_spoken_one(open_page, dee, site):
    page = open_page(dee.user, viewport=WIDE)
    page.goto("/")
    page.keyboard.press("Control+k")
    page.locator("#palette-found [role=option]").first.wait_for()

    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")

    chosen = page.locator("#palette-found [aria-selected=true]")
    assert chosen.get_attribute("id") == page.locator("#palette-q").get_attribute("aria-activedescendant")
    assert chosen.inner_text().splitlines()[0] == "New patient"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_axe_finds_nothing_wrong_with_it(open_page, axe, dee, mia, site, theme, size):
    page = open_page(dee.user, viewport=size, color_scheme=theme, reduced_motion="reduce")
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("mi")
    page.get_by_role("option", name="Mia Okafor").wait_for()

    assert axe(page) == []


def test_without_scripts_it_is_a_page(open_page, dee, mia, site):
    page = open_page(dee.user, viewport=PHONE, java_script_enabled=False)
    page.goto("/")
    page.get_by_role("link", name="Find and do").click()
    page.get_by_role("searchbox").last.fill("okafor")
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_role("link", name="Mia Okafor").first.click()

    page.wait_for_url(f"**/patients/{mia.uuid}/")
