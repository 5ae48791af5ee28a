"""A patient moves their visit behind its link: what is shown can be had, and what is gone leads to the nearest."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.test import Client

from booking import visit_links
from booking.models import Appointment
from clinic.models import AuditRow
from outbox.models import Notice
from patients import links, restrictions
from tests.factories.booking import SUNDAY, TEN, minutes, visit
from tests.factories.health_forms import telephone
from tests.factories.patients import patient
from tests.portal.test_offer import everything, heading, words
from visits import reception

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_engine]

NOON = SUNDAY + minutes(180)
WEDNESDAY = TEN + timedelta(days=2)
FRIDAY = TEN + timedelta(days=4)


@pytest.fixture
def booked(mia, review, ana, dee, site):
    return reception.book(
        patient=mia, service=review, practitioner=ana, starts_at=WEDNESDAY, site=site, by=dee, at=SUNDAY
    )


@pytest.fixture
def address(booked):
    return links.path(visit_links.of(booked, at=SUNDAY))


@pytest.fixture
def with_ben(ben, review):
    review.practitioners.add(ben)
    return ben


@pytest.fixture(autouse=True)
def sunday():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def hrefs(page):
    return [unescape(href) for href in re.findall(r'href="([^"]+)"', page.content.decode())]


def one(page, pattern):
    """Return the first address on a page that is of this form."""
    return next(href for href in hrefs(page) if re.search(pattern, href))


def of_time(address, starts_at, who):
    return f"{address}change/{int(starts_at.timestamp())}/{who.pk}/"


def take(phone, at, version=1):
    return phone.post(at, {"answer": "take", "version": version})


def test_a_visit_is_moved_in_five_taps_from_the_mail(booked, address, ana, mia):
    phone = telephone()
    page = phone.get(address)  # the first tap, in the mail
    month = phone.get(one(page, r"/change/$"))
    day = phone.get(one(month, r"/change/2026-03-06/$"))
    last_look = phone.get(one(day, rf"/change/{int(FRIDAY.timestamp())}/{ana.pk}/$"))
    answer = take(phone, of_time(address, FRIDAY, ana))
    booked.refresh_from_db()
    change, row = booked.changes.get(verb="move"), AuditRow.objects.get(verb="move")

    assert "<b>Friday 6 March</b><b>10:00 to 10:15</b>" in words(last_look)
    assert "It takes the place of Wednesday 4 March, 10:00." in words(last_look)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{address}#now")
    assert (booked.starts_at, booked.practitioner, booked.state) == (FRIDAY, ana, Appointment.State.BOOKED)
    assert (change.by_name, row.actor_kind) == (mia.name, "link")
    assert "<b>Friday 6 March</b>" in words(phone.get(address))
    assert set(Notice.objects.open().values_list("kind", flat=True)) == {"CHANGE", "PRE_24H"}


@pytest.mark.parametrize("browser", ["Mozilla/5.0", "Google-Safety"])
def test_looking_at_every_page_changes_nothing(booked, address, ana, browser):
    client = Client(headers={"User-Agent": browser})
    taken = of_time(address, TEN + minutes(7), ana)
    pages = [f"{address}change/", f"{address}change/2026-03-06/", f"{address}change/nonsense/"]
    pages += [of_time(address, FRIDAY, ana), f"{address}change/?month=2026-04&who=any", taken]
    before = everything()
    for where in pages * 3:
        assert client.get(where).status_code in (200, 302, 409), where
        assert client.head(where).status_code in (200, 302, 409), where
    assert [client.post(where).status_code for where in pages[:2]] == [405, 405]

    assert everything() == before


def test_a_month_shows_the_days_that_have_a_time_and_no_other(booked, address):
    page = telephone().get(f"{address}change/")
    days = [href.rpartition("/change/")[2] for href in hrefs(page) if re.search(r"/change/2026", href)]

    assert heading(page) == "Mia, choose a day"
    assert days[:5] == [f"2026-03-{day:02}/" for day in (2, 3, 4, 5, 6)]
    assert "2026-03-07/" not in days  # a Saturday
    assert "Monday 2 March, free times: 32" in words(page)


def test_every_time_of_a_day_can_be_had_and_its_own_is_none_of_them(booked, address, ana):
    phone = telephone()
    shown = [href for href in hrefs(phone.get(f"{address}change/2026-03-04/")) if href.count("/") == 6]
    wanted = of_time(address, WEDNESDAY, ana)

    assert shown
    assert wanted not in shown
    assert {phone.get(href).status_code for href in shown} == {200}


def test_the_hour_that_is_theirs_comes_first(booked, address, ana):
    page = telephone().get(f"{address}change/2026-03-06/")

    assert one(page, r"/change/\d+/") == of_time(address, FRIDAY, ana)
    assert "10:00, the hour you know" in words(page)


def test_a_time_with_somebody_else_is_there_when_it_is_asked_for(booked, address, with_ben):
    phone = telephone()
    own = phone.get(f"{address}change/")
    anybody = phone.get(one(own, r"who=any"))
    day = phone.get(f"{address}change/2026-03-06/?who=any")

    assert "With Ana Duarte." in words(own)
    assert "Only times with Ana Duarte" in words(anybody)
    assert f"{of_time(address, FRIDAY, with_ben)}?who=any" in hrefs(day)
    take(phone, f"{of_time(address, FRIDAY, with_ben)}?who=any")
    booked.refresh_from_db()
    assert (booked.starts_at, booked.practitioner) == (FRIDAY, with_ben)


def test_nobody_is_asked_for_when_there_is_nobody_else(booked, address):
    assert "who=any" not in words(telephone().get(f"{address}change/"))


def test_a_time_that_is_just_gone_leads_to_the_nearest_three(booked, address, ana, review):
    visit(patient("Somebody Sooner"), review, ana, starts_at=FRIDAY)
    before = everything()
    answer = take(telephone(), of_time(address, FRIDAY, ana))

    assert (answer.status_code, heading(answer)) == (409, "This time has gone")
    assert [href for href in hrefs(answer) if re.search(r"/change/\d+/", href)] == [
        of_time(address, FRIDAY + minutes(shift), ana) for shift in (-30, -15, 15)
    ]
    assert everything() == before


def test_a_press_that_comes_twice_moves_once(booked, address, ana):
    assert [take(telephone(), of_time(address, FRIDAY, ana)).status_code for _ in range(2)] == [303, 303]
    assert booked.changes.filter(verb="move").count() == 1


def test_what_was_changed_meanwhile_is_looked_at_again(booked, address, ana, dee):
    reception.move(booked, starts_at=WEDNESDAY + minutes(60), version=1, by=dee, at=NOON)
    answer = take(telephone(), of_time(address, FRIDAY, ana))
    booked.refresh_from_db()

    assert (answer.status_code, booked.starts_at) == (409, WEDNESDAY + minutes(60))
    assert "Your appointment was changed a moment ago" in words(answer)


@pytest.mark.parametrize("where", ["change/", "change/2026-03-06/", "change/{start}/{who}/"])
def test_when_it_is_late_every_page_says_to_call(booked, address, ana, where):
    at = address + where.format(start=int(FRIDAY.timestamp()), who=ana.pk)
    with time_machine.travel(WEDNESDAY - timedelta(hours=23), tick=False):
        page, answer = telephone().get(at), take(telephone(), of_time(address, FRIDAY, ana))
    booked.refresh_from_db()

    assert "To change or cancel it now, please call us." in words(page)
    assert (answer.status_code, booked.starts_at) == (409, WEDNESDAY)


def test_no_day_is_shown_on_which_the_patient_may_not_come(booked, address, mia, ana):
    restrictions.write(mia, source="x", service_kinds=[], not_before=FRIDAY.date(), words="Wait.", at=NOON)
    phone = telephone()
    days = [href.rpartition("/change/")[2] for href in hrefs(phone.get(f"{address}change/")) if "/2026" in href]

    assert days[0] == "2026-03-06/"
    assert take(phone, of_time(address, TEN + timedelta(days=3), ana)).status_code == 409
    booked.refresh_from_db()
    assert booked.starts_at == WEDNESDAY


def test_where_a_clinician_decides_first_the_page_says_to_call_and_not_why(booked, address, mia, ana):
    restrictions.write(mia, source="x", service_kinds=[], not_before=None, words="Pregnant.", at=NOON)
    phone = telephone()
    for answer in (phone.get(f"{address}change/"), take(phone, of_time(address, FRIDAY, ana))):
        assert heading(answer) == "Mia, please call us"
        assert "Pregnant" not in words(answer)
    booked.refresh_from_db()
    assert booked.starts_at == WEDNESDAY


@pytest.mark.parametrize("said", ["?month=x", "?month=1900-01", "?month=2999-12", "?who=nobody", "?month="])
def test_a_month_that_is_none_shows_one_that_is(booked, address, said):
    assert heading(telephone().get(f"{address}change/{said}")) == "Mia, choose a day"


def test_a_time_that_never_was_is_gone(booked, address, ana):
    for start in (0, 10**18, int(FRIDAY.timestamp()) + 60):
        assert telephone().get(f"{address}change/{start}/{ana.pk}/").status_code == 409
        assert telephone().get(f"{address}change/{int(FRIDAY.timestamp())}/{10**18}/").status_code == 409


def test_the_pages_are_light(booked, address, ana):
    for where in ("", "2026-03-06/", f"{int(FRIDAY.timestamp())}/{ana.pk}/"):
        page = telephone().get(f"{address}change/{where}")
        assert len(page.content) < 40_000
        assert "<script" not in words(page)
