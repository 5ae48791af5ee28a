"""A patient answers an offer on a telephone: no script, no account, a thumb."""

import pytest
import time_machine

from booking.models import Appointment, Offer
from patients import links
from patients.models import Link
from tests.factories.booking import SUNDAY, TEN, minutes
from tests.factories.waitlist import offered, waits

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 320, "height": 568}
THUMB = 44  # CSS pixels
LIGHT_PAGE = 60_000  # bytes


@pytest.fixture
def telephone(open_page):
    return open_page(viewport=PHONE, java_script_enabled=False)


@pytest.fixture
def address(mia, review, ana):
    offered(waits(mia, review), ana)
    with time_machine.travel(SUNDAY + minutes(20)):
        yield f"/l/{links.token(Link.objects.get(purpose='offer'))}/"


def test_a_patient_takes_the_time_with_one_press(telephone, address, mia):
    telephone.goto(address)
    telephone.get_by_role("button", name="Take this time").click()
    telephone.get_by_role("heading", name="Mia, this time is yours").wait_for()

    booked = Appointment.objects.get()
    assert (booked.patient, booked.starts_at) == (mia, TEN)
    telephone.reload()  # coming back later asks for nothing twice
    assert telephone.get_by_role("heading", level=1).inner_text() == "Mia, this time is yours"
    assert telephone.get_by_role("button").count() == 0


def test_a_patient_says_no_with_one_press(telephone, address):
    telephone.goto(address)
    telephone.get_by_role("button", name="No, thank you").click()
    telephone.get_by_role("heading", name="Mia, thank you for telling us").wait_for()

    assert Offer.objects.get().state == Offer.State.DECLINED


def test_by_keyboard_the_first_stop_is_the_time(telephone, address):
    telephone.goto(address)
    telephone.keyboard.press("Tab")
    telephone.keyboard.press("Enter")
    telephone.get_by_role("heading", name="Mia, this time is yours").wait_for()

    assert Appointment.objects.count() == 1


def test_everything_to_press_suits_a_thumb_and_nothing_is_wider_than_the_screen(open_page, address):
    page = open_page(viewport=PHONE)
    page.goto(address)
    sizes = [one.bounding_box() for one in page.locator("a, button").all()]

    assert len(sizes) == 3
    assert [box for box in sizes if min(box["width"], box["height"]) < THUMB] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(open_page, axe, address, theme):
    page = open_page(viewport=PHONE, color_scheme=theme)
    found = []
    page.goto(address)
    found += axe(page)
    page.get_by_role("button", name="Take this time").click()
    page.get_by_role("heading", name="this time is yours").wait_for()
    found += axe(page)
    page.goto("/l/x/")
    found += axe(page)

    assert found == []


def test_the_page_is_light_and_tells_nobody_where_it_is(open_page, address):
    page = open_page(viewport=PHONE)
    answers = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(address, wait_until="networkidle")
    asked, bytes_read = [one.request for one in answers], sum(len(one.body()) for one in answers)

    assert [one.headers["referer"] for one in asked if one.headers.get("referer")] == []
    assert bytes_read < LIGHT_PAGE  # before it is compressed
