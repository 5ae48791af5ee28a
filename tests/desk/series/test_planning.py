"""The series on its page: proposed, chosen, booked whole, refused whole; the desk reads how many and never what for."""

import re
import uuid
from datetime import UTC, date, datetime, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from booking.models import Appointment, Claim
from clinic.models import Service
from tests.factories import booking
from tests.factories import patients as who
from treatments.models import Course

pytestmark = pytest.mark.django_db

URL = "/series/"
PICKED = re.compile(r'name="(time-\d+)"[^>]*value="([^"]+)" checked')


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("&#x27;", "’").split())


def form_of(response, **more):
    """Return what the browser would send: the times as they are checked, and the settings."""
    page = response.content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(patient|settings|service)" value="([^"]*)"', page))
    hidden |= re.findall(r'<select name="(sessions)".*?<option value="(\d)" selected', page, re.DOTALL)
    return hidden | dict(PICKED.findall(page)) | {"tell_patient": "on", "form_key": str(uuid.uuid4())} | more


def to_come(patient):
    return list(Appointment.objects.standing().filter(patient=patient).order_by("starts_at"))


def asked(desk, patient, **more):
    return desk.get(URL, {"patient": patient.uuid} | more)


def test_the_page_shows_every_session_with_its_window_and_a_time(desk, mia, course):
    shown = text_of(asked(desk, mia))

    assert "1 of 4 done, 0 booked" in shown
    assert "Session 2 of 4 30 Mar to 13 Apr, best around 6 Apr" in shown
    assert "Monday 6 April, 10:00 to 11:20, with Ana. Monday 11 May, 10:00 to 11:20, with Ana." in shown
    assert "Book all 3" in shown


def test_the_desk_reads_how_many_and_never_what_for(desk, practice, mia, course):
    label = course.concern.label

    assert (label in text_of(asked(desk, mia)), label in text_of(asked(practice, mia))) == (False, True)


def test_all_is_booked_at_once_and_said_again(desk, mia, course):
    answer = desk.post(URL, form_of(asked(desk, mia), do="book"), follow=True)

    assert answer.redirect_chain == [(f"{URL}?patient={mia.uuid}&booked=1", 302)]
    shown = text_of(answer)
    assert "All 3 sessions are booked." in shown
    assert "1 of 4 done, 3 booked" in shown
    assert "4 Monday 15 June, 10:00 to 11:20, with Ana" in shown
    assert len(to_come(mia)) == 3


@pytest.mark.parametrize("number", ["9" * 5000, "01", "٣", "x"])
@pytest.mark.parametrize(
    ("field", "value"),
    [("time-", "open"), ("time-", "own/2026-04-07T09:00Z/1"), ("own-", "2026-04-07T10:00"), ("version-", "1")],
)
def test_a_field_of_no_session_chooses_nothing(desk, mia, course, field, value, number):
    shown = asked(desk, mia, **{f"{field}{number}": value})

    assert (shown.status_code, "Book all 3" in text_of(shown)) == (200, True)


@pytest.mark.parametrize("who", ["9" * 20, "9" * 5000, "-1"])
def test_a_time_with_nobody_is_no_time(desk, mia, course, who):
    shown = asked(desk, mia, **{"time-2": f"2026-04-07T09:00Z/{who}"})

    assert (shown.status_code, "Book all 3" in text_of(shown)) == (200, True)


def test_a_form_sent_twice_books_once_and_answers_alike(desk, mia, course):
    form = form_of(asked(desk, mia), do="book")

    first, second = desk.post(URL, form), desk.post(URL, form)

    assert (first.url, len(to_come(mia))) == (second.url, 3)


def test_a_time_that_is_gone_keeps_everything_unsaved_and_offers_what_is_free_now(
    desk, mia, tomasz, ana, microneedling, course
):
    form = form_of(asked(desk, mia), do="book")
    booking.visit(tomasz, microneedling, ana, starts_at=datetime(2026, 5, 11, 9, 0, tzinfo=UTC), at=course.opened_at)

    answer = desk.post(URL, form)

    shown = text_of(answer)
    assert (answer.status_code, to_come(mia)) == (409, [])
    assert "1 of these 3 visits cannot be had, so nothing was saved" in shown
    assert "The time picked before does not fit any more; this one does." in shown
    assert "Monday 6 April, 10:00 to 11:20, with Ana." in shown


def test_another_time_for_one_carries_the_rest_and_nothing_is_saved_by_looking(desk, mia, ana, course):
    late = f"2026-04-13T09:00Z/{ana.pk}"
    form = form_of(asked(desk, mia)) | {"time-2": late, "do": "look"}

    answer = desk.post(URL, form)

    picked = dict(PICKED.findall(answer.content.decode()))
    assert (answer.status_code, picked["time-2"], to_come(mia)) == (200, late, [])
    assert picked["time-3"] == f"2026-05-11T09:00Z/{ana.pk}"  # four weeks after it: still in the window, so it stays


def test_other_settings_forget_what_was_picked(desk, mia, ana, course):
    form = form_of(asked(desk, mia)) | {"part": "afternoon", "do": "look"}

    picked = dict(PICKED.findall(desk.post(URL, form).content.decode()))

    assert [int(one[11:13]) >= 11 for one in picked.values()] == [True] * 3  # noon in London is eleven in UTC


def test_one_session_can_be_left_open_and_those_after_it_wait(desk, mia, course):
    form = form_of(asked(desk, mia)) | {"time-3": "open", "do": "look"}

    shown = text_of(desk.post(URL, form))

    assert "Left open: nothing is booked for it now." in shown
    assert "Its time follows once the session before it has one." in shown
    assert "Book this one" in shown


def test_nothing_chosen_books_nothing_and_says_so(desk, mia, course):
    form = {"patient": mia.uuid, "service": Service.objects.get().pk, "do": "book"}

    answer = desk.post(URL, form)

    assert (answer.status_code, to_come(mia)) == (422, [])
    assert "Choose a time for at least one session." in text_of(answer)


def test_an_event_says_how_many_fit_and_how_long_before_it(desk, mia, course):
    fits = text_of(asked(desk, mia, event_on="2026-07-20"))
    too_soon = text_of(asked(desk, mia, event_on="2026-06-01"))
    hopeless = text_of(asked(desk, mia, event_on="2026-04-20"))

    assert "3 sessions fit: the last on Monday 15 June, 35 days before Monday 20 July." in fits
    assert "Only 2 of 3 fit before Monday 1 June; for all, the first would be by Monday 9 March." in too_soon
    assert "No time is left for it before Monday 1 June." in too_soon
    assert "No session fits before Monday 20 April: its benefit takes four to six weeks." in hopeless


def test_an_event_is_kept_with_the_course_and_comes_back_with_the_page(desk, mia, course):
    form = form_of(asked(desk, mia)) | {"event_on": "2026-07-20", "event_words": "Wedding", "do": "event"}

    answer = desk.post(URL, form, follow=True)

    course.refresh_from_db()
    assert (course.event_on, course.event_words, to_come(mia)) == (date(2026, 7, 20), "Wedding", [])
    assert 'value="Wedding"' in answer.content.decode()


def test_an_event_that_is_over_is_sent_back_with_what_was_typed(desk, mia, course):
    form = form_of(asked(desk, mia)) | {"event_on": "2026-01-20", "event_words": "Wedding", "do": "event"}

    answer = desk.post(URL, form)

    assert (answer.status_code, "Choose a day to come." in text_of(answer)) == (422, True)
    assert 'value="Wedding"' in answer.content.decode()
    course.refresh_from_db()
    assert course.event_on is None


def test_a_window_without_a_free_time_says_so_and_offers_the_nearest(desk, mia, ana, course):
    Claim.objects.bulk_create(
        Claim(
            kind=Claim.Kind.LEAVE,
            practitioner=ana,
            starts_at=datetime.combine(date(2026, month, day), time(7), UTC),
            ends_at=datetime.combine(date(2026, month, day), time(18), UTC),
        )
        for month, day in [(3, 30), (3, 31), *((4, day) for day in range(1, 14))]
    )

    shown = text_of(asked(desk, mia))

    assert "Nothing is free in this window. The nearest times are below; choose one." in shown
    assert "Tue 14 April, 10:00 to 11:20 · Ana · Room 1 · day 43, after the window" in shown
    assert "Book " not in shown.split("No time is chosen yet.")[1][:40]


def test_somebody_without_a_course_is_planned_from_a_day_on(desk, tomasz, microneedling):
    page = asked(desk, tomasz, sessions=3, from_day="2026-03-17")

    answer = desk.post(URL, form_of(page, do="book", sessions=3, from_day="2026-03-17"), follow=True)

    assert "No course yet" in text_of(page)
    assert [one.starts_at.date() for one in to_come(tomasz)] == [
        date(2026, 3, 17),
        date(2026, 4, 21),
        date(2026, 5, 26),
    ]
    assert "All 3 sessions are booked." in text_of(answer)
    assert Course.objects.count() == 0


def test_somebody_without_a_course_keeps_what_was_picked_at_once(desk, tomasz, ana, microneedling):
    form = form_of(asked(desk, tomasz))
    later = f"2026-03-04T10:00Z/{ana.pk}"

    picked = dict(PICKED.findall(desk.post(URL, form | {"time-1": later, "do": "look"}).content.decode()))

    assert (form["sessions"], picked["time-1"]) == ("3", later)


def test_who_needs_a_consultation_first_is_told_so_and_gets_no_times(desk, tomasz, microneedling, site):
    site.consultation_first = True
    site.save()

    shown = text_of(asked(desk, tomasz))

    assert "A consultation comes first" in shown
    assert "Book all" not in shown


def test_without_a_patient_the_page_leads_to_the_patients(desk, microneedling):
    assert desk.get(URL).url == reverse("desk:patients")


@pytest.mark.parametrize("patient", ["nobody", uuid.uuid4()])
def test_a_patient_who_does_not_exist_is_not_found(desk, microneedling, patient):
    assert desk.get(URL, {"patient": patient}).status_code == 404


def test_a_menu_without_needling_says_that_there_is_nothing_to_plan(desk, mia, consultation):
    assert "There is no treatment to plan" in text_of(asked(desk, mia))


def test_the_page_costs_the_same_for_three_sessions_and_for_six(desk, microneedling):
    counts = []
    for sessions, patient in ((3, who.tomasz()), (6, who.zoe())):
        asked(desk, patient)
        with CaptureQueriesContext(connection) as queries:
            asked(desk, patient, sessions=sessions)
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("name", ["from_day", "event_on"])
def test_a_day_beyond_all_plans_is_asked_for_again(desk, mia, microneedling, name):
    answer = asked(desk, mia, **{name: "9999-12-31"})

    assert answer.status_code == 200
    assert answer.context["form"].errors == {name: ["Choose a day within five years of today."]}
    assert answer.context["form"][name].value() == "9999-12-31"
