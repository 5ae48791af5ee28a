"""Loads the protocol that the house ships; a version that a clinic wrote or changed stays as the clinic has it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from aftercare.models import Protocol, Step, StepWords
from clinic import clinical, words

NAME = "Microneedling"
OFFSET = re.compile(r"\+(\d+) (h|d)\b")
STALE_SOON_HOURS = clinical.value("messages.stale_hours")  # C-47
STALE_LATER_HOURS = 24 * clinical.value("messages.stale_days")  # C-48
PURPOSES = {
    "AFTER": Step.Purpose.CARE,
    "FOLLOW": Step.Purpose.FOLLOW_UP,
    "SERIES": Step.Purpose.REVIEW,
    "MAINT": Step.Purpose.MAINTENANCE,
}
FIRST_SESSION_ONLY = ("AFTER_48H", "AFTER_5D")  # who knows them from a first session finds them on the own page
FACTS = ("title", "purpose", "offset_hours", "offset_days", "not_after_hours", "every_session", "only_if")

Content = dict[str, tuple[tuple[Any, ...], dict[str, str]]]


def codes() -> list[str]:
    """Return the codes of what follows a session, in the order of table d; visit reminders are not among them."""
    return [row["code"] for row in clinical.table("aftercare_messages") if row["code"].partition("_")[0] in PURPOSES]


@transaction.atomic
def load(at: datetime | None = None) -> int:
    """Write a version as the house ships it, where the house's newest is another; return how many rows that took.

    A version that somebody at the clinic changed by hand is left alone. The new one is what later sessions follow,
    unless the clinic published its own; plans that run keep theirs.
    """
    newest = Protocol.objects.filter(name=NAME, made_by=None).order_by("-version").first()
    shipped = _shipped()
    if newest is not None and (_is_edited(newest) or content(newest) == _content(shipped)):
        return 0
    current = Protocol.objects.filter(is_current=True).first()
    leads = current is None or current.is_of_the_house
    if leads and current is not None:
        Protocol.objects.filter(pk=current.pk).update(is_current=False)
    at, highest = at or timezone.now(), Protocol.objects.filter(name=NAME).aggregate(highest=Max("version"))["highest"]
    made = Protocol.objects.create(
        name=NAME, version=(highest or 0) + 1, follows=newest, made_at=at, published_at=at, is_current=leads
    )
    return 1 + write(made, shipped)


def write(protocol: Protocol, steps: Iterable[tuple[Step, dict[str, str]]]) -> int:
    """Give a version these steps, each with its letters by language, in this order; return how many rows that took."""
    letters: list[StepWords] = []
    made: list[Step] = []
    for position, (step, by_language) in enumerate(steps, start=1):
        step.pk, step.protocol, step.position = None, protocol, position
        made.append(step)
        letters += [StepWords(step=step, language=code, letter=text) for code, text in sorted(by_language.items())]
    Step.objects.bulk_create(made)
    StepWords.objects.bulk_create(letters)
    return len(made) + len(letters)


def content(protocol: Protocol) -> Content:
    """Return what a version says: by code its facts, and its letters by language."""
    steps = protocol.steps.prefetch_related("words")
    return _content([(step, {row.language: row.letter for row in step.words.all()}) for step in steps])


def _content(steps: Iterable[tuple[Step, dict[str, str]]]) -> Content:
    return {step.code: (tuple(getattr(step, fact) for fact in FACTS), letters) for step, letters in steps}


def _is_edited(protocol: Protocol) -> bool:
    return protocol.steps.filter(edited_at__isnull=False).exists()


def _shipped() -> list[tuple[Step, dict[str, str]]]:
    rows = {row["code"]: row for row in clinical.table("aftercare_messages")}
    languages = [code for code, _label in settings.LANGUAGES]
    return [
        (Step(**_fields(rows[code])), {one: words.source("aftercare", one, code) for one in languages})
        for code in codes()
    ]


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
