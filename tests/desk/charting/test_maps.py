"""The maps: what was needled is dotted, closer where it was deeper."""

from decimal import Decimal

import pytest

from desk.charting import maps, outlines
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
        ([row("abdomen")], ["abdomen-mid-0"]),
        ([row("thigh", side="left")], ["thigh-left-0"]),
        ([row("shoulder")], []),
    ],
)
def test_a_zone_is_drawn_where_it_was_needled(rows, keys):
    assert [patch.key for one in maps.of(rows) for patch in one.patches] == keys


def test_the_patients_right_is_on_the_readers_left():
    right, left = maps.of([row("cheek")])[0].patches

    assert (right.x < 160, left.x > 160) == (True, True)


def test_deeper_is_closer():
    gaps = [maps.of([row("forehead", depth)])[0].patches[0].gap for depth in ("0.10", "0.50", "1.00", "1.75", "2.50")]

    assert gaps == sorted(gaps, reverse=True)
    assert len(set(gaps)) == 5


def test_the_body_is_drawn_only_where_it_was_needled():
    named = [[one.drawing.name for one in maps.of([row(code)])] for code in ("thigh", "forehead")]

    assert (named, maps.of([])) == ([["body"], ["face"]], [])


def test_every_zone_of_the_house_is_on_a_map_once():
    drawn = [*outlines.FACE_ZONES, *outlines.BODY_ZONES]
    allowed = set(Zone.objects.filter(is_prohibited=False).values_list("code", flat=True))

    assert (set(drawn), len(drawn)) == (allowed, len(allowed))
