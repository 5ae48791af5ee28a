"""A time has become free: who fits it, offered or booked in a few presses, and how an offer ends at the desk."""

import uuid

import pytest
import time_machine
from django.template.loader import render_to_string
from django.urls import reverse

from booking.models import Appointment, Offer, WaitlistEntry
from desk.booking.offers import offer_value
from desk.waitlist import fits
from tests.factories import clinic
from tests.factories import patients as who
from tests.factories.booking import SUNDAY, TEN, minutes, visit
from tests.factories.waitlist import offered, waits
from visits import reception, waiting

pytestmark = pytest.mark.django_db(transaction=True)

MATCH = "/waitlist/match/"
State = Offer.State


def at_ten(ana, **more):
    return {"start": "2026-03-02T10:00", "practitioner": ana.pk, "minutes": 15, **more}


def press(ana, starts_at=TEN, **more):
    return at_ten(ana, time=offer_value(starts_at, ana.pk), form_key=str(uuid.uuid4()), **more)


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def names(page):
    return [row["line"].entry.patient.first_name for row in page.context["rows"]]


# --- who fits --------------------------------------------------------------------------------------------------


def test_only_who_fits_is_shown_urgent_first(desk, mia, tomasz, ana, review):
    waits(mia, review)
    waits(tomasz, review, is_urgent=True)
    waits(who.zoe(), review, part="afternoon")

    assert names(desk.get(MATCH, at_ten(ana))) == ["Tomasz", "Mia"]


def test_nobody_fits_a_time_that_is_taken(desk, mia, tomasz, ana, review):
    waits(mia, review)
    visit(tomasz, review, ana)
    page = desk.get(MATCH, at_ten(ana))

    assert (page.status_code, names(page)) == (200, [])
    assert "Nobody on the waitlist fits" in page.content.decode()


@pytest.mark.parametrize(
    "nonsense",
    [
        {},
        {"start": "x"},
        {"practitioner": "x"},
        {"practitioner": "0"},
        {"minutes": "x"},
        {"start": "9999-12-31T23:59", "minutes": "1440"},
    ],
)
def test_an_address_that_names_no_time_leads_to_the_list(desk, ana, review, nonsense):
    answer = desk.get(MATCH, {**at_ten(ana), **nonsense} if nonsense else {})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/waitlist/")


def test_a_page_costs_the_same_with_one_who_fits_and_with_three(
    desk, mia, tomasz, ana, review, django_assert_num_queries
):
    waits(mia, review)
    with django_assert_num_queries(MATCH_QUERIES):
        desk.get(MATCH, at_ten(ana))
    waits(tomasz, review)
    waits(who.zoe(), review)
    with django_assert_num_queries(MATCH_QUERIES):
        assert names(desk.get(MATCH, at_ten(ana))) == ["Mia", "Tomasz", "Zoë"]


MATCH_QUERIES = 13  # session, user, roles, site; the practitioner, who fits (see booking), their offers


def test_a_cancelled_visit_says_who_could_come_instead(mia, tomasz, ana, review, dee, site):
    waits(mia, review)
    called_off = visit(tomasz, review, ana)
    stretch = {"practitioner": ana, "starts_at": called_off.starts_at, "ends_at": called_off.ends_at}
    before = fits.for_slot(site, **stretch, at=SUNDAY)
    reception.cancel(called_off, version=called_off.version, reason="Ill", by=dee, at=SUNDAY)
    slot = fits.for_slot(site, **stretch, at=SUNDAY)

    assert (before.count, slot.count, slot.first_names) == (0, 1, ["Mia"])
    assert slot.url == f"{MATCH}?start=2026-03-02T10%3A00&practitioner={ana.pk}&minutes=15"
    assert "1 person on the waitlist fits" in render_to_string("desk/waitlist/_fits.html", {"fits": slot})
    assert render_to_string("desk/waitlist/_fits.html", {"fits": before}).strip() == ""


@pytest.mark.parametrize(("before", "is_offered"), [(45, True), (44, False)])
def test_a_time_too_near_for_an_answer_is_only_booked(desk, dee, mia, ana, review, before, is_offered):
    waits(mia, review)
    with time_machine.travel(TEN - minutes(before), tick=False):
        desk.force_login(dee.user)
        page = desk.get(MATCH, at_ten(ana)).content.decode()

    assert ("Offer<span" in page, "Too near for an answer to a message: call." in page) == (is_offered, not is_offered)
    assert "Book now<span" in page


# --- offering and booking --------------------------------------------------------------------------------------


def test_a_time_is_offered_with_one_press(desk, mia, ana, review):
    entry = waits(mia, review)
    answer = desk.post(f"/waitlist/{entry.uuid}/offer/", press(ana), follow=True)
    offer = Offer.objects.get()

    assert answer.redirect_chain == [("/waitlist/", 302)]
    assert (offer.entry, offer.starts_at, offer.practitioner, offer.state) == (entry, TEN, ana, State.OPEN)
    assert said(answer) == [
        "Offered to Mia Okafor: Monday 2 March, 10:00 to 10:15, with Ana, held until 11:00, 2 h left."
    ]
    (message,) = answer.context["messages"]
    assert message.extra_tags == f"undo:/offers/{offer.uuid}/withdraw/"


