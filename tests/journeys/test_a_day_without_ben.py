"""Ben calls in ill at ten: his visits find a place in a few clicks. Later Ana runs late, and the day moves on."""

import re

import pytest
from playwright.sync_api import expect

from booking.models import Appointment, Closure
from outbox.models import Notice
from tests.factories import patients
from tests.journeys.hand import Hand

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def at_ten(house, clock):
    clock.turn_to("10:00")


@pytest.fixture
def visits_of_ben(house):
    """Mia at eleven and Zoë at half past; Ana is free for both."""
    zoe = patients.zoe()
    return house.book(house.mia, "11:00"), house.book(zoe, "11:30")


def visits_with(person):
    return list(Appointment.objects.filter(practitioner=person).values_list("patient__name", flat=True))


def test_somebody_ill_is_taken_out_of_the_day_in_two_clicks(house, open_page, visits_of_ben):
    page = open_page(house.dee)
    page.goto("/?view=board")
    hand = Hand(page)
    hand.click(page.get_by_role("link", name=re.compile(r"^Ben Adeyemi\s*, out or late$")))
    page.wait_for_url(re.compile("/out-today/"))
    hand.click(page.get_by_role("button", name="Take Ben out and tell all 2"))
    expect(page.locator(".toast span").first).to_contain_text("Ben Adeyemi is out")

    assert hand.count == 2
    assert (visits_with(house.ben), visits_with(house.ana)) == ([], ["Mia Okafor", "Zoë Ångström-Łuczak"])
    assert Closure.objects.get().practitioner == house.ben
    assert Notice.objects.filter(kind="CHANGE", state=Notice.State.DUE, patient=house.mia).count() == 1


def test_another_choice_is_counted_at_once_and_keeps_the_cursor_where_it_is(house, open_page, visits_of_ben):
    page = open_page(house.dee)
    page.goto(f"/out-today/?practitioner={house.ben.pk}")
    first = page.locator(".giving > li").first
    first.get_by_role("radio", name="Ana Duarte at the same time").focus()
    for _press in range(2):
        with page.expect_response(re.compile("/out-today/")):
            page.keyboard.press("ArrowRight")
        expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
        expect(first.get_by_role("radio", checked=True)).to_be_focused()

    expect(page.locator(".said")).to_contain_text("1 is called off")
    expect(first.get_by_role("radio", name="Call it off")).to_be_focused()
    assert Closure.objects.count() == 0


def test_a_late_day_moves_on_in_two_clicks(house, open_page, visits_of_ben):
    page = open_page(house.dee)
    page.goto(f"/running-late/?practitioner={house.ben.pk}")
    hand = Hand(page)
    hand.click(page.get_by_role("link", name="+20"))
    hand.click(page.get_by_role("button", name="Move 2 visits by 20 minutes"))
    expect(page.get_by_role("heading", name="2 visits moved on")).to_be_visible()

    assert hand.count == 2
    starts = Appointment.objects.filter(practitioner=house.ben).values_list("starts_at", flat=True)
    assert list(starts) == [house.instant("11:20"), house.instant("11:50")]


def test_a_late_day_is_put_back_in_one_click(house, open_page, axe, visits_of_ben):
    page = open_page(house.dee)
    page.goto(f"/running-late/?practitioner={house.ben.pk}&minutes=20")
    page.get_by_role("button", name="Move 2 visits by 20 minutes").click()
    expect(page.get_by_role("heading", name="2 visits moved on")).to_be_visible()
    assert axe(page) == []

    hand = Hand(page)
    hand.click(page.get_by_role("button", name="Put all 2 back"))
    expect(page.locator(".toast span").first).to_have_text("Taken back. 2 visits stand as before.")

    assert hand.count == 1
    starts = Appointment.objects.filter(practitioner=house.ben).values_list("starts_at", flat=True)
    assert list(starts) == [house.instant("11:00"), house.instant("11:30")]
    assert Notice.objects.filter(kind="CHANGE", state=Notice.State.DUE).count() == 0


def test_the_board_puts_a_late_day_back_too(house, open_page, visits_of_ben):
    page = open_page(house.dee)
    page.goto(f"/running-late/?practitioner={house.ben.pk}&minutes=20")
    page.get_by_role("button", name="Move 2 visits by 20 minutes").click()
    expect(page.get_by_role("heading", name="2 visits moved on")).to_be_visible()
    page.goto("/?view=board")

    page.get_by_role("button", name="Undo: Ben Adeyemi runs late, 2 visits, 20 min later").click()
    expect(page.locator(".toast span").first).to_have_text("Taken back. 2 visits stand as before.")

    starts = Appointment.objects.filter(practitioner=house.ben).values_list("starts_at", flat=True)
    assert list(starts) == [house.instant("11:00"), house.instant("11:30")]
