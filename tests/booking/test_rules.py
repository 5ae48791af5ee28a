from dataclasses import dataclass

import pytest

from booking import rules
from booking.models import Appointment
from booking.rules import Line, cut, patient_minutes

STATES = Appointment.State.values


@dataclass
class Phase:
    kind: str
    minutes: int
    holds: str  # p r d m, as in the factories

    def __getattr__(self, name):
        letters = {"holds_practitioner": "p", "holds_room": "r", "holds_device": "d", "holds_patient": "m"}
        return letters[name] in self.holds


MICRONEEDLING = [
    Phase("prepare", 10, "prm"),
    Phase("numbing", 30, "rm"),
    Phase("needling", 30, "prdm"),
    Phase("calm", 10, "prm"),
    Phase("clean_down", 10, "rd"),
]


def test_numbing_leaves_the_practitioner_free():
    assert [line for line in cut(MICRONEEDLING) if line.resource == "practitioner"] == [
        Line("practitioner", "prepare", 0, 10),
        Line("practitioner", "needling", 40, 80),
    ]


def test_neighbouring_holds_of_a_resource_are_one_and_others_stay_apart():
    assert cut(MICRONEEDLING) == (
        Line("practitioner", "prepare", 0, 10),
        Line("room", "prepare", 0, 90),
        Line("patient", "prepare", 0, 80),
        Line("practitioner", "needling", 40, 80),
        Line("device", "needling", 40, 70),
        Line("device", "clean_down", 80, 90),
    )


def test_no_phases_hold_nothing():
    assert cut([]) == ()


def test_the_patient_may_go_when_nothing_holds_them_any_more():
    assert patient_minutes(cut(MICRONEEDLING)) == 80


def test_a_service_for_nobody_is_an_error():
    with pytest.raises(ValueError, match="no phase of this service holds the patient"):
        patient_minutes(cut([Phase("clean_down", 10, "r")]))


@pytest.mark.parametrize(
    ("verb", "states"),
    [
        ("move", {"booked", "confirmed"}),
        ("confirm", {"booked"}),
        ("arrive", {"booked", "confirmed"}),
        ("enter_room", {"booked", "confirmed", "arrived"}),
        ("finish", {"arrived", "in_room"}),
        ("no_show", {"booked", "confirmed"}),
        ("cancel", {"booked", "confirmed", "arrived"}),
        ("revert", {"booked", "confirmed", "arrived", "no_show", "cancelled"}),
    ],
)
def test_a_step_is_open_to_these_states_and_no_others(verb, states):
    assert {state for state in STATES if rules.may(verb, state)} == states


def test_the_table_names_every_step():
    assert list(rules.TRANSITIONS) == [
        "move",
        "confirm",
        "arrive",
        "enter_room",
        "finish",
        "no_show",
        "cancel",
        "revert",
    ]


def test_a_visit_that_is_over_takes_no_step():
    assert rules.steps_from("done") == ()


def test_a_patient_who_arrived_enters_finishes_or_goes_home():
    assert rules.steps_from("arrived") == ("enter_room", "finish", "cancel", "revert")
