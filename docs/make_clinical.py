"""Write the tables of docs/clinical.md again from clinic/clinical/tables.json.

    python docs/make_clinical.py

Everything above the line that begins the tables is written by hand and stays as it is.
"""

import json
from pathlib import Path

HERE = Path(__file__).parent
SOURCE = HERE.parent / "clinic" / "clinical" / "tables.json"
PAGE = HERE / "clinical.md"
LINE = "<!-- Below this line the page is written by docs/make_clinical.py -->\n"

TITLES = {
    "limits": "Limits, times and rules",
    "follow_up": "Spacing, series and maintenance",
    "concern_depth": "Depth range and sessions by concern",
    "zone_cap": "Greatest advisable depth by zone",
    "screening": "Screening questions",
    "aftercare_messages": "Messages and what each must say",
    "seed_facts": "What the founding texts say",
    "disagreements": "Where sources disagree, and what the house does",
    "regulatory": "Regulators and devices",
    "record_fields": "What the treatment record holds",
    "scales": "Outcome scales",
    "adverse_events": "Adverse events",
    "governance": "Sterility, retention and privacy",
}


def tables(page: dict[str, list[dict]]) -> str:
    """Return every table as Markdown, in the order of TITLES."""
    return "\n".join(f"## {title}\n\n{one_table(page[name])}" for name, title in TITLES.items())


def one_table(rows: list[dict]) -> str:
    """Return one table as Markdown, one line per row; all rows have the same keys."""
    head = list(rows[0])
    lines = [head, ["---"] * len(head), *([cell(row[key]) for key in head] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def cell(value: object) -> str:
    """Return one value as the text of a Markdown cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).replace("|", "\\|")


def whole_page(by_hand: str) -> str:
    """Return the page: the part written by hand, the line, the tables."""
    return f"{by_hand}{LINE}\n{tables(json.loads(SOURCE.read_text(encoding='utf-8')))}"


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(whole_page(text.partition(LINE)[0]), encoding="utf-8")
