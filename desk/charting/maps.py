"""The maps of face and body: each zone that was needled is filled with dots, closer where the needles went deeper.

The drawing is for the eye and the finger; the same zones stand in words, and as buttons, beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from desk.charting import outlines
from desk.charting.outlines import Outlines
from treatments import drafts
from treatments.drafts import ZoneRow
from treatments.models import Zone

if TYPE_CHECKING:
    from desk.charting.drafts import Chart

SPARSE, CLOSEST = Decimal("13.5"), Decimal("4.2")  # units of the drawing between two dots


@dataclass(frozen=True)
class Patch:
    """One zone on a map: its outline, its dots, and the depth written on it; without depth it is only an outline.

    place: zone and side, as a press says it. gap: between two dots, in units. is_on: whether it is on the chart.
    """

    key: str
    place: str
    path: str
    x: int
    y: int
    depth_mm: Decimal | None = None
    is_on: bool = True

    @property
    def gap(self) -> Decimal:
        return max(CLOSEST, SPARSE - self.depth_mm * Decimal("4.6")).quantize(Decimal("0.1"))

    @property
    def radius(self) -> Decimal:
        return min(Decimal("1.5"), Decimal("0.8") + self.depth_mm * Decimal("0.3")).quantize(Decimal("0.01"))

    @property
    def depth(self) -> str:
        return number_format(self.depth_mm, decimal_pos=2)

    @property
    def tag_x(self) -> int:
        return self.x - 18

    @property
    def tag_y(self) -> int:
        return self.y - 10

    @property
    def text_y(self) -> Decimal:
        return self.y + Decimal("4.5")


@dataclass(frozen=True)
class Drawing:
    """What is drawn under the zones. height: in units; every drawing is 320 wide."""

    name: str
    label: str | Promise
    height: int
    skin: str
    features: str
    zones: Outlines
    has_sides: bool


FACE = Drawing("face", _("Map of the face"), 384, outlines.FACE, outlines.FEATURES, outlines.FACE_ZONES, has_sides=True)
BODY = Drawing(
    "body", _("Map of the body"), 316, outlines.BODY, outlines.BODY_FEATURES, outlines.BODY_ZONES, has_sides=False
)


@dataclass(frozen=True)
class Map:
    """A drawing with its zones; only those that were needled, or all that can be."""

    drawing: Drawing
    patches: tuple[Patch, ...]

    @property
    def is_empty(self) -> bool:
        return not any(patch.is_on for patch in self.patches)


@dataclass(frozen=True)
class Choice:
    """A zone that can be put on the chart: how a press says it, and in words."""

    place: str
    words: str
    is_on: bool


@dataclass(frozen=True)
class ChartMap:
    """The maps of a chart that is being written, and the same zones as a list. face first, opened where it is used."""

    face: Map
    body: Map
    choices: tuple[Choice, ...]


def of(rows: Iterable[ZoneRow]) -> list[Map]:
    """Return the maps on which something was needled; a zone without a side is drawn on both."""
    told = [(row.zone.code, row.side, row.depth_mm) for row in rows]
    maps = [Map(drawing, tuple(_needled(drawing, told))) for drawing in (FACE, BODY)]
    return [one for one in maps if one.patches]


def of_chart(chart: Chart) -> ChartMap:
    """Return the maps of what is typed into a chart, and every zone that can still be put on it."""
    told = [
        (code, side, _depth(form))
        for form in chart.rows["zones"]
        if form.place and not form["DELETE"].data
        for code, side in [form.place.split(":")]
    ]
    offered = {zone.code: zone for zone in chart.shelf.zones}
    on = {f"{code}:{side}" for code, side, _depth_mm in told}
    face, body = (Map(one, (*_open(one, offered, on), *_needled(one, told))) for one in (FACE, BODY))
    return ChartMap(face, body, tuple(_choices(offered, on)))


def _needled(drawing: Drawing, told: Iterable[tuple[str, str, Decimal | None]]) -> Iterable[Patch]:
    for number, (code, side, depth_mm) in enumerate(told):
        for where, path, x, y in drawing.zones.get(code, []):
            if not side or not where or side == where:
                yield Patch(f"{code}-{where or 'mid'}-{number}", f"{code}:{side}", path, x, y, depth_mm)


def _open(drawing: Drawing, offered: dict[str, Zone], on: set[str]) -> Iterable[Patch]:
    """Yield the zones of a drawing that are not on the chart."""
    for code, shapes in drawing.zones.items():
        for side, path, x, y in shapes:
            if code in offered and f"{code}:{side}" not in on and f"{code}:" not in on:
                yield Patch(f"{code}-{side or 'mid'}", f"{code}:{side}", path, x, y, is_on=False)


def _choices(offered: dict[str, Zone], on: set[str]) -> Iterable[Choice]:
    drawn = FACE.zones | BODY.zones
    for code, zone in offered.items():
        for side in [where for where, *_shape in drawn.get(code, [])] or [""]:
            place = f"{code}:{side}"
            yield Choice(place, drafts.zone_words(zone, side), place in on or f"{code}:" in on)


def _depth(form) -> Decimal | None:
    """Return the depth that a row says, if it can be drawn."""
    try:
        found = form.fields["depth_mm"].clean(str(form["depth_mm"].value() or ""))
    except ValidationError:
        return None
    return found if found and found > 0 else None
