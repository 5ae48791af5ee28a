"""How many taps a session of five zones costs on the tablet, and that nothing typed is ever lost on it."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import expect

from aftercare import clinical as aftercare_values
from tests.factories import booking, treatments
from tests.factories.booking import TEN, minutes
from tests.journeys.hand import Hand
from tests.plugins.running import session_cookie
from treatments import drafts, sessions
from treatments.models import Session

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TABLET = {"viewport": {"width": 1024, "height": 768}, "has_touch": True}
FIVE = ("forehead:", "cheek:right", "cheek:left", "nose:", "chin:")
SMALLEST = 48  # CSS pixels of whatever is tapped on the chart


@pytest.fixture(autouse=True)
def ten():
    """It is ten past eleven, and the clock runs as clocks do."""
    with time_machine.travel(TEN + minutes(70), tick=True) as clock:
        yield clock


@pytest.fixture
def begun(visit, mia, as_ana, shelf):
    """Mia's session, begun, with an empty chart, and the words of aftercare."""
    aftercare_values.load(TEN)
    treatments.course(mia, by=as_ana)
    return treatments.started(visit, by=as_ana)


@pytest.fixture
def before(mia, microneedling, ana, as_ana, shelf):
    """Mia's session of five zones, five weeks ago."""
    at = TEN - timedelta(days=35)
    visit = booking.visit(mia, microneedling, ana, starts_at=at, at=at - timedelta(days=3))
    session = treatments.started(visit, by=as_ana)
    depths = {"forehead:": "1.00", "cheek:right": "1.50", "cheek:left": "1.50", "nose:": "0.75", "chin:": "1.50"}
    rows = tuple(
        treatments.row(place.split(":")[0], depth, side=place.split(":")[1]) for place, depth in depths.items()
    )
    kept = treatments.saved(session, by=as_ana, zones=rows)
    return sessions.end(kept, ended_at=at + minutes(60), by=as_ana, at=at + minutes(60))


@pytest.fixture
def page(open_page, ana, begun):
    page = open_page(ana, **TABLET)
    page.goto(reverse("desk:chart", args=[begun.uuid]))
    return page


@pytest.fixture
def cut_off(browser, live, ana, begun):
    """The chart on a tablet that loses the network or its sign-in, which a browser tells as errors."""
    context = browser.new_context(base_url=live.url, **TABLET)
    context.add_cookies([{"name": k, "value": v, "url": live.url} for k, v in session_cookie(ana).items()])
    page = context.new_page()
    page.goto(reverse("desk:chart", args=[begun.uuid]))
    yield page
    context.close()


def chip(page, group: str, words: str):
    return page.get_by_role("group", name=group, exact=True).get_by_role("button", name=words, exact=True)


def radio(page, name: str, value: str):
    """Return the chip of one value on a scale."""
    number = page.locator(f'[name="{name}"][value="{value}"]').get_attribute("id")
    return page.locator(f'label[for="{number}"]')


def the_rest(page, hand: Hand) -> None:
    """What every session asks for beside its zones: the cartridge, none of serum and cream, the skin, the end."""
    hand.click(page.get_by_role("group", name="Cartridge: lots that run out first").get_by_role("button").first)
    hand.click(page.get_by_text("No serum was used"))
    hand.click(page.get_by_text("No numbing cream was used"))
    hand.click(radio(page, "erythema", "2"))
    hand.click(radio(page, "oedema", "1"))
    hand.click(radio(page, "pain_during", "3"))
    hand.click(page.get_by_text("Aftercare explained and handed over"))
    hand.click(page.get_by_text("Cartridge and sharps disposed of"))
    hand.click(page.get_by_role("button", name="End treatment"))
    hand.click(page.get_by_role("button", name="Treatment ended"))
    hand.click(page.get_by_role("button", name="Sign the record"))
    page.wait_for_url("**/record/")


def test_five_zones_as_last_time_take_at_most_25(before, page):
    hand = Hand(page)
    hand.click(page.get_by_role("button", name="Same as"))
    page.locator(".zone.carried").first.wait_for()
    assert page.locator(".zone.carried").count() == 5
    hand.click(page.get_by_role("button", name="Confirm all 5"))
    expect(page.locator(".zone.carried")).to_have_count(0)
    for words in page.locator(".zname").all_text_contents():
        hand.click(chip(page, f"Endpoint of {words}", "Even erythema"))
    the_rest(page, hand)

    count, seconds = hand.told("five zones as last time")
    assert (count <= 25, seconds <= 60) == (True, True)
    assert Session.objects.get(signed_at__isnull=False).zone_passes.count() == 5


