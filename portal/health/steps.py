"""The screens of the health form in their order, and which of them is next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from intake import texts
from portal.health import history, questions, signing
from portal.health.details import DetailsForm
from portal.health.door import Visitor
from portal.health.history import HistoryForm
from portal.health.signing import SignForm

DETAILS, HISTORY, QUESTIONS, READING = _("Your details"), _("Your health so far"), _("Questions"), _("To read and sign")


@dataclass(frozen=True)
class Step:
    """One screen. part: what it belongs to. form: makes its form of what was posted, or None; is_done: saved before.

    stands: it was confirmed with others, and is only opened to be changed.
    """

    code: str
    part: Any
    title: Any
    template: str
    form: Callable[[Any], Any]
    is_done: bool
    help: Any = ""
    stands: bool = False


def all_steps(visitor: Visitor) -> list[Step]:
    """Return the screens that this patient is asked to fill in, as it stands now."""
    return [_details(visitor), *_history(visitor), *_questions(visitor), *_signing(visitor)]


def _details(visitor: Visitor) -> Step:
    return Step(
        "details",
        DETAILS,
        _("How can we reach you?"),
        "portal/health/details.html",
        lambda data: DetailsForm(data, visitor=visitor),
        "details" in visitor.form.steps_done,
        _("Change what is not right."),
    )


def _history(visitor: Visitor) -> Iterator[Step]:
    """Yield the three lists; who has rows in all eyes of the house confirms them on one screen first."""
    done = visitor.form.steps_done
    if history.stands(visitor):
        yield Step(
            history.CONFIRMED,
            HISTORY,
            _("Is this still right?"),
            "portal/health/stands.html",
            lambda data: history.StandsForm(data, visitor=visitor),
            history.CONFIRMED in done or history.CHANGED in done,
        )
        if history.CHANGED not in done:
            return
    for code, kind in history.KINDS.items():
        yield Step(
            code,
            HISTORY,
            kind.title,
            "portal/health/history.html",
            lambda data, kind=kind: HistoryForm(data, kind=kind, visitor=visitor),
            code in done,
            kind.help,
        )


def _questions(visitor: Visitor) -> Iterator[Step]:
    """Yield what stood last time, the questions that are open or changed, and the last look."""
    draft = questions.draft_of(visitor)
    if draft is None:
        return
    done, language = visitor.form.steps_done, visitor.patient.language
    is_same = questions.SAME in done
    if questions.last_time(visitor):
        yield Step(
            questions.CONFIRMED,
            QUESTIONS,
            _("This is what you told us last time"),
            "portal/health/last_time.html",
            lambda data: questions.LastTimeForm(data, draft=draft, visitor=visitor),
            is_same or questions.CONFIRMED in done,
        )
    groups = questions.groups(draft)
    for group in groups:
        yield Step(
            group.code,
            QUESTIONS,
            group.title(language),
            "portal/health/questions.html",
            lambda data, group=group: questions.QuestionsForm(data, group=group, draft=draft, visitor=visitor),
            group.is_done,
            stands=is_same and group.is_done and group.code not in done,
        )
    yield Step(
        questions.ANSWERED,
        QUESTIONS,
        _("Check your answers"),
        "portal/health/check.html",
        lambda data: questions.CheckForm(data, draft=draft, visitor=visitor),
        False,
    )


def _signing(visitor: Visitor) -> Iterator[Step]:
    for words, is_done in signing.to_sign(visitor):
        yield Step(
            f"sign-{words.purpose}",
            READING,
            texts.title(words),
            "portal/health/sign.html",
            lambda data, words=words: SignForm(data, words=words, visitor=visitor),
            is_done,
        )


@dataclass(frozen=True)
class Way:
    """Where a screen stands among the others. before: the address to go back to."""

    step: Step
    number: int
    count: int
    before: str


def way(visitor: Visitor, code: str) -> Way | None:
    """Return a screen with its place, or None where there is no such screen now."""
    steps = [step for step in all_steps(visitor) if not step.stands or step.code == code]
    codes = [step.code for step in steps]
    if code not in codes:
        return None
    index = codes.index(code)
    return Way(steps[index], index + 1, len(steps), visitor.address(codes[index - 1]) if index else "")


def following(visitor: Visitor, code: str = "") -> str:
    """Return the address to go on at: the first screen after this one that is open, or before it, or the end."""
    steps = all_steps(visitor)
    codes = [step.code for step in steps]
    start = codes.index(code) + 1 if code in codes else 0
    open_steps = [step.code for step in (*steps[start:], *steps[:start]) if not step.is_done]
    return visitor.address(open_steps[0]) if open_steps else visitor.home


def is_all_done(visitor: Visitor) -> bool:
    return all(step.is_done for step in all_steps(visitor))
