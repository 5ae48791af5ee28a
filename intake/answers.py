"""Answers on their way to the record: kept with the words as asked, and pushed down to booking as restrictions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic.models import Service
from intake.models import Answer, Question, Screening
from intake.models.question import NO, UNSURE, YES
from intake.rules import Action, Finding, Reply
from patients import restrictions
from patients.models import Patient, Restriction

PREFIX = "screening:"
SKIN_CODE = "FITZ"


def source(patient: Patient, code: str) -> str:
    """Return the key under which the answer to a question restricts its patient."""
    return f"{PREFIX}{patient.uuid}:{code}"


def code_of(source: str) -> str:
    """Return the question whose answer wrote a restriction, or an empty text for one that no answer wrote."""
    return source.rpartition(":")[2] if source.startswith(PREFIX) else ""


def option_words(question: Question, option: str, language: str = "") -> str:
    """Return an answer in words: in the patient's language, or without one as staff read it."""
    plain = {YES: _("Yes"), NO: _("No"), UNSURE: _("Not sure")}
    way = next((way for way in question.ways if way["code"] == option), {})
    if not language:
        return str(way.get("words") or plain.get(option, ""))
    said = way.get("patient_words", {})
    return str(said.get(language) or said.get("en") or plain.get(option, ""))


def keep(
    screening: Screening, question: Question, reply: Reply, found: Iterable[Finding], *, language: str = "", **more: Any
) -> Answer:
    """Keep one answer with what it does. language: the patient's, where the patient read the question alone."""
    found = list(found)
    does = next((one for one in found if one.action != Action.NOTE), None) or next(iter(found), None)
    noted = [one.until for one in found if one.action == Action.NOTE and one is not does]
    is_birth = question.shape == Question.Shape.BIRTH
    said = date_format(reply.on, "j F Y") if is_birth and reply.on else option_words(question, reply.option, language)
    return Answer.objects.create(
        screening=screening,
        question=question,
        question_words=question.words_for(language) if language else question.words,
        action=does.action if does else Action.NONE,
        option=reply.option,
        option_words=said,
        on=reply.on,
        until=does.until if does else None,
        noted_until=noted[0] if noted else None,
        is_yes=bool(found) if is_birth else reply.option != question.ways[0]["code"],
        note=reply.note.strip(),
        **more,
    )


def finding_of(answer: Answer) -> Finding:
    """Return what a kept answer does."""
    return Finding(answer.question.code, answer.action if answer.is_yes else Action.NONE, answer.until)


def restrict(patient: Patient, found: Iterable[Finding], *, codes: Collection[str] | None, at: datetime) -> None:
    """Tell booking what these findings hold up, in the place of what the same questions held up before.

    codes: the questions that were asked; None for all of them, as a full screening asks. The words are for the desk and
    the patient: they never say which answer it was.
    """
    holding = {one.code: one for one in found if one.restricts}
    for code, one in holding.items():
        restrictions.write(
            patient,
            source=source(patient, code),
            service_kinds=[Service.Kind.NEEDLING],
            not_before=one.until,
            passed_by=one.passed_by,
            words=_words(one.until),
            at=at,
        )
    written = {source(patient, code) for code in holding}
    for row in Restriction.objects.filter(patient=patient, source__startswith=PREFIX, lifted_at=None):
        if row.source not in written and (codes is None or code_of(row.source) in codes):
            restrictions.lift(row.source, at=at)


def _words(until: date | None) -> str:
    if until is not None:
        return _("The answers to the health questions ask for a later day.")
    return _("A practitioner looks at the health questions first and calls before the visit.")


def standing(patient: Patient) -> dict[str, Answer]:
    """Return the newest answer to each question, by its code: of the full screening, or asked at a start since."""
    return standing_among([patient.pk])[patient.pk]


def skin_type(patient: Patient) -> Answer | None:
    """Return what the patient answered about their skin type, or None where they did not or were not sure (C-610)."""
    answer = standing(patient).get(SKIN_CODE)
    return answer if answer and answer.option in {str(one) for one in Patient.SkinType.values} else None


def standing_among(patients: Collection[int]) -> dict[int, dict[str, Answer]]:
    """Return the newest answers of each of these patients (by id), in two queries."""
    newest: dict[int, dict[str, Screening]] = {pk: {} for pk in patients}
    for one in Screening.objects.filter(patient__in=patients).order_by("asked_at", "pk"):
        newest[one.patient_id][one.kind] = one
    counting = {one.pk: one for of_one in newest.values() for one in _still_counting(of_one)}
    found: dict[int, dict[str, Answer]] = {pk: {} for pk in patients}
    rows = Answer.objects.filter(screening__in=counting).select_related("question", "screening")
    for row in sorted(rows, key=lambda one: one.screening.asked_at):
        found[row.screening.patient_id][row.question.code] = row
    return found


def _still_counting(newest: Mapping[str, Screening]) -> list[Screening]:
    """Return the newest full screening, and what was asked at a start after it."""
    full, short = newest.get(Screening.Kind.FULL), newest.get(Screening.Kind.SHORT)
    if full and short and short.asked_at < full.asked_at:
        short = None
    return [one for one in (full, short) if one is not None]


def snapshot(answer: Answer) -> dict[str, Any]:
    """Return a copy of an answer, to be kept beside what was decided about it (C-56)."""
    return {
        "words": answer.question_words,
        "option": answer.option,
        "said": answer.option_words,
        "on": answer.on.isoformat() if answer.on else None,
        "note": answer.note,
        "asked_on": answer.screening.asked_on.isoformat(),
    }


def is_as_decided(answer: Answer | Reply, copy: Mapping[str, Any]) -> bool:
    """Return whether an answer still says what was decided about; another one is a new question."""
    on = answer.on.isoformat() if answer.on else None
    return (answer.option, on) == (copy["option"], copy["on"])


def differences(now: Iterable[Answer], before: Iterable[Answer]) -> dict[str, Answer | None]:
    """Return the earlier answer to each question that is answered otherwise now.

    None for a question that was not asked then; one that is answered in the best way now is no news.
    """
    earlier: Mapping[str, Answer] = {one.question.code: one for one in before}
    return {
        one.question.code: earlier.get(one.question.code)
        for one in now
        if not _is_same(one, earlier.get(one.question.code))
    }


def _is_same(one: Answer, other: Answer | None) -> bool:
    if other is None:
        return not one.is_yes
    return (one.option, one.on, one.note) == (other.option, other.on, other.note)


def is_borne_in_mind(answer: Answer, on: date) -> bool:
    """Return whether an answer is to be seen at a session on that day, whether it stops it or not."""
    one = finding_of(answer)
    is_noted = answer.noted_until is not None and on < answer.noted_until
    return is_noted or (one.action != Action.NONE and one.stands(on))
