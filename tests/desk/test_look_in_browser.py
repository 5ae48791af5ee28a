"""Sign-in, board and drawer in Chromium: by keyboard, on a phone, in both themes, with and without scripts.

STIPPLE_PROOFS=full tries each size in each theme.
"""

import os
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from booking import appointments
from booking.models import Appointment
from clinic.models import OpeningHours, Shift
from clinic.wall_time import instant, local
from tests.factories import patients as who
from tests.factories.booking import HOUSE
from tests.plugins.running import session_cookie

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 320, "height": 640}
# The walk through every screen (tests/journeys) tries the pages wide in light and on a phone in dark.
LOOKS = [("wide", WIDE, "dark"), ("phone", PHONE, "light")]
if os.environ.get("STIPPLE_PROOFS") == "full":
    LOOKS += [("wide", WIDE, "light"), ("phone", PHONE, "dark")]


@pytest.fixture
def faults(axe) -> Callable[[Page], list[str]]:
    """Return faults(page): what axe finds, and overflow, as the page stands, in each look."""

    def found(page: Page) -> list[str]:
        said = []
        for name, size, theme in LOOKS:
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # no colour half-way
            said += [f"{name} {theme}: {line}" for line in axe(page)]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                said.append(f"{name}: the page is wider than the screen")
        return said

    return found


@pytest.fixture
def tomorrow(site, ana) -> date:
    """Return tomorrow's local date, on which the house is open and Ana works from 9 to 18 whatever its weekday."""
    Shift.objects.all().delete()
    OpeningHours.objects.all().delete()
    for weekday in range(7):
        Shift.objects.create(practitioner=ana, site=site, weekday=weekday, starts_at=time(9), ends_at=time(18))
        OpeningHours.objects.create(site=site, weekday=weekday, opens_at=time(9), closes_at=time(18))
    return local(timezone.now(), site.zone).date() + timedelta(days=1)


@pytest.fixture
def ten(tomorrow, site) -> datetime:
    return instant(tomorrow, time(10), site.zone)


@pytest.fixture
def mias_visit(ten, mia, microneedling, ana) -> Appointment:
    """Mia comes at ten for a long visit; beside its numbing Ana's hands are free."""
    return appointments.book(
        patient=mia, service=microneedling, practitioner=ana, starts_at=ten, by=HOUSE, at=timezone.now()
    )


@pytest.mark.parametrize("address", ["/account/login/", "/account/password/reset/", "/account/password/reset/done/"])
def test_pages_before_the_house_break_no_rule_of_access(open_page, faults, site, address):
    page = open_page()
    page.goto(address)

    assert faults(page) == []


def test_a_wrong_password_says_so_once_and_nothing_more(open_page, axe, dee):
    page = open_page()
    page.goto("/account/login/")
    page.get_by_label("E-mail").fill(dee.user.email)
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    expect(page).to_have_title("Error: Sign in · Stipple")
    assert page.get_by_label("E-mail").input_value() == dee.user.email
    assert axe(page) == []


@pytest.mark.parametrize("view", ["", "&view=board", "&view=list&names=initials"])
def test_the_day_breaks_no_rule_of_access(open_page, faults, dee, mias_visit, tomorrow, view):
    page = open_page(dee.user)
    page.goto(f"/?day={tomorrow}{view}")

    assert faults(page) == []


def test_a_phone_shows_the_list_and_a_desk_the_board(open_page, dee, mias_visit, tomorrow):
    phone, wide = open_page(dee.user, viewport=PHONE), open_page(dee.user, viewport=WIDE)
    for page in (phone, wide):
        page.goto(f"/?day={tomorrow}")

    expect(phone.locator(".daylist")).to_be_visible()
    expect(phone.locator("#board")).to_be_hidden()
    expect(wide.locator("#board")).to_be_visible()
    expect(wide.locator(".daylist")).to_be_hidden()


def test_the_drawer_breaks_no_rule_of_access_in_any_state(open_page, faults, dee, mias_visit, tomorrow):
    page = open_page(dee.user)
    page.goto(f"/book/?start={tomorrow}T14:00")
    assert faults(page) == []
    page.locator("#q").fill("oka")
    expect(page.locator("#pick-1")).to_be_visible()
    assert faults(page) == []
    page.locator("#pick-1").click()
    expect(page.locator(".found")).to_be_visible()
    assert faults(page) == []
    page.goto("/book/?pick=new&q=Amara+Bello")
    page.locator("[data-send]").click()
    expect(page.locator(".errbox")).to_be_focused()
    assert faults(page) == []


def test_a_visits_panel_breaks_no_rule_of_access(open_page, faults, dee, mias_visit):
    page = open_page(dee.user)
    page.goto(f"/appointments/{mias_visit.uuid}/")
    page.get_by_text("Cancel the visit").first.click()
    assert faults(page) == []
    page.goto(f"/appointments/{mias_visit.uuid}/move/")

    assert faults(page) == []


def test_a_known_patient_is_booked_by_keyboard_alone_in_six_interactions(open_page, dee, mia, review, ana, tomorrow):
    page = open_page(dee.user, viewport=WIDE)
    page.goto(f"/?day={tomorrow}")
    page.keyboard.press("n")  # 1
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("oka 0417")  # 2
    page.keyboard.press("Enter")  # 3, before the answer to the search is there
    expect(page.locator("[name=time]").first).to_be_focused()
    page.keyboard.press("Space")  # 4
    page.keyboard.press("Control+Enter")  # 5
    page.wait_for_url("**fresh=**")

    expect(page.locator(".toast")).to_contain_text("Mia Okafor is booked")
    assert Appointment.objects.get().patient == mia


