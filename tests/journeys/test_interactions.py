"""How much work the desk's work is: every click and key is counted, by mouse and by keys alone."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from booking.models import Appointment, Offer
from booking.waitlist import Wants
from clinic.actors import Actor
from patients.models import Patient
from tests.factories import patients
from tests.journeys.hand import Hand
from visits import waiting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

State = Appointment.State


@pytest.fixture(autouse=True)
def at_ten(house, clock):
    clock.turn_to("10:00")


@pytest.fixture
def desk(open_page, house):
    """Dee's board, with scripts."""
    page = open_page(house.dee)
    page.goto("/")
    return page


@pytest.fixture
def booked(house):
    """Mia's consultation with Ben at half past ten."""
    return house.book(house.mia, "10:30")


def card(page: Page):
    return page.locator("a.name", has_text="Mia Okafor").first


def toast(page: Page):
    return page.locator(".toast span").first


def free_cell(page: Page):
    return page.locator("a.slot", has_text="11:00").first


def box_is_ready(page: Page) -> None:
    expect(page.locator("#q")).to_be_focused()


def found(page: Page, name: str):
    row = page.locator("#found .combo-row", has_text=name).first
    row.wait_for()
    return row


def is_booked_for(page: Page, name: str) -> None:
    """The page restates patient, day, time and practitioner."""
    expect(toast(page)).to_have_text(
        re.compile(rf"^{name} is booked: \w+day \d+ \w+, \d\d:\d\d to \d\d:\d\d, with \w+\.$")
    )


# --- a known patient --------------------------------------------------------------------------------------


def test_a_known_patient_by_keys_alone(desk, house):
    hand = Hand(desk)
    hand.key("n")
    box_is_ready(desk)
    hand.type("mi ok")
    found(desk, "Mia Okafor")
    hand.key("Enter")
    expect(desk.locator("input[name=time]:checked")).to_be_focused()
    hand.key("Control+Enter")
    is_booked_for(desk, "Mia Okafor")

    count, seconds = hand.told("known patient, keys")
    assert (count, set(hand.used)) == (4, {"keys"})
    assert seconds <= 15


def test_a_known_patient_by_clicks(desk, house):
    hand = Hand(desk)
    hand.click(free_cell(desk))
    box_is_ready(desk)
    hand.type("mi ok")
    hand.click(found(desk, "Mia Okafor"))
    expect(desk.locator("input[name=time]:checked")).to_be_focused()
    hand.click(desk.get_by_role("button", name="Book", exact=True))
    is_booked_for(desk, "Mia Okafor")

    assert hand.told("known patient, clicks")[0] == 4
    visit = Appointment.objects.get()
    assert visit.starts_at == house.instant("11:00")


# --- somebody new -----------------------------------------------------------------------------------------


def test_somebody_new_by_keys_alone(desk):
    hand = Hand(desk)
    hand.key("n")
    box_is_ready(desk)
    hand.type("Amara Bello")
    found(desk, "Create “Amara Bello”")
    hand.key("Enter")
    expect(desk.locator("#id_phone")).to_be_focused()
    hand.type("0113 496 0123")
    hand.key("Control+Enter")
    is_booked_for(desk, "Amara Bello")

    count, seconds = hand.told("somebody new, keys")
    assert (count, set(hand.used)) == (5, {"keys"})
    assert seconds <= 40
    assert Patient.objects.get(name="Amara Bello").phone_tail == "0123"


def test_somebody_new_by_clicks(desk):
    hand = Hand(desk)
    hand.click(free_cell(desk))
    box_is_ready(desk)
    hand.type("Amara Bello")
    hand.click(found(desk, "Create “Amara Bello”"))
    hand.write(desk.locator("#id_phone"), "0113 496 0123")
    hand.click(desk.get_by_role("button", name="Book", exact=True))
    is_booked_for(desk, "Amara Bello")

    assert hand.told("somebody new, clicks")[0] == 6


# --- checking in ------------------------------------------------------------------------------------------


def stands(visit: Appointment) -> str:
    return Appointment.objects.get(pk=visit.pk).state


def test_checking_in_is_one_click_and_taking_it_back_another(booked, desk):
    desk.reload()
    hand = Hand(desk)
    began = time.monotonic()
    hand.click(desk.get_by_role("button", name="Arrived: Mia Okafor").first)
    expect(toast(desk)).to_have_text("Mia Okafor has arrived.")
    shown_after = time.monotonic() - began
    assert (hand.told("checking in, clicks")[0], stands(booked)) == (1, State.ARRIVED)
    print(f"shown after {shown_after * 1000:.0f} ms")

    hand.click(desk.locator(".toast").get_by_role("button", name="Undo"))
    expect(toast(desk)).to_have_text("Taken back. Mia Okafor stands as before.")
    assert (hand.count, stands(booked)) == (2, State.BOOKED)


def test_checking_in_by_keys_is_one_on_the_card(booked, desk):
    desk.reload()
    card(desk).focus()
    hand = Hand(desk)
    hand.key("a")
    expect(toast(desk)).to_have_text("Mia Okafor has arrived.")

    assert (hand.told("checking in, keys")[0], stands(booked)) == (1, State.ARRIVED)


# --- moving without a drag --------------------------------------------------------------------------------


def is_moved(page: Page) -> None:
    expect(toast(page)).to_have_text(re.compile("^Mia Okafor is moved: "))


def test_moving_by_clicks(booked, desk):
    desk.reload()
    hand = Hand(desk)
    hand.click(card(desk))
    hand.click(desk.get_by_role("link", name="Move", exact=True))
    hand.click(desk.locator("#times label.time").nth(1))
    hand.click(desk.get_by_role("button", name="Move", exact=True))
    is_moved(desk)

    assert hand.told("moving, clicks")[0] == 4
    assert Appointment.objects.get().starts_at != booked.starts_at


