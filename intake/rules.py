"""Rules of screening: what an answer does, until when, who may decide otherwise. No database, no clock.

Every question is judged by the way it was answered. What is not answered stops like the worst answer; a day that is
not known counts as the day of the answer, the latest that it can have been.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from intake.models import Question, Screening
from patients.rules import ADULT_YEARS, years_after

Action = Question.Action
Outcome = Screening.Outcome

PRACTITIONER, PRESCRIBER = "judge_answers", "prescribe"  # capabilities
PASSED_BY = {Action.OVERRIDE: PRACTITIONER, Action.OVERRIDE_DOCTOR: PRESCRIBER}
STOPPING = frozenset({Action.BLOCK, Action.DEFER, Action.OVERRIDE, Action.OVERRIDE_DOCTOR})
DARK_SKIN = frozenset({"4", "5", "6"})  # Fitzpatrick IV to VI (C-241)
LABELLED_YEARS = 22  # C-243
OLDEST_YEARS = 120


@dataclass(frozen=True)
class Way:
    """One way to answer. days: how long it stands. on_dark_skin: what it does instead on skin type IV to VI."""

    code: str
    action: str
    days: int | None = None
    asks_day: bool = False
    note_days: int | None = None
    on_dark_skin: str = ""


@dataclass(frozen=True)
class Asking:
    """One question as it is judged. ways: the best first. is_birth: its day is the date of birth.

    only_if: the code of another question and the answers with which this one is not asked.
    """

    code: str
    ways: tuple[Way, ...]
    is_birth: bool = False
    only_if: tuple[str, frozenset[str]] | None = None
    only_returning: bool = False

    @classmethod
    def of(cls, question: Question) -> Asking:
        known = ("code", "action", "days", "asks_day", "note_days", "on_dark_skin")
        only = question.only_if
        return cls(
            code=question.code,
            ways=tuple(Way(**{name: way[name] for name in known if name in way}) for way in question.ways),
            is_birth=question.shape == Question.Shape.BIRTH,
            only_if=(only["code"], frozenset(only["is_not"])) if only else None,
            only_returning=question.only_returning,
        )

    def way(self, option: str) -> Way:
        """Return the way that was answered; one who is not sure, or says what is not offered, gets the worst."""
        return next((way for way in self.ways if way.code == option), self.ways[-1])


@dataclass(frozen=True)
class Reply:
    """How a question was answered. option: a way's code, or "unsure". on: the day that was asked for, if known."""

    option: str
    on: date | None = None
    note: str = ""


@dataclass(frozen=True)
class Finding:
    """What one answer does. until: the first day on which it does so no longer; None: until the answer changes."""

    code: str
    action: str
    until: date | None = None

    def stands(self, on: date) -> bool:
        return self.until is None or on < self.until

    def stops(self, on: date) -> bool:
        return self.action in STOPPING and self.stands(on)

    @property
    def passed_by(self) -> str:
        """Return the capability that may pass it for one visit; empty when nobody can."""
        return PASSED_BY.get(self.action, "")

    @property
    def restricts(self) -> bool:
        """Return whether booking must know: it holds until a day, or until somebody above a practitioner decides."""
        return self.action in STOPPING and (self.until is not None or self.action != Action.OVERRIDE)


def may_pass(needed: str, may: Callable[[str], bool], *, has_letter: bool) -> bool:
    """Return whether somebody who may do these things passes it: a doctor's letter makes a practitioner enough (C-56).

    needed: the capability that it asks for, "" where nobody can.
    """
    return bool(needed) and (may(needed) or (has_letter and needed == PRESCRIBER and may(PRACTITIONER)))


def is_asked(asking: Asking, replies: Mapping[str, Reply], *, is_returning: bool) -> bool:
    """Return whether a question has to be answered, as far as the others are."""
    if asking.only_returning and not is_returning:
        return False
    if asking.only_if is None:
        return True
    code, silences = asking.only_if
    return code not in replies or replies[code].option not in silences


def unanswered(askings: Iterable[Asking], replies: Mapping[str, Reply], *, is_returning: bool) -> list[str]:
    """Return the codes of the questions that are asked and open."""
    asked = (one for one in askings if is_asked(one, replies, is_returning=is_returning))
    return [one.code for one in asked if not _is_answered(one, replies.get(one.code))]


def _is_answered(asking: Asking, reply: Reply | None) -> bool:
    return reply is not None and bool(reply.on if asking.is_birth else reply.option)


def judge(
    askings: Sequence[Asking], replies: Mapping[str, Reply], *, today: date, is_returning: bool = True
) -> list[Finding]:
    """Return what all answers together do. today: the local day on which they were given."""
    is_dark = may_be_dark(replies.get("FITZ"))
    found: list[Finding] = []
    for asking in askings:
        if is_asked(asking, replies, is_returning=is_returning):
            found += findings(asking, replies.get(asking.code), today=today, is_dark=is_dark)
    return found


