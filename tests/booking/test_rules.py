from dataclasses import dataclass, replace

import pytest

from booking import rules
from booking.models import Appointment
from booking.rules import Line, cut, patient_minutes

STATES = Appointment.State.values


@dataclass
class Phase:
    kind: str
    minutes: int
    holds: str  # p r c d m: practitioner, room, chair, device, patient

    def __getattr__(self, name):
        letters = {f"holds_{name}": name[0] for name in ("practitioner", "room", "chair", "device")}
        return (letters | {"holds_patient": "m"})[name] in self.holds


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


def test_cream_that_works_in_a_chair_leaves_the_room_free():
    in_a_chair = [replace(phase, holds="cm") if phase.kind == "numbing" else phase for phase in MICRONEEDLING]

    lines = [line for line in cut(in_a_chair) if line.resource in ("room", "chair")]

    assert lines == [
        Line("room", "prepare", 0, 10),
        Line("chair", "numbing", 10, 40),
        Line("room", "needling", 40, 90),
    ]
    assert [line.column for line in lines] == ["room", "room", "room"]


def test_another_length_of_needling_moves_what_follows():
    lines = cut(MICRONEEDLING, needling_minutes=20)

    assert (patient_minutes(lines), max(line.ends for line in lines)) == (70, 80)
    assert [line for line in lines if line.resource == "device"] == [
        Line("device", "needling", 40, 60),
        Line("device", "clean_down", 70, 80),
    ]


def test_another_length_of_needling_is_nothing_to_a_talk():
    talk = [Phase("talk", 30, "prm")]

    assert cut(talk, needling_minutes=20) == cut(talk)


@pytest.mark.parametrize(("zones", "minutes"), [(1, 20), (2, 20), (3, 25), (4, 25), (5, 30), (9, 30)])
def test_more_zones_are_given_more_minutes(zones, minutes):
    assert rules.needling_minutes(zones) == minutes


def test_needling_of_no_zone_has_no_length():
    with pytest.raises(ValueError, match="at least one zone, not 0"):
        rules.needling_minutes(0)


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
        ("late", {"booked", "confirmed"}),
        ("note", {"booked", "confirmed", "arrived", "in_room", "done", "no_show"}),
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
        "late",
        "note",
        "arrive",
        "enter_room",
        "finish",
        "no_show",
        "cancel",
        "revert",
    ]


def test_a_visit_that_is_over_can_only_be_noted_upon():
    assert rules.steps_from("done") == ("note",)


def test_a_patient_who_arrived_enters_finishes_or_goes_home():
    assert rules.steps_from("arrived") == ("note", "enter_room", "finish", "cancel", "revert")
