"""Reading a letter: from a file of plain text to a subject and paragraphs, checked against its names."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).resolve().parents[2]
NAMES = Path(__file__).with_name("names.toml")
FALLBACK = "en"

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
ONE = r"(?:not )?[a-z0-9_]+"
CONDITION = re.compile(rf"\[if ({ONE}(?: and {ONE})*|{ONE}(?: or {ONE})*)\]\s*")
BUTTON = re.compile(r"\[\[(?P<label>[^\]|]+)\|(?P<address>[^\]|]+)\]\]")
CARDS = ("red_flags", "contact")  # shared blocks that stand by themselves in the layout
MARKS = {"# ": "title", "## ": "heading", "- ": "bullets", "= ": "rows"}


class NoSuchLetter(LookupError):
    """Raised when an app has no words of that code, in that language or the fallback."""


class UnknownPlaceholder(ValueError):
    """Raised when a letter asks for a name, or is given one, that its names.toml does not list."""


class UnknownCondition(ValueError):
    """Raised when a letter asks about a condition, or is told one, that its names.toml does not list."""


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of a letter.

    kind: title, heading, text, bullets, rows or button. lines: one entry per bullet or row, else a single
    one; a row is "label | value", a button "label | address". condition: empty, "deep", "not deep", or
    several: "deep and not prp", "deep or prp". block: the shared block it came from, such as red_flags; empty for the
    letter's own.
    """

    kind: str
    lines: tuple[str, ...]
    condition: str = ""
    block: str = ""

    def holds(self, conditions: frozenset[str]) -> bool:
        """Return whether this paragraph belongs in a letter under these conditions."""
        met = ((name in conditions) is is_asked for name, is_asked in self.asked)
        return any(met) if " or " in self.condition else all(met)

    @property
    def asked(self) -> list[tuple[str, bool]]:
        """The conditions of this paragraph, each with whether it is to hold."""
        parts = re.split(" and | or ", self.condition) if self.condition else []
        return [(part.removeprefix("not "), not part.startswith("not ")) for part in parts]


@dataclass(frozen=True)
class Letter:
    """A letter before it is filled.

    language: of its words, which is the fallback's when the wanted one has none. vocabulary and
    known_conditions: every name and condition of the house, so one set of values may serve many letters.
    """

    code: str
    language: str
    subject: str
    paragraphs: tuple[Paragraph, ...]
    vocabulary: frozenset[str]
    known_conditions: frozenset[str]

    @property
    def placeholders(self) -> frozenset[str]:
        """The names this letter fills, under whatever conditions."""
        texts = [self.subject, *(line for paragraph in self.paragraphs for line in paragraph.lines)]
        return frozenset(name for text in texts for name in PLACEHOLDER.findall(text))

    @property
    def conditions(self) -> frozenset[str]:
        """The conditions that change this letter."""
        return frozenset(name for paragraph in self.paragraphs for name, _ in paragraph.asked)


def meanings(kind: str) -> dict[str, str]:
    """Return every name ("names") or condition ("conditions") of the house, with what it stands for."""
    return dict(_names()[kind])


def names_of(app: str) -> frozenset[str]:
    """Return the names that letters of an app may ask for."""
    return frozenset().union(*_names()["letters"].get(app, {}).values())


def blocks() -> list[str]:
    """Return the blocks that letters share, such as red_flags."""
    shared = HOUSE / "clinic" / "words" / FALLBACK
    return sorted(path.stem.removeprefix("_") for path in shared.glob("_*.txt"))


def codes(app: str) -> list[str]:
    """Return the codes of all letters of an app, such as AFTER_0H, sorted."""
    return sorted(_names()["letters"].get(app, ()))


def source(app: str, language: str, code: str) -> str:
    """Return a letter's file as it is written, in this language or else in English. Raises NoSuchLetter."""
    return _find(app, language, code).read_text(encoding="utf-8")


