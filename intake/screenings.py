"""Screenings: the short check before each session, and the full one that a patient answers screen by screen.

The full one is begun, saved screen by screen and handed in, by staff or by the patient behind a link (any Actor):

    draft = screenings.begin(patient, by=..., at=...)                    # or the one that was begun before
    draft = screenings.save(draft, "medicines", {"ANTICOAG": Reply("no"), ...}, version=draft.version, ...)
    screening = screenings.submit(draft, version=draft.version, ...)     # judged at once; booking obeys from here on

`screens` says what is asked and what is open. What the answers hold up is passed only by staff, for one visit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic import audit
from clinic.actors import Actor
from clinic.models import User
from clinic.often import often
from clinic.refusals import Refusal, Refused, Stale
from intake import answers, freshness, judging, question_sets, rules
from intake.answers import keep as kept
from intake.answers import restrict
from intake.models import Answer, Question, QuestionSet, Screening, ScreeningDraft
from intake.rules import Asking, Reply
from patients.models import Patient

BIRTH_CODE = "AGE"


@dataclass(frozen=True)
class Given:
    """An answer of the short check. note: what was said; reason: why the session goes on in spite of it.

    option: which of several answers, where there are more than yes and no. on: the day that was asked for, if known.
    """

    is_yes: bool
    note: str = ""
    reason: str = ""
    option: str = ""
    on: date | None = None

    @property
    def reply(self) -> Reply:
        return Reply(self.option or ("yes" if self.is_yes else "no"), self.on, self.note)


@dataclass(frozen=True)
class Decided:
    """What somebody decided beforehand, for this visit, about one answer: it needs no reason again if it is the same.

    answer: the copy of the answer that was decided about (`answers.snapshot`). has_letter: a doctor's letter stands
    behind it, in the place of a prescriber.
    """

    by: User
    roles: str
    reason: str
    answer: Mapping[str, Any]
    has_letter: bool = False

    def holds(self, reply: Reply, found: Iterable[rules.Finding]) -> bool:
        """Return whether it was about this very answer, and its person may still decide what the answer does."""
        person = Actor.of(self.by)
        stops = [one for one in found if one.action in rules.STOPPING]
        may = all(rules.may_pass(one.passed_by, person.may, has_letter=self.has_letter) for one in stops)
        return self.by.is_active and may and answers.is_as_decided(reply, self.answer)


class AnswersMissing(Refused):
    """Raised when a question is open or an answer lacks something.

    missing: by the question's code what it needs, in words. days: the codes of those whose day cannot be.
    """

    def __init__(
        self, missing: Mapping[str, str], questions: Mapping[str, Question], *, days: Iterable[str] = ()
    ) -> None:
        self.missing, self.days = dict(missing), frozenset(days)
        named = " ".join(f"{questions[code].words} {words}" for code, words in missing.items())
        super().__init__(
            Refusal("screening.open", _("The questions are not all answered."), named, values={"codes": list(missing)})
        )


# --- the short check ------------------------------------------------------------------------------------------------


def questions_at_start() -> list[Question]:
    """Return the questions that are asked at every start, in order."""
    return question_sets.at_start()


@transaction.atomic
def record(
    patient: Patient,
    *,
    answers: Mapping[str, Given],
    by: Actor,
    at: datetime,
    on: date | None = None,
    decided: Mapping[str, Decided] | None = None,
) -> Screening:
    """Keep what the patient answered today, with each question's words as asked, and return it judged.

    answers: by the question's code; codes that are not asked at start are left out. on: the local day. decided: what
    was decided beforehand about this visit, by the question's code. What an answer holds up beyond today is told to
    booking. Raises AnswersMissing.
    """
    questions, today = questions_at_start(), on or timezone.localdate(at)
    is_prescriber = by.may(rules.PRESCRIBER)
    asked = {one.code: _asked(one, answers.get(one.code), patient, today, decided or {}) for one in questions}
    days = _wrong_days({code: given.reply for code, given in answers.items() if code in asked}, today)
    lacks = {code: rules.lacks(one, today, is_prescriber=is_prescriber) for code, one in asked.items()}
    if missing := {code: words for code, words in (lacks | days).items() if words}:
        raise AnswersMissing(missing, {one.code: one for one in questions}, days=days)
    screening = Screening.objects.create(
        patient=patient,
        question_set=questions[0].question_set if questions else question_sets.current(),
        asked_by=by.user,
        asked_at=at,
        asked_on=today,
        outcome=rules.outcome(asked.values(), today, is_prescriber=is_prescriber),
    )
    for question in questions:
        one = asked[question.code]
        passed = {}
        if one.is_decided and one.stops(today):
            passed = _decided_by(decided[question.code])
        elif rules.is_passed(one, today, is_prescriber=is_prescriber):
            passed = _decided_by(Decided(by.user, " ".join(sorted(by.roles)), one.reason, {}))
        kept(screening, question, answers[question.code].reply, one.found or (), **passed)
    found = [finding for one in asked.values() for finding in one.found or ()]
    restrict(patient, found, codes=asked.keys(), at=at)
    audit.record("screening.recorded", screening, by=by, at=at, patient=patient, fields={"outcome": screening.outcome})
    return screening


def _decided_by(one: Decided) -> dict[str, Any]:
    return {"passed_by": one.by, "passed_roles": one.roles, "passed_reason": one.reason.strip()}


def stopping(screening: Screening) -> list[Answer]:
    """Return the answers that mean no session today."""
    return [
        answer
        for answer in screening.answers.select_related("question")
        if answer.passed_by_id is None and answers.finding_of(answer).stops(screening.asked_on)
    ]


def _asked(
    question: Question, given: Given | None, patient: Patient, today: date, decided: Mapping[str, Decided]
) -> rules.Asked:
    if given is None:
        return rules.Asked(question.code, None)
    is_dark = patient.fitzpatrick is None or str(patient.fitzpatrick) in rules.DARK_SKIN
    found = rules.findings(Asking.of(question), given.reply, today=today, is_dark=is_dark)
    before = decided.get(question.code)
    is_decided = before is not None and before.holds(given.reply, found)
    return rules.Asked(question.code, tuple(found), given.reason, is_decided)


# --- the full screening ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Screen:
    """One screen of a full screening: its questions that are asked, and whether each of them is answered."""

    code: str
    words: str
    patient_words: dict[str, str]
    questions: list[Question]
    is_done: bool

    def title_for(self, language: str) -> str:
        return self.patient_words.get(language) or self.patient_words.get("en") or self.words


@transaction.atomic
def begin(patient: Patient, *, by: Actor, at: datetime) -> ScreeningDraft:
    """Return the patient's full screening as far as it is answered, begun now if it was not.

    One that was begun with older questions goes on with those of today; answers to questions that changed are open
    again. The date of birth is taken from the record.
    """
    standing = question_sets.current()
    draft = ScreeningDraft.objects.select_for_update().filter(patient=patient).first()
    if draft is None:
        draft, _is_new = ScreeningDraft.objects.get_or_create(
            patient=patient,
            defaults={"question_set": standing, "begun_by": by.name, "begun_at": at, "saved_at": at},
        )
        return draft
    if draft.question_set_id != standing.pk:
        draft.replies = _still_meant(draft, standing)
        draft.question_set = standing
        draft.version += 1
        draft.save(update_fields=["replies", "question_set", "version"])
    return draft


@transaction.atomic
def save(
    draft: ScreeningDraft, screen: str, replies: Mapping[str, Reply], *, version: int, by: Actor, at: datetime
) -> ScreeningDraft:
    """Keep the answers of one screen. Raises Stale, and AnswersMissing for what is open or cannot be."""
    draft = _as_read(draft, version)
    questions = {one.code: one for one in draft.question_set.asked if one.screen == screen}
    given = {code: reply for code, reply in replies.items() if code in questions}
    is_returning = freshness.has_been_asked(draft.patient)
    _must_be_whole(questions.values(), replies_of(draft) | given, timezone.localdate(at), is_returning=is_returning)
    draft.replies |= {code: _written(reply) for code, reply in given.items()}
    draft.saved_at, draft.version = at, draft.version + 1
    draft.save(update_fields=["replies", "saved_at", "version"])
    audit.record("screening.saved", draft, by=by, at=at, patient=draft.patient, fields={"screen": screen})
    return draft


@transaction.atomic
def submit(draft: ScreeningDraft, *, version: int, by: Actor, at: datetime, on: date | None = None) -> Screening:
    """Hand in a full screening: keep the answers, judge them, tell booking. Raises Stale and AnswersMissing.

    on: the local day. Of two who hand in the same one, the second is Stale.
    """
    draft = _as_read(draft, version)
    today = on or timezone.localdate(at)
    questions = draft.question_set.asked
    if draft.question_set_id != question_sets.current().pk:
        raise Stale(_("The questions changed meanwhile. Open them again; what is still asked the same way is kept."))
    told = replies_of(draft)
    is_returning = freshness.has_been_asked(draft.patient)
    _must_be_whole(questions, told, today, is_returning=is_returning)
    draft.delete()
    asked = [one for one in questions if rules.is_asked(Asking.of(one), told, is_returning=is_returning)]
    return judging.keep(draft.patient, asked, told, today=today, fresh_from=today, by=by, at=at)


@transaction.atomic
def change(
    screening: Screening, replies: Mapping[str, Reply], *, by: Actor, at: datetime, on: date | None = None
) -> Screening:
    """Answer some questions of the newest full screening otherwise; the rest stands as it was given.

    Its life goes on being counted from the day on which everything was asked. Raises Stale when a newer one stands,
    and AnswersMissing.
    """
    today = on or timezone.localdate(at)
    standing = Screening.objects.full().select_for_update().filter(patient=screening.patient).first()
    if standing is None or standing.pk != screening.pk:
        raise Stale(_("There is a newer screening. Look at it first."))
    before = list(screening.answers.select_related("question"))
    told = {one.question.code: Reply(one.option, one.on, one.note) for one in before} | dict(replies)
    questions = screening.question_set.asked
    is_returning = any(one.question.only_returning for one in before)
    _must_be_whole(questions, told, today, is_returning=is_returning)
    asked = [one for one in questions if rules.is_asked(Asking.of(one), told, is_returning=is_returning)]
    kept = {one.question.code: one for one in before if one.question.code not in replies}
    if answers.SKIN_CODE in replies:
        kept = {code: one for code, one in kept.items() if not one.question.heeds_skin}
    return judging.keep(
        screening.patient,
        asked,
        told,
        today=today,
        fresh_from=screening.fresh_from,
        by=by,
        at=at,
        amends=screening,
        kept=kept,
    )


def screens(draft: ScreeningDraft) -> list[Screen]:
    """Return the screens that are asked of this patient, in order; what is answered decides which follow."""
    told, is_returning = replies_of(draft), freshness.has_been_asked(draft.patient)
    askings = [(question, Asking.of(question)) for question in draft.question_set.asked]
    open_codes = set(rules.unanswered([asking for _, asking in askings], told, is_returning=is_returning))
    asked: dict[str, list[Question]] = {}
    for question, asking in askings:
        if rules.is_asked(asking, told, is_returning=is_returning):
            asked.setdefault(question.screen, []).append(question)
    return [
        Screen(
            screen["code"],
            screen["words"],
            screen["patient_words"],
            asked[screen["code"]],
            is_done=not any(one.code in open_codes for one in asked[screen["code"]]),
        )
        for screen in draft.question_set.screens
        if screen["code"] in asked
    ]


def replies_of(draft: ScreeningDraft) -> dict[str, Reply]:
    """Return what is answered so far, by the question's code; the date of birth as the record has it."""
    told = {code: _read(said) for code, said in draft.replies.items()}
    if draft.patient.born_on is not None:
        told[BIRTH_CODE] = Reply("", draft.patient.born_on)
    return told


