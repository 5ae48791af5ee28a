"""Loads the screening questions and the first consent texts; what is there already stays as the clinic has it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import timezone

from clinic import clinical
from intake import texts
from intake.models import ConsentText, Purpose, Question

WORDS = Path(__file__).with_name("words")
Action = Question.Action


class AtStart(NamedTuple):
    """How a question is asked at every start, and what its yes means, in the house's own words."""

    words: str
    action: str
    action_words: str


# The founding texts' questions, in the order they are asked (C-201, C-205, C-204, C-209, C-248, C-247).
AT_START = {
    "INFECTION": AtStart(
        "Is there a skin infection in the area today: bacterial, fungal or viral, warts and cold sores included?",
        Action.BLOCK,
        "No session today. Only a changed answer clears it.",
    ),
    "ACNE_ACTIVE": AtStart(
        "Is there active, inflamed acne in the area?",
        Action.OVERRIDE,
        "Better not needled. A practitioner may go on with a reason.",
    ),
    "ACNE_SEVERE": AtStart(
        "Is there severe acne, with deep lumps or cysts?",
        Action.OVERRIDE_DOCTOR,
        "A dermatologist is asked first. Only a prescriber may go on, with a reason.",
    ),
    "SKIN_DISEASE": AtStart(
        "Is there a skin condition in the area, such as eczema, psoriasis, dermatitis or rosacea?",
        Action.OVERRIDE,
        "Flaring now: stop here. Calm: a practitioner may go on with a reason.",
    ),
    "MEDICAL": AtStart(
        "Is there a medical condition, or treatment for one, that we should know about?",
        Action.OVERRIDE,
        "A practitioner may go on with a reason; in doubt a doctor is asked first.",
    ),
    "MED_CHANGE": AtStart(
        "Is anything new since the last visit: a medicine, an illness, a procedure, a pregnancy?",
        Action.OVERRIDE,
        "Go through the history again. A practitioner may go on with a reason.",
    ),
}

# What a yes means where the table's own words name more than one thing: the stricter of them.
STRICTER = {
    "DIABETES": Action.BLOCK,
    "SUNBURN": Action.BLOCK,
    "CARDIAC_HEPATIC": Action.OVERRIDE_DOCTOR,
    "AGE": Action.BLOCK,
}


def load(at: datetime | None = None) -> int:
    """Insert the questions and the consent texts that are missing and return how many; change nothing."""
    known = set(Question.objects.values_list("code", flat=True))
    missing = [_question(row) for row in clinical.table("screening") if row["code"] not in known]
    Question.objects.bulk_create(missing)
    return len(missing) + len(ConsentText.objects.bulk_create(_missing_texts(at or timezone.now())))


def _missing_texts(at: datetime) -> list[ConsentText]:
    """Return the house's own first version of each text that is not there, unless the clinic published one since."""
    standing = list(ConsentText.objects.all())
    edited = {text.purpose for text in standing if text.published_by_id or text.version > 1}
    known = {(text.purpose, text.language) for text in standing}
    return [
        ConsentText(
            purpose=purpose, language=language, version=1, words=words, digest=texts.digest_of(words), current_from=at
        )
        for purpose in Purpose.values
        for language, _label in settings.LANGUAGES
        if purpose not in edited and (purpose, language) not in known and (words := shipped(purpose, language))
    ]


def shipped(purpose: str, language: str) -> str:
    """Return the words that the house ships for a purpose in a language, "" where it has none."""
    file = WORDS / language / f"{purpose}.txt"
    return texts.clean(file.read_text(encoding="utf-8"), language) if file.exists() else ""


def _question(row: dict[str, Any]) -> Question:
    code, mark = row["code"], clinical.split_mark(row["mark"])
    asked = AT_START.get(code)
    order = list(AT_START)
    return Question(
        code=code,
        words=asked.words if asked else row["question"],
        kind=row["kind"],
        action=asked.action if asked else meaning(code, row["action"]),
        action_words=asked.action_words if asked else row["action"],
        defer_days=row["defer_days"],
        asked_at_start=asked is not None,
        position=order.index(code) if asked else len(order) + int(row["id"].removeprefix("C-")),
        source=mark.source,
        mark=mark.kind,
    )


def meaning(code: str, words: str) -> str:
    """Return the action that the table's words describe; of several, the strictest."""
    if code in STRICTER:
        return STRICTER[code]
    if "by=doctor" in words:
        return Action.OVERRIDE_DOCTOR
    for start, action in (("block", Action.BLOCK), ("defer", Action.BLOCK), ("override", Action.OVERRIDE)):
        if words.startswith(start):
            return action
    return Action.NOTE
