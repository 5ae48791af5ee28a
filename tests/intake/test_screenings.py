"""The short check: asked fresh, kept as said, never altered."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from intake import screenings
from intake.models import Answer, Screening
from intake.screenings import Given
from patients import restrictions
from tests.factories import treatments
from tests.factories.booking import TEN, minutes

pytestmark = pytest.mark.django_db


def test_the_founding_texts_questions_are_asked_at_every_start_beside_those_of_the_day():
    assert [question.code for question in screenings.questions_at_start()] == [
        "INFECTION",
        "COLD_SORE_ACTIVE",
        "WOUND",
        "ACNE_ACTIVE",
        "SKIN_DISEASE",
        "ACNE_SEVERE",
        "SUNBURN",
        "RETINOID",
        "PREGNANT",
        "MEDICAL",
        "MED_CHANGE",
    ]


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
    assert kept.answers.filter(is_yes=False, passed_by=None, passed_reason="").count() == 10
    assert (answer.option_words, answer.action, answer.passed_roles) == ("Yes", "override", "practitioner")


def test_a_check_that_stops_the_session_is_kept_too(mia, as_ana):
    kept = screenings.record(mia, answers=treatments.all_clear(INFECTION=Given(True)), by=as_ana, at=TEN)

    assert (kept.outcome, [one.question.code for one in screenings.stopping(kept)]) == ("blocked", ["INFECTION"])


def test_a_choice_and_a_day_are_kept_as_they_were_given(mia, as_ana):
    calm = Given(True, option="calm", reason="Cheeks only")
    acid = Given(True, on=(TEN - timedelta(days=5)).date())

    kept = screenings.record(mia, answers=treatments.all_clear(SKIN_DISEASE=calm, RETINOID=acid), by=as_ana, at=TEN)

    told = kept.answers.filter(is_yes=True).values_list("question__code", "option_words", "on", "action")
    assert (kept.outcome, list(told)) == (
        "passed",
        [("SKIN_DISEASE", "Yes, calm", None, "override"), ("RETINOID", "Yes", acid.on, "none")],
    )


def test_a_day_that_has_not_come_is_no_answer(mia, as_ana):
    acid = Given(True, on=(TEN + timedelta(days=1)).date(), reason="Tomorrow")

    with pytest.raises(screenings.AnswersMissing) as missing:
        screenings.record(mia, answers=treatments.all_clear(RETINOID=acid), by=as_ana, at=TEN)

    assert missing.value.missing == {"RETINOID": "That day has not come yet. Give the last day until today."}
    assert missing.value.days == {"RETINOID"}


def test_what_stops_a_session_is_told_to_booking_until_the_answer_changes(mia, as_ana):
    screenings.record(mia, answers=treatments.all_clear(WOUND=Given(True)), by=as_ana, at=TEN)
    assert word(mia) == ("needs_clinician", None)

    screenings.record(mia, answers=treatments.all_clear(), by=as_ana, at=TEN + minutes(5))
    assert word(mia) == ("clear", None)


def test_a_reason_passes_one_session_and_no_other(mia, as_ana):
    acid = Given(True, on=(TEN - timedelta(days=1)).date(), reason="Only the chin")

    kept = screenings.record(mia, answers=treatments.all_clear(RETINOID=acid), by=as_ana, at=TEN)

    assert (kept.outcome, word(mia)) == ("passed", ("not_before", date(2026, 3, 4)))


def word(patient):
    found = restrictions.word_for_desk(patient, on=TEN.date())
    return found.kind, found.not_before


def test_every_open_question_is_named(mia, as_ana):
    answers = treatments.all_clear(ACNE_ACTIVE=Given(True))
    del answers["MEDICAL"]

    with pytest.raises(screenings.AnswersMissing) as missing:
        screenings.record(mia, answers=answers, by=as_ana, at=TEN)

    assert missing.value.missing == {
        "ACNE_ACTIVE": "Say why the session goes on, or stop here.",
        "MEDICAL": "Answer this question.",
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
        ("UPDATE intake_question SET action = 'note'", "a question is only changed as a new version"),
        ("DELETE FROM intake_question", "a question is only changed as a new version"),
        ("UPDATE intake_questionset SET life_days = 999", "a version of the questions is never changed"),
        ("DELETE FROM intake_questionset", "a version of the questions is never changed"),
    ],
)
def test_the_database_refuses_to_change_what_was_said(mia, as_ana, sql, words):
    screenings.record(mia, answers=treatments.all_clear(INFECTION=Given(True)), by=as_ana, at=TEN)

    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)

    assert str(error.value).splitlines()[0] == words
    assert Answer.objects.filter(is_yes=True).count() == 1
