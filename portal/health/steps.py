"""The screens of the health form in their order, and which of them is next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from intake import texts
from portal.health import history, signing
from portal.health.details import DetailsForm
from portal.health.door import Visitor
from portal.health.history import HistoryForm
from portal.health.signing import SignForm

DETAILS, HISTORY, READING = _("Your details"), _("Your health so far"), _("To read and sign")


@dataclass(frozen=True)
class Step:
    """One screen. part: what it belongs to. form: makes its form of what was posted, or None; is_done: saved before."""

    code: str
    part: Any
    title: Any
    template: str
    form: Callable[[Any], Any]
    is_done: bool
    help: Any = ""


def all_steps(visitor: Visitor) -> list[Step]:
    """Return the screens that this patient is asked to fill in, as it stands now."""
    return [_details(visitor), *(_history(code, visitor) for code in history.KINDS), *_signing(visitor)]


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


def _history(code: str, visitor: Visitor) -> Step:
    kind = history.KINDS[code]
    return Step(
        code,
        HISTORY,
        kind.title,
        "portal/health/history.html",
        lambda data: HistoryForm(data, kind=kind, visitor=visitor),
        code in visitor.form.steps_done,
        kind.help,
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
    steps = all_steps(visitor)
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
