"""The letters of the house: words in plain files, placeholders that must all be filled, one layout.

    letter = words.load("aftercare", patient.language, "AFTER_24H")
    ready = words.render(letter, {"first_name": "Mia", ...}, frozenset({"deep"}))

A letter is `<app>/words/<language>/<CODE>.txt`; the blocks that letters share are `clinic/words/<language>/_*.txt`;
`clinic/words/names.toml` lists every placeholder, condition and letter. docs/words.md shows how one is written.
Nothing here knows a patient, a clock or a database.
"""

from clinic.words.letters import (
    Letter,
    NoSuchLetter,
    Paragraph,
    UnknownCondition,
    UnknownPlaceholder,
    codes,
    load,
    parse,
    source,
)
from clinic.words.rendering import MissingValue, Section, Words, fill, late, render, sections

__all__ = [
    "Letter",
    "MissingValue",
    "NoSuchLetter",
    "Paragraph",
    "Section",
    "UnknownCondition",
    "UnknownPlaceholder",
    "Words",
    "codes",
    "fill",
    "late",
    "load",
    "parse",
    "render",
    "sections",
    "source",
]
