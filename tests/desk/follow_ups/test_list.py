"""The desk's list of who should come again: Mia, whose first session of four was on Monday 2 March."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from aftercare.models import Call
from tests.desk.conftest import page_of
from tests.factories import aftercare, treatments
from tests.factories import booking as booked
from tests.factories.booking import TEN

pytestmark = pytest.mark.django_db
IN_THE_WINDOW = TEN + timedelta(days=30)


@pytest.fixture
def mias_session(mia, microneedling, ana, as_ana):
    treatments.values()
    aftercare.values()
    course = treatments.course(mia, by=as_ana)
    visit = booked.visit(mia, microneedling, ana)
    return treatments.ended(treatments.started(visit, by=as_ana, course=course), by=as_ana)


@pytest.fixture(autouse=True)
def in_the_window():
    with time_machine.travel(IN_THE_WINDOW, tick=False) as clock:
        yield clock


def test_the_desk_sees_whom_to_call_and_where_to_book(mias_session, desk, mia):
    page = desk.get(reverse("desk:follow_ups")).content.decode()

    assert "Mia Okafor" in page
    assert "Session 1 of 4 on 2 Mar 2026" in page
    assert "30 Mar to 13 Apr" in page
    assert re.search(rf"patient={mia.uuid}&amp;from_day=2026-04-01&amp;service=\d+", page)


def test_a_call_is_noted_and_who_asked_for_it_stands_under_later(mias_session, desk):
    address = reverse("desk:follow_up_call", args=[mias_session.patient.uuid])

    answer = desk.post(address, {"outcome": "not_now", "next_on": "2026-04-10", "words": "After Easter"})

    assert answer.status_code == 302
    call = Call.objects.get()
    assert (call.outcome, call.words, call.called_by.name) == ("not_now", "After Easter", "Dee Marlowe")
    list_page = desk.get(reverse("desk:follow_ups")).content.decode()
    assert "Nobody to call" in list_page
    assert "Later: 1" in list_page
    later = desk.get(f"{reverse('desk:follow_ups')}?show=due&later=1").content.decode()
    assert "again on Fri 10 Apr" in later


def test_what_cannot_be_kept_is_said_and_what_was_typed_stays(mias_session, desk):
    address = reverse("desk:follow_up_call", args=[mias_session.patient.uuid])

    answer = desk.post(address, {"outcome": "not_now", "next_on": "", "words": "After Easter"})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Choose the day on which they are to be called again." in page
    assert 'value="After Easter"' in page
    assert not Call.objects.exists()


def test_an_open_reaction_offers_no_time(mias_session, desk, as_ana):
    treatments.reacted(mias_session, by=as_ana)

    page = desk.get(reverse("desk:follow_ups")).content.decode()

    assert "A clinician looks first" in page
    assert "Book in the window" not in page


def test_the_list_costs_as_much_for_one_as_for_none(mias_session, desk, django_assert_max_num_queries):
    desk.get(reverse("desk:follow_ups"))

    with django_assert_max_num_queries(18):
        desk.get(reverse("desk:follow_ups"))


def test_how_many_come_again_is_for_who_runs_the_clinic(mias_session, desk, max_, in_the_window):
    assert desk.get(reverse("desk:follow_up_rates")).status_code == 403
    in_the_window.move_to(TEN + timedelta(days=60))
    manager = page_of(max_.user)

    page = manager.get(reverse("desk:follow_up_rates")).content.decode()

    assert re.search(r"Ana Duarte.*?0 %.*?0 of 1", page, re.DOTALL)
