"""How urgent it is what a patient tells: the red-flag block (C-43 to C-45), hour by hour."""

import pytest

from aftercare import report_rules as rules


def grade(*signs, feeling="fine", hours=60, **numbers):
    return rules.grade(feeling=feeling, signs=signs, hours=hours, **numbers)


@pytest.mark.parametrize("sign", ["breathing", "face_swelling", "fainting", "fever_spreading", "numbing"])
@pytest.mark.parametrize("hours", [0, 500, None])
def test_a_sign_of_the_emergency_block_is_one_at_any_hour(sign, hours):
    assert grade(sign, hours=hours) == "emergency"
    assert rules.is_emergency([sign])


@pytest.mark.parametrize("sign", ["spreading_redness", "warmth", "pus", "swelling_severe", "blisters", "rash"])
def test_a_sign_of_the_same_day_block_is_for_today(sign):
    assert grade(sign, hours=1) == "same_day"
    assert not rules.is_emergency([sign])


@pytest.mark.parametrize("sign", ["dark_marks", "bumps"])
def test_new_marks_and_bumps_are_for_soon_at_any_time(sign):
    assert (grade(sign, hours=1), grade(sign, hours=600)) == ("soon", "soon")


@pytest.mark.parametrize(
    ("sign", "from_hours", "before", "after"),
    [
        ("pain_worse", 24, "soon", "same_day"),
        ("swelling_worse", 48, "soon", "same_day"),
        ("redness_stays", 72, "none", "soon"),
    ],
)
def test_some_signs_grow_grave_with_the_hours(sign, from_hours, before, after):
    assert (grade(sign, hours=from_hours - 1), grade(sign, hours=from_hours)) == (before, after)
    assert grade(sign, hours=None) == after


@pytest.mark.parametrize(("feeling", "least"), [("fine", "none"), ("not_sure", "soon"), ("worried", "same_day")])
def test_what_is_felt_counts_without_any_sign(feeling, least):
    assert grade(feeling=feeling) == least


def test_the_gravest_of_all_that_was_said_counts():
    assert grade("bumps", "pus", feeling="not_sure") == "same_day"
    assert grade("bumps", "breathing", feeling="fine") == "emergency"
    assert grade("bumps", feeling="worried") == "same_day"


def test_severe_pain_counts_as_pain_that_gets_worse():
    assert (grade(pain=6), grade(pain=7), grade(pain=7, hours=12)) == ("none", "same_day", "soon")


def test_redness_that_is_still_there_after_three_days_is_for_soon():
    assert (grade(redness=3, hours=71), grade(redness=1, hours=72), grade(redness=0, hours=72)) == (
        "none",
        "soon",
        "none",
    )


def test_every_sign_of_the_block_is_on_the_list_once_and_in_order():
    codes = [sign.code for sign in rules.SIGNS]

    assert len(codes) == len(set(codes)) == 16
    assert rules.known(["bumps", "nonsense", "pus", "pus"]) == ["pus", "bumps"]
    assert [sign.code for sign in (*rules.EMERGENCIES, *rules.TODAY, *rules.LATER)] == codes


@pytest.mark.parametrize(
    ("hours", "about"),
    [
        (0, "own"),
        (22, "own"),
        (23, "24h"),
        (46, "24h"),
        (47, "48h"),
        (160, "48h"),
        (168, "7d"),
        (504, "21d"),
        (840, "own"),
    ],
)
def test_a_check_in_is_the_one_whose_message_came_last(hours, about):
    assert rules.check_in(hours) == about


def test_two_numbers_are_asked_after_two_days_and_one_after_a_week():
    assert [rules.asks(about) for about in ("24h", "48h", "7d", "21d", "own")] == [
        (),
        ("redness", "pain"),
        ("satisfaction",),
        (),
        (),
    ]
