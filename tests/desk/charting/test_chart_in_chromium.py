"""The practitioner's pages in Chromium: on a tablet and a phone, light and dark, by finger and by keyboard.

STIPPLE_PROOFS=full tries each size in each theme.
"""

import os

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import expect

from aftercare import clinical as aftercare_values
from tests.factories import intake, treatments
from tests.factories.booking import TEN, minutes
from treatments.models import Session, ZonePass

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TABLET, UPRIGHT, PHONE = ((1024, 768), (768, 1024), (320, 640))
# The walk through every screen (tests/journeys) tries the pages wide in light and on a phone in dark.
LOOKS = [(TABLET, "dark"), (UPRIGHT, "light"), (PHONE, "light")]
if os.environ.get("STIPPLE_PROOFS") == "full":
    LOOKS += [(TABLET, "light"), (UPRIGHT, "dark"), (PHONE, "dark")]


@pytest.fixture(autouse=True)
def ten():
    """It is ten past eleven, and the clock runs as clocks do."""
    with time_machine.travel(TEN + minutes(70), tick=True) as clock:
        yield clock


@pytest.fixture
def faults(axe):
    """Return faults(page): what axe finds and what overflows, in each look."""

    def found(page):
        said = []
        for (width, height), theme in LOOKS:
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            page.evaluate("scrollTo(0, document.body.scrollHeight)")  # where the bar at the foot covers nothing
            said += [f"{width} {theme}: {line}" for line in axe(page)]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                said.append(f"{width}: the page is wider than the screen")
        return said

    return found


@pytest.fixture
def full(session, as_ana, shelf):
    """The session with a row of everything, and a depth that asks for a reason."""
    aftercare_values.load(TEN)
    return treatments.saved(
        session,
        by=as_ana,
        zones=(treatments.row("cheek", "1.75", side="left"), treatments.row("forehead", "1.00")),
        serums=(treatments.serum_row(shelf["gel"]),),
        serum_is_none=False,
        creams=(treatments.cream_row(shelf["cream"]),),
        anaesthetic_is_none=False,
    )


def test_my_day_and_the_start_break_no_rule_of_access(open_page, faults, ana, visit, mia, as_ana):
    intake.signed(mia, by=as_ana)
    treatments.arrived(visit)
    page = open_page(ana)
    page.goto("/my-day/")
    assert faults(page) == []

    page.set_viewport_size({"width": 1024, "height": 768})
    page.get_by_role("link", name="Start session: Mia Okafor").click()
    expect(page.get_by_role("heading", name="Asked today")).to_be_visible()
    assert faults(page) == []

    page.get_by_role("button", name="Start session").click()
    expect(page.get_by_role("heading", name="Not started yet")).to_be_visible()
    assert faults(page) == []


def test_chart_review_and_record_break_no_rule_of_access(open_page, faults, ana, full, chart):
    page = open_page(ana)
    page.goto(chart)
    assert faults(page) == []

    page.locator("[name=zones-1-depth_mm]").fill("9")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="There is a problem; nothing was saved yet")).to_be_visible()
    assert faults(page) == []

    page.locator("[name=zones-1-depth_mm]").fill("1.00")
    page.get_by_role("button", name="End treatment").click()
    expect(page.get_by_role("heading", name="Before the treatment can end")).to_be_visible()
    assert faults(page) == []


def test_the_sealed_record_breaks_no_rule_of_access(open_page, faults, ana, session, as_ana, record):
    treatments.signed(session, by=as_ana)
    page = open_page(ana)
    page.goto(record)
    page.get_by_text("Add an addendum").click()

    assert faults(page) == []


def test_everything_to_press_on_the_chart_is_48_pixels_high(open_page, ana, full, chart):
    page = open_page(ana, viewport={"width": 1024, "height": 768})
    page.goto(chart)

    small = page.evaluate(
        """() => [...document.querySelectorAll('button, select, input, .chip, textarea, .check')]
        .filter(e => e.closest('main'))
        .filter(e => !e.matches('[type=hidden], [type=radio], [type=checkbox], .visually-hidden') && e.offsetParent)
        .filter(e => !e.closest('.stepper') || e.matches('button'))
        .map(e => [e.name || e.className, Math.round(e.getBoundingClientRect().height)])
        .filter(([name, height]) => height < 46)"""
    )

    assert small == []


