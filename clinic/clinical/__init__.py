"""The clinical values the house starts with: tables carried as data, each row with id, mark and source.

The rows are first defaults, not medical advice: the load steps copy them into the database, where a
clinic edits them. docs/clinical.md lists every row by its id (C-01, C-02, ...).
"""

import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

TABLES = Path(__file__).with_name("tables.json")

KINDS = {"seed": "seed", "lit-V": "literature", "lit-B": "literature", "policy": "policy"}


class Mark(NamedTuple):
    """How sure a value is.

    kind: "seed" (a founding text of the house says so), "literature" (published or a maker's label)
    or "policy" (a default of the house); source: the rest of the mark, the words that support it.
    """

    kind: str
    source: str


def table(name: str) -> list[dict[str, Any]]:
    """Return the rows of one table, in order, as fresh dictionaries. Numbers with a point are Decimal.

    Every row has id ("C-101"), mark (text for split_mark) and confirm (True: a clinic must confirm it).
    Raises KeyError for a table that does not exist.
    """
    return [dict(row) for row in _tables()[name]]


def names() -> list[str]:
    """Return the names of all tables, in the order of the file."""
    return list(_tables())


def value(key: str) -> Any:
    """Return one single value by its key, such as depth.hard_max_mm: Decimal, int or text.

    Raises KeyError when neither the limits nor the follow-up rules hold it.
    """
    for row in _tables()["limits"] + _tables()["follow_up"]:
        if row["key"] == key:
            return row["value"]
    raise KeyError(key)


def split_mark(mark: str) -> Mark:
    """Return the kind and the source of a mark such as "seed S0; lit-V SkinPen".

    A mark names the origin of the value first and what else supports it after.
    Raises ValueError when it begins with none of seed, lit-V, lit-B or policy.
    """
    first, _, rest = mark.partition(" ")
    try:
        kind = KINDS[first.rstrip(":;,")]
    except KeyError:
        raise ValueError(f"a mark begins with one of {', '.join(KINDS)}: {mark}") from None
    return Mark(kind, rest.strip())


@cache
def _tables() -> dict[str, list[dict[str, Any]]]:
    return json.loads(TABLES.read_text(encoding="utf-8"), parse_float=Decimal)