def _as_read(draft: ScreeningDraft, version: int) -> ScreeningDraft:
    standing = _held.first(draft.pk)
    if standing is None:
        raise Stale(_("These answers were handed in a moment ago."))
    if standing.version != version:
        raise Stale(_("Somebody answered some of these questions a moment ago. Look at them and go on."))
    if standing.question_set_id == draft.question_set_id:
        standing.question_set = draft.question_set  # with the questions that were read of it
    return standing


@often
def _held(draft: int) -> QuerySet[ScreeningDraft]:
    return ScreeningDraft.objects.select_for_update().select_related("patient").filter(pk=draft).order_by()


def _still_meant(draft: ScreeningDraft, standing: QuestionSet) -> dict[str, Any]:
    """Return the answers to questions that are asked today as they were then."""
    then = {one.code: one for one in draft.question_set.asked}
    now = {one.code: one for one in standing.asked}
    said = ("words", "patient_words", "options", "shape", "asks_day")
    same = {
        code
        for code in then.keys() & now.keys()
        if all(getattr(then[code], name) == getattr(now[code], name) for name in said)
    }
    return {code: reply for code, reply in draft.replies.items() if code in same}


def _must_be_whole(
    questions: Iterable[Question], told: Mapping[str, Reply], today: date, *, is_returning: bool
) -> None:
    """Raise AnswersMissing when one of these questions is asked and open, or its day cannot be."""
    by_code = {one.code: one for one in questions}
    askings = [Asking.of(one) for one in by_code.values()]
    days = _wrong_days({code: reply for code, reply in told.items() if code in by_code}, today)
    open_codes = rules.unanswered(askings, told, is_returning=is_returning)
    if missing := dict.fromkeys(open_codes, _("Answer this question.")) | days:
        raise AnswersMissing(missing, by_code, days=days)


def _wrong_days(told: Mapping[str, Reply], today: date) -> dict[str, str]:
    """Return why a day cannot be, in words, by the question's code."""
    wrong = {}
    for code, reply in told.items():
        if reply.on is not None and reply.on > today:
            wrong[code] = _("That day has not come yet. Give the last day until today.")
        elif reply.on is not None and reply.on.year < today.year - rules.OLDEST_YEARS:
            wrong[code] = _("That day is too long ago to be right.")
    return wrong


def _written(reply: Reply) -> dict[str, str]:
    return {"option": reply.option, "on": reply.on.isoformat() if reply.on else "", "note": reply.note}


def _read(said: Mapping[str, str]) -> Reply:
    return Reply(said["option"], date.fromisoformat(said["on"]) if said["on"] else None, said["note"])