def test_moving_by_keys_alone(booked, desk):
    desk.reload()
    card(desk).focus()
    hand = Hand(desk)
    hand.key("Enter")
    desk.get_by_role("link", name="Move", exact=True).wait_for()
    hand.key("m")
    expect(desk.locator("input[name=time]:checked")).to_be_focused()
    hand.key("ArrowDown")
    hand.key("Control+Enter")
    is_moved(desk)

    assert (hand.told("moving, keys")[0], set(hand.used)) == (4, {"keys"})


# --- when is the next one? --------------------------------------------------------------------------------


def first_offer(page: Page) -> str:
    return page.locator("#times label.time").first.inner_text().replace("\n", " ")


def test_the_next_free_time_of_a_service(desk):
    hand = Hand(desk)
    hand.key("n")
    box_is_ready(desk)
    at_once = first_offer(desk)
    hand.choose(desk.locator("#id_service"), "Consultation")
    expect(desk.locator("#times label.time").first).not_to_have_text(at_once)

    assert hand.told("next free, clicks")[0] == 2


def test_the_next_free_time_of_a_service_by_keys_alone(desk):
    hand = Hand(desk)
    hand.key("n")
    box_is_ready(desk)
    at_once = first_offer(desk)
    hand.key("Tab")  # the service follows the patient
    hand.type("Cons")
    expect(desk.locator("#id_service option:checked")).to_have_text("Consultation")
    expect(desk.locator("#times label.time").first).not_to_have_text(at_once)

    assert (hand.told("next free, keys")[0], set(hand.used)) == (3, {"keys"})


# --- a visit is called off, and somebody waits for such a time --------------------------------------------


@pytest.fixture
def called_off(house, desk):
    """Mia's visit at three has just been cancelled on Dee's screen; Zoë would come then, Tomasz in the morning."""
    booked, at = house.book(house.mia, "15:00"), house.instant("09:00")
    for person, part in ((patients.zoe(), ""), (patients.tomasz(), "morning")):
        wants = Wants(service=house.consultation, part=part)
        waiting.enter(patient=person, site=house.site, wants=wants, by=Actor.of(house.dee), at=at)
    desk.goto(f"/appointments/{booked.uuid}/")
    desk.get_by_text("Cancel the visit").first.click()
    desk.get_by_label("Reason").fill("She has a cold")
    desk.get_by_role("button", name="Cancel the visit").click()
    expect(toast(desk)).to_have_text("The visit of Mia Okafor is cancelled.")
    return booked


@pytest.mark.parametrize("button", ["Offer", "Book now"])
def test_a_time_that_is_called_off_is_filled_from_the_waitlist(desk, called_off, button):
    hand = Hand(desk)
    hand.click(desk.get_by_role("link", name="1 person on the waitlist fits"))
    expect(desk.locator(".waiters .line1 a")).to_have_text(["Zoë Ångström-Łuczak"])
    hand.click(desk.get_by_role("button", name=button))
    words = {"Offer": "^Offered to Zoë Ångström-Łuczak: ", "Book now": "^Zoë Ångström-Łuczak is booked: "}
    expect(toast(desk)).to_have_text(re.compile(words[button]))

    assert hand.told(f"waitlist, {button.lower()}")[0] == 2
    taken = Offer.objects.all() if button == "Offer" else Appointment.objects.filter(state=State.BOOKED)
    assert taken.get().starts_at == called_off.starts_at


def test_the_waitlist_fills_it_by_keys_alone(desk, called_off):
    hand = Hand(desk)
    desk.get_by_role("link", name="1 person on the waitlist fits").focus()
    hand.key("Enter")
    offer = desk.get_by_role("button", name="Offer")
    offer.wait_for()
    offer.focus()  # where Tab leads from the heading
    hand.key("Enter")
    expect(toast(desk)).to_have_text(re.compile("^Offered to Zoë Ångström-Łuczak: "))

    assert (hand.told("waitlist, keys")[0], set(hand.used)) == (2, {"keys"})


# --- somebody walks in, somebody is late ------------------------------------------------------------------


def test_whoever_walks_in_is_here_in_four(desk):
    hand = Hand(desk)
    hand.key("n")
    box_is_ready(desk)
    hand.type("mi ok")
    found(desk, "Mia Okafor")
    hand.key("Enter")
    expect(desk.locator("input[name=time]:checked")).to_be_focused()
    hand.click(desk.get_by_role("button", name="Walk-in now"))
    expect(toast(desk)).to_have_text(re.compile("^Mia Okafor is here: "))

    assert hand.told("walking in")[0] == 4
    assert Appointment.objects.get().state == State.ARRIVED


def test_two_for_one_time_the_slower_keeps_what_was_typed_and_sees_others(open_page, house, desk):
    patients.tomasz()
    page = open_page(house.max)
    for one, letters, name in ((desk, "mi ok", "Mia Okafor"), (page, "tom", "Tomasz Wrona")):
        one.goto(f"/book/?start={house.today}T11:00&practitioner={house.ben.pk}")
        box_is_ready(one)
        one.keyboard.type(letters)
        found(one, name).click()
        expect(one.locator("input[name=time]:checked")).to_be_focused()
    desk.keyboard.press("Control+Enter")
    is_booked_for(desk, "Mia Okafor")
    page.keyboard.press("Control+Enter")

    expect(page.locator(".refusal")).to_contain_text("Everything you typed is still here.")
    expect(page.locator(".found b").first).to_have_text("Tomasz Wrona")
    expect(page.locator("#times label.time")).to_have_count(3)
    assert Appointment.objects.count() == 1
