"""Time that is closed: what is to come, one closure with the visits that stand in it, adding and lifting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking import closures as closing_rules
from booking import telling
from booking.models import Closure
from clinic import submissions
from clinic.policy import may
from clinic.refusals import Refusal, Refused
from desk.board.pages import today_of
from desk.booking import steps
from desk.closures import lines, words
from desk.closures.forms import ClosureForm
from visits import closing, displaced, putting_back
from visits.displaced import Settled

PAST_DAYS = 90
PAST_SHOWN = 30


@dataclass(frozen=True)
class Row:
    """One closure as its row shows it. standing: the visits that still stand in it."""

    closure: Closure
    when: str
    standing: int = 0


@dataclass(frozen=True)
class Group:
    """Everything that is closed of one thing, soonest first."""

    named: str
    icon: str
    rows: list[Row]


@may("close_time")
@require_safe
def closures(request: HttpRequest) -> HttpResponse:
    """Show what is closed now and later, grouped by what it is, the visits that stand in it first."""
    standing = closing_rules.conflicts_of(request.site, at=request.now)
    rows = [(Row(closure, words.when(closure), len(visits)), visits) for closure, visits in standing]
    since = request.now - timedelta(days=PAST_DAYS)
    past = Closure.objects.standing().filter(site=request.site, ends_at__lte=request.now, ends_at__gt=since)
    past = past.select_related("site", "practitioner", "room", "device").order_by("-starts_at")[:PAST_SHOWN]
    context = {
        "loose": [(row, visits) for row, visits in rows if visits],
        "groups": _groups(row for row, _visits in rows),
        "past": [Row(one, words.when(one)) for one in past],
    }
    return TemplateResponse(request, "desk/closures/list.html", context)


def _groups(rows: Iterable[Row]) -> list[Group]:
    order = {"site": "board", "practitioner": "user", "room": "lock", "device": "form"}
    found: dict[tuple[int, str], Group] = {}
    for row in rows:
        shut = displaced.shuts(row.closure)
        kind = shut[0] if shut else "site"
        named = words.named(row.closure)
        group = found.setdefault((list(order).index(kind), named), Group(named, order[kind], []))
        group.rows.append(row)
    return [found[key] for key in sorted(found)]


@may("close_time")
@require_http_methods(["GET", "POST"])
def closure_add(request: HttpRequest) -> HttpResponse:
    """Close something; its own page then says which visits stand in it."""
    today = today_of(request)
    known = {"site": request.site, "today": today, "may_shut": request.actor.may("manage")}
    if request.method == "GET":
        asked = {"what": request.GET.get("what", ""), "from_day": request.GET.get("day") or today.isoformat()}
        return _adding(request, ClosureForm(initial=asked, **known))
    form = ClosureForm(request.POST, **known)
    try:
        if answer := submissions.answered_before(request):
            return redirect(answer)
        if form.is_valid():
            with submissions.once(request, leads_to=page_of) as posted:
                closing.close(**form.closed, by=request.actor, at=request.now)
            return redirect(posted.url)
    except submissions.Mismatch as mismatch:
        form.is_valid()
        form.add_error(None, str(mismatch))
    except Refused as refused:
        form.add_error(None, str(refused))
    return _adding(request, form, status=422)


def _adding(request: HttpRequest, form: ClosureForm, *, status: int = 200) -> HttpResponse:
    return TemplateResponse(request, "desk/closures/add.html", {"form": form}, status=status)


def page_of(found: Closure) -> str:
    """Return the address of one closure's page."""
    return reverse("desk:closure", args=[found.uuid])


def find_closure(request: HttpRequest, uuid: UUID) -> Closure:
    """Return a closure of this house; 404 for any other."""
    known = Closure.objects.select_related("site", "practitioner", "room", "device", "made_by")
    return get_object_or_404(known, uuid=uuid, site=request.site)


