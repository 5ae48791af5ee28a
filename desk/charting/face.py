"""The face as a map: each zone that was needled is filled with dots, closer where the needles went deeper.

The drawing is for the eye; the same zones stand in words beside it. The patient's right is on the reader's left.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import number_format

from treatments.drafts import ZoneRow

LEFT, RIGHT = "left", "right"

# Outlines on a drawing of 320 x 392, and where the depth is written; a zone on two sides has two.
OUTLINES: dict[str, list[tuple[str, str, int, int]]] = {
    "forehead": [
        ("", "M82 116C84 76 116 50 160 50s76 26 78 66c-24-11-50-16-78-16s-54 5-78 16Z", 160, 76),
    ],
    "glabella": [("", "M147 105c8-3 18-3 26 0l-3 15c-6-4-14-4-20 0Z", 160, 112)],
    "temple": [
        (RIGHT, "M66 148c0-15 4-25 11-29l9 28c-4 8-9 12-15 12Z", 75, 138),
        (LEFT, "M254 148c0-15-4-25-11-29l-9 28c4 8 9 12 15 12Z", 245, 138),
    ],
    "periorbital": [
        (
            RIGHT,
            "M84 134c8-10 20-14 30-13 10 0 19 5 25 13l-3 4c-15-12-34-12-49 3Z"
            "M86 158c14 12 36 12 51 0l2 7c-16 11-38 11-54 0Z",
            112,
            126,
        ),
        (
            LEFT,
            "M236 134c-8-10-20-14-30-13-10 0-19 5-25 13l3 4c15-12 34-12 49 3Z"
            "M234 158c-14 12-36 12-51 0l-2 7c16 11 38 11 54 0Z",
            208,
            126,
        ),
    ],
    "nose": [("", "M151 124c5-4 13-4 18 0l10 66c2 18-40 18-38 0Z", 160, 170)],
    "cheekbone": [
        (RIGHT, "M70 168c20 13 42 18 64 17l-3 14c-20 2-42-1-58-8Z", 100, 186),
        (LEFT, "M250 168c-20 13-42 18-64 17l3 14c20 2 42-1 58-8Z", 220, 186),
    ],
    "cheek": [
        (RIGHT, "M74 194c17 8 38 11 57 9-9 9-13 26-17 63-21-20-35-45-40-72Z", 101, 224),
        (LEFT, "M246 194c-17 8-38 11-57 9 9 9 13 26 17 63 21-20 35-45 40-72Z", 219, 224),
    ],
    "upper_lip": [("", "M134 222c17-8 35-8 52 0l2 10c-18-6-38-6-56 0Z", 160, 226)],
    "chin": [("", "M132 274c19-8 37-8 56 0 2 26-10 48-28 49-18-1-30-23-28-49Z", 160, 300)],
    "jawline": [
        (RIGHT, "M85 256c9 23 22 43 42 57l6-11c-13-10-22-24-27-40Z", 105, 290),
        (LEFT, "M235 256c-9 23-22 43-42 57l-6-11c13-10 22-24 27-40Z", 215, 290),
    ],
    "neck": [("", "M120 322c10 8 24 13 40 13s30-5 40-13c2 22 6 40 16 56H104c10-16 14-34 16-56Z", 160, 360)],
}

FACE = (
    "M160 18C98 18 60 64 60 140c0 50 10 92 32 130 18 32 44 60 68 60s50-28 68-60c22-38 32-80 32-130 0-76-38-122-100-122Z"
)
FEATURES = (
    "M88 146c12-14 38-14 50 0-12 14-38 14-50 0ZM182 146c12-14 38-14 50 0-12 14-38 14-50 0Z"
    "M132 243c14-6 22-3 28-1 6-2 14-5 28 1-14 13-42 13-56 0Zm0 0c18 4 38 4 56 0"
    "M60 150c-12-10-16 8-10 30 3 14 10 22 16 16M260 150c12-10 16 8 10 30-3 14-10 22-16 16"
    "M118 300c1 26-2 52-22 78M202 300c-1 26 2 52 22 78"
)


@dataclass(frozen=True)
class Patch:
    """One zone on the map: its outline, its dots, and the depth written on it. gap: between two dots, in units."""

    key: str
    path: str
    gap: Decimal
    radius: Decimal
    depth: str
    x: int
    y: int

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
class Face:
    """The map of a session; nothing to draw when no zone of the face was needled."""

    patches: tuple[Patch, ...]
    face: str = FACE
    features: str = FEATURES

    def __bool__(self) -> bool:
        return bool(self.patches)


def of(rows: Iterable[ZoneRow]) -> Face:
    """Return the map of these zones; one without a side is drawn on both."""
    patches = [
        _patch(f"{row.zone.code}-{side or 'mid'}-{number}", path, row.depth_mm, x, y)
        for number, row in enumerate(rows)
        for side, path, x, y in OUTLINES.get(row.zone.code, [])
        if not row.side or not side or side == row.side
    ]
    return Face(tuple(patches))


def _patch(key: str, path: str, depth_mm: Decimal, x: int, y: int) -> Patch:
    return Patch(
        key=key,
        path=path,
        gap=max(Decimal("4.2"), Decimal("13.5") - depth_mm * Decimal("4.6")).quantize(Decimal("0.1")),
        radius=min(Decimal("1.5"), Decimal("0.8") + depth_mm * Decimal("0.3")).quantize(Decimal("0.01")),
        depth=number_format(depth_mm, decimal_pos=2),
        x=x,
        y=y,
    )
