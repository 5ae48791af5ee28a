"""What an answer does, until when, who may decide otherwise: each of the 47 questions, and what must always hold."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.capabilities import ROLE_CAPABILITIES
from clinic.models import Role
from intake import clinical, rules
from intake.models import Question
from intake.rules import Asked, Asking, Finding, Reply

TODAY = date(2026, 3, 2)
QUESTIONS, SCREENS = clinical.shipped_questions()
ASKINGS = {question.code: Asking.of(question) for question in QUESTIONS}
BLOCK, DEFER, DOCTOR, OVERRIDE, REOPEN, NOTE, NONE = Question.Action.values
NOBODY, PRACTITIONER, PRESCRIBER = (
    frozenset(),
    ROLE_CAPABILITIES[Role.PRACTITIONER],
    ROLE_CAPABILITIES[Role.PRESCRIBER],
)


def days(count: int) -> date:
    return TODAY + timedelta(days=count)


def found(code, option="yes", on=None, **more):
    return [(one.action, one.until) for one in rules.findings(ASKINGS[code], Reply(option, on), today=TODAY, **more)]


# --- the table ---------------------------------------------------------------------------------------------------

YES_MEANS = {
    "INFECTION": [(BLOCK, None)],
    "COLD_SORE_ACTIVE": [(BLOCK, None)],
    "HSV_HISTORY": [(NOTE, None)],
    "ACNE_SEVERE": [(DOCTOR, None)],
    "ACNE_ACTIVE": [(OVERRIDE, None)],
    "WOUND": [(BLOCK, None)],
    "SKIN_CANCER": [(BLOCK, None)],
    "ACTINIC": [(OVERRIDE, None)],
    "BLEEDING": [(BLOCK, None)],
    "ANTICOAG": [(DOCTOR, None)],
    "PREGNANT": [(BLOCK, None)],
    "BREASTFEED": [(BLOCK, None)],
    "ISOTRET_NOW": [(BLOCK, None)],
    "ISOTRET_6M": [(DOCTOR, days(180))],
    "KELOID": [(DOCTOR, None)],
    "SCAR_FRESH": [(OVERRIDE, days(180))],
    "METAL_ALLERGY": [(BLOCK, None)],
    "ANAES_ALLERGY": [(OVERRIDE, None)],
    "METHAEM": [(OVERRIDE, None)],
    "CARDIAC_HEPATIC": [(DOCTOR, None)],
    "CHG_LATEX_ALLERGY": [(NOTE, None)],
    "IMMUNO": [(DOCTOR, None)],
    "CTD": [(DOCTOR, None)],
    "RADIO_AREA": [(DOCTOR, days(90))],
    "BBV": [(NOTE, None)],
    "SELF_TAN": [(DEFER, days(2))],
    "RETINOID": [(OVERRIDE, days(3))],
    "WAX": [(OVERRIDE, days(5))],
    "PEEL_SUPERF": [(OVERRIDE, days(14))],
    "PEEL_DEEP": [(DEFER, days(28))],
    "TOXIN": [(OVERRIDE, days(14))],
    "FILLER": [(OVERRIDE, days(14)), (NOTE, days(180))],
    "SURGERY": [(DOCTOR, days(365))],
    "TATTOO": [(NOTE, None)],
    "PHOTOSENS": [(NOTE, None)],
    "PIH_MELASMA": [(NOTE, None)],
    "BDD": [(DOCTOR, None)],
    "PRIOR_REACTION": [(OVERRIDE, None)],
    "ALCOHOL_NSAID": [(NOTE, days(1))],
    "MED_CHANGE": [(REOPEN, None)],
    "MEDICAL": [(OVERRIDE, None)],
}
CHOICES = {
    ("SKIN_DISEASE", "calm"): [(OVERRIDE, None)],
    ("SKIN_DISEASE", "flare"): [(BLOCK, None)],
    ("DIABETES", "controlled"): [(NOTE, None)],
    ("DIABETES", "uncontrolled"): [(BLOCK, None)],
    ("CANCER_TX", "over"): [(DEFER, days(28))],
    ("CANCER_TX", "now"): [(BLOCK, None)],
    ("SUNBURN", "sun"): [(OVERRIDE, days(1))],
    ("SUNBURN", "tan"): [(OVERRIDE, None)],
    ("SUNBURN", "burn"): [(BLOCK, None)],
    ("LASER", "gentle"): [(OVERRIDE, days(14))],
    ("LASER", "ablative"): [(OVERRIDE, days(28))],
    ("FITZ", "1"): [],
    ("FITZ", "3"): [],
    ("FITZ", "4"): [(NOTE, None)],
    ("FITZ", "6"): [(NOTE, None)],
    ("BBV", "untold"): [],
}
BEST = {code: asking.ways[0].code for code, asking in ASKINGS.items() if not asking.is_birth}
CHOSEN = {question.code for question in QUESTIONS if question.shape == Question.Shape.CHOICE}


def test_every_question_of_the_table_is_judged_here():
    assert len(QUESTIONS) == 48  # the 47, and "any other condition" of the founding texts
    assert {code for code, _option in CHOICES} == CHOSEN
    assert YES_MEANS.keys() | CHOSEN | {"AGE"} == ASKINGS.keys()


@pytest.mark.parametrize(("code", "means"), YES_MEANS.items())
def test_a_yes_does_what_the_table_says(code, means):
    assert found(code) == means


@pytest.mark.parametrize(("asked", "means"), CHOICES.items())
def test_a_choice_does_what_the_table_says(asked, means):
    assert found(*asked) == means


@pytest.mark.parametrize(("code", "best"), BEST.items())
def test_the_best_answer_does_nothing(code, best):
    assert found(code, best) == []


@pytest.mark.parametrize("code", [code for code in BEST if code != "BBV"])
def test_who_is_not_sure_gets_what_the_worst_answer_does(code):
    assert found(code, "unsure") == found(code, ASKINGS[code].ways[-1].code)


@pytest.mark.parametrize("code", ASKINGS)
def test_what_is_not_answered_stops(code):
    assert rules.findings(ASKINGS[code], None, today=TODAY) == [Finding(code, BLOCK)]


@pytest.mark.parametrize(
    ("code", "option", "on", "means"),
    [
        ("ISOTRET_6M", "yes", days(-60), [(DOCTOR, days(120))]),
        ("ISOTRET_6M", "yes", days(-179), [(DOCTOR, days(1))]),
        ("ISOTRET_6M", "yes", days(-180), []),
        ("PEEL_DEEP", "yes", days(-27), [(DEFER, days(1))]),
        ("PEEL_DEEP", "yes", days(-28), []),
        ("LASER", "gentle", days(-14), []),
        ("LASER", "ablative", days(-14), [(OVERRIDE, days(14))]),
        ("CANCER_TX", "over", days(-8), [(DEFER, days(20))]),
        ("CANCER_TX", "now", days(-400), [(BLOCK, None)]),
        ("FILLER", "yes", days(-20), [(NOTE, days(160))]),
        ("FILLER", "yes", days(-200), []),
        ("SELF_TAN", "yes", days(-9), [(DEFER, days(2))]),  # its day is not asked, so it counts from the answer
    ],
)
def test_the_days_are_counted_from_the_day_that_was_asked_for(code, option, on, means):
    assert found(code, option, on) == means


@pytest.mark.parametrize(
    ("skin", "means"), [(None, OVERRIDE), ("unsure", OVERRIDE), ("3", NOTE), ("4", OVERRIDE), ("6", OVERRIDE)]
)
def test_a_tan_asks_for_a_practitioner_on_dark_skin_only(skin, means):
    replies = {"SUNBURN": Reply("tan")} | ({"FITZ": Reply(skin)} if skin else {})

    judged = rules.judge([ASKINGS["SUNBURN"]], replies, today=TODAY)

    assert judged == [Finding("SUNBURN", means)]


@pytest.mark.parametrize(
    ("born_on", "means"),
    [
        (date(2008, 3, 3), [(NOTE, date(2026, 3, 3)), (NOTE, date(2030, 3, 3))]),
        (date(2008, 3, 2), [(NOTE, date(2030, 3, 2))]),
        (date(2004, 3, 3), [(NOTE, date(2026, 3, 3))]),
        (date(2004, 3, 2), []),
        (date(2008, 2, 29), [(NOTE, date(2030, 3, 1))]),
        (None, [(BLOCK, None)]),
    ],
)
def test_age_is_noted_below_18_and_below_22(born_on, means):
    assert found("AGE", "", born_on) == means


def test_a_deferral_without_days_has_no_day_on_which_it_opens():
    asking = Asking("X", (rules.Way("no", NONE), rules.Way("yes", DEFER)))

    assert rules.findings(asking, Reply("yes"), today=TODAY) == [Finding("X", BLOCK)]


@pytest.mark.parametrize(
    ("code", "told", "is_returning", "asked"),
    [
        ("ISOTRET_6M", {}, True, True),
        ("ISOTRET_6M", {"ISOTRET_NOW": Reply("no")}, True, True),
        ("ISOTRET_6M", {"ISOTRET_NOW": Reply("yes")}, True, False),
        ("ISOTRET_6M", {"ISOTRET_NOW": Reply("unsure")}, True, False),
        ("ACNE_SEVERE", {"ACNE_ACTIVE": Reply("no")}, True, False),
        ("ACNE_SEVERE", {"ACNE_ACTIVE": Reply("unsure")}, True, True),
        ("HSV_HISTORY", {"COLD_SORE_ACTIVE": Reply("yes")}, True, False),
        ("MED_CHANGE", {}, False, False),
        ("MED_CHANGE", {}, True, True),
    ],
)
def test_some_questions_are_asked_only_then(code, told, is_returning, asked):
    assert rules.is_asked(ASKINGS[code], told, is_returning=is_returning) == asked


# --- what the desk learns ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ([], ("clear", None)),
        ([Finding("A", NOTE), Finding("B", OVERRIDE), Finding("C", REOPEN)], ("clear", None)),
        ([Finding("A", OVERRIDE, days(3)), Finding("B", DEFER, days(9))], ("not_before", days(9))),
        ([Finding("A", DOCTOR, days(3))], ("not_before", days(3))),
        ([Finding("A", DEFER, days(9)), Finding("B", BLOCK)], ("needs_clinician", None)),
        ([Finding("A", DOCTOR)], ("needs_clinician", None)),
        ([Finding("A", DEFER, TODAY)], ("clear", None)),
    ],
)
def test_the_desk_learns_one_of_three_words(found, verdict):
    judged = rules.verdict(found, TODAY)

    assert (judged.outcome, judged.not_before) == verdict


def test_a_full_screening_lasts_to_the_end_of_its_last_day():
    assert rules.lasts_until(TODAY, life_days=180) == days(180)
    assert rules.is_fresh(TODAY, days(180), life_days=180)
    assert not rules.is_fresh(TODAY, days(181), life_days=180)


# --- what must always hold -----------------------------------------------------------------------------------------

ON = st.none() | st.integers(0, 500).map(lambda ago: TODAY - timedelta(days=ago))


def replies(code):
    options = [way.code for way in ASKINGS[code].ways] + ["unsure"]
    return st.builds(Reply, st.sampled_from(options), ON)


HISTORIES = st.fixed_dictionaries(
    {code: replies(code) for code in BEST} | {"AGE": st.builds(Reply, st.just(""), st.just(date(1990, 5, 4)))}
)
HORIZON = [days(count) for count in (*range(0, 32), 59, 89, 90, 91, 179, 180, 181, 364, 365, 366, 9000)]


def opens(told, capabilities):
    """Return the days of the horizon on which somebody with these capabilities may hold a session."""
    judged = rules.judge(list(ASKINGS.values()), told, today=TODAY)
    return {day for day in HORIZON if rules.is_open(judged, day, capabilities=capabilities)}


def word(told):
    judged = rules.verdict(rules.judge(list(ASKINGS.values()), told, today=TODAY), TODAY)
    return ["clear", "not_before", "needs_clinician"].index(judged.outcome), judged.not_before or TODAY


@given(HISTORIES, st.sampled_from(sorted(BEST)), st.booleans())
def test_a_worse_answer_never_widens_what_is_allowed(told, code, is_worst):
    """From the best answer to any, and from any to the worst, without its day."""
    better = told if is_worst else told | {code: Reply(BEST[code])}
    worse = told | {code: Reply(ASKINGS[code].ways[-1].code)} if is_worst else told

    for capabilities in (NOBODY, PRACTITIONER, PRESCRIBER):
        assert opens(worse, capabilities) <= opens(better, capabilities)
    assert word(worse)[0] >= word(better)[0]


@given(HISTORIES, st.sampled_from(sorted(BEST)), st.integers(0, 500), st.integers(0, 500))
def test_a_later_day_never_opens_earlier_and_no_day_opens_last(told, code, ago, more):
    option = told[code].option
    earlier, later = (told | {code: Reply(option, days(-count))} for count in (ago + more, ago))
    unknown = told | {code: Reply(option)}

    for capabilities in (NOBODY, PRACTITIONER, PRESCRIBER):
        assert opens(unknown, capabilities) <= opens(later, capabilities) <= opens(earlier, capabilities)


@given(HISTORIES, st.sampled_from(sorted(ASKINGS)))
def test_an_open_question_is_never_clear(told, code):
    untold = {known: reply for known, reply in told.items() if known != code}
    asked = rules.is_asked(ASKINGS[code], untold, is_returning=True)

    if asked:
        assert opens(untold, PRESCRIBER) == set()
        assert rules.unanswered(ASKINGS.values(), untold, is_returning=True).count(code) == 1
        assert word(untold)[0] == 2


@given(HISTORIES)
def test_a_prescriber_may_what_a_practitioner_may(told):
    assert opens(told, NOBODY) <= opens(told, PRACTITIONER) <= opens(told, PRESCRIBER)


@given(HISTORIES)
def test_what_the_desk_is_told_stops_exactly_what_booking_is_told(told):
    """A day on which the desk hears "clear" is one on which nothing but a practitioner's own decision is left."""
    judged = rules.judge(list(ASKINGS.values()), told, today=TODAY)

    for day in HORIZON:
        is_clear = rules.verdict(judged, day).outcome == "clear"
        left = {one.action for one in judged if one.stops(day)}
        assert is_clear == (left <= {OVERRIDE} and all(one.until is None for one in judged if one.stops(day)))


