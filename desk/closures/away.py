"""Out today: somebody is ill, and each of their visits gets a place, all in one go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinic import submissions
from clinic.policy import may
from clinic.refusals import Refusal, Refused
from desk.board.pages import today_of
from desk.closures import lines, words
from desk.closures.forms import AwayForm
from desk.closures.views import done_words, page_of, sent_otherwise
from visits import closing, displaced


@may("close_time")
@require_http_methods(["GET", "POST"])
def out_today(request: HttpRequest) -> HttpResponse:
    """Show what would become of somebody's visits; close their time and settle all when the form says so."""
    said = (request.POST if request.method == "POST" else request.GET).copy()
    said.setdefault("span", "rest")
    if request.method == "POST" and said.get("do") == "send":
        return _send(request, AwayForm(said, site=request.site, at=request.now))
    if said["span"] == "until" and not said.get("until_day"):
        said["until_day"] = (today_of(request) + timedelta(days=1)).isoformat()  # there to be changed
    form = AwayForm(said, site=request.site, at=request.now)
    if not said.get("practitioner"):
        return _show(request, AwayForm(initial={"span": "rest"}, site=request.site, at=request.now))
    return _show(request, form, status=200 if form.is_valid() else 422)


def _send(request: HttpRequest, form: AwayForm) -> HttpResponse:
    try:
        if answer := submissions.answered_before(request):
            return redirect(answer)
    except submissions.Mismatch as mismatch:
        return _show(request, form, refusal=sent_otherwise(mismatch), status=409)
    if not form.is_valid():
        return _show(request, form, status=422)
    away = form.away
    try:
        with submissions.once(request, leads_to=lambda done: page_of(done[0])) as posted:
            closure, settled = closing.out_today(
                away.practitioner,
                site=request.site,
                from_at=away.starts_at,
                until=away.ends_at,
                words=away.words,
                decisions=lines.decisions(request.POST, site=request.site, practitioner=away.practitioner),
                by=request.actor,
                at=request.now,
            )
    except Refused as refused:
        return _show(request, form, refusal=refused.refusal, status=409)
    said = _("%(name)s is out: %(when)s.") % {"name": words.named(closure), "when": words.when(closure)}
    undo = f"undo:{reverse('desk:out_undo', args=[closure.uuid])}"
    messages.success(request, f"{said} {done_words(settled)}".strip(), extra_tags=undo)
    return redirect(posted.url)


def _show(request: HttpRequest, form: AwayForm, *, refusal: Refusal | None = None, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "refusal": refusal, "way_url": reverse("desk:out_today")}
    if form.is_bound and form.is_valid():
        away = form.away
        standing = closing.giving_way(away, at=request.now)
        proposals = displaced.propose(standing[: lines.MOST], at=request.now, closure=away)
        listed = lines.lines(proposals, chosen=lines.chosen_in(request), zone=request.site.zone, at=request.now)
        context |= {
            "away": away,
            "when": words.when(away),
            "is_many_days": form.cleaned_data["span"] == "until",
            "lines": listed,
            "totals": lines.totals(listed),
            "more": len(standing) - len(listed),
            "here": closing.here_in(away, at=request.now),
        }
    name = "desk/closures/_out.html" if request.htmx else "desk/closures/out_today.html"
    return TemplateResponse(request, name, context, status=status)