@may("close_time")
@require_http_methods(["GET", "POST"])
def closure(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show what stands in a closure and what can be done with it; do that when the form says so."""
    found = find_closure(request, uuid)
    if request.method == "GET" or request.POST.get("do") != "settle":
        return _closure(request, found)
    try:
        if answer := submissions.answered_before(request):
            return redirect(answer)
    except submissions.Mismatch as mismatch:
        return _closure(request, found, refusal=sent_otherwise(mismatch), status=409)
    chosen = lines.decisions(request.POST, site=request.site, practitioner=found.practitioner)
    if not chosen:
        return _closure(request, found, refusal=nothing_chosen(), status=422)
    try:
        with submissions.once(request, leads_to=page_of(found)) as posted:
            settled = closing.settle(found, chosen, by=request.actor, at=request.now)
    except Refused as refused:
        return _closure(request, found, refusal=refused.refusal, status=409)
    messages.success(request, done_words(settled))
    return redirect(posted.url)


def nothing_chosen() -> Refusal:
    return Refusal("closure.nothing", _("Nothing is chosen yet"), _("Choose what happens to at least one visit."))


def sent_otherwise(mismatch: submissions.Mismatch) -> Refusal:
    return Refusal("form.again", _("Nothing was changed"), str(mismatch))


def done_words(settled: Settled) -> str:
    """Return what was done, in a sentence or two."""
    moved, cancelled = len(settled.moved), len(settled.cancelled)
    said = []
    if moved:
        said.append(ngettext("%(n)s visit moved.", "%(n)s visits moved.", moved) % {"n": moved})
    if cancelled:
        said.append(ngettext("%(n)s visit called off.", "%(n)s visits called off.", cancelled) % {"n": cancelled})
    return " ".join(said)


def _closure(
    request: HttpRequest, found: Closure, *, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    is_closed = found.lifted_at is None
    standing = closing.giving_way(found, at=request.now) if is_closed else []
    proposals = displaced.propose(standing[: lines.MOST], at=request.now, closure=found)
    listed = lines.lines(proposals, chosen=lines.chosen_in(request), zone=request.site.zone, at=request.now)
    context: dict[str, Any] = {
        "closure": found,
        "named": words.named(found),
        "when": words.when(found),
        "lines": listed,
        "totals": lines.totals(listed),
        "more": len(standing) - len(listed),
        "here": closing.here_in(found, at=request.now) if is_closed else [],
        "done": lines.done_for(closing.reason_for(found), site=request.site, since=found.made_at),
        "refusal": refusal,
        "may_lift": _may_lift(request, found),
        "undo": _undo(request, found),
        "way_url": reverse("desk:closure", args=[found.uuid]),
    }
    name = "desk/closures/_give_way.html" if request.htmx else "desk/closures/closure.html"
    return TemplateResponse(request, name, context, status=status)


def _undo(request: HttpRequest, found: Closure) -> dict[str, Any] | None:
    """Return what taking it back puts back, while it can. leaves_at: when messages leave, if that is to come."""
    taken = list(closing.steps_with(found)) if _may_lift(request, found) else []
    if not putting_back.can_be(taken, at=request.now):
        return None
    leaves_at = found.made_at + telling.GRACE
    return {"count": len(taken), "leaves_at": leaves_at if request.now < leaves_at else None}


def _may_lift(request: HttpRequest, found: Closure) -> bool:
    needs = "close_time" if displaced.shuts(found) else "manage"
    return found.lifted_at is None and found.ends_at > request.now and request.actor.may(needs)


@may("close_time")
@require_POST
def closure_lift(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Open again what was closed."""
    found = find_closure(request, uuid)
    try:
        closing.lift(found, by=request.actor, at=request.now)
    except Refused as refused:
        return _closure(request, found, refusal=refused.refusal, status=409)
    said = {"what": words.named(found), "when": words.when(found)}
    undo = f"undo:{reverse('desk:closure_again', args=[uuid])}"
    messages.success(request, _("%(what)s is open again: %(when)s.") % said, extra_tags=undo)
    return redirect("desk:closures")


@may("close_time")
@require_POST
def closure_again(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Close again what was opened a moment ago; what was booked meanwhile is listed as always."""
    found = find_closure(request, uuid)
    if found.lifted_at is None:
        return redirect("desk:closure", uuid=found.uuid)
    try:
        again = closing.close_again(found, by=request.actor, at=request.now)
    except Refused as refused:
        return _closure(request, found, refusal=refused.refusal, status=409)
    messages.success(request, _("Closed again."))
    return redirect("desk:closure", uuid=again.uuid)


@may("close_time")
@require_POST
def out_undo(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take back that somebody is out: their time is open again, and their visits stand as before."""
    found = find_closure(request, uuid)
    try:
        back = closing.out_no_more(found, by=request.actor, at=request.now)
    except Refused as refused:
        if refused.refusal.rule == closing.LIFTED:  # pressed twice: it stands as was asked
            messages.info(request, str(refused))
            return redirect(steps.came_from(request) or "desk:closures")
        return _closure(request, found, refusal=refused.refusal, status=409)
    said = _("%(what)s is open again: %(when)s.") % {"what": words.named(found), "when": words.when(found)}
    if back:
        said += " " + ngettext("%(n)s visit stands as before.", "%(n)s visits stand as before.", len(back)) % {
            "n": len(back)
        }
    messages.success(request, said)
    return redirect(steps.came_from(request) or "desk:closures")
