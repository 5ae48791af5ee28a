"""Booking at the desk, as plain posts: the patient, the time, the refusals, and nothing typed ever lost."""

import uuid
from datetime import date, timedelta

import pytest
from django.urls import reverse

from booking.models import Appointment, Override
from desk.booking.offers import offer_value
from patients import patients as people
from patients import restrictions
from patients.models import Patient
from tests.factories import patients as who
from tests.factories.booking import SUNDAY, TEN, minutes, visit

pytestmark = pytest.mark.django_db

BOOK = "/book/"


def booking(service, practitioner, *, starts_at=TEN, **fields):
    return {
        "do": "book",
        "form_key": str(uuid.uuid4()),
        "service": service.pk,
        "time": offer_value(starts_at, practitioner.pk),
        "tell_patient": "on",
        **fields,
    }


def test_a_known_patient_is_booked(desk, mia, review, ana):
    answer = desk.post(BOOK, booking(review, ana, patient=mia.uuid, note="Parks at the back"))
    booked = Appointment.objects.get()

    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/?day=2026-03-02&fresh={booked.uuid}"
    assert (booked.patient, booked.service, booked.practitioner, booked.starts_at) == (mia, review, ana, TEN)
    assert (booked.note, booked.tell_patient) == ("Parks at the back", True)


def test_the_message_restates_who_when_and_with_whom(desk, mia, review, ana):
    answer = desk.post(BOOK, booking(review, ana, patient=mia.uuid), follow=True)

    assert [str(message) for message in answer.context["messages"]] == [
        "Mia Okafor is booked: Monday 2 March, 10:00 to 10:15, with Ana."
    ]


def test_a_few_letters_find_the_patient(desk, mia, tomasz, review):
    found = desk.get(reverse("desk:book_patients"), {"q": "oka 0417"})

    assert [one.patient for one in found.context["drawer"]["results"]] == [mia]
    assert "21 May 1994" in found.content.decode()


def test_who_no_longer_comes_is_found_and_the_row_says_so(desk, mia, dee, review):
    people.edit(mia, version=mia.version, archived_on=date(2026, 2, 1), by=dee, at=SUNDAY)

    row = desk.get(reverse("desk:book_patients"), {"q": "okafor"}).content.decode()
    chosen = desk.get(reverse("desk:book"), {"patient": mia.uuid}).content.decode()

    assert all("no longer comes since 1 Feb 2026" in page for page in (row, chosen))


def test_one_letter_finds_nobody_yet(desk, mia, review):
    assert desk.get(reverse("desk:book_patients"), {"q": "o"}).context["drawer"]["results"] == []


def test_picking_a_patient_keeps_what_was_chosen(desk, mia, review, consultation, ana):
    page = desk.post(BOOK, {"pick": mia.uuid, "q": "oka", "service": review.pk, "practitioner": ana.pk, "note": "Late"})

    assert page.status_code == 200
    assert page.context["drawer"].found.patient == mia
    assert page.context["drawer"].practitioner == ana
    assert 'value="Late"' in page.content.decode()


def test_a_new_patient_needs_a_name_and_one_way_to_reach_them(desk, review, ana):
    answer = desk.post(BOOK, booking(review, ana, is_new="on", name="Amara Bello", phone="0113 496 0555"))
    booked = Appointment.objects.get()

    assert answer.status_code == 302
    assert (booked.patient.name, booked.patient.phone.as_e164) == ("Amara Bello", "+441134960555")


def test_a_new_patient_without_a_way_to_reach_them_is_asked_for_one(desk, review, ana):
    answer = desk.post(BOOK, booking(review, ana, is_new="on", name="Amara Bello"))

    assert answer.status_code == 422
    assert answer.context["form"].errors["phone"] == ["Write a phone number or an e-mail address."]
    assert 'value="Amara Bello"' in answer.content.decode()
    assert Patient.objects.count() == 0


def test_neither_patient_nor_visit_is_kept_when_the_time_is_gone(desk, mia, review, ana):
    visit(mia, review, ana)
    answer = desk.post(BOOK, booking(review, ana, is_new="on", name="Amara Bello", email="amara@post.example"))

    assert answer.status_code == 409
    assert list(Patient.objects.all()) == [mia]


def test_somebody_much_alike_is_shown_before_a_second_record_is_made(desk, mia, review, ana):
    typed = booking(review, ana, is_new="on", name="Mia Okafor", phone="0113 496 0999")
    asked = desk.post(BOOK, typed)
    certain = desk.post(BOOK, typed | {"certain": "on"})

    assert asked.status_code == 422
    assert [alike.patient for alike in asked.context["drawer"].alikes] == [mia]
    assert certain.status_code == 302
    assert Patient.objects.count() == 2


