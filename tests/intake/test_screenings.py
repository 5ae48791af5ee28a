"""The short check and the consent: asked fresh, kept as said, never altered."""

import pytest
from django.db import DatabaseError, connection, transaction

from clinic import guards
from intake import clinical, consents, screenings
from intake.models import Answer, Consent, ConsentText, Question, Screening
from intake.screenings import Given
from tests.factories import treatments
from tests.factories.booking import TEN, minutes

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


def test_consent_is_to_the_words_of_today(mia, ana, as_ana):
    agreed = consents.record(mia, text=consents.current_text(), by=as_ana, at=TEN)

    assert (agreed.text.version, agreed.recorded_by, consents.standing(mia)) == (1, ana, agreed)


def test_new_words_ask_for_a_new_consent(mia, as_ana):
    old = consents.record(mia, text=consents.current_text(), by=as_ana, at=TEN)
    newer = consents.publish("## Newer words", at=TEN)

    assert (newer.version, consents.current_text(), consents.standing(mia)) == (2, newer, None)
    with pytest.raises(consents.TextReplaced):
        consents.record(mia, text=old.text, by=as_ana, at=TEN)


def test_the_same_words_are_no_new_version():
    first = consents.current_text()

    assert consents.publish(first.words, at=TEN) == first


def test_a_consent_can_be_taken_back(mia, as_ana):
    agreed = consents.record(mia, text=consents.current_text(), by=as_ana, at=TEN)

    taken_back = consents.withdraw(agreed, by=as_ana, at=TEN + minutes(5))

    assert (taken_back.withdrawn_at, consents.standing(mia)) == (TEN + minutes(5), None)


def test_without_a_text_nobody_can_agree():
    with guards.lifted("intake_consenttext_append_only"):
        ConsentText.objects.all().delete()

    with pytest.raises(consents.NoConsentText):
        consents.current_text()


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE intake_answer SET is_yes = NOT is_yes", "an answer is never changed"),
        ("DELETE FROM intake_answer", "an answer is never changed"),
        ("UPDATE intake_screening SET outcome = 'clear'", "a screening is never changed"),
        ("DELETE FROM intake_screening", "a screening is never changed"),
        ("UPDATE intake_consenttext SET words = 'other'", "a consent text is never changed"),
        ("DELETE FROM intake_consenttext", "a consent text is never changed"),
        ("UPDATE intake_consent SET given_at = '2026-01-01 00:00:00+00:00'", "a consent is only ever withdrawn, once"),
        ("DELETE FROM intake_consent", "a consent is never removed"),
    ],
)
def test_the_database_refuses_to_change_what_was_said(mia, as_ana, sql, words):
    screenings.record(mia, answers=treatments.all_clear(INFECTION=Given(True)), by=as_ana, at=TEN)
    consents.record(mia, text=consents.current_text(), by=as_ana, at=TEN)

    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)

    assert str(error.value).splitlines()[0] == words
    assert (Answer.objects.filter(is_yes=True).count(), Consent.objects.count()) == (1, 1)


@pytest.mark.both_engines
def test_a_consent_taken_back_stays_taken_back(mia, as_ana):
    agreed = consents.record(mia, text=consents.current_text(), by=as_ana, at=TEN)
    consents.withdraw(agreed, by=as_ana, at=TEN)

    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE intake_consent SET withdrawn_at = NULL")

    assert str(error.value).splitlines()[0] == "a consent is only ever withdrawn, once"
