"""How deep, how many, when again: the rules by tables, and what must hold for every number."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic import clinical
from treatments import rules
from treatments.rules import ConcernRange, Limit, ZoneCap

CHEEK = ZoneCap("Cheek", Decimal("2.00"))
FOREHEAD = ZoneCap("Forehead", Decimal("1.00"))
EYELID = ZoneCap("Eyelid", Decimal("0.00"), is_prohibited=True)
ACNE_SCARS = ConcernRange("Acne scars", Decimal("1.50"), Decimal("2.50"))
DULLNESS = ConcernRange("Dull skin", Decimal("0.50"), Decimal("0.75"))

PEN_2 = rules.device_limit("Pen 2", Decimal("2.50"))
LONG_TIP = rules.cartridge_limit("Tip 36", Decimal("3.00"))
SHORT_TIP = rules.cartridge_limit("Tip 12", Decimal("1.00"))
ANA = rules.practitioner_limit("Ana", Decimal("2.50"))
NEWCOMER = rules.practitioner_limit("Ben", Decimal("0.50"))

depths = st.decimals("0.10", "3.00", places=2)
lengths = st.decimals("0.25", "3.00", places=2)
caps = st.decimals("0.50", "2.50", places=2)
zones = st.builds(ZoneCap, label=st.just("Zone"), max_mm=caps)
types = st.none() | st.integers(1, 6)


@st.composite
def concerns(draw):
    low, high = sorted((draw(caps), draw(caps)))
    return ConcernRange("Concern", low, high)


# --- hard limits -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("depth", "limits", "sentence"),
    [
        ("9.00", [PEN_2, LONG_TIP, ANA], "The deepest setting of Pen 2 is 2.50 mm; 9.00 mm can't be recorded."),
        ("1.25", [PEN_2, SHORT_TIP, ANA], "The needles of Tip 12 are 1.00 mm long; 1.25 mm can't be recorded."),
        ("0.75", [PEN_2, LONG_TIP, NEWCOMER], "Ben may needle to 0.50 mm; 0.75 mm can't be recorded."),
        ("3.25", [], "Nobody needles deeper than 3.00 mm here; 3.25 mm can't be recorded."),
        ("0.05", [PEN_2], "The shallowest depth that counts is 0.10 mm; 0.05 mm can't be recorded."),
    ],
)
def test_a_depth_beyond_a_limit_is_refused_and_the_limit_is_named(depth, limits, sentence):
    assert rules.depth_refusal(Decimal(depth), zone=CHEEK, limits=limits).sentence == sentence


def test_the_deepest_setting_itself_is_recorded():
    assert rules.depth_refusal(Decimal("2.50"), zone=CHEEK, limits=[PEN_2], step_mm=Decimal("0.25")) is None


def test_the_shallowest_depth_itself_is_recorded():
    assert rules.depth_refusal(Decimal("0.10"), zone=CHEEK, limits=[PEN_2], step_mm=Decimal("0.10")) is None


@pytest.mark.parametrize(("depth", "step"), [("1.30", "0.25"), ("1.25", "0.10")])
def test_a_depth_between_two_steps_of_the_device_is_refused(depth, step):
    refusal = rules.depth_refusal(Decimal(depth), zone=CHEEK, limits=[PEN_2], step_mm=Decimal(step))

    assert (refusal.rule, refusal.sentence) == (
        "depth.off_step",
        f"The device is set in steps of {step} mm; {depth} mm can't be recorded.",
    )


def test_before_a_device_is_chosen_no_step_is_asked():
    assert rules.depth_refusal(Decimal("1.30"), zone=CHEEK, limits=[]) is None


def test_an_eyelid_is_never_needled_at_any_depth():
    refusal = rules.depth_refusal(Decimal("0.25"), zone=EYELID, limits=[PEN_2])

    assert (refusal.sentence, refusal.is_hard) == ("Eyelid is never needled; this can't be recorded.", True)


@given(depth=st.decimals("0.00", "9.99", places=2), device=lengths, needle=lengths, person=lengths)
def test_what_is_recorded_never_exceeds_anybodys_limit(depth, device, needle, person):
    limits = [Limit(device, "Device"), Limit(needle, "Needles"), Limit(person, "Person")]

    refused = rules.depth_refusal(depth, zone=CHEEK, limits=limits) is not None

    assert refused == (depth > min(device, needle, person, Decimal("3.00")) or depth < Decimal("0.10"))


@given(depth=depths, step=st.sampled_from([Decimal("0.10"), Decimal("0.25")]))
def test_what_is_recorded_is_a_multiple_of_the_step(depth, step):
    refused = rules.depth_refusal(depth, zone=CHEEK, limits=[], step_mm=step) is not None

    assert refused == (depth / step != int(depth / step))


# --- what asks for a reason ----------------------------------------------------------------------------------


def codes(depth, zone=CHEEK, concern=None, fitzpatrick=None):
    found = rules.depth_findings(Decimal(depth), zone=zone, concern=concern, fitzpatrick=fitzpatrick)
    return [one.code for one in found]


@pytest.mark.parametrize(
    ("depth", "zone", "concern", "fitzpatrick", "expected"),
    [
        ("1.50", CHEEK, ACNE_SCARS, 3, []),
        ("1.75", CHEEK, ACNE_SCARS, 3, ["above_evidence"]),
        ("1.75", CHEEK, ACNE_SCARS, 4, ["above_evidence", "pigment"]),
        ("1.50", CHEEK, ACNE_SCARS, 6, []),
        ("1.75", CHEEK, ACNE_SCARS, None, ["above_evidence"]),
        ("2.25", CHEEK, ACNE_SCARS, 2, ["above_zone", "above_evidence"]),
        ("2.75", CHEEK, ACNE_SCARS, 2, ["above_zone", "above_concern", "above_evidence", "outside_usual"]),
        ("1.25", CHEEK, ACNE_SCARS, 2, ["below_concern"]),
        ("0.25", CHEEK, DULLNESS, 2, ["below_concern", "outside_usual"]),
        ("1.00", CHEEK, DULLNESS, 2, ["above_concern"]),
        ("1.00", FOREHEAD, ACNE_SCARS, 2, []),  # the zone beats the concern: not "below" because of the cap
        ("0.75", FOREHEAD, ACNE_SCARS, 2, ["below_concern"]),
        ("1.25", FOREHEAD, ACNE_SCARS, 2, ["above_zone"]),
        ("1.25", FOREHEAD, None, 2, ["above_zone"]),
    ],
)
def test_a_depth_asks_for_a_reason(depth, zone, concern, fitzpatrick, expected):
    assert codes(depth, zone, concern, fitzpatrick) == expected


def test_each_finding_says_what_it_found():
    found = rules.depth_findings(Decimal("2.75"), zone=CHEEK, concern=ACNE_SCARS, fitzpatrick=5)

    assert [one.words for one in found] == [
        "Cheek: 2.75 mm is above the advisable 2.00 mm.",
        "2.75 mm is above what Acne scars usually needs, 2.50 mm.",
        "2.75 mm is above 1.50 mm, beyond which the labels give no evidence.",
        "2.75 mm is outside the usual 0.50 mm to 2.50 mm.",
        "Skin types IV to VI mark easily above 1.50 mm.",
    ]


@given(depth=depths, zone=zones, concern=concerns(), fitzpatrick=types)
def test_a_depth_in_the_suggested_range_speaks_neither_of_zone_nor_of_concern(depth, zone, concern, fitzpatrick):
    wanted = rules.suggested_range(concern, zone)
    inside = wanted.min_mm <= depth <= wanted.max_mm
    found = {one.code for one in rules.depth_findings(depth, zone=zone, concern=concern, fitzpatrick=fitzpatrick)}

    assert bool(found & {"above_zone", "above_concern", "below_concern"}) == (not inside)


@given(depth=depths, zone=zones, concern=concerns(), fitzpatrick=types)
def test_deeper_never_asks_for_less_once_above_the_range(depth, zone, concern, fitzpatrick):
    def above(mm):
        found = rules.depth_findings(mm, zone=zone, concern=concern, fitzpatrick=fitzpatrick)
        return {one.code for one in found} - {"below_concern", "outside_usual"}

    assert above(depth) <= above(depth + Decimal("0.25"))


@pytest.mark.parametrize(
    ("concern", "zone", "low", "high"),
    [
        (ACNE_SCARS, CHEEK, "1.50", "2.00"),
        (ACNE_SCARS, FOREHEAD, "1.00", "1.00"),
        (DULLNESS, CHEEK, "0.50", "0.75"),
    ],
)
def test_the_range_to_start_from_is_cut_at_the_zones_cap(concern, zone, low, high):
    assert rules.suggested_range(concern, zone) == rules.Range(Decimal(low), Decimal(high))


@given(zone=zones, concern=concerns())
def test_the_range_to_start_from_never_leaves_zone_or_concern(zone, concern):
    found = rules.suggested_range(concern, zone)

    assert found.min_mm <= found.max_mm <= min(zone.max_mm, concern.max_mm)


def test_the_numbers_of_the_rules_are_those_that_the_house_lists():
    listed = {row["key"]: row["value"] for row in clinical.table("limits")}

    assert listed["depth.hard_max_mm"] == rules.HARD_MAX_MM
    assert listed["depth.soft_threshold_mm"] == rules.SOFT_MM
    assert (listed["passes.min"], listed["passes.max"]) == rules.PASSES


# --- when again ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("performed", "opens", "best", "closes"),
    [
        (date(2026, 11, 22), date(2026, 12, 20), date(2026, 12, 27), date(2027, 1, 3)),
        (date(2026, 2, 1), date(2026, 3, 1), date(2026, 3, 8), date(2026, 3, 15)),  # 28 days, no month's edge
        (date(2028, 2, 1), date(2028, 2, 29), date(2028, 3, 7), date(2028, 3, 14)),
        (date(2026, 10, 1), date(2026, 10, 29), date(2026, 11, 5), date(2026, 11, 12)),  # over the clock change
    ],
)
def test_the_next_session_falls_into_its_window(performed, opens, best, closes):
    found = rules.window(performed, earliest_days=28, target_days=35, latest_days=42)

    assert found == rules.Window(opens, best, closes)


@given(
    performed=st.dates(date(2020, 1, 1), date(2060, 1, 1)),
    days=st.lists(st.integers(0, 400), min_size=3, max_size=3).map(sorted),
    asked=st.integers(0, 500),
)
def test_a_window_holds_exactly_the_days_from_earliest_to_latest(performed, days, asked):
    earliest, target, latest = days
    found = rules.window(performed, earliest_days=earliest, target_days=target, latest_days=latest)

    assert found.holds(performed + timedelta(days=asked)) == (earliest <= asked <= latest)


# --- creams and minutes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(60, ""), (61, "The cream was on for 61 minutes; more than 60 is a warning.")],
)
def test_a_cream_that_was_on_over_an_hour_is_a_warning(minutes, words):
    assert rules.cream_minutes_words(minutes) == words


@pytest.mark.parametrize(
    ("percent", "words"),
    [
        (None, ""),
        (Decimal("4.0"), ""),
        (Decimal("5.0"), "5.0 % is above 4 %: lidocaine as strong as this needs a prescription."),
    ],
)
def test_a_cream_above_four_percent_is_a_warning(percent, words):
    assert rules.cream_strength_words(percent) == words


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (19, "Needling took 19 minutes; 20 to 30 is usual."),
        (20, ""),
        (30, ""),
        (31, "Needling took 31 minutes; 20 to 30 is usual."),
    ],
)
def test_needling_outside_twenty_to_thirty_minutes_is_noted(minutes, words):
    assert rules.needling_minutes_words(minutes) == words
