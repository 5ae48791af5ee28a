"""What is asked before a session begins; whether it may begin is for the gates to say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from desk.charting.fields import dress
from desk.screening import fields as asking
from intake import agreeing
from intake import rules as rules_of_asking
from intake.models import Purpose, Question
from intake.screenings import Given
from treatments import course_templates, rules
from treatments.courses import CoursePlan
from treatments.models import Concern

NO_COURSE = "none"


class StartForm(forms.Form):
    """Who is here, what was asked today, what is planned beside the needling, and the course where there is none."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    identity_name = forms.CharField(
        label=_("Name"), error_messages={"required": _("Confirm the name.")}, max_length=120
    )
    identity_born_on = forms.DateField(
        label=_("Born"), input_formats=["%Y-%m-%d"], error_messages={"required": _("Confirm the date of birth.")}
    )
    beside = forms.MultipleChoiceField(
        choices=[(code, Purpose(code).label) for code in agreeing.BESIDE],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    concern = forms.ChoiceField(label=_("Concern"), required=False)
    planned_sessions = forms.TypedChoiceField(
        label=_("Planned sessions"),
        coerce=int,
        empty_value=None,
        required=False,
        choices=[(count, count) for count in range(rules.COURSE_SESSIONS[0], rules.COURSE_SESSIONS[1] + 1)],
        widget=forms.RadioSelect,
    )
    goal = forms.CharField(label=_("Goal, in the patient's words"), max_length=250, required=False)

    def __init__(
        self,
        *args: Any,
        questions: list[Question],
        has_course: bool,
        is_prescriber: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.questions, self.has_course = questions, has_course
        self.is_prescriber = is_prescriber
        for question in questions:
            self.fields |= asking.fields_of(question)
            self.fields[f"reason_{question.code}"] = forms.CharField(
                label=_("Why the session goes on"), required=False, max_length=asking.NOTE_LENGTH
            )
        self.concerns = [] if has_course else list(Concern.objects.all())
        chosen = [(one.code, one.label) for one in self.concerns]
        self.fields["concern"].choices = [("", _("Choose")), (NO_COURSE, _("No course, a single session")), *chosen]
        dress(self)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.has_course and not cleaned.get("concern"):
            self.add_error("concern", _("Choose what the course is for, or a single session."))
        elif cleaned.get("concern") not in ("", NO_COURSE, None) and not cleaned.get("planned_sessions"):
            self.add_error("planned_sessions", _("Choose how many sessions are planned."))
        return cleaned

    def answers(self) -> dict[str, Given]:
        """Return what was answered, by the question's code; open questions are left out."""
        found = {}
        for one in self.questions:
            reply = asking.reply_from(one, self.cleaned_data)
            if reply is not None:
                is_yes, reason = reply.option != one.ways[0]["code"], self.cleaned_data[f"reason_{one.code}"]
                found[one.code] = Given(is_yes, reply.note, reason, reply.option, reply.on)
        return found

    def course_plan(self) -> CoursePlan | None:
        """Return the course to begin, or None for a single session or a course that runs."""
        cleaned = self.cleaned_data
        chosen = [one for one in self.concerns if one.code == cleaned["concern"]]
        if not chosen:
            return None
        return course_templates.begun_at_once(chosen[0], cleaned["planned_sessions"], goal=cleaned["goal"])

    def asked(self) -> list[dict[str, Any]]:
        """Return the questions with their fields, as the page shows them."""
        return [
            {
                "question": one,
                "may_decide": any(
                    rules_of_asking.may_decide(
                        way.get("on_dark_skin") or way["action"], is_prescriber=self.is_prescriber
                    )
                    for way in one.ways
                ),
                "goes_on": one.action in (Question.Action.NOTE, Question.Action.REOPEN),
                "answer": self[f"answer_{one.code}"],
                "on": self[f"on_{one.code}"] if asking.asks_day(one) else None,
                "note": self[f"note_{one.code}"],
                "reason": self[f"reason_{one.code}"],
            }
            for one in self.questions
        ]