def test_plus_and_minus_set_the_depth_in_the_devices_steps(open_page, ana, session, chart):
    page = open_page(ana)
    page.goto(chart)
    page.get_by_role("button", name="Zone", exact=True).click()
    depth = page.locator("[name=zones-0-depth_mm]")
    deeper = page.get_by_role("button", name="Deeper").first
    for _press in range(7):
        deeper.click()
    assert depth.input_value() == "1.75"

    page.get_by_role("button", name="Less deep").first.click()
    assert depth.input_value() == "1.50"


def test_the_chart_keeps_itself_and_asks_why_without_moving_anything(open_page, ana, session, chart):
    page = open_page(ana)
    page.goto(chart)
    page.get_by_role("button", name="Zone", exact=True).click()
    page.locator("[name=zones-0-zone]").select_option(label="Cheek")
    page.locator("[name=zones-0-depth_mm]").fill("1.75")
    page.locator("[name=zones-0-pass_count]").fill("3")
    page.locator("[name=zones-0-endpoint]").select_option(label="Even erythema")
    page.locator("[name=note]").press_sequentially("Calm")

    expect(page.locator("#found_zones-0")).to_contain_text("1.75 mm is above 1.50 mm")
    expect(page.locator("#kept")).to_contain_text("Saved 11:1")
    page.keyboard.type(" throughout")
    expect(page.locator("[name=version]")).to_have_value("3")
    page.get_by_label("Why today?").fill("Deep boxcar scars")
    expect(page.locator("[name=version]")).to_have_value("4")

    page.reload()
    assert page.locator("[name=note]").input_value() == "Calm throughout"
    assert ZonePass.objects.get().reasons == {"above_evidence": "Deep boxcar scars"}


def test_another_zone_takes_the_focus_and_leaves_what_was_typed(open_page, ana, session, chart):
    page = open_page(ana)
    page.goto(chart)
    zone = page.get_by_role("button", name="Zone", exact=True)
    zone.click()
    expect(page.locator("[name=zones-0-zone]")).to_be_focused()
    page.locator("[name=zones-0-depth_mm]").fill("1.5")
    zone.click()
    zone.click()

    expect(page.locator("[name=zones-2-zone]")).to_be_focused()
    assert page.locator("[name=zones-0-depth_mm]").input_value() == "1.5"


def test_a_saved_chart_stays_where_the_hand_was(open_page, ana, full, chart):
    page = open_page(ana, viewport={"width": 1024, "height": 768})
    page.goto(chart)
    note = page.locator("[name=note]")
    note.fill("More words")
    note.press("Control+Enter")
    expect(page.locator("#kept")).to_contain_text("Saved 11:1")
    expect(note).to_be_in_viewport()

    assert Session.objects.get().note == "More words"


def test_a_session_is_written_ended_and_signed_by_keyboard_alone(open_page, ana, full, chart, record):
    page = open_page(ana)
    page.goto(chart)
    page.get_by_label("Why today?").focus()
    page.keyboard.type("Deep boxcar scars")
    page.get_by_role("button", name="End treatment").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{page.url.split('/sessions/')[0]}{reverse('desk:session_review', args=[full.uuid])}")
    page.get_by_role("button", name="Treatment ended").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign the record")).to_be_visible()
    page.get_by_role("button", name="Sign the record").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Signed by Ana Duarte")).to_be_visible()

    assert page.url.endswith(record)


def test_a_yes_opens_what_it_asks_for_and_a_no_closes_it(open_page, ana, visit, mia, as_ana):
    intake.signed(mia, by=as_ana)
    treatments.arrived(visit)
    page = open_page(ana)
    page.goto(reverse("desk:start", args=[visit.uuid]))
    acne = page.get_by_role("radiogroup", name="Is there active, inflamed acne in the area?")
    reason = page.locator("[name=reason_ACNE_ACTIVE]")
    expect(reason).to_be_hidden()

    acne.get_by_label("Yes").check(force=True)
    expect(reason).to_be_visible()
    acne.get_by_label("No").check(force=True)
    expect(reason).to_be_hidden()
