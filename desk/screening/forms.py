"""What is typed on a screen of the questions, when one answer changes, and when a clinician decides about a visit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from desk.charting.fields import dress
from desk.screening import fields
from intake.models import Question
from intake.rules import Reply
from intake.screenings import AnswersMissing
from treatments.decisions import Matter

REASON_LENGTH = 250  # what stands beside a visit


class ScreenForm(forms.Form):
    """The questions of one screen; what is open or cannot be is said by the action."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, questions: Iterable[Question], told: Mapping[str, Reply], **kwargs: Any) -> None:
        self.questions = list(questions)
        initial = kwargs.pop("initial", {})
        for one in self.questions:
            if reply := told.get(one.code):
                initial |= {
                    f"answer_{one.code}": reply.option,
                    f"on_{one.code}": reply.on,
                    f"note_{one.code}": reply.note,
                }
        super().__init__(*args, initial=initial, **kwargs)
        for one in self.questions:
            self.fields |= fields.fields_of(one, may_be_unsure=True)
        dress(self)

    def replies(self) -> dict[str, Reply]:
        """Return what was answered, by the question's code; open questions are left out."""
        read = ((one.code, fields.reply_from(one, self.cleaned_data)) for one in self.questions)
        return {code: reply for code, reply in read if reply is not None}

    def show(self, missing: AnswersMissing) -> None:
        """Show what each question still needs at the field where it goes."""
        for code, words in missing.missing.items():
            part = "on" if code in missing.days or f"answer_{code}" not in self.fields else "answer"
            self.add_error(f"{part}_{code}" if f"{part}_{code}" in self.fields else None, words)

    def asked(self) -> list[dict[str, Any]]:
        """Return the questions with their fields, as the page shows them."""
        return [
            {"question": one}
            | {
                part: self[f"{part}_{one.code}"]
                for part in ("answer", "on", "note")
                if f"{part}_{one.code}" in self.fields
            }
            for one in self.questions
        ]

    def issues(self) -> list[tuple[str, str]]:
        """Return every problem of the page with the place it leads to, each with the words of its question."""
        asked = {f"{part}_{one.code}": one for one in self.questions for part in ("answer", "on", "note")}
        found = [("#main", str(error)) for error in self.non_field_errors()]
        for name, errors in self.errors.items():
            if name in asked:
                found += [(f"#at_{asked[name].code}", f"{asked[name].words} {error}") for error in errors]
        return found


class DecideForm(forms.Form):
    """A reason for each answer that this person may pass for the visit at hand; an empty one leaves it as it is."""

    def __init__(self, *args: Any, matters: Iterable[Matter], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in matters:
            self.fields[f"reason_{one.code}"] = forms.CharField(
                label=_("Why the session goes on"), required=False, max_length=REASON_LENGTH
            )
        dress(self)

    def reasons(self) -> dict[str, str]:
        """Return the reasons that were given, by the question's code."""
        read = ((name.removeprefix("reason_"), said.strip()) for name, said in self.cleaned_data.items())
        return {code: reason for code, reason in read if reason}
