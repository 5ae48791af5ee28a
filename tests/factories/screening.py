"""Full screenings as they are brought about: begun, answered screen by screen, handed in."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.utils import timezone

from clinic.actors import Actor
from intake import freshness, question_sets, screenings
from intake.models import Question, Screening, ScreeningDraft
from intake.rules import Reply
from patients.models import Patient
from tests.factories.booking import TEN


def best(question: Question) -> Reply:
    """Return the answer that does nothing."""
    return Reply(question.ways[0]["code"])


def begun(patient: Patient, *, by: Actor, at: datetime = TEN) -> ScreeningDraft:
    return screenings.begin(patient, by=by, at=at)


def answered(draft: ScreeningDraft, *, by: Actor, at: datetime = TEN, **told: Reply) -> ScreeningDraft:
    """Return the draft with every screen answered, in the best way but for `told`, by the question's code."""
    done: set[str] = set()
    while screen := next((one for one in screenings.screens(draft) if one.code not in done), None):
        replies = {one.code: told.get(one.code) or best(one) for one in screen.questions if one.shape != "birth"}
        draft = screenings.save(draft, screen.code, replies, version=draft.version, by=by, at=at)
        done.add(screen.code)
    return draft


def screened(patient: Patient, *, by: Actor, at: datetime = TEN, **told: Reply) -> Screening:
    """Return the patient's full screening: nothing in the way but what is `told`, by the question's code."""
    draft = answered(begun(patient, by=by, at=at), by=by, at=at, **told)
    return screenings.submit(draft, version=draft.version, by=by, at=at)


def up_to_date(patient: Patient, *, at: datetime) -> None:
    """Let the patient have answered everything behind a link, where that is due and the birth is known."""
    if patient.born_on is not None and freshness.state(patient, on=timezone.localdate(at)).due:
        screened(patient, by=Actor.of_link(patient.name, uuid4()), at=at)


def all_questions() -> list[Question]:
    return question_sets.current().asked
