"""One question as fields of a form: the answers to choose from, the day where one decides, and what was said."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from intake.models import Question
from intake.models.question import NO, UNSURE, YES
from intake.rules import Reply

NOTE_LENGTH = 1000
NO_SUCH_DAY = _("Write the day as day, month and year, such as 14/3/2026.")


def choices(question: Question, *, may_be_unsure: bool = False) -> list[tuple[str, Any]]:
    """Return the answers to choose from, as staff read them."""
    if question.shape == Question.Shape.CHOICE:
        found = [(way["code"], way["words"]) for way in question.options]
    else:
        found = [(YES, _("Yes")), (NO, _("No"))]
    return [*found, (UNSURE, _("Not sure"))] if may_be_unsure else found


def asks_day(question: Question) -> bool:
    return any(way.get("asks_day") for way in question.ways)


def fields_of(question: Question, *, may_be_unsure: bool = False) -> dict[str, forms.Field]:
    """Return the fields of one question by their names; none of them must be filled for the form to be read."""
    code = question.code
    if question.shape == Question.Shape.BIRTH:
        return {f"on_{code}": day(label=question.words)}
    found: dict[str, forms.Field] = {
        f"answer_{code}": forms.ChoiceField(
            label=question.words,
            choices=choices(question, may_be_unsure=may_be_unsure),
            required=False,
            widget=forms.RadioSelect,
        )
    }
    if asks_day(question):
        found[f"on_{code}"] = day(label=_("On which day"))
    found[f"note_{code}"] = forms.CharField(label=_("What was said"), required=False, max_length=NOTE_LENGTH)
    return found


def day(*, label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": NO_SUCH_DAY},
    )


def reply_from(question: Question, cleaned: dict[str, Any]) -> Reply | None:
    """Return the answer that was given, or None where the question is open."""
    code = question.code
    option, on = cleaned.get(f"answer_{code}") or "", cleaned.get(f"on_{code}")
    if not option and not (on and question.shape == Question.Shape.BIRTH):
        return None
    is_dated = question.shape == Question.Shape.BIRTH or any(
        way.get("asks_day") for way in question.ways if way["code"] == option
    )
    return Reply(option, on if is_dated else None, cleaned.get(f"note_{code}") or "")
