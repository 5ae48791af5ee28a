"""What a device's label says it may be used for, and what a pass would go beyond: off-label asks for a reason.

The house ships no label: what the regulator cleared is entered from the papers of the device (section 3 of the facts,
C-521 onwards). Where nothing is entered, nothing is judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from clinic.models import Device
from treatments.rules import mm

NUMERALS = ("I", "II", "III", "IV", "V", "VI")


@dataclass(frozen=True)
class Indication:
    """One use that a label clears. An empty set, or None, leaves that side open.

    concerns and zones: their codes (tables a and b). from_age: whole years. fitzpatrick: 1 to 6. deepest_mm: the
    deepest setting that was evaluated. words: what the label itself says.
    """

    concerns: frozenset[str] = frozenset()
    zones: frozenset[str] = frozenset()
    from_age: int | None = None
    fitzpatrick: frozenset[int] = frozenset()
    deepest_mm: Decimal | None = None
    words: str = ""

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Indication:
        """Return an indication as a device keeps it."""
        deepest = row.get("deepest_mm")
        return cls(
            concerns=frozenset(row.get("concerns", ())),
            zones=frozenset(row.get("zones", ())),
            from_age=row.get("from_age"),
            fitzpatrick=frozenset(row.get("fitzpatrick", ())),
            deepest_mm=None if deepest is None else Decimal(deepest),
            words=row.get("words", ""),
        )

    def kept(self) -> dict[str, Any]:
        """Return it as a device keeps it."""
        return {
            "concerns": sorted(self.concerns),
            "zones": sorted(self.zones),
            "from_age": self.from_age,
            "fitzpatrick": sorted(self.fitzpatrick),
            "deepest_mm": None if self.deepest_mm is None else str(self.deepest_mm),
            "words": self.words,
        }


@dataclass(frozen=True)
class LabelFinding:
    """One way in which a use goes beyond the label. code is stable and keeps the reason; words are for people."""

    code: str
    words: str


def off_label_words(
    device: Device,
    concern_code: str | None,
    zone_code: str,
    age: int | None,
    fitzpatrick: int | None,
    depth_mm: Decimal,
) -> list[LabelFinding]:
    """Return in what this use goes beyond the device's label; nothing where it is on-label, or no label is entered.

    It is on-label when one indication covers all of it; else the one that comes nearest says what is beyond it. What
    is None is not known and not judged. age: whole years on the day.
    """
    found: list[list[LabelFinding]] = []
    for row in device.cleared:
        one = Indication.read(row)
        found.append(list(_beyond(device.name, one, concern_code, zone_code, age, fitzpatrick, depth_mm)))
    return min(found, key=len, default=[])


def _beyond(
    name: str,
    one: Indication,
    concern: str | None,
    zone: str,
    age: int | None,
    fitzpatrick: int | None,
    depth_mm: Decimal,
) -> Iterator[LabelFinding]:
    named = {"device": name}
    if one.concerns and concern is not None and concern not in one.concerns:
        yield LabelFinding("off_label_concern", _("%(device)s is not cleared for this concern.") % named)
    if one.zones and zone not in one.zones:
        yield LabelFinding("off_label_zone", _("%(device)s is not cleared for this zone.") % named)
    if one.from_age is not None and age is not None and age < one.from_age:
        words = _("%(device)s is cleared from the age of %(age)s.")
        yield LabelFinding("off_label_age", words % (named | {"age": one.from_age}))
    if one.fitzpatrick and fitzpatrick is not None and fitzpatrick not in one.fitzpatrick:
        words = _("%(device)s is not cleared for skin type %(type)s.")
        yield LabelFinding("off_label_skin_type", words % (named | {"type": NUMERALS[fitzpatrick - 1]}))
    if one.deepest_mm is not None and depth_mm > one.deepest_mm:
        words = _("%(device)s was evaluated to %(limit)s only.")
        yield LabelFinding("off_label_depth", words % (named | {"limit": mm(one.deepest_mm)}))
