"""What a yes means, and who may decide otherwise."""

import pytest

from intake import rules
from intake.models import Question
from intake.rules import Asked

BLOCK, OVERRIDE, DOCTOR, NOTE = Question.Action.values


def asked(action, is_yes=True, reason=""):
    return Asked("CODE", action, is_yes, reason)


@pytest.mark.parametrize(
    ("action", "is_yes", "reason", "is_prescriber", "outcome"),
    [
        (BLOCK, False, "", False, "clear"),
        (BLOCK, True, "", False, "blocked"),
        (BLOCK, True, "It looks harmless", True, "blocked"),
        (OVERRIDE, True, "", False, "blocked"),
        (OVERRIDE, True, "Only on the chin", False, "passed"),
        (DOCTOR, True, "Only on the chin", False, "blocked"),
        (DOCTOR, True, "Seen by dermatology", True, "passed"),
        (NOTE, True, "", False, "clear"),
    ],
)
def test_an_answer_decides_about_today(action, is_yes, reason, is_prescriber, outcome):
    assert rules.outcome([asked(action, is_yes, reason)], is_prescriber=is_prescriber) == outcome


def test_one_answer_that_stops_outweighs_one_that_was_passed():
    answers = [asked(OVERRIDE, reason="Only on the chin"), asked(BLOCK)]

    assert rules.outcome(answers, is_prescriber=False) == "blocked"


@pytest.mark.parametrize(
    ("action", "is_yes", "reason", "is_prescriber", "words"),
    [
        (BLOCK, None, "", False, "Answer yes or no."),
        (BLOCK, True, "", False, ""),
        (OVERRIDE, True, " ", False, "Say why the session goes on, or stop here."),
        (OVERRIDE, True, "Calm", False, ""),
        (OVERRIDE, False, "", False, ""),
        (DOCTOR, True, "", True, "Say why the session goes on, or stop here."),
        (DOCTOR, True, "", False, ""),  # a practitioner cannot pass it, so no reason is asked
        (NOTE, True, "", False, ""),
    ],
)
def test_a_reason_is_asked_of_who_may_decide(action, is_yes, reason, is_prescriber, words):
    assert rules.lacks(asked(action, is_yes, reason), is_prescriber=is_prescriber) == words
