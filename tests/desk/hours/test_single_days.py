"""How a manager changes one day."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from clinic import hours
from clinic.models import SpecialDay
from desk.hours import glance
from tests.desk.hours.typed import HOURS, JUNE, LATE, day_of, glance_undo, shown, told, undo_of
from tests.factories.booking import TEN


def days(whose):
    rows = SpecialDay.objects.filter(practitioner=whose)
    return [(row.on, row.starts_at, row.ends_at, row.words) for row in rows]


def test_max_gives_ana_other_hours_on_one_day(manager, ana):
    said = {"on": "2026-06-01", "h-0-from": "14", "h-0-to": "18:00", "words": "Dentist"}

    response = manager.post(day_of(ana), said)

    assert (response.headers["Location"], told(response)) == (
        reverse(HOURS),
        ["Ana Duarte has other hours on Monday 1 June."],
    )
    assert days(ana) == [(JUNE, *LATE, "Dentist")]


def test_the_clinic_is_closed_on_one_day(manager, site):
    response = manager.post(day_of(None), {"on": "2026-06-01", "is_off": "on", "words": ""})

    assert told(response) == ["Rowan Skin Clinic is closed on Monday 1 June."]
    assert days(None) == [(JUNE, None, None, "")]


def test_undo_brings_back_what_the_day_was(manager, ana):
    manager.post(day_of(ana), {"on": "2026-06-01", "h-0-from": "14", "h-0-to": "18", "words": "Dentist & bank"})
    undo = list(get_messages(manager.post(day_of(ana), {"on": "2026-06-01", "is_off": "on"}).wsgi_request))[-1]

    manager.post(glance_undo(undo))

    assert days(ana) == [(JUNE, *LATE, "Dentist & bank")]


def test_undo_of_the_first_change_brings_back_the_week(manager, ana):
    undo = undo_of(manager.post(day_of(ana), {"on": "2026-06-01", "is_off": "on"}))

    manager.post(undo)

    assert days(ana) == []


def test_a_day_goes_back_to_its_usual_hours_and_that_is_undone_too(manager, ana):
    manager.post(day_of(ana), {"on": "2026-06-01", "is_off": "on", "words": "Training"})

    back = manager.post(glance.address("hours_undo", ana, on=JUNE))
    assert days(ana) == []

    manager.post(glance_undo(list(get_messages(back.wsgi_request))[-1]))
    assert days(ana) == [(JUNE, None, None, "Training")]


def test_the_form_opens_with_the_hours_that_hold_on_that_day(manager, ana, site, max_):
    hours.set_day(ana, site=site, on=JUNE, spans=[LATE], words="Dentist", by=max_, at=TEN)

    usual = shown(manager.get(day_of(ana, on="2026-06-02")))
    other = shown(manager.get(day_of(ana, on="2026-06-01")))

    assert usual == {
        "on": "2026-06-02",
        "h-0-from": "9:00",
        "h-0-to": "13:00",
        "h-1-from": "14:00",
        "h-1-to": "18:00",
    }
    assert other == {"on": "2026-06-01", "words": "Dentist", "h-0-from": "14:00", "h-0-to": "18:00"}


@pytest.mark.parametrize(
    ("said", "errors"),
    [
        (
            {"on": "2026-03-02", "is_off": "on"},
            {"on": ["Hours can be changed from today on. Choose today or a later day."]},
        ),
        ({"on": "", "is_off": "on"}, {"on": ["Choose the day."]}),
        ({"on": "2026-06-01"}, {"h-0-from": ["Write the hours of that day, or say that there are none."]}),
        (
            {"on": "2026-06-01", "h-0-from": "9"},
            {"h-0-to": ["Hours on that day: Write both times, or neither."]},
        ),
    ],
)
def test_a_day_that_cannot_be_is_said_at_its_field(manager, ana, said, errors):
    response = manager.post(day_of(ana), said)

    assert (response.status_code, response.context["form"].errors) == (422, errors)
    assert days(ana) == []


def test_a_day_may_have_a_third_span(manager, ana):
    response = manager.post(day_of(ana), {"on": "2026-06-01", "h-0-from": "9", "h-0-to": "10", "more": "h"})

    assert [len(row.pairs) for row in response.context["form"].rows] == [3]
    assert days(ana) == []


@pytest.mark.parametrize("query", ["", "?on=then", "?on=2026-06-01&span=9", "?on=2026-06-01&span=a-b"])
def test_an_undo_that_says_nothing_undoes_nothing(manager, ana, query):
    assert manager.post(glance.address("hours_undo", ana) + query).status_code == 404
