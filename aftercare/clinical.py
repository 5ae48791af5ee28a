"""Loads the first protocol with its steps and their words; what is there already stays as the clinic has it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from aftercare.models import Protocol, Step, StepWords
from clinic import clinical, words

NAME = "Microneedling"
LANGUAGE = "en"
OFFSET = re.compile(r"\+(\d+) (h|d)")
STALE_SOON_HOURS = clinical.value("messages.stale_hours")  # C-47
STALE_LATER_HOURS = 24 * clinical.value("messages.stale_days")  # C-48
# What follows a session and a course. Table d also lists the reminders of a visit, which `booking` sends.
CODES = (
    "AFTER_0H",
    "AFTER_24H",
    "AFTER_48H",
    "AFTER_72H",
    "AFTER_5D",
    "AFTER_7D",
    "AFTER_21D",
    "FOLLOW_28D",
    "FOLLOW_35D",
    "FOLLOW_42D",
    "SERIES_REVIEW_30",
    "SERIES_REVIEW_90",
    "SERIES_REVIEW_180",
    "MAINT_DUE",
)
PURPOSES = {
    "AFTER": Step.Purpose.CARE,
    "FOLLOW": Step.Purpose.FOLLOW_UP,
    "SERIES": Step.Purpose.REVIEW,
    "MAINT": Step.Purpose.MAINTENANCE,
}
FIRST_SESSION_ONLY = ("AFTER_48H", "AFTER_5D")  # who knows them from a first session finds them on the own page


def load(at: datetime | None = None) -> int:
    """Insert the protocol, the steps and the words that are missing and return how many; change nothing.

    Steps go to version 1, the house's own; a version that the clinic made holds what the clinic put there.
    """
    is_first = not Protocol.objects.filter(is_current=True).exists()
    protocol, is_new = Protocol.objects.get_or_create(name=NAME, version=1, defaults={"is_current": is_first})
    rows = {row["code"]: row for row in clinical.table("aftercare_messages")}
    known = set(protocol.steps.values_list("code", flat=True))
    steps = [
        Step(protocol=protocol, position=position, **_fields(rows[code]))
        for position, code in enumerate(CODES, start=1)
        if code not in known
    ]
    Step.objects.bulk_create(steps)
    wordless = protocol.steps.filter(code__in=CODES).exclude(words__language=LANGUAGE)
    letters = [
        StepWords(step=step, language=LANGUAGE, letter=words.source("aftercare", LANGUAGE, step.code))
        for step in wordless
    ]
    StepWords.objects.bulk_create(letters)
    return is_new + len(steps) + len(letters)


def _fields(row: dict[str, Any]) -> dict[str, Any]:
    """Return a step's fields from its row, such as one with the offset "+24 h" or "+5 d" (C-301 to C-314)."""
    number, unit = OFFSET.match(row["offset"]).groups()
    mark = clinical.split_mark(row["mark"])
    is_soon = unit == "h" and int(number) <= 48
    return {
        "code": row["code"],
        "title": row["purpose"],
        "purpose": PURPOSES[row["code"].partition("_")[0]],
        "offset_hours": int(number) if unit == "h" else None,
        "offset_days": int(number) if unit == "d" else None,
        "every_session": row["code"] not in FIRST_SESSION_ONLY,
        "not_after_hours": STALE_SOON_HOURS if is_soon else STALE_LATER_HOURS,
        "source": mark.source,
        "mark": mark.kind,
    }