def test_a_time_that_has_gone_keeps_everything_and_offers_the_three_nearest(desk, mia, tomasz, review, ana):
    visit(mia, review, ana)
    answer = desk.post(BOOK, booking(review, ana, patient=tomasz.uuid, note="Parks at the back"))
    drawer = answer.context["drawer"]

    assert answer.status_code == 409
    assert [one.free.starts_at for one in drawer.offers] == [TEN - minutes(30), TEN - minutes(15), TEN + minutes(15)]
    assert drawer.found.patient == tomasz
    assert 'value="Parks at the back"' in answer.content.decode()


def test_a_form_sent_twice_books_once(desk, mia, review, ana):
    typed = booking(review, ana, patient=mia.uuid)
    first, second = desk.post(BOOK, typed), desk.post(BOOK, typed)

    assert first.headers["Location"] == second.headers["Location"]
    assert Appointment.objects.count() == 1


def test_the_same_form_with_other_answers_is_refused(desk, mia, review, ana):
    typed = booking(review, ana, patient=mia.uuid)
    desk.post(BOOK, typed)
    again = desk.post(BOOK, typed | {"time": offer_value(TEN + minutes(60), ana.pk)})

    assert again.status_code == 422
    assert Appointment.objects.count() == 1


def test_nothing_chosen_is_asked_for_in_words(desk, review, ana):
    answer = desk.post(BOOK, {"do": "book", "service": review.pk})

    assert answer.status_code == 422
    assert dict(answer.context["form"].errors) == {
        "patient": ["Choose the patient."],
        "time": ["Choose one of the times."],
    }


@pytest.mark.parametrize("nonsense", ["x", "2026-03-02T10:00Z", "2026-99-02T10:00Z/1", "/1", "2026-03-02T10:00Z/ana"])
def test_a_time_nobody_offered_is_turned_down(desk, mia, review, nonsense):
    answer = desk.post(BOOK, {"do": "book", "service": review.pk, "patient": mia.uuid, "time": nonsense})

    assert (answer.status_code, Appointment.objects.count()) == (422, 0)


def test_a_practitioner_nobody_has_heard_of_is_turned_down(desk, mia, review, dee):
    typed = booking(review, dee.user, patient=mia.uuid)

    assert (desk.post(BOOK, typed).status_code, Appointment.objects.count()) == (422, 0)


# --- the window ------------------------------------------------------------------------------------------


@pytest.fixture
def spaced(mia):
    """Mia was treated on 9 February: not before Monday 9 March, by agreement from Friday 6 March."""
    restrictions.write(
        mia,
        source="session:1:spacing",
        service_kinds=["needling"],
        not_before=date(2026, 3, 9),
        best_on=date(2026, 3, 16),
        latest_on=date(2026, 3, 23),
        counted_from=date(2026, 2, 9),
        soft_days=3,
        words="Too soon.",
        at=SUNDAY,
    )
    return mia


def test_a_day_before_the_window_is_refused_with_the_window(desk, spaced, microneedling, ana):
    page = desk.get(BOOK, {"patient": spaced.uuid, "service": microneedling.pk, "start": "2026-03-02T10:00"})
    drawer = page.context["drawer"]

    assert drawer.refusal.earliest == date(2026, 3, 9)
    assert (drawer.window.last_on, drawer.window.closes_on) == (date(2026, 2, 9), date(2026, 3, 23))
    assert drawer.offers[0].starts_at.date() == date(2026, 3, 9)
    assert "Window from 9 Mar, day 28, to 23 Mar, day 42." in page.content.decode()


def test_without_an_asked_day_the_first_times_lie_in_the_window(desk, spaced, microneedling, ana):
    drawer = desk.get(BOOK, {"patient": spaced.uuid, "service": microneedling.pk}).context["drawer"]

    assert drawer.refusal is None
    assert drawer.offers[0].starts_at.date() == date(2026, 3, 9)


def test_a_post_before_the_window_is_refused_and_keeps_the_patient(desk, spaced, microneedling, ana):
    answer = desk.post(BOOK, booking(microneedling, ana, patient=spaced.uuid))

    assert answer.status_code == 409
    assert answer.context["drawer"].found.patient == spaced
    assert Appointment.objects.count() == 0


