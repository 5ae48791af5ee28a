"""The questions as versions: what ships, how a clinic changes them, and that nothing is ever changed in place."""

import pytest

from clinic import clinical as tables
from clinic import guards
from clinic.actors import Actor
from clinic.models import AuditRow, Role
from clinic.refusals import Refused, Stale
from intake import clinical, question_sets
from intake.models import Question, QuestionSet
from tests.factories import clinic as house
from tests.factories import screening as full
from tests.factories.booking import TEN, minutes

pytestmark = pytest.mark.django_db


@pytest.fixture
def vera(db):
    return Actor.of(house.user("Vera Lind", Role.PRESCRIBER))


def change(by, code="BREASTFEED", version=1, **fields):
    fields = {"action": "override_doctor"} | fields
    return question_sets.change(
        code, version=version, **({"reason": "The makers bar only the cream"} | fields), by=by, at=TEN
    )


def test_all_questions_of_the_table_ship_with_their_source():
    rows = {row["code"]: row for row in tables.table("screening")}

    assert {one.code: (one.source_id, one.kind, one.defer_days) for one in full.all_questions()} == {
        code: (row["id"], row["kind"], row["defer_days"]) for code, row in rows.items()
    }


def test_a_new_patient_sees_at_most_twenty_screens_and_none_is_empty():
    standing = question_sets.current()

    assert len(standing.screens) <= 20
    assert {one.screen for one in full.all_questions()} == {screen["code"] for screen in standing.screens}


def test_every_patient_reads_every_word_in_both_languages():
    said = [one.patient_words for one in full.all_questions()]
    said += [way["patient_words"] for one in full.all_questions() for way in one.options]
    said += [screen["patient_words"] for screen in question_sets.current().screens]

    assert {tuple(sorted(words)) for words in said} == {("en", "es")}
    assert all(words[language].strip() for words in said for language in words)


@pytest.mark.parametrize("word", ["contraindicat", "isotretinoin tablets must", "stop taking", "danger", "disease!"])
def test_no_word_for_patients_alarms_or_tells_to_stop_a_medicine(word):
    said = " ".join(text for one in full.all_questions() for text in one.patient_words.values()).lower()

    assert word not in said


def test_a_question_asked_only_after_another_stands_on_a_later_screen():
    order = [screen["code"] for screen in question_sets.current().screens]
    screen = {one.code: order.index(one.screen) for one in full.all_questions()}

    for one in full.all_questions():
        if one.only_if:
            assert screen[one.only_if["code"]] < screen[one.code], one.code


def test_a_change_is_a_new_version_and_the_old_one_stays(vera):
    made = change(vera)

    assert (made.version, made.made_by, made.reason) == (2, vera.user, "The makers bar only the cream")
    assert question_sets.current() == made
    old, new = (Question.objects.get(question_set__version=version, code="BREASTFEED") for version in (1, 2))
    assert (old.action, new.action, new.words) == ("block", "override_doctor", old.words)
    assert QuestionSet.objects.get(version=1).questions.count() == made.questions.count() == 48
    assert AuditRow.objects.filter(verb="questions.changed").count() == 1


def test_the_life_of_a_full_screening_changes_as_a_version_too(vera):
    made = question_sets.change_life(90, version=1, reason="We ask every season", by=vera, at=TEN)

    assert (made.version, made.life_days, made.questions.count()) == (2, 90, 48)


@pytest.mark.parametrize("days", [-1, 0, 366, 40_000])
def test_a_full_screening_lasts_a_day_at_least_and_a_year_at_most(vera, days):
    with pytest.raises(Refused) as refused:
        question_sets.change_life(days, version=1, reason="Just so", by=vera, at=TEN)

    assert refused.value.refusal.rule == "questions.life"
    assert QuestionSet.objects.count() == 1


@pytest.mark.parametrize("days", [1, 365])
def test_a_day_and_a_year_are_both_possible(vera, days):
    assert question_sets.change_life(days, version=1, reason="Just so", by=vera, at=TEN).life_days == days


def test_who_read_an_older_version_changes_nothing(vera):
    change(vera)

    with pytest.raises(Stale):
        change(vera, version=1, action="note")
    assert QuestionSet.objects.count() == 2


def test_a_change_says_why(vera):
    with pytest.raises(Refused) as refused:
        change(vera, reason=" ")

    assert refused.value.refusal.rule == "questions.reason"
    assert QuestionSet.objects.count() == 1


def test_nothing_different_is_no_version(vera):
    with pytest.raises(question_sets.NothingChanged):
        change(vera, action="block")


def test_the_key_of_a_question_is_not_for_a_page(vera):
    with pytest.raises(ValueError, match="position"):
        question_sets.change("BBV", version=1, reason="x", by=vera, at=TEN, position=3)


def test_without_questions_nobody_can_be_asked():
    with guards.lifted("intake_question_append_only"), guards.lifted("intake_questionset_append_only"):
        Question.objects.all().delete()
        QuestionSet.objects.all().delete()

    with pytest.raises(question_sets.NoQuestions):
        question_sets.current()
    assert question_sets.at_start() == []


def test_a_second_load_adds_no_version(vera):
    change(vera)

    assert clinical.load(TEN + minutes(1)) == 0
    assert question_sets.current().version == 2


@pytest.mark.both_engines
def test_questions_from_before_versions_become_the_first_and_the_house_ships_the_second():
    with guards.lifted("intake_question_append_only"), guards.lifted("intake_questionset_append_only"):
        Question.objects.all().delete()
        QuestionSet.objects.all().delete()
    QuestionSet.objects.create(version=1, reason="The questions from before there were versions.", made_at=TEN)

    assert clinical.load(TEN) == 48
    assert [(one.version, bool(one.screens)) for one in QuestionSet.objects.all()] == [(2, True), (1, False)]
