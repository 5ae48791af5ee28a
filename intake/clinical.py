"""Loads the screening questions and the first consent texts; what is there already stays as the clinic has it."""

from __future__ import annotations

import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from clinic import clinical
from intake import question_sets, texts
from intake.models import ConsentText, Purpose, Question, QuestionSet

WORDS = Path(__file__).with_name("words")
QUESTIONS = WORDS / "questions.toml"
LANGUAGES = ("en", "es")
SHIPPED = "As the house ships them."


def load(at: datetime | None = None) -> int:
    """Publish the questions where there are none and the consent texts that are missing; return how many.

    Questions from before there was a full screening have no screens: the shipped ones become the version after them.
    """
    at = at or timezone.now()
    return _load_questions(at) + len(ConsentText.objects.bulk_create(_missing_texts(at)))


def _load_questions(at: datetime) -> int:
    standing = QuestionSet.objects.first()
    if standing is not None and standing.screens:
        return 0
    questions, screens = shipped_questions()
    life_days = int(clinical.value("screening.valid_days"))
    question_sets.publish(questions, screens=screens, life_days=life_days, reason=SHIPPED, by=None, at=at)
    return len(questions)


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


def shipped_questions() -> tuple[list[Question], list[dict[str, Any]]]:
    """Return the questions as the house ships them, unsaved, and the screens they stand on."""
    told = _written()
    rows = {row["code"]: row for row in clinical.table("screening")}
    questions = [
        _question(said, rows[said["code"]], position) for position, said in enumerate(told["questions"], start=1)
    ]
    return questions, [_by_language(screen) for screen in told["screens"]]


@cache
def _written() -> dict[str, Any]:
    return tomllib.loads(QUESTIONS.read_text(encoding="utf-8"))


def _by_language(said: dict[str, Any]) -> dict[str, Any]:
    """Return a screen or an option with its patients' words under `patient_words`."""
    plain = {name: value for name, value in said.items() if name not in LANGUAGES}
    return plain | {"patient_words": {language: said[language] for language in LANGUAGES}}


def _question(said: dict[str, Any], row: dict[str, Any], position: int) -> Question:
    mark = clinical.split_mark(row["mark"])
    options = [_by_language(option) for option in said.get("options", ())]
    return Question(
        code=said["code"],
        screen=said["screen"],
        shape=said.get("shape", Question.Shape.CHOICE if options else Question.Shape.YES_NO),
        words=said["words"],
        patient_words={language: said[language] for language in LANGUAGES},
        kind=row["kind"],
        action=said["action"],
        action_words=said["means"],
        options=options,
        defer_days=row["defer_days"],
        note_days=said.get("note_days"),
        asks_day=said.get("asks_day", False),
        only_if=said.get("only_if", {}),
        only_returning=said.get("only_returning", False),
        asked_at_start=said.get("at_start", False),
        position=position,
        source_id=row["id"],
        source=mark.source,
        mark=mark.kind,
    )
