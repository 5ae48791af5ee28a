"""Running late: a practitioner's visits of today move on by some minutes, after a look at each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from booking import telling
from booking.models import Change
from clinic import submissions
from clinic.models import User
from clinic.policy import may
from clinic.refusals import Refusal, Refused, Stale
from desk import numbers
from desk.booking import steps
from desk.booking.go import go
from desk.closures import lines
from desk.closures.forms import LateForm
from desk.closures.lines import Done
from desk.closures.views import sent_otherwise
from visits import putting_back
from visits import running_late as late
from visits.running_late import Preview

DELAYS = (10, 15, 20, 30)
JUST_NOW = timedelta(minutes=30)  # so long the page shows what was moved, and who is to be told


@may("close_time")
@require_http_methods(["GET", "POST"])
def running_late(request: HttpRequest) -> HttpResponse:
    """Show where each visit would go; move them on when the form says so."""
    said = (request.POST if request.method == "POST" else request.GET).copy()
    if said.get("practitioner") and not said.get("minutes") and not said.get("done"):
        said["minutes"] = "15"
    form = LateForm(said if said.get("practitioner") else None)
    if request.method == "POST" and said.get("do") == "run":
        return _run(request, form)
    if said.get("done") and form.data.get("practitioner"):
        return _done(request, form)
    return _show(request, form, status=422 if form.is_bound and not form.is_valid() else 200)


def _run(request: HttpRequest, form: LateForm) -> HttpResponse:
    try:
        if answer := submissions.answered_before(request):
            return redirect(answer)
    except submissions.Mismatch as mismatch:
        return _show(request, form, refusal=sent_otherwise(mismatch), status=409)
    if not form.is_valid():
        return _show(request, form, status=422)
    person, minutes = form.cleaned_data["practitioner"], form.cleaned_data["minutes"]
    said = {"site": request.site, "minutes": minutes, "versions": _versions(request)}
    query = urlencode({"practitioner": person.pk, "minutes": minutes, "done": 1})
    try:
        with submissions.once(request, leads_to=f"{reverse('desk:running_late')}?{query}") as posted:
            done = late.run(person, **said, by=request.actor, at=request.now)
    except Refused as refused:
        return _show(request, form, refusal=refused.refusal, status=409)
    except Stale as stale:
        return _show(request, form, refusal=_refusal_of(stale), status=409)
    count = len(done.moving)
    words = ngettext("%(n)s visit moved on.", "%(n)s visits moved on.", count) % {"n": count}
    messages.success(request, words, extra_tags=_undo_of(done))
    return redirect(posted.url)


def _undo_of(done: Preview) -> str:
    """Return the mark with which a message offers to put a late day back."""
    newest = late.moves_of(done.press).last()
    return f"undo:{reverse('desk:late_undo')}?change={newest.pk}" if newest else ""


@may("close_time")
@require_POST
def late_undo(request: HttpRequest) -> HttpResponse:
    """Put a late day back as it was. change, with the form or the address (a toast): the move of any of its visits."""
    change = _find_move(request)
    try:
        back = late.take_back(change, by=request.actor, at=request.now)
    except (Refused, Stale) as stopped:
        if _refusal_of(stopped).rule == late.TAKEN_BACK:  # pressed twice: it stands as was asked
            messages.info(request, str(stopped))
            return go(request, steps.back(request, change.appointment))
        said = {"practitioner": change.appointment.practitioner_id, "minutes": late.minutes_of(change), "done": 1}
        return _done(request, LateForm(said), refusal=_refusal_of(stopped), status=409)
    words = ngettext(
        "Taken back. %(n)s visit stands as before.", "Taken back. %(n)s visits stand as before.", len(back)
    )
    messages.success(request, words % {"n": len(back)})
    return go(request, steps.back(request, back[0]))


def _find_move(request: HttpRequest) -> Change:
    """Return the move of a late day at this site; 404 for anything else."""
    pk = numbers.read(request.POST.get("change") or request.GET.get("change", ""))
    moves = Change.objects.filter(verb="move", appointment__site=request.site).select_related("appointment")
    change = get_object_or_404(moves, pk=pk) if pk is not None else None
    if change is None or late.minutes_of(change) is None:
        raise Http404
    return change


def _refusal_of(stopped: Refused | Stale) -> Refusal:
    if isinstance(stopped, Refused):
        return stopped.refusal
    return Refusal("late.stale", _("Nothing was changed"), str(stopped))


def _versions(request: HttpRequest) -> dict[int, int]:
    """Return the version of each visit that was shown to move, by its id."""
    said = [(name, version) for name, version in request.POST.items() if name.startswith("version-")]
    read = {numbers.read(name.removeprefix("version-")): numbers.read(version) for name, version in said}
    return {pk: version for pk, version in read.items() if pk is not None and version is not None}


def _show(request: HttpRequest, form: LateForm, *, refusal: Refusal | None = None, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "refusal": refusal, "delays": _delays(form), **_who(form)}
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            preview = late.preview(
                given["practitioner"], site=request.site, minutes=given["minutes"], by=request.actor, at=request.now
            )
        except Refused as refused:
            context["refusal"], status = refused.refusal, 409
        else:
            told = [(one, lines.told(one.visit, one.starts_at, at=request.now)) for one in preview.moving]
            context |= {"preview": preview, "told": told}
    name = "desk/closures/_late.html" if request.htmx else "desk/closures/running_late.html"
    return TemplateResponse(request, name, context, status=status)


def _who(form: LateForm) -> dict[str, Any]:
    """Return who there is to choose from, and who is chosen."""
    people = list(form.fields["practitioner"].queryset)
    chosen = next((one for one in people if str(one.pk) == str(form.data.get("practitioner", ""))), None)
    return {"people": people, "person": chosen}


def _delays(form: LateForm) -> list[tuple[int, bool]]:
    return [(minutes, str(minutes) == str(form.data.get("minutes", ""))) for minutes in DELAYS]


def _done(request: HttpRequest, form: LateForm, *, refusal: Refusal | None = None, status: int = 200) -> HttpResponse:
    """Show what was moved a moment ago, how all of it is put back, and who is still to be told by a person."""
    context: dict[str, Any] = {"form": form, "delays": _delays(form), **_who(form), "refusal": refusal}
    if form.is_valid():
        person: User = form.cleaned_data["practitioner"]
        said = {"site": request.site, "since": request.now - JUST_NOW}
        done = lines.done_by(late.moved_since(person, form.cleaned_data["minutes"], **said))
        waiting = late.waiting_for(person, site=request.site, at=request.now)
        context |= {"done": done, "waiting": waiting, "undo": _undo(done, at=request.now), "is_done": True}
    return TemplateResponse(request, "desk/closures/running_late.html", context, status=status)


def _undo(done: list[Done], *, at: datetime) -> dict[str, Any] | None:
    """Return what the last press moved, while all of it can be put back. leaves_at: when messages leave, if to come."""
    if not done:
        return None
    newest = max((one.change for one in done), key=lambda change: change.pk)
    moves = list(late.moves_of(newest.press))
    if not putting_back.can_be(moves, at=at):
        return None
    leaves_at = newest.at + telling.GRACE
    return {"change": newest.pk, "count": len(moves), "leaves_at": leaves_at if at < leaves_at else None}
