"""The board under the mouse and under other people's hands: carrying a visit, and news that disturb nobody."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from booking.models import Appointment
from tests.desk.board import crowd
from tests.factories import patients as who

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDE = {"width": 1280, "height": 1000}
NARROW = {"width": 360, "height": 740}


@pytest.fixture
def tomorrow(house):
    return house.today + timedelta(days=1)


@pytest.fixture
def mias(house) -> Appointment:
    """Mia comes to Ben tomorrow at ten."""
    return house.book(house.mia, "10:00", days=1)


@pytest.fixture
def page(open_page, house, tomorrow, mias) -> Page:
    opened = open_page(house.dee, viewport=WIDE)
    opened.goto(f"/?day={tomorrow}&view=board")
    return opened


def grip(page: Page, visit: Appointment) -> tuple[float, float]:
    """Return a point on a card, a little below its upper edge."""
    box = page.locator(f"article:has(#v-{visit.uuid})").bounding_box()
    return box["x"] + 40, box["y"] + 6


def row(page: Page, clock: str) -> float:
    """Return where the row of a time begins on the screen."""
    return page.locator("#board tbody th", has=page.get_by_text(clock, exact=True)).bounding_box()["y"]


def take(page: Page, visit: Appointment) -> tuple[float, float]:
    x, y = grip(page, visit)
    page.mouse.move(x, y)
    page.mouse.down()
    return x, y


def carry(page: Page, x: float, y: float) -> None:
    page.mouse.move(x, y, steps=6)


def test_a_visit_that_is_carried_to_another_time_is_asked_about_and_then_moved(page, house, mias, tomorrow):
    x, _y = take(page, mias)
    carry(page, x, row(page, "11:30") + 8)
    expect(page.locator(".ghost")).to_have_text("Mia Okafor · 11:30")
    page.mouse.up()
    page.wait_for_url(f"**/move/?practitioner={house.ben.pk}&start={tomorrow}T11:30")
    mias.refresh_from_db()
    assert mias.starts_at == house.instant("10:00", 1)

    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("Mia Okafor is moved")
    mias.refresh_from_db()
    assert mias.starts_at == house.instant("11:30", 1)


def test_a_visit_can_be_carried_to_somebody_else(page, house, mias, tomorrow):
    take(page, mias)
    anas = page.locator(f'#board thead th[data-asks="practitioner={house.ana.pk}&"]').bounding_box()
    carry(page, anas["x"] + anas["width"] / 2, row(page, "09:30") + 8)
    page.mouse.up()

    page.wait_for_url(f"**/move/?practitioner={house.ana.pk}&start={tomorrow}T09:30")


def test_a_hand_that_trembles_opens_the_visit_and_carries_nothing(page, mias):
    x, y = take(page, mias)
    page.mouse.move(x + 4, y + 5)
    assert page.locator(".ghost").count() == 0
    page.mouse.up()

    page.wait_for_url(f"**/appointments/{mias.uuid}/")


def test_escape_puts_it_back(page, mias):
    here = page.url
    x, _y = take(page, mias)
    carry(page, x, row(page, "11:30") + 8)
    page.keyboard.press("Escape")
    assert page.locator(".ghost, .landing, .is-carried").count() == 0
    page.mouse.up()

    assert page.url == here


def test_what_is_dropped_beside_the_board_stays_where_it_was(page, mias):
    here = page.url
    take(page, mias)
    carry(page, 1270, 30)
    page.mouse.up()

    assert page.url == here


def test_a_finger_carries_nothing(open_page, house, mias, tomorrow):
    page = open_page(house.dee, viewport=WIDE, has_touch=True)
    page.goto(f"/?day={tomorrow}&view=board")
    x, y = grip(page, mias)
    hand = page.context.new_cdp_session(page)
    hand.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 6):
        hand.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y + 20 * step}]})
    ghosts = page.locator(".ghost").count()
    hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    assert ghosts == 0
    assert "/move/" not in page.url


def test_who_is_here_already_cannot_be_carried(open_page, house, clock):
    clock.turn_to("12:05")
    here = house.book(house.mia, "12:00")
    page = open_page(house.dee, viewport=WIDE)
    page.goto("/?view=board")
    page.get_by_role("button", name="Arrived: Mia Okafor").first.click()
    expect(page.locator(f"article.is-arrived:has(#v-{here.uuid})")).to_be_visible()
    x, _y = take(page, here)
    carry(page, x, row(page, "15:00"))

    assert page.locator(".ghost").count() == 0
    page.mouse.up()


def news(page: Page, house, clock: str) -> Appointment:
    """Let a colleague book, and the board ask."""
    booked = house.book(who.tomasz(), clock, days=1, at=house.instant("11:00"))
    page.clock.run_for(16_000)
    return booked


def test_news_wait_while_a_visit_is_in_the_hand(open_page, house, mias, tomorrow):
    page = open_page(house.dee, viewport=WIDE)
    page.clock.install()
    page.goto(f"/?day={tomorrow}&view=board")
    x, _y = take(page, mias)
    carry(page, x, row(page, "11:30") + 8)
    booked = news(page, house, "15:00")
    assert page.locator(".ghost").count() == 1
    assert page.locator(f"#v-{booked.uuid}").count() == 0
    page.keyboard.press("Escape")
    page.mouse.up()
    page.clock.run_for(16_000)

    expect(page.locator(f"#v-{booked.uuid}")).to_be_visible()


def test_news_leave_the_focus_on_a_button(open_page, house, tomorrow):
    house.book(house.mia, "14:00")
    page = open_page(house.dee, viewport=WIDE)
    page.clock.install()
    page.goto("/?view=board")
    button = page.locator("#board").get_by_role("button", name="Arrived: Mia Okafor")
    button.focus()
    booked = house.book(who.tomasz(), "14:30", at=house.instant("11:00"))
    page.clock.run_for(16_000)

    expect(page.locator(f"#v-{booked.uuid}")).to_be_visible()
    expect(page.locator("#board").get_by_role("button", name="Arrived: Mia Okafor")).to_be_focused()


def test_news_leave_the_page_where_it_was_scrolled_to(open_page, house, tomorrow):
    page = open_page(house.dee, viewport={"width": 1280, "height": 500})
    page.clock.install()
    page.goto("/?view=board")
    page.evaluate("scrollTo({ top: 300, behavior: 'instant' })")
    stood_at = page.evaluate("scrollY")
    booked = house.book(who.tomasz(), "14:30", at=house.instant("11:00"))
    page.clock.run_for(16_000)

    page.locator(f"#v-{booked.uuid}").wait_for(state="attached")
    assert page.evaluate("scrollY") == stood_at > 0


def test_news_leave_the_focus_on_the_list_of_a_narrow_screen(open_page, house):
    """By its width the screen shows the list; the board, which has the same button, is there and hidden."""
    house.book(house.mia, "14:00")
    page = open_page(house.dee, viewport=NARROW)
    page.clock.install()
    page.goto("/")
    button = page.locator(".daylist").get_by_role("button", name="Arrived: Mia Okafor")
    button.focus()
    booked = house.book(who.tomasz(), "14:30", at=house.instant("11:00"))
    page.clock.run_for(16_000)

    expect(page.locator(f'.daylist a[href="/appointments/{booked.uuid}/"]')).to_be_visible()
    expect(button).to_be_focused()


def test_news_come_to_the_week_of_everybody_and_leave_the_focus_on_a_visit(open_page, house, mias, tomorrow):
    page = open_page(house.dee, viewport=WIDE)
    page.clock.install()
    page.goto(f"/week/?day={tomorrow}&view=board")
    mine = page.locator(f'#week a[href="/appointments/{mias.uuid}/"]')
    mine.focus()
    booked = news(page, house, "15:00")

    expect(page.locator(f'#week a[href="/appointments/{booked.uuid}/"]')).to_be_visible()
    expect(mine).to_be_focused()


def test_news_leave_what_a_drawer_has_marked(open_page, house, mias, tomorrow):
    page = open_page(house.dee, viewport=WIDE)
    page.clock.install()
    page.goto(f"/appointments/{mias.uuid}/move/")
    booked = news(page, house, "15:00")

    expect(page.locator(f"#v-{booked.uuid}")).to_be_visible()
    expect(page.locator(f"article.is-picked:has(#v-{mias.uuid})")).to_be_visible()
    free = page.locator(f"#s-{house.ana.pk}-0900")
    expect(free).to_have_attribute("href", re.compile(rf"^/appointments/{mias.uuid}/move/\?practitioner="))


def test_the_arrows_walk_through_the_days_and_the_segments_through_the_views(page, house, tomorrow):
    page.locator("body").press("ArrowRight")
    page.wait_for_url(f"**day={tomorrow + timedelta(days=1)}*")
    page.get_by_role("navigation", name="View").get_by_role("link", name="Month").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"^\w+ \d{4}$"))


def test_everything_is_there_without_scripts(open_page, house, mias, tomorrow):
    page = open_page(house.dee, viewport=WIDE, java_script_enabled=False)
    page.goto(f"/?day={tomorrow}")
    page.get_by_role("button", name="List").click()
    expect(page.locator(".daylist")).to_be_visible()
    expect(page.locator("#board")).to_have_count(0)
    page.get_by_role("switch", name="Initials only").first.click()
    expect(page.locator(".daylist .name")).to_have_text("M. O.")
    page.get_by_role("link", name="Rooms").click()
    expect(page.locator(".daylist h2")).to_have_text("Room 1")
    page.get_by_role("link", name="Week").click()
    page.get_by_role("link", name="Ben Adeyemi").click()
    expect(page.locator(".daylist .name")).to_have_text("M. O.")


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


@pytest.mark.parametrize(("each", "pages"), [(12, 1), (30, 3)])
def test_twenty_four_visits_are_printed_on_one_page(open_page, house, tomorrow, each, pages):
    two = [house.ana, house.ben]
    crowd.visits(house.site, house.consultation, two, days=1, each=each, long=15, first=house.instant("09:00", 1))
    page = open_page(house.dee, color_scheme="dark")
    page.goto(f"/day-sheet/?day={tomorrow}")
    printed = page.pdf(prefer_css_page_size=True)
    page.emulate_media(media="print")

    assert page.locator(".sheet tbody tr").count() == 2 * each
    assert pages_of(printed) == pages
    assert page.locator("h1").evaluate("one => getComputedStyle(one).color") == "rgb(0, 0, 0)"
    assert page.locator("header.top").is_hidden()
