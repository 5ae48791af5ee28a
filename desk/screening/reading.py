"""A full screening as a clinician reads it: what it does, what is to be borne in mind, what changed since last time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from intake import answers, freshness
from intake.freshness import State
from intake.models import Answer, Question, Screening
from intake.rules import Action, Finding, Reply
from patients.models import Patient
from patients.rules import short_day_words


@dataclass(frozen=True)
class Line:
    """One answer as it is read. does: what it does, in words; before: what was said last time, where it was otherwise.

    tone: stop, warn or note; empty for an answer that does nothing.
    """

    answer: Answer
    does: str
    tone: str
    is_changed: bool = False
    before: str = ""

    @property
    def said(self) -> str:
        return said(self.answer)


@dataclass(frozen=True)
class Group:
    """The answers of one screen."""

    words: str
    lines: list[Line]


@dataclass(frozen=True)
class Sheet:
    """A full screening in words. is_newest: no newer one stands, so its answers may be changed."""

    screening: Screening
    stopping: list[Line]
    noted: list[Line]
    groups: list[Group]
    changed: int
    is_newest: bool
    has_earlier: bool


def said(answer: Answer) -> str:
    """Return an answer in words, with its day where one was given."""
    words = answer.option_words or (_("Yes") if answer.is_yes else _("No"))
    is_birth = answer.question.shape == Question.Shape.BIRTH
    if answer.on is None or is_birth:
        return words
    return f"{words}, {date_format(answer.on, 'j M Y')}"


def reply_of(answer: Answer) -> Reply:
    """Return a kept answer as it was given."""
    return Reply(answer.option, answer.on, answer.note)


def reply_words(question: Question, reply: Reply) -> str:
    """Return an answer that is not kept yet in words, with its day where one was given."""
    if question.shape == Question.Shape.BIRTH:
        return date_format(reply.on, "j M Y")
    words = answers.option_words(question, reply.option)
    return f"{words}, {date_format(reply.on, 'j M Y')}" if reply.on else words


def does_words(finding: Finding, on: date) -> tuple[str, str]:
    """Return what an answer does on that day, and its tone; two empty texts when it does nothing any more."""
    if finding.action == Action.NONE or not finding.stands(on):
        return "", ""
    day = short_day_words(finding.until) if finding.until else ""
    words = {
        Action.BLOCK: (_("No session before %(day)s") if day else _("No session until the answer changes"), "stop"),
        Action.DEFER: (_("No session before %(day)s"), "stop"),
        Action.OVERRIDE_DOCTOR: (
            _("Not before %(day)s, unless a prescriber decides") if day else _("A prescriber decides, for each visit"),
            "stop",
        ),
        Action.OVERRIDE: (
            _("Not before %(day)s, unless a practitioner decides")
            if day
            else _("A practitioner decides, for each visit"),
            "warn",
        ),
        Action.NOTE: (_("Bear in mind"), "note"),
        Action.REOPEN: (_("Told of something new"), "note"),
    }[finding.action]
    return words[0] % {"day": day}, words[1]


def sheet(screening: Screening, *, on: date) -> Sheet:
    """Return a full screening in words, in four queries."""
    rows = list(screening.answers.select_related("question").order_by("question__position"))
    all_full = list(screening.patient.screenings.full().only("pk", "asked_at"))
    earlier = _before(screening, all_full)
    differing = answers.differences(rows, earlier.answers.select_related("question")) if earlier else {}
    lines = [_line(one, differing, on) for one in rows]
    return Sheet(
        screening=screening,
        stopping=[one for one in lines if one.tone in ("stop", "warn")],
        noted=[one for one in lines if one.tone == "note"],
        groups=_groups(screening, lines),
        changed=len(differing),
        is_newest=all_full[0].pk == screening.pk,
        has_earlier=earlier is not None,
    )


def _before(screening: Screening, all_full: list[Screening]) -> Screening | None:
    places = [one.pk for one in all_full]
    place = places.index(screening.pk)
    return all_full[place + 1] if place + 1 < len(all_full) else None


def _line(answer: Answer, differing: dict[str, Answer | None], on: date) -> Line:
    does, tone = does_words(answers.finding_of(answer), on)
    if not tone and answers.is_borne_in_mind(answer, on):
        does, tone = _("Bear in mind"), "note"
    code = answer.question.code
    before = differing.get(code)
    return Line(answer, does, tone, code in differing, said(before) if before else "")


def _groups(screening: Screening, lines: Iterable[Line]) -> list[Group]:
    words = {screen["code"]: screen["words"] for screen in screening.question_set.screens}
    found: dict[str, list[Line]] = {code: [] for code in words}
    for line in lines:
        found.setdefault(line.answer.question.screen, []).append(line)
    return [Group(words.get(code, ""), of_one) for code, of_one in found.items() if of_one]


def state_words(state: State) -> str:
    """Return whether the health questions are due, in words that the desk may read: nothing is in them of an answer."""
    if state.due == "never":
        return _("Not asked yet")
    if state.due == "new":
        return _("To be asked again: something is new")
    day = date_format(state.until, "j M Y")
    return _("Due since %(day)s") % {"day": day} if state.due else _("Asked; they last until %(day)s") % {"day": day}


def of_patient(patient: Patient, *, on: date) -> tuple[State, str]:
    """Return the state of a patient's health questions, and its words."""
    state = freshness.state(patient, on=on)
    return state, state_words(state)
