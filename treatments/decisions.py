"""What the answers of a patient ask for at one visit, and what a clinician decided about them: for that visit only.

A decision belongs to one answer. It lasts as long as the answer says the same and the person may still decide it, and
never serves another visit (C-56).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from booking import overrides
from booking.models import Appointment, Override
from clinic import wall_time
from clinic.actors import Actor
from clinic.models import User
from clinic.refusals import Refusal, Refused
from intake import answers, letters, rules
from intake.models import Answer, Letter
from intake.rules import Finding
from patients.models import Patient, Restriction

RULE = "screening.answer"


@dataclass(frozen=True)
class Matter:
    """One answer that stands in the way of a visit. decided: by whom it was passed for this visit, if it was.

    letter: of a doctor, standing in for a prescriber that the clinic has not.
    """

    answer: Answer
    finding: Finding
    decided: Override | None = None
    letter: Letter | None = None

    @property
    def code(self) -> str:
        return self.answer.question.code

    @property
    def passed_by(self) -> str:
        return self.finding.passed_by

    def is_for(self, by: Actor) -> bool:
        """Return whether this person may decide it."""
        return by.user is not None and rules.may_pass(self.passed_by, by.may, has_letter=self.letter is not None)


class NotDecided(Refused):
    """Raised when something of what was to be decided cannot be; nothing of it was. codes: by question, why."""

    def __init__(self, codes: Mapping[str, str]) -> None:
        self.codes = dict(codes)
        sentence = " ".join(dict.fromkeys(self.codes.values()))
        super().__init__(Refusal(RULE, _("This is not decided yet."), sentence))


def matters(appointment: Appointment, *, on: date) -> list[Matter]:
    """Return the answers that stop this visit on that day, in the order of the questions."""
    standing = answers.standing(appointment.patient)
    found = [(one, answers.finding_of(one)) for one in standing.values()]
    stopping = [(one, finding) for one, finding in found if finding.stops(on)]
    if not stopping:
        return []
    kept = by_code(made(appointment))
    stopping.sort(key=lambda pair: pair[0].question.position)
    asks_prescriber = any(finding.passed_by == rules.PRESCRIBER for _one, finding in stopping)
    letter = letters.standing_in(appointment.patient, on=on) if asks_prescriber else None
    return [Matter(one, finding, _holds(kept, one, finding), letter) for one, finding in stopping]


def by_code(made: Iterable[Override]) -> dict[str, list[Override]]:
    """Return what was decided about answers, by the question's code, the oldest first."""
    found: dict[str, list[Override]] = {}
    for one in sorted(made, key=lambda one: one.at):
        if one.code:
            found.setdefault(one.code, []).append(one)
    return found


def passed_codes(made: Iterable[Override], standing: Mapping[str, Answer]) -> set[str]:
    """Return the questions whose answers, as they stand, were decided by somebody who still may."""
    kept = by_code(made)
    return {
        code for code in kept if code in standing and _holds(kept, standing[code], answers.finding_of(standing[code]))
    }


@transaction.atomic
def decide(
    appointment: Appointment, reasons: Mapping[str, str], *, on: date, by: Actor, at: datetime
) -> list[Override]:
    """Keep that these answers, by the question's code, do not stop this visit, each with its reason.

    Raises NotDecided, and keeps nothing, when one of them may not be passed by this person or lacks its reason.
    """
    known = {one.code: one for one in matters(appointment, on=on)}
    wrong = {code: words for code, reason in reasons.items() if (words := _why_not(known.get(code), reason, by))}
    if wrong:
        raise NotDecided(wrong)
    return [
        keep(appointment, known[code].answer, reason=reason, agreed_by=by.user, by=by, at=at)
        for code, reason in reasons.items()
    ]


def keep(
    appointment: Appointment, answer: Answer, *, reason: str, agreed_by: User, by: Actor, at: datetime
) -> Override:
    """Keep who passed an answer for this visit, with a copy of it; whether they may was judged before.

    What a prescriber would have to decide, and somebody else passes, was passed with a letter: it is named there.
    """
    zone = appointment.site.zone
    on = max(wall_time.local(moment, zone).date() for moment in (at, appointment.starts_at))
    is_theirs = answers.finding_of(answer).passed_by != rules.PRESCRIBER or Actor.of(agreed_by).may(rules.PRESCRIBER)
    letter = None if is_theirs else letters.standing_in(appointment.patient, on=on)
    return overrides.record(
        appointment,
        rule=RULE,
        reason=reason,
        agreed_by=agreed_by,
        by=by,
        at=at,
        code=answer.question.code,
        answer=answers.snapshot(answer),
        letter=letter.uuid if letter else None,
    )


def keep_behind(
    appointment: Appointment, rows: Iterable[Restriction], *, reason: str, agreed_by: User, by: Actor, at: datetime
) -> None:
    """Keep a row for each answer that wrote one of these restrictions, which somebody passed all together."""
    codes = {answers.code_of(row.source) for row in rows} - {""}
    standing = answers.standing(appointment.patient) if codes else {}
    for code in sorted(codes & standing.keys()):
        keep(appointment, standing[code], reason=reason, agreed_by=agreed_by, by=by, at=at)


def _why_not(matter: Matter | None, reason: str, by: Actor) -> str:
    if matter is None:
        return _("One of these answers changed meanwhile. Look at them again.")
    if not matter.passed_by:
        return _("Only a changed answer clears this.")
    if not matter.is_for(by):
        return _("A prescriber decides this.")
    return "" if reason.strip() else _("Say why the session goes on.")


def made_for(appointment: Appointment) -> dict[str, Override]:
    """Return the newest decision about the answer to each question, by its code; it need not hold any more."""
    return {code: made[-1] for code, made in by_code(made(appointment)).items()}


def made(appointment: Appointment) -> Iterable[Override]:
    """Return what was passed for this visit; of what was passed with a letter, whether that stands."""
    return letters.marked(appointment.overrides.select_related("agreed_by"))


def with_letter(refusal: Refusal | None, rows: Iterable[Restriction], patient: Patient, *, on: date) -> Refusal | None:
    """Return what stops a visit as it stands with a doctor's letter: a practitioner may pass what answers wrote."""
    if refusal is None or refusal.overridable_by != rules.PRESCRIBER:
        return refusal
    asking = [row for row in rows if row.passed_by == rules.PRESCRIBER]
    if not all(answers.code_of(row.source) for row in asking) or letters.standing_in(patient, on=on) is None:
        return refusal
    return replace(refusal, overridable_by=rules.PRACTITIONER)


def _holds(kept: Mapping[str, list[Override]], answer: Answer, finding: Finding) -> Override | None:
    """Return the decision about this answer that still holds."""
    for one in reversed(kept.get(answer.question.code, [])):
        if answers.is_as_decided(answer, one.answer) and may_still(one, finding.passed_by):
            return one
    return None


def may_still(one: Override, needed: str) -> bool:
    """Return whether what somebody passed is still theirs to pass. needed: the capability that it asks for."""
    has_letter = one.letter is not None and one.letter_stands
    return one.agreed_by.is_active and rules.may_pass(needed, Actor.of(one.agreed_by).may, has_letter=has_letter)
