"""A full screening on its way to the record: judged, kept with its answers, and told to booking."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from clinic import audit
from clinic.actors import Actor
from intake import answers, rules
from intake.models import Answer, Question, Screening
from intake.rules import Asking, Reply
from patients.models import Patient


def keep(
    patient: Patient,
    asked: list[Question],
    told: Mapping[str, Reply],
    *,
    today: date,
    fresh_from: date,
    by: Actor,
    at: datetime,
    amends: Screening | None = None,
    kept: Mapping[str, Answer] | None = None,
) -> Screening:
    """Keep a full screening with its outcome. kept: answers that stand as they were judged before."""
    kept = kept or {}
    is_dark = rules.may_be_dark(told.get(answers.SKIN_CODE))
    found = {
        one.code: [answers.finding_of(kept[one.code])]
        if one.code in kept
        else rules.findings(Asking.of(one), told.get(one.code), today=today, is_dark=is_dark)
        for one in asked
    }
    everything = [finding for of_one in found.values() for finding in of_one]
    verdict = rules.verdict(everything, today)
    screening = Screening.objects.create(
        patient=patient,
        kind=Screening.Kind.FULL,
        question_set=asked[0].question_set,
        asked_by=by.user,
        given_by="" if by.user else by.name,
        asked_at=at,
        asked_on=today,
        fresh_from=fresh_from,
        amends=amends,
        outcome=verdict.outcome,
        not_before=verdict.not_before,
    )
    language = "" if by.user else patient.language
    for question in asked:
        if question.code in kept:
            _carry(kept[question.code], screening)
        else:
            answers.keep(screening, question, told[question.code], found[question.code], language=language)
    answers.restrict(patient, everything, codes=None, at=at)
    told_of = {"outcome": screening.outcome, "not_before": screening.not_before}
    audit.record("screening.submitted", screening, by=by, at=at, patient=patient, fields=told_of)
    return screening


def _carry(answer: Answer, screening: Screening) -> None:
    """Let an answer stand in another screening as it was given."""
    answer.pk, answer._state.adding, answer.screening = None, True, screening
    answer.save(force_insert=True)
