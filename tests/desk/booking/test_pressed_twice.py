"""Dee presses a button twice, or goes back and sends the form again: it is done once, and she gets the same answer."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from booking.models import Appointment
from clinic.models import User
from desk.booking.offers import offer_value
from tests.factories.booking import TEN, minutes, visit
from visits import reception

pytestmark = pytest.mark.django_db

STEPS = {
    "_confirm": {},
    "_arrive": {},
    "_enter_room": {},
    "_no_show": {},
    "_cancel": {"reason": "Has a cold", "called_off_by": "clinic"},
    "_late": {"minutes": 10},
    "_note": {"note": "Brings her son "},
}


@pytest.fixture
def booked(mia, review, ana):
    return visit(mia, review, ana)


@pytest.fixture
def monday(dee):
    """Dee's browser on Monday at ten, when the visit is due."""
    with time_machine.travel(TEN, tick=False):
        yield browser_of(dee.user)


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def press(browser: Client, step: str, booked: Appointment, **said: Any) -> HttpResponse:
    address = reverse(f"desk:appointment{step}", args=[booked.uuid])
    return browser.post(address, {"version": booked.version, **STEPS.get(step, {}), **said})


def answer_of(response: HttpResponse) -> tuple[int, str, str, str]:
    """Return where an answer leads and what it says, with its undo."""
    said = list(get_messages(response.wsgi_request))[-1]
    return response.status_code, response.headers["Location"], str(said), said.extra_tags


def history(booked: Appointment) -> list[str]:
    return list(booked.changes.order_by("id").values_list("verb", flat=True))


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_is_pressed_twice_is_taken_once_and_answered_alike(monday, booked, step):
    first, second = (answer_of(press(monday, step, booked)) for _press in range(2))

    assert (first[0], second) == (302, first)
    assert history(booked) == ["book", step.removeprefix("_")]


def test_the_end_of_a_visit_that_is_pressed_twice_is_its_end_once(monday, booked):
    press(monday, "_enter_room", booked)
    booked.refresh_from_db()

    first, second = (answer_of(press(monday, "_finish", booked)) for _press in range(2))

    assert (first[0], second) == (302, first)
    assert history(booked) == ["book", "enter_room", "finish"]


def test_an_undo_that_is_pressed_twice_takes_one_step_back(monday, booked):
    press(monday, "_confirm", booked)
    booked.refresh_from_db()
    press(monday, "_arrive", booked)
    booked.refresh_from_db()

    first, second = (answer_of(press(monday, "_revert", booked)) for _press in range(2))

    assert (first[0], second) == (302, first)
    assert Appointment.objects.get().state == Appointment.State.CONFIRMED


def moved_to(later: int, ana: User, **said: Any) -> dict[str, Any]:
    time = offer_value(TEN + minutes(later), ana.pk)
    return {"do": "move", "time": time, "reason": "School run", "tell_patient": "on", **said}


def test_a_move_that_is_sent_twice_is_one_move_and_one_answer(monday, booked, ana):
    first, second = (answer_of(press(monday, "_move", booked, **moved_to(90, ana))) for _press in range(2))

    assert (first[0], second) == (302, first)
    assert second[2] == "Mia Okafor is moved: Monday 2 March, 11:30 to 11:45, with Ana."
    assert history(booked) == ["book", "move"]


def test_a_move_with_another_length_that_is_sent_twice_is_one_move(monday, mia, microneedling, ana):
    needling = visit(mia, microneedling, ana, starts_at=TEN + timedelta(days=1))
    said = moved_to(24 * 60 + 60, ana, needling_minutes=20)

    first, second = (answer_of(press(monday, "_move", needling, **said)) for _press in range(2))

    assert (first[0], second) == (302, first)
    assert (history(needling), Appointment.objects.get().needling_minutes) == (["book", "move"], 20)


# --- the controls: what is not this person's own press ---------------------------------------------------


def test_another_time_from_an_older_page_is_no_second_press(monday, booked, ana):
    press(monday, "_move", booked, **moved_to(90, ana))

    assert press(monday, "_move", booked, **moved_to(120, ana)).status_code == 409
    assert Appointment.objects.get().starts_at == TEN + minutes(90)


@pytest.mark.parametrize(
    ("step", "other"),
    [("_late", {"minutes": 15}), ("_cancel", {"reason": "Moved away"}), ("_cancel", {"called_off_by": "patient"})],
)
def test_a_step_that_says_something_else_is_no_second_press(monday, booked, step, other):
    press(monday, step, booked)

    assert press(monday, step, booked, **other).status_code == 409


def test_what_a_colleague_pressed_is_shown_as_a_change(monday, booked, max_):
    with time_machine.travel(TEN, tick=False):
        press(browser_of(max_.user), "_arrive", booked)

    answer = press(monday, "_arrive", booked)

    assert answer.status_code == 409
    assert "This visit changed meanwhile" in answer.content.decode()


def test_a_step_that_was_taken_back_since_is_not_called_done(monday, booked):
    press(monday, "_arrive", booked)
    press(monday, "_revert", booked, version=2)

    assert press(monday, "_arrive", booked).status_code == 409
    assert Appointment.objects.get().state == Appointment.State.BOOKED


def test_a_step_after_which_a_colleague_changed_the_visit_is_not_called_done(monday, booked, max_):
    press(monday, "_arrive", booked)
    reception.change_note(booked, note="Parks at the back", version=2, by=max_, at=TEN)

    assert press(monday, "_arrive", booked).status_code == 409