def test_a_time_is_booked_with_one_press(desk, mia, ana, review):
    entry = waits(mia, review)
    answer = desk.post(f"/waitlist/{entry.uuid}/book/", press(ana))
    booked = Appointment.objects.get()

    assert answer.headers["Location"] == f"/?day=2026-03-02&fresh={booked.uuid}"
    assert (booked.patient, booked.starts_at) == (mia, TEN)
    assert WaitlistEntry.objects.get().ended_why == "booked"


@pytest.mark.parametrize("way", ["offer", "book"])
def test_the_same_press_twice_counts_once(desk, mia, ana, review, way):
    entry, form = waits(mia, review), press(ana)
    answers = [desk.post(f"/waitlist/{entry.uuid}/{way}/", form).headers["Location"] for _ in range(2)]

    assert answers[0] == answers[1]
    assert (Offer.objects.count(), Appointment.objects.count()) == ((1, 0) if way == "offer" else (0, 1))


@pytest.mark.parametrize("way", ["offer", "book"])
def test_a_time_that_went_meanwhile_is_said_over_who_fits_now(desk, mia, tomasz, ana, review, way):
    entry = waits(mia, review)
    visit(tomasz, review, ana)
    answer = desk.post(f"/waitlist/{entry.uuid}/{way}/", press(ana))

    assert (answer.status_code, answer.context["refusal"].rule) == (409, "claim.taken")
    assert (names(answer), Offer.objects.count(), Appointment.objects.count()) == ([], 0, 1)


@pytest.mark.parametrize("nonsense", ["", "x", "2026-03-02T10:00Z/0"])
def test_a_time_nobody_named_is_turned_down(desk, mia, ana, review, nonsense):
    entry = waits(mia, review)

    assert desk.post(f"/waitlist/{entry.uuid}/offer/", press(ana) | {"time": nonsense}).status_code == 422
    assert Offer.objects.count() == 0


def test_the_press_without_its_stretch_still_says_why_not(desk, mia, tomasz, ana, review):
    entry = waits(mia, review)
    visit(tomasz, review, ana)
    answer = desk.post(f"/waitlist/{entry.uuid}/offer/", {"time": offer_value(TEN, ana.pk)}, follow=True)

    assert answer.redirect_chain == [("/waitlist/", 302)]
    assert len(said(answer)) == 1


# --- how an offer ends -----------------------------------------------------------------------------------------


def test_the_desk_takes_a_yes_on_the_phone(desk, mia, ana, review):
    offer = offered(waits(mia, review), ana)
    answer = desk.post(reverse("desk:offer_accept", args=[offer.uuid]))
    booked = Appointment.objects.get()

    assert answer.headers["Location"] == f"/?day=2026-03-02&fresh={booked.uuid}"
    assert booked.changes.get().by_name == "Dee Marlowe"


def test_a_yes_that_comes_too_late_is_said(desk, mia, ana, review, dee):
    offer = offered(waits(mia, review), ana)
    waiting.decline(offer, by=dee, at=SUNDAY)
    answer = desk.post(reverse("desk:offer_accept", args=[offer.uuid]), follow=True)

    assert len(said(answer)) == 1
    assert Appointment.objects.count() == 0


def test_the_desk_takes_an_offer_back(desk, mia, ana, review):
    offer = offered(waits(mia, review), ana)
    answer = desk.post(reverse("desk:offer_withdraw", args=[offer.uuid]), follow=True)

    assert said(answer) == ["The offer is withdrawn. The time is free again."]
    assert Offer.objects.get().state == State.WITHDRAWN


def test_taking_back_what_was_taken_says_so(desk, mia, ana, review, dee):
    offer = offered(waits(mia, review), ana)
    waiting.accept(offer, by=dee, at=SUNDAY)
    answer = desk.post(reverse("desk:offer_withdraw", args=[offer.uuid]), follow=True)

    assert said(answer) == ["Mia Okafor took the time a moment ago."]
    assert Appointment.objects.get().is_standing


def test_an_offer_of_another_house_is_not_found(desk, mia, ana, review):
    offer = offered(waits(mia, review), ana)
    WaitlistEntry.objects.update(site=clinic.site(name="Elsewhere"))

    for name in ("desk:offer_accept", "desk:offer_withdraw"):
        assert desk.post(reverse(name, args=[offer.uuid])).status_code == 404


def test_looking_and_pressing_fill_a_gap_in_two(desk, mia, tomasz, ana, review):
    """From the cancelled visit: to who fits, and the offer."""
    waits(mia, review)
    page = desk.get(MATCH, at_ten(ana, minutes=minutes(15).seconds // 60))
    (row,) = page.context["rows"]

    form = press(ana) | {"time": row["value"], "start": page.context["start"]}
    assert desk.post(f"/waitlist/{row['line'].entry.uuid}/offer/", form).status_code == 302
    assert Offer.objects.get().starts_at == TEN
