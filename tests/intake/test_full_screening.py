"""The full screening: begun once, answered screen by screen, judged when handed in, obeyed by booking."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from clinic.actors import Actor
from clinic.models import AuditRow
from clinic.refusals import Stale
from intake import answers, freshness, question_sets, screenings
from intake.models import Screening, ScreeningDraft
from intake.rules import Reply
from intake.screenings import AnswersMissing, Given
from patients import health, restrictions
from patients.models import Medicine, Procedure, Restriction
from tests.factories import patients as people
from tests.factories import screening as full
from tests.factories import treatments
from tests.factories.booking import TEN, minutes

pytestmark = pytest.mark.django_db

TODAY = TEN.date()


def ago(days):
    return TODAY - timedelta(days=days)


def word(patient, on=TODAY):
    found = restrictions.word_for_desk(patient, on=on)
    return found.kind, found.not_before


# --- answering ---------------------------------------------------------------------------------------------------


def test_it_is_begun_once_and_goes_on_where_it_was_left(mia, as_ana, dee):
    draft = full.begun(mia, by=dee)
    draft = screenings.save(draft, "pregnancy", no("PREGNANT", "BREASTFEED"), version=1, by=dee, at=TEN)

    again = screenings.begin(mia, by=as_ana, at=TEN + timedelta(days=1))

    assert (again, again.version, again.begun_by) == (draft, 2, dee.name)
    assert {one.code for one in screenings.screens(again) if one.is_done} == {"pregnancy"}


def no(*codes):
    return {code: Reply("no") for code in codes}


def test_a_new_patient_is_asked_on_at_most_twenty_screens(mia, as_ana):
    draft = full.begun(mia, by=as_ana)

    assert len(screenings.screens(draft)) <= 20
    assert "MED_CHANGE" not in {one.code for screen in screenings.screens(draft) for one in screen.questions}


def test_what_is_answered_decides_what_is_asked_next(mia, as_ana):
    draft = full.begun(mia, by=as_ana)
    told = {"ISOTRET_NOW": Reply("yes"), "ANTICOAG": Reply("no"), "PHOTOSENS": Reply("no")}

    draft = screenings.save(draft, "medicines", told, version=1, by=as_ana, at=TEN)

    assert "acne_tablets" not in [screen.code for screen in screenings.screens(draft)]


def test_the_date_of_birth_is_taken_from_the_record(mia, as_ana):
    kept = full.screened(mia, by=as_ana)

    answer = kept.answers.get(question__code="AGE")
    assert (answer.on, answer.action, answer.is_yes) == (mia.born_on, "none", False)


def test_who_has_no_date_of_birth_is_asked_for_it(as_ana):
    grace = people.patient("Grace Whitfield")
    draft = full.begun(grace, by=as_ana)

    with pytest.raises(AnswersMissing) as missing:
        screenings.save(draft, "you", {"FITZ": Reply("2")}, version=1, by=as_ana, at=TEN)

    assert missing.value.missing == {"AGE": "Answer this question."}
    told = {"FITZ": Reply("2"), "AGE": Reply("", date(2004, 1, 1))}
    assert screenings.save(draft, "you", told, version=1, by=as_ana, at=TEN).version == 2


def test_a_screen_is_kept_whole_or_not_at_all(mia, as_ana):
    draft = full.begun(mia, by=as_ana)

    with pytest.raises(AnswersMissing) as missing:
        screenings.save(draft, "pregnancy", no("PREGNANT"), version=1, by=as_ana, at=TEN)

    assert missing.value.missing == {"BREASTFEED": "Answer this question."}
    assert ScreeningDraft.objects.get().replies == {}


def test_a_day_to_come_is_no_answer(mia, as_ana):
    draft = full.begun(mia, by=as_ana)
    told = no("PEEL_DEEP", "LASER") | {"PEEL_SUPERF": Reply("yes", TODAY + timedelta(days=1))}

    with pytest.raises(AnswersMissing) as missing:
        screenings.save(draft, "peels", told, version=1, by=as_ana, at=TEN)

    assert (missing.value.days, list(missing.value.missing)) == ({"PEEL_SUPERF"}, ["PEEL_SUPERF"])


def test_two_who_answer_at_once_do_not_overwrite_each_other(mia, as_ana):
    draft = full.begun(mia, by=as_ana)
    screenings.save(draft, "pregnancy", no("PREGNANT", "BREASTFEED"), version=1, by=as_ana, at=TEN)

    with pytest.raises(Stale):
        screenings.save(draft, "pregnancy", no("PREGNANT", "BREASTFEED"), version=1, by=as_ana, at=TEN)


def test_questions_that_changed_meanwhile_are_asked_again_and_the_rest_is_kept(mia, as_ana):
    draft = full.answered(full.begun(mia, by=as_ana), by=as_ana)
    told = {"version": 1, "reason": "Plainer", "by": as_ana, "at": TEN}
    question_sets.change("KELOID", words="Do scars grow?", **told)

    with pytest.raises(Stale):
        screenings.submit(draft, version=draft.version, by=as_ana, at=TEN)
    draft = screenings.begin(mia, by=as_ana, at=TEN)

    assert [screen.code for screen in screenings.screens(draft) if not screen.is_done] == ["scars"]
    assert draft.question_set.version == 2


# --- handing in --------------------------------------------------------------------------------------------------


def test_nothing_is_handed_in_while_a_question_is_open(mia, as_ana):
    draft = full.begun(mia, by=as_ana)
    draft = screenings.save(draft, "pregnancy", no("PREGNANT", "BREASTFEED"), version=1, by=as_ana, at=TEN)

    with pytest.raises(AnswersMissing) as missing:
        screenings.submit(draft, version=2, by=as_ana, at=TEN)

    assert "PREGNANT" not in missing.value.missing
    assert (
        len(missing.value.missing) == len(full.all_questions()) - 4
    )  # both answered, the birth known, nothing new yet
    assert Screening.objects.count() == 0


def test_a_clear_screening_leaves_the_patient_clear(mia, ana, as_ana):
    kept = full.screened(mia, by=as_ana)

    assert (kept.kind, kept.outcome, kept.asked_by, kept.given_by, kept.asked_on) == ("full", "clear", ana, "", TODAY)
    assert (kept.question_set.version, kept.fresh_from) == (1, TODAY)
    assert (word(mia), ScreeningDraft.objects.count(), Restriction.objects.count()) == (("clear", None), 0, 0)


def test_a_patient_behind_a_link_answers_in_their_own_words_and_it_decides_at_once(mia):
    link = Actor.of_link(mia.name, uuid4())

    kept = full.screened(mia, by=link, ISOTRET_6M=Reply("yes", ago(60)))

    assert (kept.asked_by, kept.given_by, kept.outcome) == (None, "Mia Okafor", "not_before")
    assert kept.answers.get(question__code="ISOTRET_6M").question_words.startswith("Have you taken isotretinoin")
    assert word(mia) == ("not_before", TODAY + timedelta(days=120))
    assert set(AuditRow.objects.filter(verb__startswith="screening").values_list("actor_kind", flat=True)) == {"link"}


@pytest.mark.parametrize(
    ("told", "desk", "passed_by"),
    [
        ({"PREGNANT": Reply("yes")}, ("needs_clinician", None), [""]),
        ({"KELOID": Reply("unsure")}, ("needs_clinician", None), ["prescribe"]),
        ({"PEEL_DEEP": Reply("yes", ago(3))}, ("not_before", TODAY + timedelta(days=25)), [""]),
        ({"WAX": Reply("yes", ago(3))}, ("not_before", TODAY + timedelta(days=2)), ["judge_answers"]),
        ({"SURGERY": Reply("yes", ago(300))}, ("not_before", TODAY + timedelta(days=65)), ["prescribe"]),
        ({"PRIOR_REACTION": Reply("yes")}, ("clear", None), []),
        ({"TATTOO": Reply("yes", note="Brows")}, ("clear", None), []),
    ],
)
def test_what_an_answer_holds_up_is_told_to_booking(mia, as_ana, told, desk, passed_by):
    full.screened(mia, by=as_ana, **told)

    assert word(mia) == desk
    rows = Restriction.objects.filter(patient=mia, lifted_at=None)
    assert [row.passed_by for row in rows] == passed_by
    assert all(row.service_kinds == ["needling"] for row in rows)


def test_the_words_for_the_desk_say_nothing_of_the_answer(mia, as_ana):
    full.screened(mia, by=as_ana, PREGNANT=Reply("yes"), WAX=Reply("yes"))

    assert set(Restriction.objects.values_list("words", flat=True)) == {
        "A practitioner looks at the health questions first and calls before the visit.",
        "The answers to the health questions ask for a later day.",
    }


def test_a_newer_screening_takes_the_place_of_the_older(mia, as_ana):
    full.screened(mia, by=as_ana, PREGNANT=Reply("yes"), WAX=Reply("yes"))

    full.screened(mia, by=as_ana, at=TEN + minutes(5), WAX=Reply("yes", ago(4)))

    assert word(mia) == ("not_before", TODAY + timedelta(days=1))
    assert Restriction.objects.filter(lifted_at=None).count() == 1


def test_it_touches_no_restriction_that_something_else_wrote(mia, as_ana):
    treated = {"not_before": TODAY + timedelta(days=28), "words": "Rest."}
    restrictions.write(mia, source="session:1:spacing", service_kinds=["needling"], at=TEN, **treated)

    full.screened(mia, by=as_ana)

    assert word(mia) == ("not_before", TODAY + timedelta(days=28))


def test_of_two_who_hand_in_the_same_answers_the_second_hears_of_the_first(mia, as_ana):
    draft = full.answered(full.begun(mia, by=as_ana), by=as_ana)
    screenings.submit(draft, version=draft.version, by=as_ana, at=TEN)

    with pytest.raises(Stale):
        screenings.submit(
            ScreeningDraft(pk=1, patient=mia, version=draft.version), version=draft.version, by=as_ana, at=TEN
        )
    assert Screening.objects.count() == 1


# --- changing one answer -----------------------------------------------------------------------------------------


def test_one_changed_answer_is_a_screening_of_its_own_with_the_old_life(mia, as_ana):
    first = full.screened(mia, by=as_ana, PREGNANT=Reply("yes"), TATTOO=Reply("yes", note="Brows"))
    later = TEN + timedelta(days=30)

    second = screenings.change(first, no("PREGNANT"), by=as_ana, at=later)

    assert (second.amends, second.asked_on, second.fresh_from, second.outcome) == (first, later.date(), TODAY, "clear")
    assert word(mia) == ("clear", None)
    changed = answers.differences(second.answers.all(), first.answers.all())
    assert {code: was.option for code, was in changed.items()} == {"PREGNANT": "yes"}
    assert second.answers.get(question__code="TATTOO").note == "Brows"


def test_a_day_that_was_not_known_goes_on_being_counted_from_when_it_was_asked(mia, as_ana):
    first = full.screened(mia, by=as_ana, ISOTRET_6M=Reply("yes"))

    screenings.change(first, no("ANTICOAG"), by=as_ana, at=TEN + timedelta(days=30))

    assert word(mia) == ("not_before", TODAY + timedelta(days=180))


def test_a_tan_is_judged_again_with_the_skin_type(mia, as_ana):
    first = full.screened(mia, by=as_ana, FITZ=Reply("2"), SUNBURN=Reply("tan"))

    second = screenings.change(first, {"FITZ": Reply("5")}, by=as_ana, at=TEN)

    assert [one.answers.get(question__code="SUNBURN").action for one in (first, second)] == ["note", "override"]


def test_only_the_newest_is_changed(mia, as_ana):
    first = full.screened(mia, by=as_ana)
    full.screened(mia, by=as_ana, at=TEN + minutes(5))

    with pytest.raises(Stale):
        screenings.change(first, no("PREGNANT"), by=as_ana, at=TEN)


def test_an_answer_that_opens_another_question_asks_it(mia, as_ana):
    first = full.screened(mia, by=as_ana)

    with pytest.raises(AnswersMissing) as missing:
        screenings.change(first, {"ACNE_ACTIVE": Reply("yes")}, by=as_ana, at=TEN)

    assert list(missing.value.missing) == ["ACNE_SEVERE"]


# --- its life ----------------------------------------------------------------------------------------------------


def due(patient, days=0):
    return freshness.state(patient, on=TODAY + timedelta(days=days)).due


def test_who_was_never_asked_is_due(mia):
    assert due(mia) == "never"


def test_it_lasts_180_days(mia, as_ana):
    full.screened(mia, by=as_ana)

    assert (due(mia, 180), due(mia, 181)) == ("", "old")


def test_its_life_is_that_of_its_own_version(mia, as_ana):
    full.screened(mia, by=as_ana)
    question_sets.change_life(30, version=1, reason="Shorter", by=as_ana, at=TEN)

    assert due(mia, 180) == ""


def test_something_new_asks_for_all_of_it_again(mia, as_ana):
    full.screened(mia, by=as_ana)
    later = TEN + timedelta(days=40)
    news = treatments.all_clear(MED_CHANGE=Given(True, note="An antibiotic"))

    screenings.record(mia, answers=news, by=as_ana, at=later)
    assert due(mia, 40) == "new"

    full.screened(mia, by=as_ana, at=later + minutes(5))
    screenings.record(mia, answers=news, by=as_ana, at=later + minutes(15))
    assert due(mia, 40) == ""
    assert due(mia, 80) == ""


def test_a_changed_answer_is_not_all_of_it(mia, as_ana):
    first = full.screened(mia, by=as_ana)
    later = TEN + timedelta(days=40)
    screenings.record(mia, answers=treatments.all_clear(MED_CHANGE=Given(True)), by=as_ana, at=later)

    screenings.change(first, no("PREGNANT"), by=as_ana, at=later)

    assert due(mia, 40) == "new"


def test_something_new_said_on_the_day_of_the_full_one_counts(mia, as_ana):
    full.screened(mia, by=as_ana)

    screenings.record(mia, answers=treatments.all_clear(MED_CHANGE=Given(True)), by=as_ana, at=TEN + minutes(90))

    assert due(mia) == "new"


@pytest.mark.parametrize("kind", [Medicine, Procedure])
def test_a_new_medicine_or_procedure_in_the_record_asks_for_all_of_it_again(mia, as_ana, kind):
    health.note(kind, mia, name="Told at the questions", by=as_ana, at=TEN)
    full.screened(mia, by=as_ana, at=TEN + minutes(1))
    assert due(mia) == ""

    noted = health.note(kind, mia, name="Told afterwards", by=Actor.of_link(mia.name, uuid4()), at=TEN + minutes(2))
    assert due(mia) == "new"
    assert freshness.state(mia, on=TODAY, known_at=TEN + minutes(1)).due == ""  # nobody knew it then

    health.strike(noted, version=1, because="Somebody else's", by=as_ana, at=TEN + minutes(3))
    assert due(mia) == ""


def test_a_medicine_that_is_another_or_taken_again_is_new(mia, as_ana):
    taken = health.note(Medicine, mia, name="Zinc", stopped_on=TODAY, by=as_ana, at=TEN)
    full.screened(mia, by=as_ana, at=TEN + minutes(1))

    health.change(taken, version=1, dose="10 mg", by=as_ana, at=TEN + minutes(2))
    assert due(mia) == ""

    health.change(taken, version=2, stopped_on=None, by=as_ana, at=TEN + minutes(3))
    assert due(mia) == "new"


def test_a_returning_patient_is_asked_what_is_new(mia, as_ana):
    full.screened(mia, by=as_ana)

    draft = full.begun(mia, by=as_ana)

    assert "MED_CHANGE" in {one.code for screen in screenings.screens(draft) for one in screen.questions}


@pytest.mark.parametrize("count", [1, 3])
def test_the_state_costs_the_same_however_often_somebody_was_asked(mia, as_ana, count, django_assert_num_queries):
    for _each in range(count):
        full.screened(mia, by=as_ana)

    with django_assert_num_queries(2):
        freshness.state(mia, on=TODAY)
