"""A request that a machine sends twice under one Idempotency-Key is done once and answered alike."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from api import tasks
from api.answers import Named
from api.models import Answer
from booking.models import Appointment, Claim
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


class StruckDown(BaseException):
    """The process ends here."""


def strikes(*args, **kwargs):
    raise StruckDown


def test_a_request_that_was_struck_down_before_its_answer_stood_is_done_by_the_next(machine, wish, monkeypatch):
    with monkeypatch.context() as crash:
        crash.setattr(Named, "keep", strikes)
        with pytest.raises(StruckDown):
            machine.post("appointments", wish, once="k")
    left = (Appointment.objects.count(), Answer.objects.count())

    assert machine.post("appointments", wish, once="k").status_code == 201
    assert (left, Appointment.objects.count()) == ((0, 0), 1)


def test_a_request_whose_answer_was_lost_on_the_way_is_never_done_again(machine, monkeypatch):
    """Two people of one name and number are no mistake to the house, so nothing else would stop the second."""
    newcomer = {"name": "Jo Park", "phone": "0113 496 0555"}
    with monkeypatch.context() as crash:
        crash.setattr("api.answers._answer_of", strikes)
        with pytest.raises(StruckDown):
            machine.post("patients", newcomer, once="k")

    with time_machine.travel(SUNDAY + timedelta(hours=23), tick=False):
        again = machine.post("patients", newcomer, once="k")

    assert (again.status_code, again.json()["name"]) == (201, "Jo Park")
    assert Patient.objects.filter(name="Jo Park").count() == 1


def test_a_fault_of_ours_is_no_answer(machine, wish, monkeypatch):
    with monkeypatch.context() as fault:
        fault.setattr("api.appointments.told_visit", lambda *given: 1 / 0)
        assert machine.post("appointments", wish, once="k").status_code == 500
    left = (Appointment.objects.count(), Answer.objects.count())

    assert machine.post("appointments", wish, once="k").status_code == 201
    assert left == (0, 0)


def test_a_name_that_an_older_release_took_and_never_answered_stays_taken(machine, wish):
    machine.post("appointments", wish, once="k")
    Appointment.objects.update(state=Appointment.State.CANCELLED)
    Claim.objects.update(is_active=False)
    Answer.objects.update(status=None)

    again = machine.post("appointments", wish, once="k")

    assert (again.status_code, again.json()["type"]) == (409, "urn:stipple:request.answer_lost")
    assert Appointment.objects.count() == 1


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