def test_an_early_day_is_booked_with_the_name_of_who_agreed(desk, spaced, microneedling, ana):
    friday = TEN + timedelta(days=4)
    asked = desk.get(BOOK, {"patient": spaced.uuid, "service": microneedling.pk, "start": "2026-03-06T10:00"})
    agreed = {"agreed_by": ana.pk, "agreed_reason": "Leaves for Peru on Sunday"}
    answer = desk.post(BOOK, booking(microneedling, ana, starts_at=friday, patient=spaced.uuid, **agreed))

    drawer = asked.context["drawer"]
    assert (drawer.may_pass, drawer.all_the_same.names) == (True, True)
    assert (drawer.exception.free.starts_at, drawer.chosen.starts_at.date()) == (friday, date(2026, 3, 9))
    assert answer.status_code == 302
    assert Override.objects.get().agreed_by == ana


def test_who_needs_a_clinician_is_offered_no_time(desk, mia, microneedling, ana):
    restrictions.write(mia, source="screening:1", service_kinds=[], not_before=None, words="", at=SUNDAY)
    drawer = desk.get(BOOK, {"patient": mia.uuid, "service": microneedling.pk}).context["drawer"]

    assert drawer.refusal.rule == "restriction.needs_clinician"
    assert drawer.offers == []


# --- times -----------------------------------------------------------------------------------------------


def test_the_pressed_cell_is_the_first_offer(desk, review, ana):
    drawer = desk.get(BOOK, {"practitioner": ana.pk, "start": "2026-03-02T15:30"}).context["drawer"]

    assert drawer.offers[0].is_asked
    assert drawer.chosen == drawer.offers[0]
    assert drawer.chosen.aloud == "Monday 2 March, 15:30 to 15:45, with Ana"


def test_a_cell_that_the_service_does_not_fit_into_says_so(desk, mia, review, ana):
    visit(mia, review, ana)
    drawer = desk.get(BOOK, {"practitioner": ana.pk, "start": "2026-03-02T10:00"}).context["drawer"]

    assert drawer.is_asked_gone
    assert drawer.offers[0].starts_at.date() == date(2026, 3, 2)


def test_a_cell_too_near_the_break_says_who_may_book_it_all_the_same(desk, microneedling, ana):
    drawer = desk.get(BOOK, {"practitioner": ana.pk, "start": "2026-03-02T12:30"}).context["drawer"]

    assert [one.rule for one in drawer.refusals] == ["hours.outside"]
    assert (drawer.may_pass, drawer.exception) == (False, None)
    assert drawer.all_the_same.who_may == (
        "Only these roles may book it all the same, with a reason: Practitioner, Prescriber, Manager."
    )
    assert drawer.offers[0].starts_at.date() == date(2026, 3, 2)


def test_the_part_of_the_day_narrows_the_times(desk, review, ana):
    drawer = desk.get(BOOK, {"part": "late"}).context["drawer"]

    assert {one.starts_at.hour for one in drawer.offers} == {17}


def test_more_times_are_many(desk, review, ana):
    assert len(desk.get(BOOK, {"more": "1"}).context["drawer"].offers) == 24


def test_the_drawer_alone_answers_htmx(desk, mia, review, ana):
    page = desk.post(BOOK, {"pick": mia.uuid}, headers={"HX-Request": "true"}).content.decode()

    assert "<!doctype" not in page
    assert 'id="drawer"' in page


def test_htmx_is_led_on_after_a_booking(desk, mia, review, ana):
    answer = desk.post(BOOK, booking(review, ana, patient=mia.uuid), headers={"HX-Request": "true"})

    assert answer.headers["HX-Redirect"].startswith("/?day=2026-03-02&fresh=")


def test_a_search_costs_the_same_with_one_found_and_with_three(desk, review, django_assert_num_queries):
    who.patient("Nora One")
    with django_assert_num_queries(SEARCH_QUERIES):
        desk.get(reverse("desk:book_patients"), {"q": "nora"})
    who.patient("Nora Two")
    who.patient("Nora Three")
    with django_assert_num_queries(SEARCH_QUERIES):
        desk.get(reverse("desk:book_patients"), {"q": "nora"})


SEARCH_QUERIES = 8  # session, user, roles, site; whose names begin so, patients, words, last visits


@pytest.mark.parametrize("year", ["9999-12-31", "0001-01-01"])
def test_a_time_that_no_calendar_reaches_is_no_time(desk, mia, review, ana, year):
    booked = visit(mia, review, ana)

    for address in (BOOK, reverse("desk:appointment_move", args=[booked.uuid])):
        about = {"patient": mia.uuid, "service": review.pk, "start": f"{year}T23:59"}
        assert desk.get(address, about).status_code == 200
    answer = desk.post(BOOK, booking(review, ana, patient=mia.uuid, time=f"{year}T23:59Z/{ana.pk}"))
    assert (answer.status_code, Appointment.objects.count()) == (422, 1)
