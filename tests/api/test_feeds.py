"""The address of a calendar: whoever has it reads it, and asks again cheaply."""

from datetime import timedelta

import icalendar
import pytest
import time_machine
from django.test import Client

from booking import appointments, feeds
from tests.factories.booking import HOUSE, SUNDAY, TEN, minutes, visit


@pytest.fixture
def address(site, ana, max_):
    _feed, key = feeds.make(site=site, practitioner=ana, by=max_, at=SUNDAY)
    return f"/feeds/{key}.ics"


def ask(address, **headers):
    return Client().get(address, headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_the_address_is_the_key(address, mia, ana, consultation):
    visit(mia, consultation, ana)

    response = ask(address)

    assert (response.status_code, response.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert [one.decoded("DTSTART") for one in icalendar.Calendar.from_ical(response.content).walk("VEVENT")] == [TEN]


def test_what_is_as_it_was_is_not_sent_again(address, mia, ana, consultation, django_assert_num_queries):
    booked = visit(mia, consultation, ana)
    first = ask(address)

    with django_assert_num_queries(3):
        again = ask(address, If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert ask(address, If_Modified_Since=first.headers["Last-Modified"]).status_code == 304

    appointments.move(booked, starts_at=TEN + minutes(60), version=1, by=HOUSE, at=SUNDAY + minutes(1))

    for headers in ({"If_None_Match": first.headers["ETag"]}, {"If_Modified_Since": first.headers["Last-Modified"]}):
        assert ask(address, **headers).status_code == 200


def test_each_day_is_news_to_who_asks_by_the_date_alone(address):
    last_modified = ask(address).headers["Last-Modified"]
    assert last_modified == "Sun, 01 Mar 2026 09:00:00 GMT"

    with time_machine.travel(SUNDAY + timedelta(days=1), tick=False):
        response = ask(address, If_Modified_Since=last_modified)

    assert (response.status_code, response.headers["Last-Modified"]) == (200, "Mon, 02 Mar 2026 00:00:00 GMT")


@pytest.mark.parametrize("path", ["/feeds/x.ics", "/feeds/stipple_x.ics", "/feeds/%00.ics", "/feeds/é.ics"])
def test_any_other_key_finds_nothing(address, path):
    response = ask(path)

    assert (response.status_code, response.content) == (404, b"There is no calendar at this address.")
    assert response.headers["Cache-Control"] == "no-store"


def test_an_ended_address_finds_nothing(address, site, max_):
    feeds.revoke(feeds.standing(site)[0], by=max_, at=SUNDAY)

    assert ask(address).status_code == 404


def test_a_calendar_is_only_read(address):
    assert Client().post(address).status_code == 405
    assert Client().head(address).status_code == 200
