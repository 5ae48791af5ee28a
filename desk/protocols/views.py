"""What follows a treatment: the messages as they stand, the draft of the next version, and the versions before."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from aftercare import differences, protocols
from aftercare.models import Protocol, Step
from clinic.policy import may
from clinic.refusals import Stale
from desk.protocols.forms import PublishForm
from visits import protocols as moving


@may("manage")
@require_safe
def protocols_list(request: HttpRequest) -> HttpResponse:
    """List the messages of the draft, or of the version that stands, and all versions."""
    return _list(request)


@may("manage")
@require_safe
def protocol(request: HttpRequest, version: str) -> HttpResponse:
    """Show one version: its messages, and what differs from the one that it was written from."""
    found = _version(version)
    context = {
        "version": found,
        "rows": rows_of(found),
        "differences": differences.between(found.follows, found) if found.follows else [],
    }
    return TemplateResponse(request, "desk/protocols/version.html", context)


@may("manage")
@require_POST
def protocol_publish(request: HttpRequest) -> HttpResponse:
    """Let later sessions follow the draft."""
    form = PublishForm(request.POST)
    if not form.is_valid():
        return _list(request, form=form, status=422)
    data = form.cleaned_data
    try:
        made = protocols.publish(**data, by=request.actor, at=request.now)
    except protocols.NotPossible as refused:
        form.add_error("note", str(refused))
        return _list(request, form=form, status=422)
    except Stale as stale:
        form.add_error(None, str(stale))
        return _list(request, form=_as_it_stands(form), status=409)
    said = _("Version %(version)s is published. Sessions that end from now on follow it.")
    messages.success(request, said % {"version": made.version})
    return redirect("desk:protocols")


@may("manage")
@require_POST
def protocol_discard(request: HttpRequest) -> HttpResponse:
    """Throw the draft away."""
    revision = request.POST.get("revision", "")
    try:
        protocols.discard(revision=int(revision) if revision.isdecimal() else 0, by=request.actor, at=request.now)
    except Stale as stale:
        messages.error(request, str(stale))
    else:
        messages.success(request, _("The draft is gone. What stands stays as it is."))
    return redirect("desk:protocols")


def rows_of(version: Protocol) -> list[dict[str, Any]]:
    """Return the messages of a version as they are listed."""
    return [
        {
            "step": step,
            "when": differences.when(step),
            "until": differences.until(step),
            "whom": differences.whom(step),
            "languages": [code.upper() for code in sorted(protocols.letters_of(step))],
        }
        for step in protocols.steps_of(version)
    ]


def step_of(code: str) -> Step:
    """Return a message of the draft, or of the version that stands where there is no draft. Raises Http404."""
    version = protocols.draft() or protocols.current()
    found = protocols.steps_of(version).filter(code=code).first() if version else None
    if found is None:
        raise Http404(code)
    return found


def _list(request: HttpRequest, *, form: PublishForm | None = None, status: int = 200) -> HttpResponse:
    standing, written = protocols.current(), protocols.draft()
    shown = written or standing
    if form is None and written is not None:
        form = PublishForm(initial={"revision": written.revision})
    context = {
        "standing": standing,
        "draft": written,
        "rows": rows_of(shown) if shown else [],
        "differences": differences.between(standing, written) if written else [],
        "form": form if written else None,
        "versions": Protocol.objects.exclude(published_at=None).select_related("published_by").order_by("-version"),
        "running": moving.running_elsewhere(standing, at=request.now).count() if standing else 0,
    }
    return TemplateResponse(request, "desk/protocols/list.html", context, status=status)


def _as_it_stands(form: PublishForm) -> PublishForm:
    """Return the form with what was typed, on top of the draft of now."""
    written = protocols.draft()
    form.data = form.data.copy()
    form.data["revision"] = str(written.revision if written else 1)
    return form


def _version(number: str) -> Protocol:
    known = Protocol.objects.select_related("follows", "published_by", "made_by")
    found = (
        known.filter(version=number).order_by("-is_current", "-pk").first()
        if number.isdecimal() and len(number) < 5
        else None
    )
    if found is None:
        raise Http404(number)
    return found
