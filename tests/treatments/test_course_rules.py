"""What a course may be planned to be: sessions, days, depths by session, what is done beside, reviews."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treatments import course_rules, rules
from treatments.course_rules import Adjunct, DepthStep

CHEEK = rules.ZoneCap("Cheek", Decimal("2.00"))
NOSE = rules.ZoneCap("Nose", Decimal("0.75"))
EYELID = rules.ZoneCap("Eyelid", Decimal("0.00"), is_prohibited=True)
ZONES = {"cheek": CHEEK, "nose": NOSE}
SCARS = rules.ConcernRange("Acne scars", Decimal("1.50"), Decimal("2.50"))
DEPTHS = st.decimals("0.10", "3.00", places=2)
STEPS = st.lists(
    st.builds(DepthStep, st.integers(1, 12), st.sampled_from(["", "cheek", "nose"]), DEPTHS),
    unique_by=lambda one: (one.number, one.zone),
)


def step(number=1, zone="cheek", depth="1.50", **reasons) -> DepthStep:
    return DepthStep(number, zone, Decimal(depth), reasons)


def refused(one, zones=ZONES, planned_sessions=4, limits=()):
    refusal = course_rules.step_refusal(one, row=0, zones=zones, planned_sessions=planned_sessions, limits=limits)
    return refusal and (refusal.rule, refusal.values["part"])


def found(one, zones=ZONES, fitzpatrick=None):
    known = {"zones": zones, "concern": SCARS, "fitzpatrick": fitzpatrick}
    return [finding.code for finding in course_rules.step_findings(one, **known)]


@pytest.mark.parametrize(
    ("count", "reason", "rule"),
    [
        (0, "Because", "course.sessions"),
        (1, "", "course.sessions_reason"),
        (2, "  ", "course.sessions_reason"),
        (2, "One small scar", None),
        (3, "", None),
        (6, "", None),
        (7, "", "course.sessions_reason"),
        (12, "Stretch marks of years", None),
        (13, "Because", "course.sessions"),
    ],
)
def test_three_to_six_sessions_need_no_reason_others_do_up_to_twelve(count, reason, rule):
    refusal = course_rules.sessions_refusal(count, reason)

    assert (refusal and refusal.rule) == rule


@pytest.mark.parametrize("days", [(28, 35, 42), (14, 14, 14), (1, 100, 365)])
def test_days_in_their_order_stand(days):
    assert course_rules.days_refusal(*days) is None


@pytest.mark.parametrize("days", [(0, 35, 42), (36, 35, 42), (28, 43, 42), (28, 35, 366)])
def test_days_out_of_their_order_do_not(days):
    assert course_rules.days_refusal(*days).rule == "course.days"


@pytest.mark.parametrize("days", [(), (30, 90, 180), (730,)])
def test_reviews_are_different_days_after_the_series(days):
    assert course_rules.reviews_refusal(days) is None


@pytest.mark.parametrize("days", [(0,), (731,), (30, 30), (1, 2, 3, 4, 5, 6, 7)])
def test_reviews_twice_too_late_or_too_many_are_refused(days):
    assert course_rules.reviews_refusal(days).rule == "course.reviews"


@pytest.mark.parametrize(
    ("adjuncts", "rule"),
    [
        ([], None),
        ([Adjunct("peel", 28), Adjunct("prp", 35, 2)], None),
        ([Adjunct("peel", 0)], "course.adjunct_days"),
        ([Adjunct("peel", 28, 5)], "course.adjunct_session"),
        ([Adjunct("peel", 28), Adjunct("peel", 30)], "course.adjunct_twice"),
    ],
)
def test_what_is_done_beside_the_needling_has_its_own_days(adjuncts, rule):
    refusal = course_rules.adjuncts_refusal(adjuncts, planned_sessions=4)

    assert (refusal and refusal.rule) == rule


def test_a_depth_belongs_to_a_session_and_a_zone_of_the_course():
    assert refused(step(number=5)) == ("course.step_session", "number")
    assert refused(step(zone="chin")) == ("course.step_zone", "zone")
    assert refused(step()) is None


def test_hard_limits_hold_for_a_plan_as_for_a_chart():
    assert refused(step(depth="3.01")) == ("depth.above_limit", "depth_mm")
    assert refused(step(depth="0.05")) == ("depth.below_limit", "depth_mm")
    assert refused(step(depth="1.25"), limits=[rules.practitioner_limit("Ana", Decimal("1.00"))]) is not None
    assert refused(step(zone="eyelid"), zones={"eyelid": EYELID}) == ("depth.prohibited_zone", "depth_mm")


def test_a_depth_for_every_zone_is_judged_in_each_of_them():
    assert refused(step(zone="", depth="0.50"), zones={"cheek": CHEEK, "eyelid": EYELID})[0] == "depth.prohibited_zone"
    assert found(step(zone="", depth="1.50")) == ["above_zone"]
    assert found(step(zone="", depth="1.50"), zones={}) == []


def test_the_zone_beats_the_concern():
    assert found(step(zone="nose", depth="0.75")) == []
    assert found(step(zone="cheek", depth="0.75")) == ["below_concern"]


def test_dark_skin_and_great_depth_ask_for_a_reason():
    assert found(step(depth="1.75"), fitzpatrick=5) == ["above_evidence", "pigment"]


def test_one_zone_has_one_depth_from_a_session_on():
    assert course_rules.twice_refusal([step(1), step(2), step(1, "nose", "0.50")]) is None
    assert course_rules.twice_refusal([step(1), step(1, depth="1.75")]).values["row"] == 1


def test_the_last_depth_planned_up_to_a_session_is_agreed_and_a_zone_goes_before_all():
    steps = [step(1, "", "1.00"), step(3, "", "1.25"), step(2, "nose", "0.50", below_concern="Thin skin")]

    def depths(number):
        return {zone: str(depth) for zone, (depth, _) in course_rules.agreed(steps, number=number, zones=ZONES).items()}

    assert depths(1) == {"cheek": "1.00", "nose": "1.00"}
    assert depths(4) == {"cheek": "1.25", "nose": "0.50"}
    assert course_rules.agreed(steps, number=2, zones=ZONES)["nose"] == (
        Decimal("0.50"),
        {"below_concern": "Thin skin"},
    )
    assert course_rules.agreed(steps[:1], number=1, zones=[]) == {"": (Decimal("1.00"), {})}


@given(STEPS, st.integers(1, 12))
def test_nothing_is_agreed_that_was_planned_only_for_later(steps, number):
    agreed = course_rules.agreed(steps, number=number, zones=ZONES)

    planned = {(one.depth_mm) for one in steps if one.number <= number}
    assert {depth for depth, _reasons in agreed.values()} <= planned
    assert bool(agreed) == bool(planned)
