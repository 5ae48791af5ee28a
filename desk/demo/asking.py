"""The health questions of the demo: asked after the consultation, and again when they are due or something is new."""

from __future__ import annotations

from datetime import datetime, timedelta

from clinic.actors import Actor
from desk.demo.people import Comer
from intake import freshness, screenings
from intake.models import Question, ScreeningDraft
from intake.rules import Reply
from intake.screenings import Given
from patients.models import Patient
from visits import answers


def short_check(**yes: Given) -> dict[str, Given]:
    """Return a no to every question of the start; a keyword with the question's code answers it otherwise."""
    return {question.code: Given(False) for question in screenings.questions_at_start()} | yes


def everything(comer: Comer, patient: Patient, *, by: Actor, at: datetime, **told: Reply) -> None:
    """Go through all the screens and hand them in; what is known of the patient is answered as it is."""
    told = _known(comer) | told
    draft, done = screenings.begin(patient, by=by, at=at), set()
    while left := [one for one in screenings.screens(draft) if one.code not in done]:
        replies = {one.code: told.get(one.code, _best(one)) for one in left[0].questions if not _is_birth(one)}
        draft = screenings.save(draft, left[0].code, replies, version=draft.version, by=by, at=at)
        done.add(left[0].code)
    _hand_in(draft, by=by, at=at)


def _hand_in(draft: ScreeningDraft, *, by: Actor, at: datetime) -> None:
    answers.submit(draft, version=draft.version, on=at.date(), by=by, at=at)


def is_due(patient: Patient, *, at: datetime) -> bool:
    return bool(freshness.state(patient, on=at.date()).due)


def stopped_isotretinoin(days_before: int, at: datetime) -> dict[str, Reply]:
    """Return the answer of somebody who stopped taking it so many days before."""
    return {"ISOTRET_6M": Reply("yes", (at - timedelta(days=days_before)).date(), "For six months, 20 mg")}


def _known(comer: Comer) -> dict[str, Reply]:
    known = {"FITZ": Reply(str(comer.clinical["fitzpatrick"] or "unsure"))}
    if comer.clinical.get("has_cold_sores"):
        known["HSV_HISTORY"] = Reply("yes", note="Once or twice a year")
    if comer.clinical.get("has_pigment_history"):
        known["PIH_MELASMA"] = Reply("yes")
    if comer.allergies:
        known["CHG_LATEX_ALLERGY"] = Reply("yes", note=", ".join(one["substance"] for one in comer.allergies))
    return known


def _best(question: Question) -> Reply:
    return Reply(question.ways[0]["code"])


def _is_birth(question: Question) -> bool:
    return question.shape == Question.Shape.BIRTH
