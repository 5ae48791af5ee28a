"""The rules of consent: which treatment asks for what, who may sign, from when it counts."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake import agreeing
from intake.agreeing import Signed
from intake.models import Purpose

TODAY, STOOD_FROM = date(2026, 3, 2), date(2026, 1, 5)
KINDS = st.lists(st.sampled_from([*agreeing.PURPOSE_OF_USE, "usual", "unknown"]))
ADA = {"signer": "guardian", "name": "Ada Okafor", "relation": "mother"}
BESIDE = st.lists(st.sampled_from(list(agreeing.BESIDE)))


def problem(**said):
    known = {
        "how": "typed",
        "name": "Mia Okafor",
        "signer": "patient",
        "relation": "",
        "signed_on": None,
        "patient_names": ("Mia Okafor",),
        "guardian_name": "",
        "age": 31,
    }
    return agreeing.signing_problem(Signed(**(known | said)), today=TODAY, text_from=STOOD_FROM)


@pytest.mark.parametrize(
    ("beside", "classes", "needed"),
    [
        ([], [], ["procedure"]),
        (["prp"], [], ["procedure", "prp"]),
        (["radiofrequency", "peel"], [], ["procedure", "peel", "radiofrequency"]),
        ([], ["usual"], ["procedure"]),
        ([], ["off_label"], ["procedure", "off_label"]),
        (["prp"], ["prp", "peel"], ["procedure", "prp", "peel"]),
    ],
)
def test_each_combination_and_class_of_product_asks_for_its_own_words(beside, classes, needed):
    assert list(agreeing.purposes_needed(beside, classes)) == needed


@given(BESIDE, BESIDE, KINDS, KINDS)
def test_doing_more_never_asks_for_less(beside, more_beside, classes, more_classes):
    fewer = agreeing.purposes_needed(beside, classes)
    more = agreeing.purposes_needed([*beside, *more_beside], [*classes, *more_classes])

    assert set(fewer) <= set(more)
    assert more[0] == Purpose.PROCEDURE


def test_photos_are_asked_for_by_no_session():
    assert set(agreeing.PHOTOS) & set(agreeing.purposes_needed(agreeing.BESIDE, agreeing.PURPOSE_OF_USE)) == set()


def test_a_patient_signs_with_the_name_of_the_record_however_it_is_written():
    assert problem() is None
    assert problem(name="mia  OKAFOR") is None
    assert problem(name="Miriam Okafor", patient_names=("Mia Okafor", "Miriam Okafor")) is None


@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        ({"name": ""}, "name", "Write the name of who signs."),
        ({"name": "Mia\nOkafor"}, "name", "Write the name in one line."),
        ({"name": "Mia Okafor" * 20}, "name", "Write the name with fewer letters."),
        ({"name": "Zoe Okafor"}, "name", "Write the name as the record has it: Mia Okafor."),
        ({"signer": "friend"}, "signer", "Say who signs."),
        ({"age": 17}, "signer", "Below 18 years a parent or guardian signs."),
        (
            ADA | {"age": 17},
            "signer",
            "Below 18 years a parent or guardian signs, and none is named yet. Write the name and a phone number or an "
            "e-mail address with the patient's details first, then sign here.",
        ),
        (ADA, "signer", "The record names no guardian, so the patient signs."),
        (ADA | {"age": None}, "signer", "The record names no guardian, so the patient signs."),
        (
            ADA | {"age": 17, "name": "Mia Okafor", "guardian_name": "Ada Okafor"},
            "name",
            "Write the name of the parent or guardian, not the patient's.",
        ),
        (
            ADA | {"age": 17, "guardian_name": "Rose Okafor"},
            "name",
            "The record names another guardian. Write that name, or have the record put right first.",
        ),
        (
            ADA | {"age": 17, "relation": "", "guardian_name": "Ada Okafor"},
            "relation",
            "Say how the parent or guardian is related to the patient.",
        ),
        ({"how": "paper"}, "signed_on", "Write the day that stands on the paper."),
        ({"how": "paper", "signed_on": date(2026, 3, 3)}, "signed_on", "The day on the paper has not come yet."),
        (
            {"how": "paper", "signed_on": date(2026, 1, 4)},
            "signed_on",
            "These words did not stand yet on that day. Let the patient read today's.",
        ),
    ],
)
def test_who_may_not_sign_like_that_is_told_why(said, field, sentence):
    assert problem(**said) == (field, sentence)


@pytest.mark.parametrize("age", [18, None])
def test_an_adult_and_somebody_of_unknown_age_sign_for_themselves(age):
    assert problem(age=age) is None


@pytest.mark.parametrize(("age", "named"), [(17, "ada okafor"), (31, "Ada Okafor"), (None, "Ada Okafor")])
def test_a_guardian_whom_the_record_names_signs(age, named):
    assert problem(**ADA, age=age, guardian_name=named) is None


@pytest.mark.parametrize(
    ("age", "named", "is_refused"),
    [(17, "", True), (17, "Ada Okafor", False), (18, "", False), (None, "", False)],
)
def test_nobody_signs_for_a_minor_before_the_record_names_a_guardian(age, named, is_refused):
    refusal = agreeing.guardian_refusal(age=age, guardian_name=named)

    assert (refusal is not None) is is_refused
    assert refusal is None or (refusal.rule, refusal.is_hard) == ("consent.no_guardian", True)


@pytest.mark.parametrize(
    ("signer", "age", "binds"),
    [("patient", 17, False), ("patient", 18, True), ("patient", None, True), ("guardian", 17, True)],
)
def test_below_eighteen_only_the_signature_of_a_guardian_binds(signer, age, binds):
    assert agreeing.binds(signer, age=age) is binds


@pytest.mark.parametrize(
    ("given_on", "on", "earliest"),
    [
        (date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 4)),
        (date(2026, 3, 1), date(2026, 3, 4), None),
        (None, date(2026, 3, 4), date(2026, 3, 5)),
        (None, date(2026, 3, 5), None),
    ],
)
def test_time_to_think_is_counted_in_days_from_the_signature_or_from_today(given_on, on, earliest):
    refusal = agreeing.cooling_refusal(given_on, on=on, today=TODAY, cooling_days=3)

    assert (refusal.earliest if refusal else None) == earliest


def test_a_clinic_that_asks_for_no_time_to_think_stops_nobody():
    assert agreeing.cooling_refusal(TODAY, on=TODAY, today=TODAY, cooling_days=0) is None
