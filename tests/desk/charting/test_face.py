"""The map of the face: what was needled is dotted, closer where it was deeper."""

from decimal import Decimal

import pytest

from desk.charting import face
from treatments.drafts import ZoneRow
from treatments.models import Zone


def row(code, depth="1.00", side=""):
    return ZoneRow(Zone(code=code, label=code), Decimal(depth), 3, "erythema_mild", side)


@pytest.mark.parametrize(
    ("rows", "keys"),
    [
        ([row("forehead")], ["forehead-mid-0"]),
        ([row("cheek")], ["cheek-right-0", "cheek-left-0"]),
        ([row("cheek", side="left")], ["cheek-left-0"]),
        ([row("cheek", side="right"), row("cheek", side="left")], ["cheek-right-0", "cheek-left-1"]),
        ([row("abdomen")], []),
    ],
)
def test_a_zone_is_drawn_where_it_was_needled(rows, keys):
    assert [patch.key for patch in face.of(rows).patches] == keys


def test_the_patients_right_is_on_the_readers_left():
    right, left = face.of([row("cheek")]).patches

    assert (right.x < 160, left.x > 160) == (True, True)


def test_deeper_is_closer():
    gaps = [face.of([row("forehead", depth)]).patches[0].gap for depth in ("0.10", "0.50", "1.00", "1.75", "2.50")]

    assert gaps == sorted(gaps, reverse=True)
    assert len(set(gaps)) == 5


def test_without_a_zone_of_the_face_there_is_no_map():
    assert bool(face.of([row("thigh")])) is False
