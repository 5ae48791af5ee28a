"""Rules of the short check before a session: what a yes means, and who may decide otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from intake.models import Question, Screening

Action = Question.Action
Outcome = Screening.Outcome


@dataclass(frozen=True)
class Asked:
    """One question as it was answered. action: what a yes means; is_yes None: not answered."""

    code: str
    action: str
    is_yes: bool | None
    reason: str = ""


def may_decide(action: str, *, is_prescriber: bool) -> bool:
    """Return whether this person may go on in spite of a yes: a prescriber, or any practitioner (C-201 onwards)."""
    return action == Action.OVERRIDE or (action == Action.OVERRIDE_DOCTOR and is_prescriber)


def lacks(asked: Asked, *, is_prescriber: bool) -> str:
    """Return what an answer still needs before it can be judged, in words, or an empty text."""
    if asked.is_yes is None:
        return _("Answer yes or no.")
    if asked.is_yes and may_decide(asked.action, is_prescriber=is_prescriber) and not asked.reason.strip():
        return _("Say why the session goes on, or stop here.")
    return ""


def is_passed(asked: Asked, *, is_prescriber: bool) -> bool:
    """Return whether a yes that would stop the session is passed by this person, with a reason (C-56)."""
    return bool(asked.is_yes and asked.reason.strip() and may_decide(asked.action, is_prescriber=is_prescriber))


def stops(asked: Asked, *, is_prescriber: bool) -> bool:
    """Return whether this answer means no session today."""
    return bool(asked.is_yes and asked.action != Action.NOTE and not is_passed(asked, is_prescriber=is_prescriber))


def outcome(answers: Iterable[Asked], *, is_prescriber: bool) -> str:
    """Return BLOCKED when one answer stops the session, PASSED when one was passed with a reason, else CLEAR."""
    answers = list(answers)
    if any(stops(asked, is_prescriber=is_prescriber) for asked in answers):
        return Outcome.BLOCKED
    if any(is_passed(asked, is_prescriber=is_prescriber) for asked in answers):
        return Outcome.PASSED
    return Outcome.CLEAR
