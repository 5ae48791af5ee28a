"""A device whose service is overdue: no time is offered with it and none is booked, judged on the day of the visit."""

from datetime import date, timedelta

import pytest

from booking import diary, free_times
from clinic.refusals import Refused
from tests.factories import clinic
from tests.factories.booking import SUNDAY, TEN, visit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_engines]

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


@pytest.fixture
def due_on_monday(pen):
    pen.service_due_on = MONDAY
    pen.save()
    return pen


def offered(service, site):
    found = free_times.find(service=service, site=site, start=MONDAY, days=2, at=SUNDAY)
    return sorted({(free.device.name, free.starts_at.date()) for free in found})


def test_the_day_on_which_it_is_due_is_offered_and_none_after_it(due_on_monday, microneedling, site):
    assert offered(microneedling, site) == [("Pen 1", MONDAY)]


def test_the_control_a_device_in_date_is_offered_every_day(pen, microneedling, site):
    assert offered(microneedling, site) == [("Pen 1", MONDAY), ("Pen 1", TUESDAY)]


def test_another_device_in_date_takes_its_place(due_on_monday, microneedling, site):
    microneedling.devices.add(clinic.device(site, "Pen 2"))

    assert offered(microneedling, site) == [("Pen 1", MONDAY), ("Pen 2", TUESDAY)]


def test_nobody_books_it_afterwards_and_the_refusal_says_until_when(due_on_monday, mia, microneedling, ana):
    with pytest.raises(Refused) as refused:
        visit(mia, microneedling, ana, starts_at=TEN + timedelta(days=1))

    assert refused.value.refusal.rule == diary.OVERDUE
    assert str(refused.value) == (
        "The service of Pen 1 is due by Monday 2 March 2026. Choose a day before, or write down its service first."
    )
    assert mia.appointments.count() == 0


def test_nobody_asks_for_it_by_name_either(due_on_monday, mia, microneedling, ana, site):
    microneedling.devices.add(clinic.device(site, "Pen 2"))

    with pytest.raises(Refused) as refused:
        visit(mia, microneedling, ana, starts_at=TEN + timedelta(days=1), device=due_on_monday)

    assert refused.value.refusal.rule == diary.OVERDUE


def test_a_visit_that_needs_no_device_minds_no_service(due_on_monday, mia, consultation, ana):
    assert visit(mia, consultation, ana, starts_at=TEN + timedelta(days=1)).device is None
