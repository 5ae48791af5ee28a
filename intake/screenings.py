"""The short check: the same questions, asked fresh on the day, by a named person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clinic import audit
from clinic.actors import Actor
from clinic.refusals import Refusal, Refused
from intake import rules
from intake.models import Answer, Question, Screening
from patients.models import Patient


@dataclass(frozen=True)
class Given:
    """An answer as it was given. note: what was said; reason: why the session goes on in spite of a yes."""

    is_yes: bool
    note: str = ""
    reason: str = ""


class AnswersMissing(Refused):
    """Raised when a question is open or a yes lacks its reason. `missing` maps the question's code to what it needs."""

    def __init__(self, missing: Mapping[str, str], questions: Mapping[str, Question]) -> None:
        self.missing = dict(missing)
        named = " ".join(f"{questions[code].words} {words}" for code, words in missing.items())
        super().__init__(
            Refusal("screening.open", _("The check is not complete."), named, values={"codes": list(missing)})
        )


def questions_at_start() -> list[Question]:
    """Return the questions that are asked at every start, in order."""
    return list(Question.objects.filter(asked_at_start=True))


@transaction.atomic
def record(patient: Patient, *, answers: Mapping[str, Given], by: Actor, at: datetime) -> Screening:
    """Keep what the patient answered today, with each question's words as asked, and return it judged.

    answers: by the question's code; codes that are not asked at start are left out. Raises AnswersMissing.
    """
    questions = {question.code: question for question in questions_at_start()}
    is_prescriber = by.may("prescribe")
    asked = [_asked(question, answers.get(code)) for code, question in questions.items()]
    missing = {one.code: words for one in asked if (words := rules.lacks(one, is_prescriber=is_prescriber))}
    if missing:
        raise AnswersMissing(missing, questions)
    screening = Screening.objects.create(
        patient=patient, asked_by=by.user, asked_at=at, outcome=rules.outcome(asked, is_prescriber=is_prescriber)
    )
    for one in asked:
        _keep(screening, questions[one.code], answers[one.code], rules.is_passed(one, is_prescriber=is_prescriber), by)
    audit.record("screening.recorded", screening, by=by, at=at, patient=patient, fields={"outcome": screening.outcome})
    return screening


def stopping(screening: Screening) -> list[Answer]:
    """Return the answers that mean no session today."""
    return [
        answer
        for answer in screening.answers.select_related("question")
        if answer.is_yes and answer.action != Question.Action.NOTE and answer.passed_by_id is None
    ]


def _asked(question: Question, given: Given | None) -> rules.Asked:
    if given is None:
        return rules.Asked(question.code, question.action, None)
    return rules.Asked(question.code, question.action, given.is_yes, given.reason)


def _keep(screening: Screening, question: Question, given: Given, passed: bool, by: Actor) -> None:
    Answer.objects.create(
        screening=screening,
        question=question,
        question_words=question.words,
        action=question.action,
        is_yes=given.is_yes,
        note=given.note.strip(),
        passed_reason=given.reason.strip() if passed else "",
        passed_by=by.user if passed else None,
    )
