"""The short check: asked fresh, kept as said, never altered."""

import pytest
from django.db import DatabaseError, connection, transaction

from intake import clinical, screenings
from intake.models import Answer, Question, Screening
from intake.screenings import Given
from tests.factories import treatments
from tests.factories.booking import TEN

pytestmark = pytest.mark.django_db


def test_the_founding_texts_questions_are_asked_in_this_order():
    assert [question.code for question in screenings.questions_at_start()] == [
        "INFECTION",
        "ACNE_ACTIVE",
        "ACNE_SEVERE",
        "SKIN_DISEASE",
        "MEDICAL",
        "MED_CHANGE",
    ]


@pytest.mark.parametrize(
    ("code", "action"),
    [
        ("INFECTION", "block"),
        ("COLD_SORE_ACTIVE", "block"),
        ("ACNE_ACTIVE", "override"),
        ("ACNE_SEVERE", "override_doctor"),
        ("SKIN_DISEASE", "override"),
        ("PREGNANT", "block"),
        ("ISOTRET_6M", "override_doctor"),
        ("RETINOID", "override"),
        ("SUNBURN", "block"),
        ("DIABETES", "block"),
        ("HSV_HISTORY", "note"),
        ("FITZ", "note"),
    ],
)
def test_each_question_of_the_table_means_what_the_table_says(code, action):
    assert Question.objects.get(code=code).action == action


def test_loading_again_changes_nothing_that_the_clinic_edited():
    Question.objects.filter(code="INFECTION").update(words="Any infection?")

    assert clinical.load(TEN) == 0
    assert Question.objects.get(code="INFECTION").words == "Any infection?"


def test_answers_are_kept_with_the_words_of_the_question(mia, ana, as_ana):
    acne = Given(True, note="Two spots on the chin", reason="We leave the chin out")

    kept = screenings.record(mia, answers=treatments.all_clear(ACNE_ACTIVE=acne), by=as_ana, at=TEN)

    assert (kept.patient, kept.asked_by, kept.asked_at, kept.outcome) == (mia, ana, TEN, "passed")
    answer = kept.answers.get(question__code="ACNE_ACTIVE")
    assert (answer.question_words, answer.is_yes, answer.note) == (
        "Is there active, inflamed acne in the area?",
        True,
        "Two spots on the chin",
    )
    assert (answer.passed_reason, answer.passed_by) == ("We leave the chin out", ana)
    assert kept.answers.filter(is_yes=False, passed_by=None, passed_reason="").count() == 5


def test_a_check_that_stops_the_session_is_kept_too(mia, as_ana):
    kept = screenings.record(mia, answers=treatments.all_clear(INFECTION=Given(True)), by=as_ana, at=TEN)

    assert (kept.outcome, [one.question.code for one in screenings.stopping(kept)]) == ("blocked", ["INFECTION"])


def test_every_open_question_is_named(mia, as_ana):
    answers = treatments.all_clear(ACNE_ACTIVE=Given(True))
    del answers["MEDICAL"]

    with pytest.raises(screenings.AnswersMissing) as missing:
        screenings.record(mia, answers=answers, by=as_ana, at=TEN)

    assert missing.value.missing == {
        "ACNE_ACTIVE": "Say why the session goes on, or stop here.",
        "MEDICAL": "Answer yes or no.",
    }
    assert Screening.objects.count() == 0


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE intake_answer SET is_yes = NOT is_yes", "an answer is never changed"),
        ("DELETE FROM intake_answer", "an answer is never changed"),
        ("UPDATE intake_screening SET outcome = 'clear'", "a screening is never changed"),
        ("DELETE FROM intake_screening", "a screening is never removed"),
    ],
)
def test_the_database_refuses_to_change_what_was_said(mia, as_ana, sql, words):
    screenings.record(mia, answers=treatments.all_clear(INFECTION=Given(True)), by=as_ana, at=TEN)

    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)

    assert str(error.value).splitlines()[0] == words
    assert Answer.objects.filter(is_yes=True).count() == 1
