"""The questions as versions: which stand now, and how a clinic changes them, always as a new version."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from clinic import audit
from clinic.actors import Actor
from clinic.refusals import Refusal, Refused, Stale
from intake.models import Question, QuestionSet

EDITABLE = frozenset(
    {"words", "patient_words", "action", "action_words", "options", "defer_days", "asked_at_start", "is_asked"}
)
SHORTEST_LIFE, LONGEST_LIFE = 1, 365  # days


class NoQuestions(Refused):
    """Raised when the clinic has no questions yet, so nobody can be screened."""


class NothingChanged(Refused):
    """Raised when a new version would be the one before."""


def current() -> QuestionSet:
    """Return the version that is asked today: the highest. Raises NoQuestions."""
    found = QuestionSet.objects.first()
    if found is None:
        sentence = _("No screening questions are set up. Load the clinical values first.")
        raise NoQuestions(Refusal("questions.none", _("There is nothing to ask yet."), sentence))
    return found


def at_start() -> list[Question]:
    """Return the questions that are asked fresh at every start, in order."""
    newest = QuestionSet.objects.order_by("-version").values("pk")[:1]
    return list(Question.objects.filter(question_set__in=newest, asked_at_start=True, is_asked=True))


@transaction.atomic
def publish(
    questions: Iterable[Question],
    *,
    screens: list[dict[str, Any]],
    life_days: int,
    reason: str,
    by: Actor | None,
    at: datetime,
) -> QuestionSet:
    """Make these unsaved questions the version that is asked from now on. by None: the house ships them."""
    highest = QuestionSet.objects.aggregate(highest=Max("version"))["highest"] or 0
    made = QuestionSet.objects.create(
        version=highest + 1,
        screens=screens,
        life_days=life_days,
        reason=reason,
        made_at=at,
        made_by=by.user if by else None,
    )
    for question in questions:
        question.pk, question.question_set = None, made
    Question.objects.bulk_create(questions)
    return made


@transaction.atomic
def change(code: str, *, version: int, reason: str, by: Actor, at: datetime, **fields: Any) -> QuestionSet:
    """Publish a new version in which one question says something else; the others stay as they are.

    version: the one that was read. Raises Stale, NothingChanged, and Refused without a reason.
    """
    if unknown := set(fields) - EDITABLE:
        raise ValueError(f"{', '.join(sorted(unknown))} of a question is not for a page to change")
    standing = _as_read(version, reason)
    questions = list(standing.questions.all())
    chosen = next(one for one in questions if one.code == code)
    differing = sorted(name for name, value in fields.items() if getattr(chosen, name) != value)
    if not differing:
        raise NothingChanged(_same(version))
    for name in differing:
        setattr(chosen, name, fields[name])
    return _next(
        standing, questions, life_days=standing.life_days, changed=[code, *differing], reason=reason, by=by, at=at
    )


@transaction.atomic
def change_life(days: int, *, version: int, reason: str, by: Actor, at: datetime) -> QuestionSet:
    """Publish a new version in which a full screening lasts so many days; those that were asked keep their own life.

    What was asked on the eve still carries a session, and no answer speaks for more than a year. Raises as `change`,
    and Refused for fewer or more days than that.
    """
    standing = _as_read(version, reason)
    if not SHORTEST_LIFE <= days <= LONGEST_LIFE:
        raise Refused(Refusal("questions.life", _("That is too short or too long"), life_words()))
    if standing.life_days == days:
        raise NothingChanged(_same(version))
    questions = list(standing.questions.all())
    return _next(standing, questions, life_days=days, changed=["life_days"], reason=reason, by=by, at=at)


def life_words() -> str:
    """Return how long a full screening may last, and why."""
    sentence = _(
        "Write a whole number from %(least)s to %(most)s: answers of the day before still count, and none speaks for "
        "more than a year."
    )
    return sentence % {"least": SHORTEST_LIFE, "most": LONGEST_LIFE}


def _as_read(version: int, reason: str) -> QuestionSet:
    QuestionSet.objects.select_for_update().last()  # whoever changes takes turns at the oldest, then reads the newest
    standing = QuestionSet.objects.first()
    if standing is None or standing.version != version:
        raise Stale(_("Somebody changed the questions a moment ago. Look at them and save again."))
    if not reason.strip():
        sentence = _("Write in a few words what changes and why; it stays beside the version.")
        raise Refused(Refusal("questions.reason", _("The reason is missing"), sentence))
    return standing


def _same(version: int) -> Refusal:
    sentence = _("Nothing is different from version %(version)s.") % {"version": version}
    return Refusal("questions.same", _("Nothing was changed"), sentence)


def _next(
    standing: QuestionSet,
    questions: list[Question],
    *,
    life_days: int,
    changed: list[str],
    reason: str,
    by: Actor,
    at: datetime,
) -> QuestionSet:
    made = publish(questions, screens=standing.screens, life_days=life_days, reason=reason.strip(), by=by, at=at)
    told = {"version": made.version, "changed": " ".join(changed)}
    audit.record("questions.changed", made, by=by, at=at, reason=reason.strip(), fields=told)
    return made
