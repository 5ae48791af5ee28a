"""What a clinic's own words of a step must hold before they are kept: nothing is saved that could not be sent."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from aftercare import examples
from clinic import words
from clinic.refusals import Refusal, Refused
from clinic.words import Letter
from clinic.words.letters import PLACEHOLDER

LONGEST = 12_000  # letters of a text
LONGEST_SUBJECT = 120  # of which mail programs show about half
GOOD_SUBJECT = 60
ENDING = ["red_flags", "contact"]
ASKED = re.compile(r"\[if ([^\]]*)\]")
IN_A_SUBJECT = frozenset({"clinic_name", "treated_on", "window_opens", "window_best", "window_closes"})
PRIVATE = re.compile(
    r"needl|collagen|\bprp\b|plasma|\bscar|\bacne|melasma|\bpeel|aguja|colágeno|cicatri|\bacné|mancha", re.IGNORECASE
)
PAINKILLER = re.compile(r"ibuprof", re.IGNORECASE)
SOME_DAY = datetime(2026, 3, 2, 10, tzinfo=UTC)


class NotWritable(Refused):
    """Raised for words that cannot be kept; `refusal.values["language"]` names the language at fault."""


def tidy(text: str) -> str:
    """Return a text as it is kept: no blanks at the ends of lines, one line break at its end."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines()) + "\n"


def checked(text: str, *, language: str, purpose: str) -> Letter:
    """Return the letter that a text holds, which ends with the red flags and the contact and can always be filled.

    Raises NotWritable with a sentence that says what is wrong and what to do.
    """
    text = tidy(text)
    sentence = _shape(text) or _unknown(text, purpose)
    if not sentence:
        try:
            letter = words.parse(text, language=language)
        except ValueError as wrong:
            sentence = _unread(wrong)
        else:
            sentence = _misbuilt(letter) or _unfillable(letter, purpose)
    if sentence:
        title = _("These words can't be saved.")
        raise NotWritable(Refusal("protocol.words", title, sentence, values={"language": language}))
    return letter


def known_names(purpose: str) -> dict[str, str]:
    """Return the names that a step of this purpose can fill, with what each stands for."""
    fillable = examples.names(purpose)
    return {name: meaning for name, meaning in words.meanings("names").items() if name in fillable}


def known_conditions() -> dict[str, str]:
    """Return the conditions that a step's words may ask about, with what each means."""
    may_hold = examples.may_hold()
    return {name: meaning for name, meaning in words.meanings("conditions").items() if name in may_hold}


def _shape(text: str) -> str:
    subject, _line, body = text.partition("\n")
    if not subject.startswith("Subject: ") or not subject.removeprefix("Subject: ").strip() or not body.strip():
        return _("Begin with a line “Subject: …”, leave a line empty, and go on with the message.")
    if len(text) > LONGEST:
        return _("The message has more than %(longest)s letters. Make it shorter.") % {"longest": LONGEST}
    if len(subject) - len("Subject: ") > LONGEST_SUBJECT:
        return _("The subject has more than %(longest)s letters. Make it shorter.") % {"longest": LONGEST_SUBJECT}
    if odd := [name for name in PLACEHOLDER.findall(subject) if name not in IN_A_SUBJECT]:
        return _("%(name)s does not belong in a subject, which a locked phone shows to anybody.") % _braced(odd)
    if PRIVATE.search(subject):
        return _("The subject says what was done, and a locked phone shows it to anybody. Say “your visit”.")
    return ""


def _unknown(text: str, purpose: str) -> str:
    """Return what is wrong where a text asks for something that nobody could fill in."""
    blocks, named = set(words.blocks()), dict.fromkeys(PLACEHOLDER.findall(text))
    pieces = [piece.strip() for piece in re.split(r"\n\s*\n", text)]
    amid = [name for piece in pieces if not PLACEHOLDER.fullmatch(piece) for name in PLACEHOLDER.findall(piece)]
    if among := [name for name in amid if name in blocks]:
        return _("%(name)s needs a paragraph to itself, with an empty line before and after it.") % _braced(among)
    if odd := [name for name in named if name not in examples.names(purpose) | blocks]:
        sentence = _("%(name)s stands for nothing in this message. Take it out, or choose another of the list.")
        return sentence % _braced(odd)
    known = examples.may_hold()
    asked = [part.removeprefix("not ").strip() for found in ASKED.findall(text) for part in _parts(found)]
    if never := [name for name in asked if name not in known]:
        sentence = _("The condition “%(name)s” is not known here. Take it out, or choose another of the list.")
        return sentence % {"name": never[0]}
    return ""


def _parts(asked: str) -> list[str]:
    return re.split(r" and | or ", asked.strip())


def _braced(found: list[str]) -> dict[str, str]:
    return {"name": ", ".join(f"{{{name}}}" for name in found)}


def _unread(wrong: ValueError) -> str:
    """Return which paragraph cannot be read; the reader names it after a colon."""
    _words, _colon, piece = str(wrong).partition(": ")
    sentence = _("This paragraph cannot be read: “%(piece)s”. A row has one “ | ”, a button is [[words|{link}]].")
    return sentence % {"piece": " ".join(piece.split())[:80]}


def _misbuilt(letter: Letter) -> str:
    """Return what is wrong with how a letter is built: its title, its ending, and what must stand under a condition."""
    blocks = [p.block for p in letter.paragraphs]
    order = [block for place, block in enumerate(blocks) if place == 0 or blocks[place - 1] != block]
    if order[-2:] != ENDING or order.count("red_flags") != 1 or order.count("contact") != 1:
        return _("End with {red_flags} and then {contact}, each in a paragraph of its own and once.")
    if [p.kind for p in letter.paragraphs].count("title") != 1 or letter.paragraphs[0].kind != "title":
        return _("Begin the message with its title: one line with “# ” before it, and no other such line.")
    if any(_names_a_painkiller(p.lines) and ("ibuprofen_ok", True) not in p.asked for p in letter.paragraphs):
        return _("Ibuprofen is named only under [if ibuprofen_ok]: some patients must not take it.")
    if any(" or " in p.condition and _names_a_painkiller(p.lines) for p in letter.paragraphs):
        return _("Ibuprofen is named only under [if ibuprofen_ok]: some patients must not take it.")
    return ""


def _names_a_painkiller(lines: tuple[str, ...]) -> bool:
    return any(PAINKILLER.search(line) for line in lines)


def _unfillable(letter: Letter, purpose: str) -> str:
    """Return what is missing where the letter would stop under some condition; a button needs its page."""
    known = letter.conditions
    for holding in (frozenset(), known, *(known - {one} for one in known), *(frozenset({one}) for one in known)):
        try:
            examples.said(letter, purpose=purpose, holding=holding, at=SOME_DAY)
        except words.MissingValue:
            return _(
                "A button needs its page: put [if link] before one to {link}, [if book_link] before one to {book_link}."
            )
    return ""
