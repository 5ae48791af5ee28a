"""The whole grid of table (a) and (b): every zone, concern, device, needle and practitioner, at every depth."""

from decimal import Decimal
from itertools import product

import pytest

from clinic import clinical
from treatments import rules

DEPTHS = [Decimal(step) / 20 for step in range(66)]  # 0.00 to 3.25 mm
DEVICES = [(Decimal("1.50"), Decimal("0.10")), (Decimal("2.50"), Decimal("0.25")), (Decimal("3.00"), Decimal("0.25"))]
NEEDLES = [Decimal("1.00"), Decimal("2.50"), Decimal("3.00")]
PRACTITIONERS = [Decimal("0.50"), Decimal("1.50"), Decimal("3.00")]
ZONES = [rules.ZoneCap(row["label"], Decimal(row["max_mm"]), row["prohibited"]) for row in clinical.table("zone_cap")]
CONCERNS = [
    rules.ConcernRange(row["label"], Decimal(row["min_mm"]), Decimal(row["max_mm"]))
    for row in clinical.table("concern_depth")
]


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.label)
def test_a_depth_is_recorded_exactly_where_nobodys_limit_forbids_it(zone):
    """Judged once more here, from the words of the composition rule (C-06, C-07): hard limits refuse, all else goes."""
    for (device, step), needle, person in product(DEVICES, NEEDLES, PRACTITIONERS):
        limits = [rules.Limit(device, "device"), rules.Limit(needle, "needle"), rules.Limit(person, "person")]
        for depth in DEPTHS:
            said = rules.depth_refusal(depth, zone=zone, limits=limits, step_mm=step)
            most = min(device, needle, person, Decimal("3.00"))
            goes = not zone.is_prohibited and Decimal("0.10") <= depth <= most and depth % step == 0
            assert (said is None) == goes, (zone.label, depth, device, step, needle, person)


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.label)
@pytest.mark.parametrize("concern", CONCERNS, ids=lambda concern: concern.label)
def test_a_depth_asks_exactly_where_the_tables_say_so(zone, concern):
    """Zone beats concern (C-08): below the concern's range asks nothing where the zone is the cause."""
    for depth, fitzpatrick in product(DEPTHS, (None, 3, 4, 6)):
        asked = {
            "above_zone": depth > zone.max_mm,
            "above_concern": depth > concern.max_mm,
            "below_concern": depth < min(concern.min_mm, zone.max_mm),
            "above_evidence": depth > Decimal("1.50"),
            "outside_usual": not Decimal("0.50") <= depth <= Decimal("2.50"),
            "pigment": (fitzpatrick or 0) >= 4 and depth > Decimal("1.50"),
        }
        found = rules.depth_findings(depth, zone=zone, concern=concern, fitzpatrick=fitzpatrick)
        assert {one.code for one in found} == {code for code, asks in asked.items() if asks}, (depth, fitzpatrick)
