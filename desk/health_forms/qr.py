"""An address as a square that a telephone reads, drawn as one path."""

from __future__ import annotations

from dataclasses import dataclass

from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M

QUIET = 4  # modules around it that stay white


@dataclass(frozen=True)
class Square:
    """A QR code. size: modules from edge to edge, quiet ones too; path: the black ones, for an SVG of that size."""

    size: int
    path: str


def path_of(text: str) -> Square:
    """Return the code of a text."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET)
    code.add_data(text)
    rows = code.get_matrix()
    black = [(x, y) for y, row in enumerate(rows) for x, is_black in enumerate(row) if is_black]
    return Square(len(rows), "".join(f"M{x} {y}h1v1h-1z" for x, y in black))