def test_an_early_enter_never_chooses_between_two_patients(open_page, dee, mia, review, ana, tomorrow):
    who.patient("Mio Okafor", phone="0113 496 0499")
    page = open_page(dee.user, viewport=WIDE)
    page.goto(f"/book/?day={tomorrow}")
    page.locator("#q").press_sequentially("oka")
    page.keyboard.press("Enter")
    expect(page.locator("#pick-2")).to_be_visible()
    page.wait_for_timeout(500)

    expect(page.locator(".found")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".found")).to_contain_text("Mio Okafor")


def test_a_free_cell_fills_the_open_drawer_and_keeps_the_patient(open_page, dee, mia, review, ana, tomorrow):
    page = open_page(dee.user, viewport=WIDE)
    page.goto(f"/book/?day={tomorrow}")
    page.locator("#q").fill("oka")
    page.locator("#pick-1").click()
    expect(page.locator(".found")).to_contain_text("Mia Okafor")
    page.locator(f"#s-{ana.pk}-1530").click()

    expect(page.locator("#aloud")).to_contain_text("15:30 to 15:45, with Ana")
    expect(page.locator(".found")).to_contain_text("Mia Okafor")


def test_arrows_walk_through_the_board_with_one_tab_stop(open_page, dee, mias_visit, ana, tomorrow):
    page = open_page(dee.user, viewport=WIDE)
    page.goto(f"/?day={tomorrow}&view=board")
    first = page.locator(f"#s-{ana.pk}-0900")
    first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")

    expect(page.locator(f"#v-{mias_visit.uuid}")).to_be_focused()
    assert page.locator("#board [tabindex='0']").count() == 1


def test_single_keys_do_nothing_when_switched_off_or_in_a_field(open_page, dee, site, ana, tomorrow):
    page = open_page(dee.user, viewport=WIDE)
    page.goto("/")
    page.locator("#find-patient").focus()
    page.keyboard.type("n")
    assert page.url.endswith("/")
    page.locator("#me > summary").click()
    page.get_by_role("switch", name="Single-key shortcuts").click()
    expect(page.locator("body")).to_have_attribute("data-single-keys", "off")
    page.keyboard.press("n")

    assert page.url.endswith("/")


def test_the_theme_is_kept_for_the_person_and_the_device(open_page, dee, site):
    page = open_page(dee.user, color_scheme="light")
    page.goto("/")
    page.locator("#me > summary").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.context.clear_cookies()
    page.goto("/account/login/")

    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_the_board_follows_what_others_do_and_leaves_the_focus(
    open_page, dee, tomasz, mias_visit, review, ana, ten, tomorrow
):
    page = open_page(dee.user, viewport=WIDE)
    page.clock.install()
    page.goto(f"/?day={tomorrow}&view=board")
    page.locator(f"#v-{mias_visit.uuid}").focus()
    booked = appointments.book(
        patient=tomasz,
        service=review,
        practitioner=ana,
        starts_at=ten + timedelta(hours=3),
        by=HOUSE,
        at=timezone.now(),
    )
    page.clock.run_for(16_000)

    expect(page.locator(f"#v-{booked.uuid}")).to_be_visible()
    expect(page.locator(f"#v-{mias_visit.uuid}")).to_be_focused()


def test_a_lost_connection_is_said_and_nothing_typed_is_lost(browser, live, dee, mia, review, ana, tomorrow):
    with closing(browser.new_context(base_url=live.url, viewport=WIDE)) as context:
        context.add_cookies([{"name": k, "value": v, "url": live.url} for k, v in session_cookie(dee.user).items()])
        page = context.new_page()
        page.goto(f"/book/?day={tomorrow}&pick=new&q=Amara+Bello")
        page.locator("#id_phone").fill("0113 496 0555")
        context.set_offline(True)
        page.locator("[data-send]").click()

        expect(page.locator("#alerts")).to_contain_text("Not connected")
        expect(page.locator("[data-send]")).to_contain_text("Book")
        assert page.locator("#id_phone").input_value() == "0113 496 0555"


def test_everything_works_without_scripts(open_page, dee, mia, review, ana, tomorrow):
    page = open_page(dee.user, viewport=PHONE, java_script_enabled=False)
    page.goto(f"/book/?start={tomorrow}T14:00")
    page.locator("#q").fill("oka")
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_role("button", name="Mia Okafor").click()
    page.get_by_role("button", name="Book").click()
    expect(page.locator(".toast")).to_contain_text("Mia Okafor is booked")
    visit = Appointment.objects.get()
    page.goto(f"/appointments/{visit.uuid}/move/")
    page.locator("[name=time]").nth(1).check()
    page.get_by_role("button", name="Move").click()
    expect(page.locator(".toast")).to_contain_text("Mia Okafor is moved")
    page.goto(f"/appointments/{visit.uuid}/")
    page.locator("summary", has_text="Cancel the visit").click()
    page.get_by_label("Reason").fill("Has a cold")
    page.get_by_role("button", name="Cancel the visit").click()

    expect(page.locator(".toast")).to_contain_text("is cancelled")
    assert Appointment.objects.get().state == "cancelled"
