"""The patients' pages in Chromium: by keyboard, on a phone, in both themes, without scripts."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from patients import patients as people
from patients.models import Patient

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
# The walk through every screen (tests/journeys) tries the pages wide in light and on a phone in dark.
EACH_LOOK = [pytest.param(WIDE, "dark", id="wide-dark"), pytest.param(PHONE, "light", id="phone-light")]


@pytest.fixture(autouse=True)
def eleven_on_tuesday():
    """The folder's frozen clock would stop the server that runs beside a browser."""


@pytest.fixture
def house(session, zoe_of_today):
    """Mia after her first session of four, and Zoë, who is new."""
    return session


@pytest.fixture
def zoe_of_today(db, dee):
    return people.register(name="Zoë Ångström", email="zoe@post.example", by=dee, at=timezone.now())


def addresses(mia) -> dict[str, str]:
    return {
        "everybody": reverse("desk:patients"),
        "found": reverse("desk:patients") + "?q=oka",
        "nobody": reverse("desk:patients") + "?q=xyz",
        "record": reverse("desk:patient", args=[mia.uuid]),
        "messages": reverse("desk:patient", args=[mia.uuid]) + "?show=messages",
        "new": reverse("desk:patient_new"),
        "edit": reverse("desk:patient_edit", args=[mia.uuid]),
    }


@pytest.mark.parametrize(("size", "scheme"), EACH_LOOK)
def test_every_page_breaks_no_rule_of_access_and_fits(open_page, axe, house, mia, ana, dee, size, scheme):
    for user in (dee.user, ana):
        page = open_page(user, viewport=size, color_scheme=scheme, reduced_motion="reduce")
        for name, address in addresses(mia).items():
            page.goto(address)
            assert axe(page) == [], name
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


@pytest.mark.parametrize(("size", "scheme"), EACH_LOOK)
def test_a_form_that_is_refused_breaks_no_rule_of_access(open_page, axe, house, mia, dee, size, scheme):
    page = open_page(dee.user, viewport=size, color_scheme=scheme, reduced_motion="reduce")
    page.goto(reverse("desk:patient_new"))
    page.get_by_label("Name", exact=True).fill("Mia Okafor")
    page.get_by_role("button", name="Enter").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    assert axe(page) == []

    page.get_by_label(re.compile("^Phone")).fill("0113 496 0777")
    page.get_by_role("button", name="Enter").click()
    expect(page.get_by_role("heading", name="Is this someone who is here already?")).to_be_visible()
    assert axe(page) == []


def test_dee_finds_mia_by_three_letters_without_a_mouse(open_page, house, mia, dee):
    page = open_page(dee.user, viewport=WIDE)
    page.goto(reverse("desk:patients"))
    expect(page.locator("#q")).to_be_focused()

    page.keyboard.type("oka")
    expect(page.locator("#found tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?q=oka$"))
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Mia Okafor")


def test_a_filter_changes_the_story_and_the_address_and_nothing_else(open_page, house, mia, dee):
    page = open_page(dee.user, viewport=WIDE)
    page.goto(reverse("desk:patient", args=[mia.uuid]))
    page.get_by_role("link", name="Visits", exact=True).click()

    expect(page).to_have_url(re.compile(r"\?show=visits$"))
    expect(page.locator("#story .chip[aria-current]")).to_have_text("Visits")
    assert page.locator(".line > li").count() == 2

    page.go_back()
    expect(page.locator("#story .chip[aria-current]")).to_have_text("All")


def test_without_scripts_somebody_is_found_and_somebody_new_entered(open_page, house, mia, dee):
    page = open_page(dee.user, viewport=PHONE, java_script_enabled=False)
    page.goto(reverse("desk:patients"))
    page.locator("#q").fill("0417")
    page.get_by_role("button", name="Find", exact=True).click()
    expect(page.locator("#found tbody tr")).to_have_count(1)

    page.get_by_role("link", name="New patient").click()
    page.get_by_label("Name", exact=True).fill("Oskar Nyberg")
    page.get_by_label(re.compile("^Phone")).fill("0113 496 0300")
    page.get_by_role("button", name="Enter").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Oskar Nyberg")
    assert Patient.objects.filter(name="Oskar Nyberg").count() == 1
