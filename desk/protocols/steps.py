"""Writing one message of aftercare: its time, its conditions, and its words in every language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from aftercare import lettering, protocols, step_rules
from aftercare.models import Step
from clinic import words
from clinic.policy import may
from clinic.refusals import Stale
from clinic.words.reading import Reading, reading
from desk.protocols.forms import DAYS, WORDS, NewStepForm, StepForm
from desk.protocols.frames import choices
from desk.protocols.views import step_of

NEW = "new"  # stands for the code of a message that has none yet
FIELD = {"offset": "offset", "only_if": "only_if", "title": "title", "not_after_hours": "not_after_hours"}
START = """Subject:

# 

Dear {first_name},



{red_flags}

{contact}
"""  # noqa: W291


@may("manage")
@require_http_methods(["GET", "HEAD", "POST"])
@csp_update({"frame-src": [SELF]})
def step(request: HttpRequest, code: str) -> HttpResponse:
    """Write a message of the draft, which begins by it."""
    found = step_of(code)
    if request.method != "POST":
        return _page(request, StepForm.of(found, revision=_revision()), found)
    form = StepForm(request.POST)
    if not form.is_valid():
        return _page(request, form, found, status=422)

    def write() -> Step:
        said = {"letters": form.letters(), "revision": form.cleaned_data["revision"], **form.facts()}
        return protocols.change(code, **said, by=request.actor, at=request.now)

    return _written(request, form, found, write)


@may("manage")
@require_http_methods(["GET", "HEAD", "POST"])
@csp_update({"frame-src": [SELF]})
def step_new(request: HttpRequest) -> HttpResponse:
    """Put a message of the clinic's own into the draft."""
    if request.method != "POST":
        start = {"revision": _revision(), "unit": DAYS, "not_after_hours": 168, "every_session": True}
        return _page(request, NewStepForm(initial={**start, f"{WORDS}{protocols.HOUSE_LANGUAGE}": START}), None)
    form = NewStepForm(request.POST)
    if not form.is_valid():
        return _page(request, form, None, status=422)

    def write() -> Step:
        said = {"letters": form.letters(), "revision": form.cleaned_data["revision"], **form.facts()}
        return protocols.add(form.cleaned_data["purpose"], **said, by=request.actor, at=request.now)

    return _written(request, form, None, write)


@may("manage")
@require_POST
def step_remove(request: HttpRequest, code: str) -> HttpResponse:
    """Take a message out of the draft."""
    found, revision = step_of(code), request.POST.get("revision", "")
    try:
        protocols.remove(code, revision=int(revision) if revision.isdecimal() else 0, by=request.actor, at=request.now)
    except (protocols.NotPossible, Stale) as refused:
        messages.error(request, str(refused))
        return redirect("desk:protocol_step", code)
    messages.success(request, _("%(title)s is out of the draft.") % {"title": found.title})
    return redirect("desk:protocols")


def _written(request: HttpRequest, form: StepForm, found: Step | None, write: Any) -> HttpResponse:
    """Save; what is wrong is said at its field, and what was typed stays."""
    try:
        saved = write()
    except lettering.NotWritable as refused:
        form.add_error(f"{WORDS}{refused.refusal.values['language']}", str(refused))
        return _page(request, form, found, status=422)
    except protocols.NotPossible as refused:
        form.add_error(FIELD[refused.refusal.values["field"]], str(refused))
        return _page(request, form, found, status=422)
    except Stale as stale:
        form.add_error(None, str(stale))
        form.data = form.data.copy()
        form.data["revision"] = str(_revision())
        return _page(request, form, found, status=409)
    messages.success(request, _("Saved in the draft. Nothing of it is sent before you publish it."))
    return redirect("desk:protocol_step", saved.code)


def _revision() -> int:
    written = protocols.draft()
    return written.revision if written else protocols.NO_DRAFT


@dataclass(frozen=True)
class Tongue:
    """A language on the page: its field, and hints about the words in it."""

    code: str
    field: forms.BoundField
    subject: str
    reading: Reading | None

    @property
    def is_long(self) -> bool:
        return len(self.subject) > lettering.GOOD_SUBJECT


def _tongue(code: str, bound: forms.BoundField) -> Tongue:
    text = lettering.tidy(str(bound.value() or ""))
    subject = text.partition("\n")[0].removeprefix("Subject: ").strip()
    try:
        read = reading(words.parse(text, language=code))
    except (ValueError, LookupError):
        read = None
    return Tongue(code, bound, subject, read)


def _page(request: HttpRequest, form: StepForm, found: Step | None, status: int = 200) -> HttpResponse:
    purpose = found.purpose if found else form["purpose"].value() or Step.Purpose.CARE
    context = {
        "form": form,
        "step": found,
        "code": found.code if found else NEW,
        "may_remove": found is not None and found.code != step_rules.FIRST,
        "draft": protocols.draft(),
        "tongues": [_tongue(code, bound) for code, bound in form.in_languages()],
        "names": lettering.known_names(purpose),
        "blocks": words.blocks(),
        "conditions": lettering.known_conditions(),
        "longest_subject": lettering.GOOD_SUBJECT,
        **choices(request),
    }
    return TemplateResponse(request, "desk/protocols/step.html", context, status=status)
