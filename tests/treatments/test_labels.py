"""A device's label: what it covers is on-label, what goes beyond it is said, and what nobody entered is not judged."""

from decimal import Decimal

import pytest

from clinic.models import Device
from treatments.labels import Indication, off_label_words

SCARS = Indication(
    concerns=frozenset({"acne_scars"}),
    zones=frozenset({"cheek", "forehead"}),
    from_age=22,
    fitzpatrick=frozenset({1, 2, 3, 4, 5, 6}),
    deepest_mm=Decimal("1.50"),
    words="Facial acne scars in adults aged 22 years and older.",
)
LINES = Indication(concerns=frozenset({"fine_lines"}), zones=frozenset({"neck"}), fitzpatrick=frozenset({1, 2, 3}))
ON_LABEL = {
    "concern_code": "acne_scars",
    "zone_code": "cheek",
    "age": 30,
    "fitzpatrick": 2,
    "depth_mm": Decimal("1.50"),
}


def found(*indications: Indication, **use) -> list[tuple[str, str]]:
    pen = Device(name="Pen 2", cleared=[one.kept() for one in indications])
    return [(one.code, one.words) for one in off_label_words(pen, **(ON_LABEL | use))]


@pytest.mark.parametrize(
    ("use", "beyond"),
    [
        ({}, []),
        ({"concern_code": "fine_lines"}, [("off_label_concern", "Pen 2 is not cleared for this concern.")]),
        ({"zone_code": "chest"}, [("off_label_zone", "Pen 2 is not cleared for this zone.")]),
        ({"age": 21}, [("off_label_age", "Pen 2 is cleared from the age of 22.")]),
        ({"age": 22}, []),
        ({"depth_mm": Decimal("1.75")}, [("off_label_depth", "Pen 2 was evaluated to 1.50 mm only.")]),
        (
            {"zone_code": "chest", "age": 19},
            [
                ("off_label_zone", "Pen 2 is not cleared for this zone."),
                ("off_label_age", "Pen 2 is cleared from the age of 22."),
            ],
        ),
        ({"concern_code": None, "age": None, "fitzpatrick": None}, []),
    ],
)
def test_a_use_is_measured_against_the_label(use, beyond):
    assert found(SCARS, **use) == beyond


def test_one_indication_that_covers_all_of_it_is_enough():
    assert found(SCARS, LINES, concern_code="fine_lines", zone_code="neck", depth_mm=Decimal("2.00")) == []


def test_the_indication_that_comes_nearest_says_what_is_beyond_it():
    assert found(SCARS, LINES, concern_code="fine_lines", zone_code="neck", fitzpatrick=5) == [
        ("off_label_skin_type", "Pen 2 is not cleared for skin type V.")
    ]


def test_a_device_without_a_label_is_not_judged():
    assert found(zone_code="chest", age=12) == []


def test_an_indication_is_read_as_it_was_kept():
    assert [Indication.read(one.kept()) for one in (SCARS, LINES, Indication())] == [SCARS, LINES, Indication()]
