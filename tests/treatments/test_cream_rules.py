"""What an answer about health keeps off the skin, answer by answer and cream by cream."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stock.models import Product
from treatments import cream_rules
from treatments.cream_rules import ALLERGY, AMIDES, ESTERS, EVERY, METHAEM, ON_RECORD, Bar

AGENTS = st.frozensets(st.sampled_from(list(Product.Agent)))
BY_HARDNESS = ("note", "override", "override_doctor", "block")  # what an answer does, the mildest first
LADDER = (set(), {"judge_answers"}, {"judge_answers", "prescribe"})  # nobody, a practitioner, a prescriber


def is_allowed(bars, agents, capabilities) -> bool:
    found = (cream_rules.refusal(one, product="Cream", agents=agents) for one in bars if one)
    return all(one.overridable_by and one.overridable_by in capabilities for one in found if one)


def stopped(code, agents, **answer) -> bool:
    return cream_rules.bar(code, action="override", **answer).stops(agents)


@pytest.mark.parametrize(
    ("agents", "is_stopped"),
    [
        (["lidocaine"], False),
        (["tetracaine"], False),
        (["lidocaine", "tetracaine"], False),
        (["prilocaine"], True),
        (["lidocaine", "prilocaine"], True),
        (["benzocaine"], True),
        (["other"], True),
        (["lidocaine", "other"], True),
        ([], True),
    ],
)
def test_methaemoglobinaemia_keeps_away_prilocaine_benzocaine_and_what_nobody_knows(agents, is_stopped):
    assert stopped(METHAEM, agents) == is_stopped


@pytest.mark.parametrize(
    ("note", "named"),
    [
        ("Lidocaine", AMIDES),
        ("allergic to lidocaine and EMLA cream", AMIDES),
        ("Lidocaína", AMIDES),
        ("Tetracaine", ESTERS),
        ("benzocaine, PABA", ESTERS),
        ("lidocaine, tetracaine", AMIDES | ESTERS),
        ("", EVERY),
        ("the cream", EVERY),
        ("sulphonamides", EVERY),
        ("not lidocaine", EVERY),
        ("lidocaine?", EVERY),
        ("lidocaine and something at the dentist's", EVERY),
    ],
)
def test_an_allergy_keeps_away_the_class_it_names_and_everything_unless_all_is_understood(note, named):
    assert cream_rules.named_classes(note) == named


@pytest.mark.parametrize(
    ("note", "is_sure", "agents", "is_stopped"),
    [
        ("lidocaine", True, ["lidocaine"], True),
        ("lidocaine", True, ["prilocaine"], True),
        ("lidocaine", True, ["tetracaine"], False),
        ("lidocaine", True, ["lidocaine", "tetracaine"], True),
        ("lidocaine", True, [], True),
        ("lidocaine", True, ["other"], True),
        ("lidocaine", False, ["tetracaine"], True),
        ("tetracaine", True, ["lidocaine"], False),
        ("tetracaine", True, ["benzocaine"], True),
        ("", True, ["lidocaine"], True),
        ("", True, [], True),
    ],
)
def test_an_allergy_keeps_creams_away_by_class(note, is_sure, agents, is_stopped):
    assert stopped(ALLERGY, agents, note=note, is_sure=is_sure) == is_stopped


@pytest.mark.parametrize(
    ("action", "passed_by"),
    [
        ("block", ""),
        ("defer", ""),
        ("override_doctor", "prescribe"),
        ("override", "judge_answers"),
        ("reopen", "judge_answers"),
        ("note", "judge_answers"),
    ],
)
def test_who_may_pass_it_is_what_the_question_says(action, passed_by):
    assert cream_rules.bar(METHAEM, action=action).passed_by == passed_by


@pytest.mark.parametrize(
    ("substance", "named"),
    [
        ("Lidocaine", AMIDES),
        ("Lidocaína", AMIDES),
        ("EMLA cream", AMIDES),
        ("local anaesthetics of the amide class", EVERY),
        ("amides", AMIDES),
        ("benzocaine and tetracaine", ESTERS),
        ("PABA", ESTERS),
        ("lidocaine/benzocaine", AMIDES | ESTERS),
        ("lidocaine, at the dentist's", EVERY),
        ("lidocaine?", EVERY),
        ("not lidocaine", EVERY),
        ("Articaine", EVERY),
        ("Procaína", EVERY),
        ("Xylocain", EVERY),
        ("Local anaesthetics", EVERY),
        ("anesthetic", EVERY),
        ("anestésicos locales", EVERY),
        ("a numbing cream", EVERY),
    ],
)
def test_an_allergy_on_the_record_keeps_away_what_a_note_would(substance, named):
    assert cream_rules.bar_on_record(substance, action="override") == Bar(ON_RECORD, named, "judge_answers")


@pytest.mark.parametrize(
    "substance", ["", "Latex", "Penicillin", "Nickel", "Hyaluronic acid", "Candida", "the cream", "?"]
)
def test_an_allergy_to_something_else_keeps_no_cream_away(substance):
    assert cream_rules.bar_on_record(substance, action="block") is None


@pytest.mark.parametrize("action", ["block", "defer", "override_doctor", "override", "reopen", "note", "none"])
def test_an_allergy_on_the_record_is_passed_by_whom_the_answer_is(action):
    answer = cream_rules.bar(ALLERGY, action=action, note="lidocaine")

    assert cream_rules.bar_on_record("lidocaine", action=action).passed_by == answer.passed_by


@pytest.mark.parametrize(
    ("substance", "action", "agents", "sentence"),
    [
        (
            "Lidocaine",
            "override",
            ["lidocaine", "tetracaine"],
            "Balm holds lidocaine. An allergy on the record keeps lidocaine and prilocaine away. A "
            "practitioner may decide otherwise and says why.",
        ),
        (
            "Articaine",
            "block",
            [],
            "It is not written down which anaesthetics Balm holds. An allergy on the record may be to any anaesthetic, "
            "so it keeps all of them away. Only a changed record clears this.",
        ),
    ],
)
def test_the_refusal_of_an_allergy_on_the_record_says_so(substance, action, agents, sentence):
    refusal = cream_rules.refusal(cream_rules.bar_on_record(substance, action=action), product="Balm", agents=agents)

    assert (refusal.rule, refusal.sentence) == ("cream.allergy_on_record", sentence)


@given(st.sampled_from(["lidocaine", "EMLA", "articaine", "PABA and lidocaine"]), st.text(max_size=40))
def test_whatever_is_written_on_an_allergy_never_lets_more_on(substance, more):
    shorter, longer = (cream_rules.bar_on_record(one, action="override") for one in (substance, f"{substance} {more}"))

    assert longer.agents >= shorter.agents


def test_another_question_keeps_no_cream_away():
    assert cream_rules.bar("KELOID", action="block") is None


@pytest.mark.parametrize(
    ("code", "note", "action", "agents", "sentence"),
    [
        (
            METHAEM,
            "",
            "override",
            ["lidocaine", "prilocaine"],
            "Balm holds prilocaine. The answer about methaemoglobinaemia or G6PD deficiency keeps prilocaine and "
            "benzocaine away. A practitioner may decide otherwise and says why.",
        ),
        (
            ALLERGY,
            "lidocaine",
            "override_doctor",
            ["lidocaine", "prilocaine"],
            "Balm holds lidocaine and prilocaine. The answer about allergy keeps lidocaine and prilocaine away. Only a "
            "prescriber may decide otherwise and says why.",
        ),
        (
            ALLERGY,
            "",
            "block",
            [],
            "It is not written down which anaesthetics Balm holds. The answer about allergy does not say to which "
            "anaesthetic, so it keeps all of them away. Only a changed answer clears this.",
        ),
    ],
)
def test_the_refusal_says_what_why_and_who(code, note, action, agents, sentence):
    refusal = cream_rules.refusal(cream_rules.bar(code, action=action, note=note), product="Balm", agents=agents)

    assert (refusal.rule, refusal.sentence) == (f"cream.{code.lower()}", sentence)


ANSWERS = st.builds(
    lambda code, action, note, is_sure: cream_rules.bar(code, action=action, note=note, is_sure=is_sure),
    st.sampled_from([METHAEM, ALLERGY]),
    st.sampled_from(BY_HARDNESS),
    st.sampled_from(["", "lidocaine", "tetracaine and PABA", "a rash"]),
    st.booleans(),
)


@given(st.lists(ANSWERS, max_size=3), ANSWERS, AGENTS, st.sampled_from(LADDER))
def test_one_more_bad_answer_never_lets_more_on(bars, one, agents, capabilities):
    assert is_allowed(bars, agents, capabilities) or not is_allowed([*bars, one], agents, capabilities)


@given(
    st.sampled_from([METHAEM, ALLERGY]),
    st.sampled_from(BY_HARDNESS),
    st.sampled_from(BY_HARDNESS),
    st.sampled_from(["", "lidocaine", "PABA"]),
    AGENTS,
    st.sampled_from(LADDER),
)
def test_an_answer_that_does_more_never_lets_more_on(code, one, other, note, agents, capabilities):
    mild, hard = sorted((one, other), key=BY_HARDNESS.index)
    milder, harder = (cream_rules.bar(code, action=action, note=note) for action in (mild, hard))

    assert is_allowed([milder], agents, capabilities) or not is_allowed([harder], agents, capabilities)


@given(st.sampled_from(["lidocaine", "EMLA", "tetracaine", "PABA and lidocaine"]), st.text(max_size=40))
def test_whatever_is_written_on_never_lets_more_on(note, more):
    assert cream_rules.named_classes(f"{note} {more}") >= cream_rules.named_classes(note)


@given(ANSWERS, AGENTS, st.sampled_from(list(Product.Agent)), st.sampled_from(LADDER))
def test_one_more_anaesthetic_in_a_cream_that_names_some_never_lets_it_on(one, agents, more, capabilities):
    if agents:
        assert is_allowed([one], agents, capabilities) or not is_allowed([one], agents | {more}, capabilities)


@given(ANSWERS)
def test_a_cream_of_which_nobody_knows_is_kept_away_by_every_bad_answer(one):
    assert (one.stops([]), one.stops(["other"])) == (True, True)