def test_five_zones_from_blank_take_at_most_45(page):
    hand = Hand(page)
    for place in FIVE:
        hand.click(page.locator(f'.hit[data-tap="{place}"]'))
        row = page.locator(f'.zone[data-place="{place}"]')
        row.wait_for()
        words = row.locator(".zname").text_content()
        hand.click(page.get_by_role("group", name=f"Depth of {words}, mm", exact=True).get_by_role("button").first)
        hand.click(chip(page, f"Passes on {words}", "3 ×"))
        hand.click(chip(page, f"Endpoint of {words}", "Even erythema"))
    the_rest(page, hand)

    count, seconds = hand.told("five zones from blank")
    assert (count <= 45, seconds <= 90) == (True, True)
    assert Session.objects.get(signed_at__isnull=False).zone_passes.count() == 5


def test_whatever_is_tapped_is_large_enough(page):
    page.locator('.hit[data-tap="forehead:"]').click()
    page.locator(".zone[data-place]").wait_for()

    small = page.evaluate(
        """least => [...document.querySelectorAll(".chart .chip, .stepper button, .confirm, .steps button")]
          .filter(one => one.offsetParent)
          .map(one => [one.textContent.trim() || one.getAttribute("aria-label"), one.getBoundingClientRect()])
          .filter(([, box]) => box.width < least || box.height < least)
          .map(([words, box]) => `${words}: ${Math.round(box.width)} x ${Math.round(box.height)}`)""",
        SMALLEST - 0.5,
    )

    assert small == []


# --- nothing typed is lost --------------------------------------------------------------------------------------


def typed(page) -> str:
    return page.locator("[name=note]").input_value()


def test_what_was_typed_two_seconds_ago_outlives_the_tab(page, open_page, ana, begun):
    page.locator("[name=note]").press_sequentially("Calm throughout")
    expect(page.locator("[name=version]")).to_have_value("2")
    page.close()

    again = open_page(ana, **TABLET)
    again.goto(reverse("desk:chart", args=[begun.uuid]))

    assert typed(again) == "Calm throughout"


def test_what_was_typed_without_a_network_waits_on_the_device_and_is_sent(cut_off, begun):
    cut_off.context.set_offline(True)
    cut_off.locator("[name=note]").press_sequentially("Calm throughout")
    expect(cut_off.locator("#kept .when-offline")).to_be_visible()
    context = cut_off.context
    cut_off.close()
    context.set_offline(False)

    again = context.new_page()
    again.goto(reverse("desk:chart", args=[begun.uuid]))

    expect(again.locator("[name=note]")).to_have_value("Calm throughout")
    expect(again.locator("[name=version]")).to_have_value("2")
    assert drafts.of(Session.objects.get(pk=begun.pk)).note == "Calm throughout"
    assert again.evaluate("Object.keys(localStorage).filter(name => name.startsWith('stipple.chart'))") == []


def test_what_was_typed_after_the_sign_in_ran_out_is_there_after_the_next(cut_off, live, ana, begun):
    cut_off.context.clear_cookies()
    cut_off.locator("[name=note]").press_sequentially("Calm throughout")
    cut_off.wait_for_url("**/login/**")

    cut_off.context.add_cookies([{"name": k, "value": v, "url": live.url} for k, v in session_cookie(ana).items()])
    cut_off.goto(reverse("desk:chart", args=[begun.uuid]))

    expect(cut_off.locator("[name=note]")).to_have_value("Calm throughout")
    assert drafts.of(Session.objects.get(pk=begun.pk)).note == "Calm throughout"


def test_a_copy_from_before_somebody_else_wrote_is_asked_about(cut_off, begun, as_ana):
    cut_off.context.set_offline(True)
    cut_off.locator("[name=note]").press_sequentially("From the tablet")
    expect(cut_off.locator("#kept .when-offline")).to_be_visible()
    treatments.changed(Session.objects.get(pk=begun.pk), by=as_ana, note="From the desk", at=TEN + minutes(75))
    cut_off.context.set_offline(False)

    cut_off.reload()

    expect(cut_off.get_by_text("This device holds something that was typed and not sent")).to_be_visible()
    assert typed(cut_off) == "From the desk"
    cut_off.get_by_role("button", name="Let it go").click()
    cut_off.reload()
    expect(cut_off.locator("#chart-held")).to_be_hidden()
    assert drafts.of(Session.objects.get(pk=begun.pk)).note == "From the desk"
