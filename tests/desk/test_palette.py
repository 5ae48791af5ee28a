"""The colours of the house, measured: WCAG contrast, and statuses that stay apart for every kind of colour vision."""

import itertools
import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[2] / "static" / "css" / "tokens.css").read_text()
STATUSES = ("booked", "confirmed", "arrived", "room", "done", "noshow")
TEXT_PAIRS = [
    ("ink", "canvas"),
    ("ink", "surface"),
    ("ink-2", "surface"),
    ("ink-2", "canvas"),
    ("ink-3", "surface"),
    ("ink-3", "canvas"),
    ("ink-3", "sunken"),
    ("ink-2", "sunken"),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    ("accent", "surface"),
    ("accent", "canvas"),
    ("accent", "accent-soft"),
    ("accent-ink", "accent-soft"),
    ("danger", "surface"),
    ("danger-ink", "danger-soft"),
    ("danger-ink", "surface"),
    ("ink-2", "danger-soft"),
    ("warn-ink", "warn-soft"),
    ("warn-ink", "surface"),
    ("info-ink", "info-soft"),
    ("on-inverse", "inverse"),
    ("on-inverse-2", "inverse"),
]
EDGE_PAIRS = [
    ("line-control", "surface"),
    ("line-control", "canvas"),
    ("focus", "surface"),
    ("focus", "canvas"),
    ("now", "surface"),
    ("skin-line", "skin"),
    ("needle", "skin"),
    ("status-cancelled", "surface"),
]

# Machado, Oliveira and Fernandes 2009: severity 1, on linear RGB.
SIGHTS = {
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "no green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "no blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def block(begins: str) -> dict[str, str]:
    start = CSS.index(begins)
    return dict(re.findall(r"--st-([a-z0-9-]+): ([^;]+);", CSS[start : CSS.index("}", start)]))


LIGHT = block(':root,\n[data-bs-theme="light"] {')
DARK = block('[data-bs-theme="dark"] {')
SYSTEM = block(":root:not([data-bs-theme]) {")
THEMES = pytest.mark.parametrize("theme", [pytest.param(LIGHT, id="light"), pytest.param(DARK, id="dark")])


def linear(colour: str) -> tuple[float, ...]:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    return tuple(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)


def contrast(one: str, other: str) -> float:
    lights = sorted(sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear(x), strict=True)) for x in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def lab(rgb: tuple[float, ...]) -> tuple[float, float, float]:
    to_xyz = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
    white = (0.95047, 1.0, 1.08883)
    xyz = [sum(w * c for w, c in zip(row, rgb, strict=True)) / n for row, n in zip(to_xyz, white, strict=True)]
    x, y, z = (v ** (1 / 3) if v > 216 / 24389 else (24389 / 27 * v + 16) / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def seen(colour: str, sight: str) -> tuple[float, float, float]:
    rgb = linear(colour)
    return lab(tuple(min(max(sum(w * c for w, c in zip(row, rgb, strict=True)), 0), 1) for row in SIGHTS[sight]))


def apart(one: str, other: str, sight: str) -> float:
    return sum((a - b) ** 2 for a, b in zip(seen(one, sight), seen(other, sight), strict=True)) ** 0.5


@THEMES
@pytest.mark.parametrize("status", STATUSES)
def test_a_status_edge_stands_out_from_its_card(theme, status):
    assert contrast(theme[f"status-{status}"], theme["surface"]) >= 3


@THEMES
@pytest.mark.parametrize("sight", SIGHTS)
def test_no_two_statuses_look_alike(theme, sight):
    closest = min(
        (apart(theme[f"status-{a}"], theme[f"status-{b}"], sight), a, b) for a, b in itertools.combinations(STATUSES, 2)
    )

    assert closest[0] >= 25, closest


@THEMES
@pytest.mark.parametrize(("ink", "paper"), TEXT_PAIRS)
def test_words_can_be_read(theme, ink, paper):
    assert contrast(theme[ink], theme[paper]) >= 4.5


@THEMES
@pytest.mark.parametrize(("line", "paper"), EDGE_PAIRS)
def test_edges_can_be_seen(theme, line, paper):
    assert contrast(theme[line], theme[paper]) >= 3


def test_the_system_dark_theme_is_the_chosen_dark_theme():
    assert SYSTEM == DARK


def test_both_themes_name_the_same_tokens():
    assert set(LIGHT) == set(DARK)


def test_an_orange_and_an_olive_would_be_one_colour_to_some():
    """The control: two colours that most people tell apart, and that the measure above turns down."""
    assert apart("#C27A1A", "#8E8E1E", "all colours") >= 25
    assert apart("#C27A1A", "#8E8E1E", "no green") < 25
