"""A patient books the next session of a course from a mail: inside its window, by the rules of the desk, once."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from aftercare import book_links
from booking.models import Appointment
from clinic.models import AuditRow
from outbox.models import Notice
from patients import links, restrictions
from patients.models import Link
from tests.factories import aftercare, treatments
from tests.factories.booking import SUNDAY, TEN, minutes, visit
from tests.factories.health_forms import telephone
from tests.factories.patients import patient
from tests.portal.test_change import hrefs, one
from tests.portal.test_offer import everything, heading, words
from treatments import courses
from visits import courses as course_steps
from visits import reception, treatment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_engine]

DONE = TEN + minutes(70)  # Monday 2 March; the window is 30 March to 13 April, best on 6 April
ON_23_MARCH = TEN + timedelta(days=21)
BEST = TEN.replace(month=4, day=7, hour=9)  # a Tuesday; the wall shows ten in summer


@pytest.fixture
def course(db, mia, ana, as_ana, dee, site, microneedling):
    treatments.values()
    aftercare.values()
    course = treatments.course(mia, by=as_ana, at=SUNDAY)
    first = reception.book(
        patient=mia, service=microneedling, practitioner=ana, starts_at=TEN, site=site, by=dee, at=SUNDAY
    )
    session = treatments.saved(treatments.started(first, by=as_ana), by=as_ana, at=DONE)
    treatment.finish(session, ended_at=DONE, by=as_ana, at=DONE)
    return course


@pytest.fixture
def address(course):
    return links.path(Link.objects.get(purpose="book"))


@pytest.fixture(autouse=True)
def on_23_march():
    with time_machine.travel(ON_23_MARCH, tick=False) as clock:
        yield clock


def of_start(address, starts_at, who):
    return f"{address}{int(starts_at.timestamp())}/{who.pk}/"


def take(phone, at):
    return phone.post(at, {"answer": "take"})


def test_the_letters_that_ask_for_the_next_visit_lead_to_the_page(course, address):
    mark = links.placeholder(Link.objects.get(purpose="book"))
    about = Notice.objects.filter(owner="aftercare", body_text__contains=mark)

    assert set(about.values_list("kind", flat=True)) == {"AFTER_21D", "FOLLOW_28D", "FOLLOW_35D", "FOLLOW_42D"}
    assert Link.objects.get(purpose="book").subject == book_links.subject(course)


def test_the_next_session_is_booked_in_four_taps_from_the_mail(course, address, mia, ana, microneedling):
    phone = telephone()
    month = phone.get(address)
    assert "It can be any day from Monday 30 March to Monday 13 April, best around Monday 6 April." in words(month)
    april = phone.get(one(month, r"month=2026-04"))
    day = phone.get(one(april, r"/2026-04-07/$"))
    assert "10:00, the hour you know" in words(day)
    assert "10:00 to 11:20" in words(phone.get(of_start(address, BEST, ana)))
    answer = take(phone, of_start(address, BEST, ana))
    booked = Appointment.objects.get(starts_at=BEST)
    page = phone.get(address)

    assert (answer.status_code, answer.headers["Location"]) == (303, f"{address}#now")
    assert (booked.patient, booked.service, booked.practitioner) == (mia, microneedling, ana)
    assert courses.place(booked) == "2 of 4"
    assert AuditRow.objects.filter(verb="book").latest("pk").actor_kind == "link"
    assert heading(page).endswith("Mia, your next visit is booked")
    assert one(page, r"^/v/") == links.path(Link.objects.get(purpose="visit", subject=f"appointment:{booked.pk}"))


def test_who_has_booked_is_asked_no_more_and_again_once_it_is_called_off(course, address, ana):
    take(telephone(), of_start(address, BEST, ana))
    asks = Notice.objects.open().filter(kind__startswith="FOLLOW_")
    assert not asks.exists()
    visit_page = links.path(Link.objects.filter(purpose="visit").latest("pk"))
    telephone().post(f"{visit_page}cancel/", {"version": 1})

    assert asks.count() == 3
    assert f'href="{address}"' in words(telephone().get(visit_page))
    assert heading(telephone().get(address)) == "Mia, choose a day"


@pytest.mark.parametrize("browser", ["Mozilla/5.0", "Google-Safety"])
def test_looking_at_every_page_changes_nothing(course, address, ana, browser):
    client, before = Client(headers={"User-Agent": browser}), everything()
    for where in [address, f"{address}2026-04-07/", of_start(address, BEST, ana), f"{address}?who=any"] * 3:
        assert client.get(where).status_code == 200, where
        assert client.head(where).status_code == 200, where

    assert everything() == before


def test_the_pages_know_the_first_name_only_and_nothing_of_the_treatment(course, address, mia, ana, microneedling):
    for where in (address, f"{address}2026-04-07/", of_start(address, BEST, ana)):
        page = words(telephone().get(where))
        for secret in ("Okafor", mia.reference, "0417", "mia.okafor", "1994", microneedling.name, "acne", "Acne"):
            assert secret not in page
        assert len(page) < 40_000


def test_only_days_of_the_window_are_shown_and_can_be_had(course, address, ana):
    phone = telephone()
    march = [href for href in hrefs(phone.get(f"{address}?month=2026-03")) if "/2026-" in href]
    april = [href for href in hrefs(phone.get(f"{address}?month=2026-04")) if "/2026-" in href]

    assert [href[-11:-1] for href in march] == ["2026-03-30", "2026-03-31"]
    assert april[-1][-11:-1] == "2026-04-13"
    for day in (timedelta(days=-14), timedelta(days=7)):
        assert take(phone, of_start(address, BEST + day, ana)).status_code == 409
    assert Appointment.objects.count() == 1


def test_two_who_press_for_one_time_one_has_it_and_the_other_sees_the_nearest(course, address, ana, microneedling):
    visit(patient("Somebody Sooner"), microneedling, ana, starts_at=BEST, at=ON_23_MARCH)
    answer = take(telephone(), of_start(address, BEST, ana))

    assert (answer.status_code, heading(answer)) == (409, "This time has gone")
    assert len([href for href in hrefs(answer) if re.search(r"/\d{9,}/\d+/", href)]) == 3


def test_two_presses_book_one_visit(course, address, ana):
    assert [take(telephone(), of_start(address, BEST, ana)).status_code for _ in range(2)] == [303, 303]
    take(telephone(), of_start(address, BEST + timedelta(days=1), ana))

    assert Appointment.objects.filter(starts_at__gt=ON_23_MARCH).count() == 1


def test_after_the_window_the_next_days_are_offered_all_the_same(course, address):
    with time_machine.travel(TEN + timedelta(days=50), tick=False):
        page = telephone().get(address)

    assert heading(page) == "Mia, choose a day"
    assert "The time that was meant for it is over or full. These are the next days." in words(page)


def _pause(course, mia, as_ana):
    course_steps.pause(course, cause="wish", by=as_ana, at=ON_23_MARCH)


def _end(course, mia, as_ana):
    course_steps.finish_early(course, note="She moves away.", by=as_ana, at=ON_23_MARCH)


def _stop(course, mia, as_ana):
    restrictions.write(mia, source="x", service_kinds=[], not_before=None, words="Pregnant.", at=ON_23_MARCH)


@pytest.mark.parametrize("what", [_pause, _end, _stop])
def test_what_keeps_the_next_session_waiting_says_to_call_and_not_why(course, address, mia, as_ana, ana, what):
    what(course, mia, as_ana)
    for answer in (telephone().get(address), take(telephone(), of_start(address, BEST, ana))):
        assert heading(answer) == "Mia, please call us"
        assert "Pregnant" not in words(answer)
    assert Appointment.objects.count() == 1


def test_after_the_course_the_page_offers_its_maintenance(course, address, as_ana):
    course_steps.finish_early(course, note="It is well.", by=as_ana, at=ON_23_MARCH)
    course.refresh_from_db()
    course_steps.maintain(course, by=as_ana, at=ON_23_MARCH)
    with time_machine.travel(TEN + timedelta(days=90), tick=False):
        page = telephone().get(address)

    assert heading(page) == "Mia, choose a day"
    assert "It can be any day from Sunday 31 May to Saturday 29 August." in words(page)


def test_the_page_speaks_the_language_of_the_patient(course, address, mia):
    mia.refresh_from_db()
    mia.language = "es"
    mia.save()

    assert heading(telephone().get(address)) == "Mia, elija un día"
