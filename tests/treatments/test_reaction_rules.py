"""What is usual for each adverse reaction, what holds the next session back, and who is told."""

from datetime import timedelta

import pytest

from tests.factories.booking import TEN, minutes
from treatments import reaction_rules as rules
from treatments.models import Reaction

Category, Authority = Reaction.Category, Reaction.Authority


def test_every_category_of_the_table_has_its_name_and_no_other():
    assert list(rules.usual()) == Category.values
    assert [one.fact for one in rules.usual().values()] == [f"C-{number}" for number in range(661, 678)]


@pytest.mark.parametrize(
    ("category", "grades"),
    [
        (Category.ACNE, (1,)),
        (Category.ERYTHEMA, (1, 2)),
        (Category.ALLERGY, (3, 4, 5)),
        (Category.BURN, (2, 3, 4)),
        (Category.DEVICE, ()),
        (Category.SHARPS, ()),
        (Category.EXPECTED, ()),
    ],
)
def test_the_usual_grades_are_those_of_the_table(category, grades):
    assert rules.usual()[category].grades == grades


@pytest.mark.parametrize(
    ("grade", "affected", "is_open", "held"),
    [
        (1, "patient", True, False),
        (2, "patient", True, True),
        (5, "patient", True, True),
        (2, "patient", False, False),
        (4, "staff", True, False),
    ],
)
def test_an_open_reaction_of_grade_two_holds_the_next_session_of_its_patient(grade, affected, is_open, held):
    assert rules.holds(grade=grade, affected=affected, is_open=is_open) is held


@pytest.mark.parametrize(
    ("was", "grade", "told"), [(0, 2, False), (0, 3, True), (2, 3, True), (3, 3, False), (3, 4, True), (4, 3, False)]
)
def test_a_lead_hears_of_grade_three_and_again_when_it_rises(was, grade, told):
    assert rules.alerts(grade, was=was) is told


@pytest.mark.parametrize(("grade", "said", "serious"), [(3, False, False), (1, True, True), (4, False, True)])
def test_what_threatens_life_is_serious_whatever_is_ticked(grade, said, serious):
    assert rules.is_serious(grade, said=said) is serious


@pytest.mark.parametrize(
    ("onset_at", "hours"),
    [(TEN - minutes(20), 0), (TEN + minutes(59), 0), (TEN + minutes(60), 1), (TEN + timedelta(days=3), 72)],
)
def test_the_hours_are_counted_from_the_end_of_the_session(onset_at, hours):
    assert rules.hours_after(onset_at, TEN) == hours


def test_without_an_end_there_are_no_hours():
    assert rules.hours_after(TEN, None) is None


def test_an_unusual_grade_gets_a_remark_and_stops_nothing():
    assert rules.grade_note(Category.ERYTHEMA, 3) == "The usual grade is 1 to 2."
    assert rules.grade_note(Category.HERPES, 1) == "The usual grade is 2."
    assert rules.grade_note(Category.ERYTHEMA, 2) == ""
    assert rules.grade_note(Category.DEVICE, 4) == ""


def test_what_is_expected_says_from_when_it_counts():
    assert rules.expected_note(Category.EXPECTED) == (
        "What is expected is no adverse reaction until it lasts longer: redness and swelling over 72 hours, "
        "flaking and bruises over 7 days."
    )
    assert rules.expected_note(Category.ERYTHEMA) == ""


@pytest.mark.parametrize(
    ("country", "authority", "named"),
    [
        ("GB", Authority.MHRA, "Yellow Card"),
        ("us", Authority.FDA, "MedWatch"),
        ("CA", Authority.CANADA, "Health Canada"),
        ("ES", Authority.OTHER, "your country"),
        ("", Authority.OTHER, "your country"),
    ],
)
def test_each_country_reports_to_its_own_authority(country, authority, named):
    assert rules.authority(country) == authority
    assert named in rules.authority_note(country)
