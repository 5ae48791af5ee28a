"""Filling a letter: a subject, plain text and HTML that say the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import css_inline
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape

from clinic.words.letters import PLACEHOLDER, Letter, Paragraph, UnknownCondition, UnknownPlaceholder

LAYOUT = "mail/letter.html"
INLINER = css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)
JOINED = ("bullets", "rows")
PAIRED = ("rows", "button")
MAY_BE_EMPTY = frozenset(
    {"link", "book_link", "personal_words", "products", "home_care", "closed_from", "closed_until", "serum"}
)
MARK = re.compile("\ue000([a-z_]+)\ue001")  # of no language, so no letter holds one
LATE = ("clinic_name", "clinic_address", "clinic_phone", "clinic_hours", "out_of_hours", "emergency_number")


class MissingValue(LookupError):
    """Raised when a letter is not given a value it asks for, or only a blank one."""


@dataclass(frozen=True)
class Words:
    """A letter ready to go: a subject on one line, plain text, and a whole HTML page of the same words."""

    subject: str
    text: str
    html: str


class Rendered(Words):
    """Words whose page is made when it is first asked for; often only the text is, to see whether anything changed."""

    def __init__(self, subject: str, text: str, page: Callable[[], str]) -> None:
        object.__setattr__(self, "subject", subject)
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "_page", page)

    @cached_property
    def html(self) -> str:  # type: ignore[override]
        return self._page()


@dataclass(frozen=True)
class Piece:
    """A filled paragraph: lines of text, or for rows and a button pairs of label and value."""

    kind: str
    block: str
    lines: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Section:
    """Pieces that stand together in the layout: the letter's own, one care card, or the foot."""

    block: str
    pieces: tuple[Piece, ...]

    @property
    def is_care(self) -> bool:
        return self.block == "red_flags"

    @property
    def is_foot(self) -> bool:
        return self.block == "contact"


def render(letter: Letter, values: Mapping[str, str], conditions: frozenset[str] = frozenset()) -> Words:
    """Return the letter filled with these values, with the paragraphs that hold under these conditions.

    values: texts as people read them, dates and times already in the patient's language; names that only
    other letters use are welcome. link may be empty while no button needs it.
    Raises MissingValue, UnknownPlaceholder or UnknownCondition: nothing is sent half filled.
    """
    _check(letter, values, conditions)
    pieces = _joined([_piece(p, values) for p in letter.paragraphs if p.holds(conditions)])
    subject = " ".join(_fill(letter.subject, values).split())
    text = "\n\n".join(_as_text(piece) for piece in pieces) + "\n"
    return Rendered(subject, text, lambda: _page(letter, {**values, "subject": subject}, conditions))


def sections(
    letter: Letter, values: Mapping[str, str], conditions: frozenset[str] = frozenset()
) -> tuple[Section, ...]:
    """Return the filled letter in sections, to be laid out elsewhere than in a mail. Raises as `render`."""
    _check(letter, values, conditions)
    return tuple(_sections(_joined([_piece(p, values) for p in letter.paragraphs if p.holds(conditions)])))


def _page(letter: Letter, values: Mapping[str, str], conditions: frozenset[str]) -> str:
    """Return the letter as a page. To lay it out takes the longest of all, so that is done once without the values."""
    return MARK.sub(lambda found: escape(values[found[1]]), _laid_out(letter, conditions))


@lru_cache(maxsize=256)
def _laid_out(letter: Letter, conditions: frozenset[str]) -> str:
    """Return the page with a mark in the place of each value."""
    marks = {name: f"\ue000{name}\ue001" for name in (*letter.placeholders, "clinic_name", "subject")}
    pieces = _joined([_piece(p, marks) for p in letter.paragraphs if p.holds(conditions)])
    context = {
        "language": letter.language,
        "clinic": marks["clinic_name"],
        "subject": marks["subject"],
        "sections": _sections(pieces),
    }
    with translation.override(letter.language):
        return INLINER.inline(render_to_string(LAYOUT, context))


def late() -> dict[str, str]:
    """Return values that leave the clinic's own facts open, as {clinic_phone}, for fill to complete at sending."""
    return {name: f"{{{name}}}" for name in LATE}


def fill(words: Words, facts: Mapping[str, str]) -> Words:
    """Return words with the facts that were left open; any other braces stay as they are.

    facts: by name, such as clinic_phone; a name may also be of the form link:7.
    """
    subject, text, html = words.subject, words.text, words.html
    for name, fact in facts.items():
        mark = f"{{{name}}}"
        subject, text = subject.replace(mark, str(fact)), text.replace(mark, str(fact))
        html = html.replace(mark, escape(str(fact)))
    return Words(subject, text, html)


def _check(letter: Letter, values: Mapping[str, str], conditions: frozenset[str]) -> None:
    asked = letter.placeholders | {"clinic_name"}
    blank = {name for name in asked - MAY_BE_EMPTY if not str(values.get(name, "")).strip()}
    missing = blank | (asked - values.keys())
    if missing:
        raise MissingValue(f"{letter.code}: {', '.join(sorted(missing))}")
    if values.keys() - letter.vocabulary:
        raise UnknownPlaceholder(f"{letter.code}: {', '.join(sorted(values.keys() - letter.vocabulary))}")
    if conditions - letter.known_conditions:
        raise UnknownCondition(f"{letter.code}: {', '.join(sorted(conditions - letter.known_conditions))}")


def _fill(text: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: str(values[found[1]]), text)


def _piece(paragraph: Paragraph, values: Mapping[str, str]) -> Piece:
    if paragraph.kind not in PAIRED:
        lines = tuple(_fill(line, values) for line in paragraph.lines)
        return Piece(paragraph.kind, paragraph.block, lines=lines)
    halves = [line.partition(" | ") for line in paragraph.lines]
    pairs = tuple((_fill(label, values), _fill(value, values)) for label, _, value in halves)
    if paragraph.kind == "button" and not pairs[0][1].strip():
        raise MissingValue("The button has nowhere to lead.")
    return Piece(paragraph.kind, paragraph.block, pairs=pairs)


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces with neighbouring bullets, or rows, made one list."""
    together: list[Piece] = []
    for piece in pieces:
        last = together[-1] if together else None
        if last and piece.kind in JOINED and (last.kind, last.block) == (piece.kind, piece.block):
            together[-1] = replace(last, lines=last.lines + piece.lines, pairs=last.pairs + piece.pairs)
        else:
            together.append(piece)
    return together


def _sections(pieces: list[Piece]) -> list[Section]:
    """Return the pieces by block; in the red flags every heading begins a card of its own."""
    sections: list[Section] = []
    for piece in pieces:
        new_card = piece.block == "red_flags" and piece.kind == "heading"
        if new_card or not sections or sections[-1].block != piece.block:
            sections.append(Section(piece.block, (piece,)))
        else:
            sections[-1] = replace(sections[-1], pieces=(*sections[-1].pieces, piece))
    return sections


def _as_text(piece: Piece) -> str:
    match piece.kind:
        case "title":
            return f"{piece.lines[0]}\n{'=' * len(piece.lines[0])}"
        case "heading":
            return f"{piece.lines[0]}\n{'-' * len(piece.lines[0])}"
        case "bullets":
            return "\n".join(f"- {line}" for line in piece.lines)
        case "rows" | "button":
            return "\n".join(f"{label}: {value}" for label, value in piece.pairs)
        case _:
            return piece.lines[0]
