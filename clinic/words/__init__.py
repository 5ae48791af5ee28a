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
    blocks,
    codes,
    load,
    meanings,
    names_of,
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
    "blocks",
    "codes",
    "fill",
    "late",
    "load",
    "meanings",
    "names_of",
    "parse",
    "render",
    "sections",
    "source",
]