def findings(asking: Asking, reply: Reply | None, *, today: date, is_dark: bool = True) -> list[Finding]:
    """Return what one answer does; an open question stops until it is answered."""
    if reply is None or not _is_answered(asking, reply):
        return [Finding(asking.code, Action.BLOCK)]
    if asking.is_birth:
        return _of_age(asking, reply.on, today)
    way = asking.way(reply.option)
    action = way.on_dark_skin if way.on_dark_skin and is_dark else way.action
    start = (reply.on if way.asks_day else None) or today
    until = start + timedelta(days=way.days) if way.days is not None else None
    if action == Action.DEFER and until is None:
        action = Action.BLOCK  # no day is known at which it would open
    noted = [Finding(asking.code, Action.NOTE, start + timedelta(days=way.note_days))] if way.note_days else []
    if action == Action.NONE:
        return []
    return [one for one in (Finding(asking.code, action, until), *noted) if one.stands(today)]


def may_be_dark(skin: Reply | None) -> bool:
    """Return whether a tan or marks ask for care (C-241); so they do where the skin type is not known."""
    return skin is None or skin.option in DARK_SKIN or skin.option == "unsure"


def _of_age(asking: Asking, born_on: date, today: date) -> list[Finding]:
    """Return what the age does: the question's own action below 18, a note below 22 (C-243)."""
    adult_on, labelled_on = (years_after(born_on, years) for years in (ADULT_YEARS, LABELLED_YEARS))
    found = (Finding(asking.code, asking.ways[-1].action, adult_on), Finding(asking.code, Action.NOTE, labelled_on))
    return [one for one in found if one.stands(today)]


def is_open(found: Iterable[Finding], on: date, *, capabilities: Collection[str] = ()) -> bool:
    """Return whether a session may be on that day: nothing stops it that a person with these could not pass."""
    return all(one.passed_by and one.passed_by in capabilities for one in found if one.stops(on))


@dataclass(frozen=True)
class Verdict:
    """What the desk learns of it: clear, not before a day, or that a clinician decides first."""

    outcome: str
    not_before: date | None = None


def verdict(found: Iterable[Finding], on: date) -> Verdict:
    """Return the outcome of a full screening on a day."""
    standing = [one for one in found if one.restricts and one.stands(on)]
    if any(one.until is None for one in standing):
        return Verdict(Outcome.NEEDS_CLINICIAN)
    if standing:
        return Verdict(Outcome.NOT_BEFORE, max(one.until for one in standing))
    return Verdict(Outcome.CLEAR)


def is_fresh(fresh_from: date, on: date, *, life_days: int) -> bool:
    """Return whether a full screening still carries a session on that day (C-54); its last day is included."""
    return on <= lasts_until(fresh_from, life_days=life_days)


def lasts_until(fresh_from: date, *, life_days: int) -> date:
    """Return the last day of a full screening's life."""
    return fresh_from + timedelta(days=life_days)


# --- the short check at the start ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """One question of the start as it was answered. found: what the answer does; None: not answered.

    is_decided: somebody who may has decided about this very answer before, for this visit.
    """

    code: str
    found: tuple[Finding, ...] | None
    reason: str = ""
    is_decided: bool = False

    def stops(self, on: date) -> list[Finding]:
        return [one for one in self.found or () if one.stops(on)]


def may_decide(action: str, *, is_prescriber: bool) -> bool:
    """Return whether this person may go on in spite of an answer: a prescriber, or any practitioner (C-201 onwards)."""
    return action == Action.OVERRIDE or (action == Action.OVERRIDE_DOCTOR and is_prescriber)


def lacks(asked: Asked, on: date, *, is_prescriber: bool) -> str:
    """Return what an answer still needs before it can be judged, in words, or an empty text."""
    if asked.found is None:
        return _("Answer this question.")
    stops = asked.stops(on)
    is_mine = all(may_decide(one.action, is_prescriber=is_prescriber) for one in stops)
    if stops and is_mine and not asked.is_decided and not asked.reason.strip():
        return _("Say why the session goes on, or stop here.")
    return ""


def is_passed(asked: Asked, on: date, *, is_prescriber: bool) -> bool:
    """Return whether an answer that would stop the session is passed by this person, with a reason (C-56)."""
    stops = asked.stops(on)
    is_mine = all(may_decide(one.action, is_prescriber=is_prescriber) for one in stops)
    return bool(stops) and (asked.is_decided or (is_mine and bool(asked.reason.strip())))


def outcome(answers: Iterable[Asked], on: date, *, is_prescriber: bool) -> str:
    """Return BLOCKED when one answer stops the session, PASSED when one was passed with a reason, else CLEAR."""
    stopping = [one for one in answers if one.found is None or one.stops(on)]
    if any(not is_passed(one, on, is_prescriber=is_prescriber) for one in stopping):
        return Outcome.BLOCKED
    return Outcome.PASSED if stopping else Outcome.CLEAR
