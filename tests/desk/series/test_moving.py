"""One session moves: what that means for those after it stands beside it before anything is saved."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from booking.models import Appointment
from desk.booking.offers import offer_value
from tests.desk.series.conftest import DONE
from tests.desk.series.test_planning import text_of
from tests.factories import booking
from visits import reception, series
from visits.series import Time, Wanted

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)


@pytest.fixture
def booked(mia, microneedling, site, course, dee):
    """The three sessions left: Mondays 6 April, 11 May and 15 June at ten."""
    wanted = Wanted(mia, microneedling, site, course)
    times = [Time(one.chosen.starts_at, one.chosen.practitioner) for one in series.propose(wanted, at=DONE).sessions]
    return series.book(wanted, times, by=dee, at=DONE)


def url(visit):
    return reverse("desk:series_move", args=[visit.uuid])


def seen(desk, visit, starts_at):
    """Return the page once a time is chosen, and what its form holds."""
    time = offer_value(starts_at, visit.practitioner_id)
    answer = desk.post(url(visit), {"version": visit.version, "time": time, "do": "look"})
    page = answer.content.decode()
    held = dict(re.findall(r'<input type="hidden" name="(version[-\d]*|beside)" value="([^"]*)"', page))
    held |= dict(re.findall(r'name="(time[-\d]*)" value="([^"]+)" checked', page))
    return answer, held


def starts(*visits):
    return [one.starts_at for one in Appointment.objects.filter(pk__in=[v.pk for v in visits]).order_by("starts_at")]


def test_the_page_begins_with_free_times_and_saves_nothing(desk, booked):
    answer = desk.get(url(booked[0]))

    assert answer.status_code == 200
    assert "Move session 2 of 4" in text_of(answer)
    assert "What changes" not in text_of(answer)


def test_old_and_new_of_all_stand_beside_each_other(desk, booked):
    first = booked[0]

    answer, _held = seen(desk, first, first.starts_at + WEEK + timedelta(days=1))

    shown = text_of(answer)
    assert "Session 2 Monday 6 April, 10:00 to 11:20, with Ana Tuesday 14 April, 10:00 to 11:20, with Ana" in shown
    assert "Session 3 Monday 11 May, 10:00 to 11:20, with Ana Monday 18 May, 10:00 to 11:20, with Ana" in shown
    assert "Session 4 Monday 15 June, 10:00 to 11:20, with Ana Stays as it is." in shown
    assert "If only this one moves, 1 later session no longer lies in its window." in shown
    assert starts(*booked) == [one.starts_at for one in booked]


def test_all_that_changes_is_saved_at_once(desk, booked):
    first, second, third = booked
    _answer, held = seen(desk, first, first.starts_at + WEEK + timedelta(days=1))

    answer = desk.post(url(first), held | {"do": "all"}, follow=True)

    assert "2 visits of Mia Okafor are moved." in text_of(answer)
    assert starts(*booked) == [first.starts_at + timedelta(days=8), second.starts_at + WEEK, third.starts_at]


def test_one_alone_can_be_moved_knowing_what_falls_out(desk, booked):
    first, second, third = booked
    _answer, held = seen(desk, first, first.starts_at + WEEK + timedelta(days=1))

    desk.post(url(first), held | {"do": "one"})

    assert starts(*booked) == [first.starts_at + timedelta(days=8), second.starts_at, third.starts_at]


@pytest.mark.parametrize(("said", "told"), [({}, False), ({"tell_patient": "on"}, True)])
def test_the_patient_is_told_of_all_or_not_as_the_strip_says(desk, booked, said, told):
    first = booked[0]
    assert 'name="tell_patient" value="on"' in desk.get(url(first)).content.decode()
    page, held = seen(desk, first, first.starts_at + WEEK + timedelta(days=1))
    assert 'type="checkbox" name="tell_patient">' in page.content.decode()

    desk.post(url(first), held | {"do": "all"} | said)

    moved = Appointment.objects.filter(patient=first.patient, version=2)
    assert list(moved.values_list("tell_patient", flat=True)) == [told, told]


def test_a_later_one_taken_meanwhile_saves_none(desk, booked, tomasz, ana, microneedling):
    first, second, _third = booked
    _answer, held = seen(desk, first, first.starts_at + WEEK + timedelta(days=1))
    booking.visit(tomasz, microneedling, ana, starts_at=second.starts_at + WEEK, at=DONE)

    answer = desk.post(url(first), held | {"do": "all"})

    assert answer.status_code == 409
    assert "1 of these 2 visits cannot be had, so nothing was saved" in text_of(answer)
    assert starts(*booked) == [one.starts_at for one in booked]


def test_a_later_one_that_somebody_changed_meanwhile_is_not_moved_over_them(desk, booked, dee):
    first, second, _third = booked
    _answer, held = seen(desk, first, first.starts_at + WEEK + timedelta(days=1))
    reception.confirm(second, version=second.version, by=dee, at=DONE)

    answer = desk.post(url(first), held | {"do": "all"})

    assert answer.status_code == 409
    assert "The series changed meanwhile" in text_of(answer)
    assert starts(*booked) == [one.starts_at for one in booked]


def test_a_time_that_is_too_soon_after_the_last_session_is_refused(desk, booked):
    first = booked[0]
    _answer, held = seen(desk, first, first.starts_at - 2 * WEEK)

    answer = desk.post(url(first), held | {"do": "one"})

    assert answer.status_code == 409
    assert starts(*booked) == [one.starts_at for one in booked]


def test_a_visit_of_no_course_moves_on_its_own_page(desk, tomasz, ana, microneedling):
    visit = booking.visit(tomasz, microneedling, ana, starts_at=DONE + WEEK - timedelta(minutes=10), at=DONE)

    assert desk.get(url(visit)).url == reverse("desk:appointment_move", args=[visit.uuid])


def test_a_visit_that_is_over_is_moved_no_more(desk, session):
    assert desk.get(url(session.appointment)).status_code in (302, 404)


# --- from the drawer that moves one visit -----------------------------------------------------------------------------


def drawer_of(visit):
    return reverse("desk:appointment_move", args=[visit.uuid])


def test_the_drawer_says_how_many_sessions_follow_the_one_that_moves(desk, booked):
    told = [text_of(desk.get(drawer_of(visit))) for visit in booked]

    assert ["2 later sessions are booked" in one for one in told] == [True, False, False]
    assert ["1 later session is booked" in one for one in told] == [False, True, False]
    assert ["See what follows" in one for one in told] == [True, True, False]


def test_it_leads_to_what_follows_with_the_time_that_is_chosen_there(desk, booked):
    first = booked[0]
    starts_at = first.starts_at + WEEK + timedelta(days=1)
    said = {"version": first.version, "time": offer_value(starts_at, first.practitioner_id), "reason": "School run"}

    answer = desk.post(drawer_of(first), said | {"do": "follow"}, follow=True)

    shown = text_of(answer)
    assert answer.redirect_chain[0][0].startswith(f"{url(first)}?time=")
    assert "Session 2 Monday 6 April, 10:00 to 11:20, with Ana Tuesday 14 April, 10:00 to 11:20, with Ana" in shown
    assert 'value="School run"' in answer.content.decode()
    assert starts(*booked) == [one.starts_at for one in booked]


def test_moving_this_one_alone_is_still_one_press(desk, booked):
    first = booked[0]
    said = {"version": first.version, "time": offer_value(first.starts_at + timedelta(days=1), first.practitioner_id)}

    assert desk.post(drawer_of(first), said | {"do": "move"}).status_code == 302
    assert starts(*booked) == [first.starts_at + timedelta(days=1), *(one.starts_at for one in booked[1:])]
