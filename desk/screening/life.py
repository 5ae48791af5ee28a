"""How long a full screening lasts (C-54): changed by one who manages the questions, as a new version of them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from clinic.policy import may
from clinic.refusals import Refused, Stale
from desk.charting.fields import dress
from intake import question_sets
from intake.models import QuestionSet


class LifeForm(forms.Form):
    """For how many days the answers count, and why that changes."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    days = forms.IntegerField(
        label=_("For how many days the answers count"),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    reason = forms.CharField(label=_("What changes, and why"), max_length=250)

    def __init__(self, *args: Any, standing: QuestionSet, **kwargs: Any) -> None:
        super().__init__(*args, initial={"version": standing.version, "days": standing.life_days}, **kwargs)
        words = question_sets.life_words()
        self.fields["days"].error_messages |= {"required": words, "invalid": words}
        self.fields["days"].help_text = words
        dress(self)


@may("edit_questions")
@require_http_methods(["GET", "POST"])
def question_life(request: HttpRequest) -> HttpResponse:
    """Change how long the answers count; saving makes a new version, and screenings keep the one they were asked by."""
    standing = QuestionSet.objects.first()
    if standing is None:
        raise Http404
    if request.method == "GET":
        return _page(request, standing, LifeForm(standing=standing))
    form = LifeForm(request.POST, standing=standing)
    if not form.is_valid():
        return _page(request, standing, form, status=422)
    try:
        made = question_sets.change_life(**form.cleaned_data, by=request.actor, at=request.now)
    except Stale as stale:
        standing = question_sets.current()
        form.add_error(None, str(stale))
        form.data = form.data.copy()
        form.data["version"] = str(standing.version)
        return _page(request, standing, form, status=409)
    except Refused as refused:
        form.add_error("days" if refused.refusal.rule == "questions.life" else None, str(refused))
        return _page(request, standing, form, status=422)
    messages.success(request, gettext("Version %(n)s is asked from now on.") % {"n": made.version})
    return redirect("desk:questions")


def _page(request: HttpRequest, standing: QuestionSet, form: LifeForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "standing": standing}
    return TemplateResponse(request, "desk/screening/question_life.html", context, status=status)