# --- the short check ---------------------------------------------------------------------------------------------


def asked(action, reason=""):
    return Asked("CODE", (Finding("CODE", action),) if action else (), reason)


@pytest.mark.parametrize(
    ("action", "reason", "is_prescriber", "outcome"),
    [
        (None, "", False, "clear"),
        (BLOCK, "", False, "blocked"),
        (BLOCK, "It looks harmless", True, "blocked"),
        (DEFER, "It looks harmless", True, "blocked"),
        (OVERRIDE, "", False, "blocked"),
        (OVERRIDE, "Only on the chin", False, "passed"),
        (DOCTOR, "Only on the chin", False, "blocked"),
        (DOCTOR, "Seen by dermatology", True, "passed"),
        (NOTE, "", False, "clear"),
        (REOPEN, "", False, "clear"),
    ],
)
def test_an_answer_decides_about_today(action, reason, is_prescriber, outcome):
    assert rules.outcome([asked(action, reason)], TODAY, is_prescriber=is_prescriber) == outcome


def test_one_answer_that_stops_outweighs_one_that_was_passed():
    answers = [asked(OVERRIDE, reason="Only on the chin"), asked(BLOCK)]

    assert rules.outcome(answers, TODAY, is_prescriber=False) == "blocked"


def test_an_open_question_stops_the_session():
    assert rules.outcome([Asked("CODE", None)], TODAY, is_prescriber=True) == "blocked"


@pytest.mark.parametrize(
    ("action", "reason", "is_prescriber", "words"),
    [
        (BLOCK, "", False, ""),
        (OVERRIDE, " ", False, "Say why the session goes on, or stop here."),
        (OVERRIDE, "Calm", False, ""),
        (None, "", False, ""),
        (DOCTOR, "", True, "Say why the session goes on, or stop here."),
        (DOCTOR, "", False, ""),  # a practitioner cannot pass it, so no reason is asked
        (NOTE, "", False, ""),
    ],
)
def test_a_reason_is_asked_of_who_may_decide(action, reason, is_prescriber, words):
    assert rules.lacks(asked(action, reason), TODAY, is_prescriber=is_prescriber) == words


def test_an_open_question_lacks_its_answer():
    assert rules.lacks(Asked("CODE", None), TODAY, is_prescriber=False) == "Answer this question."
