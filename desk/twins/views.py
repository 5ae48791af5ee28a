"""Records that may be one person: the list of them, and what somebody says to a pair."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from clinic.policy import may
from patients import twins
from patients.models import Pair

ON_A_PAGE = 20
APART = "apart"


@may("edit_patients")
@require_GET
def twins_list(request: HttpRequest) -> HttpResponse:
    """Go through the pairs that nobody has looked at, the likeliest first; or those that were set apart."""
    show = APART if request.GET.get("show") == APART else ""
    page = Paginator(_pairs(show), ON_A_PAGE).get_page(request.GET.get("page"))
    return TemplateResponse(request, "desk/twins/list.html", {"page": page, "show": show})


def _pairs(show: str) -> QuerySet[Pair]:
    pairs = Pair.objects.select_related("low", "high", "set_apart_by")
    return pairs.filter(set_apart_at__isnull=False).order_by("-set_apart_at") if show else pairs.open()


@may("edit_patients")
@require_POST
def twins_apart(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Say that two records are two people; nobody is asked about them again."""
    pair = get_object_or_404(Pair.objects.select_related("low", "high"), uuid=uuid)
    twins.set_apart(pair.low, pair.high, by=request.actor, at=request.now)
    said = {"one": pair.low.name, "other": pair.high.name}
    messages.success(request, _("%(one)s and %(other)s are two people; nobody is asked again.") % said)
    return redirect("desk:twins")


@may("edit_patients")
@require_POST
def twins_again(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take back that two records are two people."""
    pair = get_object_or_404(Pair.objects.select_related("low", "high"), uuid=uuid)
    twins.ask_again(pair, by=request.actor, at=request.now)
    messages.success(request, _("The two records are asked about again."))
    return redirect("desk:twins")
