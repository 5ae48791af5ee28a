"""Public holidays of England, as Max sees them on 3 March 2026, and one press that closes on those he ticks."""

import uuid
from datetime import UTC, date, datetime

import pytest
from django.contrib.messages import get_messages
from django.db import OperationalError
from django.urls import reverse

from booking import closures
from booking.models import Appointment, Closure
from clinic import hours
from tests.factories.booking import TEN, visit

HOLIDAYS = "desk:holidays"
GOOD_FRIDAY, EASTER_MONDAY, CHRISTMAS = "2026-04-03", "2026-04-06", "2027-12-25"


def lines(response):
    return {line.iso: line for line in response.context["lines"]}


def close(client, *days: str, key: str = ""):
    return client.post(reverse(HOLIDAYS), {"on": days, "form_key": key or str(uuid.uuid4())})


def told(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_the_holidays_to_come_of_this_year_and_the_next_stand_there(manager):
    found = lines(manager.get(reverse(HOLIDAYS)))

    assert list(found)[:2] == [GOOD_FRIDAY, EASTER_MONDAY]
    assert list(found)[-1] == "2027-12-28"
    assert (found[GOOD_FRIDAY].name, found[GOOD_FRIDAY].may_close) == ("Good Friday", True)


def test_a_day_on_which_the_clinic_is_closed_anyway_is_not_offered(manager, site, max_):
    hours.set_day(None, site=site, on=date(2026, 5, 4), spans=[], by=max_, at=TEN)

    found = lines(manager.get(reverse(HOLIDAYS)))

    assert (found[CHRISTMAS].may_close, found["2026-05-04"].may_close) == (False, False)  # a Saturday; a single day


def test_a_site_that_opens_on_one_saturday_may_close_on_it(manager, site, max_):
    hours.set_day(
        None, site=site, on=date(2027, 12, 25), spans=[(TEN.time(), TEN.replace(hour=12).time())], by=max_, at=TEN
    )

    assert lines(manager.get(reverse(HOLIDAYS)))[CHRISTMAS].may_close is True


def test_without_a_country_the_page_says_where_to_choose_it(manager, site):
    site.country = ""
    site.save()

    page = manager.get(reverse(HOLIDAYS))

    assert page.context["lines"] == []
    assert f'href="{reverse("desk:booking_rules")}"' in page.content.decode()
    assert "Where is the clinic?" in page.content.decode()


def test_the_ticked_days_are_closed_from_midnight_to_midnight(manager, ana, room):
    response = close(manager, GOOD_FRIDAY, EASTER_MONDAY)

    assert (response.headers["Location"], told(response)) == (reverse(HOLIDAYS), ["Closed on 2 days."])
    assert [(one.words, one.starts_at, one.ends_at) for one in Closure.objects.all()] == [
        ("Good Friday", datetime(2026, 4, 2, 23, tzinfo=UTC), datetime(2026, 4, 3, 23, tzinfo=UTC)),  # summer time
        ("Easter Monday", datetime(2026, 4, 5, 23, tzinfo=UTC), datetime(2026, 4, 6, 23, tzinfo=UTC)),
    ]
    assert lines(manager.get(reverse(HOLIDAYS)))[GOOD_FRIDAY].may_close is False


def test_a_day_that_is_closed_is_not_closed_twice(manager):
    close(manager, GOOD_FRIDAY)

    response = close(manager, GOOD_FRIDAY)

    assert told(response)[-1] == "These days were closed already."
    assert Closure.objects.count() == 1


def test_the_same_form_again_gets_the_same_answer(manager):
    key = str(uuid.uuid4())

    answers = [close(manager, GOOD_FRIDAY, key=key).headers["Location"] for _press in range(2)]

    assert answers == [reverse(HOLIDAYS)] * 2
    assert Closure.objects.count() == 1
    assert close(manager, EASTER_MONDAY, key=key).status_code == 409


def test_days_of_which_one_cannot_be_had_stay_open_and_the_form_closes_them_all_later(manager, monkeypatch):
    key, add = str(uuid.uuid4()), closures.add

    def crowded_at_easter(**said):
        if said["words"] == "Easter Monday":
            raise OperationalError("database is locked")
        return add(**said)

    with monkeypatch.context() as crowd:
        crowd.setattr(closures, "add", crowded_at_easter)
        stopped = close(manager, GOOD_FRIDAY, EASTER_MONDAY, key=key)

    assert (stopped.status_code, Closure.objects.count()) == (409, 0)
    assert stopped.context["problem"] == "Nothing was changed. Try again in a moment."
    assert told(close(manager, GOOD_FRIDAY, EASTER_MONDAY, key=key)) == ["Closed on 2 days."]
    assert [one.words for one in Closure.objects.all()] == ["Good Friday", "Easter Monday"]


def test_a_lifted_closure_leaves_the_day_open(manager):
    close(manager, GOOD_FRIDAY)
    Closure.objects.update(lifted_at=TEN)

    assert lines(manager.get(reverse(HOLIDAYS)))[GOOD_FRIDAY].may_close is True


def test_visits_booked_on_a_holiday_stay_and_lead_to_the_closure(manager, mia, ana, microneedling):
    booked = visit(mia, microneedling, ana, starts_at=datetime(2026, 4, 3, 9, tzinfo=UTC))
    assert lines(manager.get(reverse(HOLIDAYS)))[GOOD_FRIDAY].visits == 1

    response = close(manager, GOOD_FRIDAY)

    assert told(response) == ["Closed on 1 day. 1 visit stands in it and waits for you."]
    assert Appointment.objects.get(pk=booked.pk).state == Appointment.State.BOOKED
    page = manager.get(reverse(HOLIDAYS))
    closure = Closure.objects.get()
    assert lines(page)[GOOD_FRIDAY].closure == closure
    assert f'href="{reverse("desk:closure", args=[closure.uuid])}"' in page.content.decode()


@pytest.mark.parametrize("days", [(), ("2026-04-07",), ("easter",)])
def test_without_a_holiday_ticked_nothing_is_closed(manager, days):
    response = close(manager, *days)

    assert (response.status_code, response.context["problem"]) == (422, "Tick the days on which the clinic is closed.")
    assert Closure.objects.count() == 0


def test_the_desk_does_not_close_the_clinic(desk):
    assert close(desk, GOOD_FRIDAY).status_code == 403


def test_the_page_costs_the_same_without_closures_and_with_three(manager, django_assert_num_queries):
    def costs(count):
        with django_assert_num_queries(count):
            manager.get(reverse(HOLIDAYS))

    costs(8)
    close(manager, GOOD_FRIDAY, EASTER_MONDAY, "2026-05-04")
    manager.get(reverse(HOLIDAYS))  # reads the message
    costs(8)
