"""Until when somebody's registration is in date: said beside their week, by a manager."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from booking.models import Appointment
from tests.factories.booking import TEN, visit

WEEK, REGISTRATION = "desk:hours_week", "desk:hours_registration"
NEXT_WEEK = TEN + timedelta(days=7)


def of(ana, name=REGISTRATION):
    return reverse(name, args=[ana.pk])


def told(page):
    return [str(message) for message in page.context["messages"]]


def test_a_manager_says_the_day_and_reads_what_is_booked_after_it(manager, ana, mia, review):
    visit(mia, review, ana, starts_at=NEXT_WEEK)

    page = manager.post(of(ana), {"until": "2026-03-08"}, follow=True)

    ana.refresh_from_db()
    assert (ana.registered_until, Appointment.objects.standing().count()) == (date(2026, 3, 8), 1)
    assert told(page) == ["The registration of Ana Duarte is in date until 8 March 2026."]
    assert "1 visit is booked after that day and stays until somebody moves it." in page.content.decode()


def test_on_the_last_day_itself_a_visit_may_stand(manager, ana, mia, review):
    visit(mia, review, ana, starts_at=NEXT_WEEK)

    page = manager.post(of(ana), {"until": "2026-03-09"}, follow=True)

    assert "booked after that day" not in page.content.decode()


def test_empty_is_no_known_end(manager, ana):
    manager.post(of(ana), {"until": "2026-04-01"})

    page = manager.post(of(ana), {"until": ""}, follow=True)

    ana.refresh_from_db()
    assert (ana.registered_until, told(page)[-1]) == (None, "The registration of Ana Duarte has no known end.")


@pytest.mark.parametrize("typed", ["soon", "2026-02-30", "9999-12-31"])
def test_what_is_no_day_is_asked_for_again_and_nothing_is_changed(manager, ana, typed):
    manager.post(of(ana), {"until": "2026-04-01"})

    answer = manager.post(of(ana), {"until": typed})

    ana.refresh_from_db()
    assert (answer.status_code, ana.registered_until) == (422, date(2026, 4, 1))
    assert "Write a day, as in 2027-03-31." in answer.content.decode()
    assert f'value="{typed}"' in answer.content.decode()


def test_the_clinic_itself_has_no_registration(manager, site):
    assert manager.post(reverse(REGISTRATION, args=["site"]), {"until": ""}).status_code == 404
    assert "registration-words" not in manager.get(reverse(WEEK, args=["site"])).content.decode()