@cache
def load(app: str, language: str, code: str) -> Letter:
    """Return the letter of this code, in this language or else in English.

    language: a tag such as "en" or "es-mx", whose part before the dash counts.
    Raises NoSuchLetter; UnknownPlaceholder when it asks for a name that names.toml does not list for it; and
    what parse raises.
    """
    found = _find(app, language, code)
    letter = parse(found.read_text(encoding="utf-8"), language=found.parent.name, code=code)
    listed = _names()["letters"].get(app, {}).get(code)
    if listed is None:
        raise NoSuchLetter(f"{app} has no letter {code}: list it in names.toml.")
    if letter.placeholders - set(listed):
        raise UnknownPlaceholder(f"{code}: {', '.join(sorted(letter.placeholders - set(listed)))}")
    return letter


def parse(text: str, *, language: str = FALLBACK, code: str = "letter") -> Letter:
    """Return the letter that a text holds, as it stands in a file or as a clinic edited it.

    code: only for the words of an error. Raises ValueError when it begins without "Subject: " or a line
    cannot be read, NoSuchLetter for a shared block that does not exist, UnknownPlaceholder and
    UnknownCondition for what names.toml does not know.
    """
    subject, _, body = text.partition("\n")
    if not subject.startswith("Subject: ") or not body.strip():
        raise ValueError(f"{code}: a letter begins with 'Subject: ' and goes on with paragraphs.")
    letter = Letter(
        code=code,
        language=language,
        subject=subject.removeprefix("Subject: ").strip(),
        paragraphs=tuple(_paragraphs(language, body)),
        vocabulary=frozenset(_names()["names"]),
        known_conditions=frozenset(_names()["conditions"]),
    )
    if letter.placeholders - letter.vocabulary:
        raise UnknownPlaceholder(f"{code}: {', '.join(sorted(letter.placeholders - letter.vocabulary))}")
    if letter.conditions - letter.known_conditions:
        raise UnknownCondition(f"{code}: {', '.join(sorted(letter.conditions - letter.known_conditions))}")
    return letter


def _find(app: str, language: str, name: str) -> Path:
    """Return the file of a letter, or of a shared block of the house."""
    for tongue in dict.fromkeys((language.lower().partition("-")[0], FALLBACK)):
        path = HOUSE / app / "words" / tongue / f"{name}.txt"
        if path.is_file():
            return path
    raise NoSuchLetter(f"{app} has no words {name}.")


def _paragraphs(language: str, body: str) -> list[Paragraph]:
    """Return the paragraphs of a text; a paragraph that is only {red_flags} becomes that block's own."""
    paragraphs = []
    for piece in re.split(r"\n\s*\n", body.strip()):
        only = PLACEHOLDER.fullmatch(piece.strip())
        if only:
            block = source("clinic", language, f"_{only[1]}")
            card = only[1] if only[1] in CARDS else ""
            paragraphs += [replace(paragraph, block=card) for paragraph in _paragraphs(language, block)]
        else:
            paragraphs.append(_paragraph(piece))
    return paragraphs


def _paragraph(piece: str) -> Paragraph:
    """Return one paragraph from its text. Raises ValueError when its marks are mixed or unclosed."""
    asked = CONDITION.match(piece)
    condition = asked[1] if asked else ""
    lines = [line.strip() for line in piece[asked.end() if asked else 0 :].splitlines()]
    button = BUTTON.fullmatch(" ".join(lines))
    mark = next((mark for mark in MARKS if lines[0].startswith(mark)), "")
    if button:
        kind, lines = "button", [f"{button['label']} | {button['address']}"]
    elif mark:
        kind, lines = MARKS[mark], _items(lines, mark)
    else:
        kind, lines = "text", [" ".join(lines)]
    odd = [line for line in lines if kind == "rows" and line.count(" | ") != 1]
    if odd or re.search(r"[{}\[\]]", PLACEHOLDER.sub("", " ".join(lines))):
        raise ValueError(f"This paragraph cannot be read: {piece}")
    return Paragraph(kind, tuple(lines), condition)


def _items(lines: list[str], mark: str) -> list[str]:
    """Return one text per marked line; an unmarked line goes on with the one before it."""
    items: list[str] = []
    for line in lines:
        if line.startswith(mark):
            items.append(line.removeprefix(mark))
        else:
            items[-1] += f" {line}"
    return items


@cache
def _names() -> dict[str, Any]:
    return tomllib.loads(NAMES.read_text(encoding="utf-8"))
