"""A request that a machine sends twice under one Idempotency-Key is done once and answered alike."""

import threading
from datetime import timedelta
from unittest.mock import sentinel

import pytest
import time_machine
from django.db import connection

from api import answers, tasks
from api.models import Answer
from booking.models import Appointment, Claim
from clinic.models import ApiToken
from patients.models import Patient
from tests.api.conftest import machine_of
from tests.factories import patients as who
from tests.factories.booking import SUNDAY, visit


def same(first, second):
    told = [(one.status_code, one.content, one.headers["Content-Type"]) for one in (first, second)]
    return told[0] == told[1]


def test_a_booking_that_is_sent_twice_is_one_visit_and_one_answer(machine, wish):
    first = machine.post("appointments", wish, once="monday-1")
    second = machine.post("appointments", wish, once="monday-1")

    assert first.status_code == 201
    assert same(first, second)
    assert Appointment.objects.count() == 1


def test_the_control_without_the_header_the_second_is_another_request(machine, wish):
    statuses = [machine.post("appointments", wish).status_code for _n in range(2)]

    assert statuses == [201, 409]


def test_a_refusal_is_kept_as_well(machine, wish, ana, consultation):
    taken = visit(who.tomasz(), consultation, ana)
    first = machine.post("appointments", wish, once="k")
    Claim.objects.filter(appointment=taken).update(is_active=False)

    second = machine.post("appointments", wish, once="k")

    assert first.status_code == 409
    assert same(first, second)
    assert machine.post("appointments", wish, once="another").status_code == 201


def test_how_the_json_is_written_makes_no_other_request(machine, wish):
    backwards = dict(reversed(wish.items()))

    assert same(machine.post("appointments", wish, once="k"), machine.post("appointments", backwards, once="k"))


def test_another_body_under_the_same_key_is_refused(machine, wish):
    machine.post("appointments", wish, once="k")

    other = machine.post("appointments", wish | {"note": "different"}, once="k")

    assert (other.status_code, other.json()["type"]) == (422, "urn:stipple:request.idempotency_key")
    assert Appointment.objects.count() == 1


def test_another_address_under_the_same_key_is_refused(machine, wish):
    booked = machine.post("appointments", wish, once="k").json()

    assert machine.post(f"appointments/{booked['id']}/confirm", {"version": 1}, once="k").status_code == 422


def test_two_machines_may_use_the_same_words(machine, wish, dee):
    other = machine_of(dee.user, name="other")

    statuses = [one.post("appointments", wish, once="k").status_code for one in (machine, other)]

    assert statuses == [201, 409]


def test_every_change_takes_the_header(machine, wish):
    booked = machine.post("appointments", wish).json()["id"]
    move = {"starts_at": "2026-03-02T11:00:00+00:00", "version": 1}
    later = {
        f"appointments/{booked}/confirm": {"version": 2},
        f"appointments/{booked}/cancel": {"version": 3, "reason": "Has a cold"},
        "patients": {"name": "Jo Park", "phone": "0113 496 0555"},
    }

    first, second = (machine.patch(f"appointments/{booked}", move, once="move") for _n in range(2))
    assert same(first, second)
    for path, body in later.items():
        first, second = (machine.post(path, body, once=path) for _n in range(2))
        assert first.status_code in {200, 201}
        assert same(first, second)
    assert Patient.objects.filter(name="Jo Park").count() == 1


@pytest.mark.parametrize("name", ["x" * 256, "é", "a\tb"])
def test_a_name_that_cannot_be_kept_is_refused(machine, wish, name):
    assert machine.post("appointments", wish, once=name).json()["type"] == "urn:stipple:request.idempotency_key"
    assert not Appointment.objects.exists()


def test_what_is_wrong_with_a_request_may_be_put_right_under_the_same_key(machine, wish):
    assert machine.post("appointments", wish | {"starts_at": "ten"}, once="k").status_code == 422
    assert machine.post("appointments", wish, once="k").status_code == 201


def test_answers_are_forgotten_after_a_day(machine, wish):
    machine.post("appointments", wish, once="k")

    with time_machine.travel(SUNDAY + timedelta(hours=24, seconds=-1), tick=False):
        tasks.tidy()
        assert Answer.objects.count() == 1
    with time_machine.travel(SUNDAY + timedelta(hours=24), tick=False):
        tasks.tidy()
        assert Answer.objects.count() == 0


def begun(at):
    """Leave a request behind that is still at work, or was struck down."""
    return Answer.objects.create(
        token=ApiToken.objects.get(), key="k", request_digest=sentinel.digest.name, asked_at=at
    )


@pytest.fixture
def in_no_time(monkeypatch):
    monkeypatch.setattr(answers, "BETWEEN", 0)
    monkeypatch.setattr(answers, "_digest", lambda request: sentinel.digest.name)


def test_while_the_first_is_at_work_the_second_is_told_to_come_again(machine, wish, in_no_time):
    begun(SUNDAY)

    second = machine.post("appointments", wish, once="k")

    assert (second.status_code, second.json()["type"]) == (409, "urn:stipple:request.in_progress")
    assert second.headers["Retry-After"] == "1"
    assert not Appointment.objects.exists()


def test_a_request_that_was_struck_down_is_done_by_the_next(machine, wish, in_no_time):
    begun(SUNDAY - timedelta(minutes=2))

    assert machine.post("appointments", wish, once="k").status_code == 201
    assert same(machine.post("appointments", wish, once="k"), machine.post("appointments", wish, once="k"))


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_is_done_and_all_are_answered_alike(machine, wish):
    barrier, told = threading.Barrier(6), []

    def send():
        barrier.wait()
        told.append(machine_copy().post("appointments", wish, once="k"))
        connection.close()

    def machine_copy():
        return type(machine)(machine.key)

    threads = [threading.Thread(target=send) for _n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {(one.status_code, one.content) for one in told} == {(201, told[0].content)}
    assert Appointment.objects.count() == 1
