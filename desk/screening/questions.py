"""The health questions as they stand: read by clinicians, changed by one who manages, always as a new version."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from clinic.policy import may
from clinic.refusals import Refused, Stale
from desk.charting.fields import dress
from intake import question_sets
from intake.models import Question, QuestionSet

Action, Shape = Question.Action, Question.Shape
LONGEST_DAYS = 3650


class QuestionForm(forms.Form):
    """One question: its words, and what each answer does. The way of a yes, or one for each of several answers."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    words = forms.CharField(label=_("Words for staff"), max_length=250)
    words_en = forms.CharField(label=_("Words for patients, English"), max_length=250)
    words_es = forms.CharField(label=_("Words for patients, Spanish"), max_length=250)
    action_words = forms.CharField(label=_("What it means, for staff"), max_length=250, required=False)
    is_asked = forms.BooleanField(label=_("Asked in the full screening"), required=False)
    asked_at_start = forms.BooleanField(label=_("Asked fresh at every start"), required=False)
    reason = forms.CharField(label=_("What changes, and why"), max_length=250)

    def __init__(self, *args: Any, question: Question, version: int, **kwargs: Any) -> None:
        patient_words = question.patient_words
        initial = {name: getattr(question, name) for name in ("words", "action_words", "is_asked", "asked_at_start")}
        initial |= {"version": version, "words_en": patient_words.get("en"), "words_es": patient_words.get("es")}
        super().__init__(*args, initial=initial, **kwargs)
        self.question = question
        self.ways = [way for way in question.ways if way["action"] != Action.NONE or way["code"] not in ("no", "1")]
        if question.shape == Shape.BIRTH:
            self.ways = []
        for way in self.ways:
            self.fields[f"action_{way['code']}"] = forms.ChoiceField(
                label=_("Does"), choices=Action.choices, initial=way["action"]
            )
            self.fields[f"days_{way['code']}"] = forms.IntegerField(
                label=_("For how many days"),
                min_value=1,
                max_value=LONGEST_DAYS,
                required=False,
                initial=way.get("days"),
            )
        dress(self)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for way in self.ways:
            code = way["code"]
            if cleaned.get(f"action_{code}") == Action.DEFER and not cleaned.get(f"days_{code}"):
                self.add_error(
                    f"days_{code}", gettext("Say for how many days, or choose that it stands until it changes.")
                )
        return cleaned

    def ways_shown(self) -> list[tuple[str, Any, Any]]:
        """Return each way to answer with its two fields."""
        named = ((way.get("words") or gettext("Yes"), way["code"]) for way in self.ways)
        return [(words, self[f"action_{code}"], self[f"days_{code}"]) for words, code in named]

    def changes(self) -> dict[str, Any]:
        """Return what the question says now, as `question_sets.change` takes it."""
        cleaned = self.cleaned_data
        told = {name: cleaned[name] for name in ("words", "action_words", "is_asked", "asked_at_start")}
        told["patient_words"] = self.question.patient_words | {"en": cleaned["words_en"], "es": cleaned["words_es"]}
        if self.question.shape == Shape.CHOICE:
            told["options"] = [self._option(way) for way in self.question.options]
        elif self.question.shape == Shape.YES_NO:
            told |= {"action": cleaned["action_yes"], "defer_days": cleaned["days_yes"]}
        return told

    def _option(self, way: dict[str, Any]) -> dict[str, Any]:
        if f"action_{way['code']}" not in self.fields:
            return way
        days = self.cleaned_data[f"days_{way['code']}"]
        plain = {name: value for name, value in way.items() if name != "days"}
        return plain | {"action": self.cleaned_data[f"action_{way['code']}"]} | ({"days": days} if days else {})


@may("see_clinical")
@require_safe
def questions(request: HttpRequest) -> HttpResponse:
    """Read all questions of the version that is asked now, by screen, with their source."""
    standing = QuestionSet.objects.first()
    rows = list(standing.questions.all()) if standing else []
    screens = [
        (screen["words"], [one for one in rows if one.screen == screen["code"]]) for screen in _screens(standing)
    ]
    context = {
        "standing": standing,
        "screens": screens,
        "versions": QuestionSet.objects.select_related("made_by"),
        "may_edit": request.actor.may("edit_questions"),
    }
    return TemplateResponse(request, "desk/screening/questions.html", context)


def _screens(standing: QuestionSet | None) -> list[dict[str, Any]]:
    return standing.screens if standing else []


@may("edit_questions")
@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, code: str) -> HttpResponse:
    """Change one question; saving makes a new version of all of them."""
    standing = QuestionSet.objects.first()
    found = standing.questions.filter(code=code).first() if standing else None
    if found is None:
        raise Http404
    known = {"question": found, "version": standing.version}
    if request.method == "GET":
        return _page(request, QuestionForm(**known))
    form = QuestionForm(request.POST, **known)
    if not form.is_valid():
        return _page(request, form, status=422)
    said = {"version": form.cleaned_data["version"], "reason": form.cleaned_data["reason"]}
    try:
        made = question_sets.change(code, **said, **form.changes(), by=request.actor, at=request.now)
    except Stale as stale:
        form.add_error(None, str(stale))
        form.data = form.data.copy()
        form.data["version"] = str(question_sets.current().version)
        return _page(request, form, status=409)
    except Refused as refused:
        form.add_error(None, str(refused))
        return _page(request, form, status=422)
    messages.success(request, gettext("Version %(n)s is asked from now on.") % {"n": made.version})
    return redirect("desk:questions")


def _page(request: HttpRequest, form: QuestionForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "question": form.question}
    return TemplateResponse(request, "desk/screening/question.html", context, status=status)
