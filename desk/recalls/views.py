"""Recalls: the list, opening one, and one with everybody whom it is about."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clinic import submissions
from clinic.policy import may
from clinic.refusals import Refused
from desk import numbers
from desk.recalls import reading
from desk.recalls.forms import CloseForm, LettersForm, OpenForm
from treatments import recalls as known
from treatments.models import Recall, RecallContact
from visits import recalls

ON_A_PAGE = 50
WHOLE = ("site", "lot__product", "product", "device", "opened_by", "closed_by")


@may("keep_stock")
@require_safe
def recalls_list(request: HttpRequest) -> HttpResponse:
    """Show every recall, the open ones first."""
    found = Recall.objects.select_related("opened_by")
    open_ones, closed = list(found.open()), found.exclude(closed_at=None)
    page = Paginator(closed, ON_A_PAGE).get_page(numbers.read(request.GET.get("page", "")) or 1)
    return TemplateResponse(request, "desk/recalls/list.html", {"open_ones": open_ones, "page": page})


@may("keep_stock")
@require_http_methods(["GET", "POST"])
def recall_open(request: HttpRequest) -> HttpResponse:
    """Open a recall; the same form twice opens it once."""
    if request.method == "GET":
        return _open_page(request, OpenForm(initial={"thing": request.GET.get("thing", "")}))
    form = OpenForm(request.POST)
    try:
        if answer := submissions.answered_before(request):
            return redirect(answer)
        if form.is_valid():
            said = form.cleaned_data | {"site": request.site, "by": request.actor, "at": request.now}
            with submissions.once(request, leads_to=address) as posted:
                recalls.open(said.pop("thing"), **said)
            messages.success(request, _("The recall is open, and nobody can choose it any more."))
            return redirect(posted.url)
    except submissions.Mismatch as mismatch:
        form.add_error(None, str(mismatch))
    except known.OpenAlready as refused:
        if refused.recall is not None:
            messages.info(request, str(refused))
            return redirect(address(refused.recall))
        form.refuse(refused)
    except Refused as refused:
        form.refuse(refused)
    return _open_page(request, form, status=422)


def _open_page(request: HttpRequest, form: OpenForm, status: int = 200) -> HttpResponse:
    return TemplateResponse(request, "desk/recalls/open.html", {"form": form}, status=status)


@may("keep_stock")
@require_safe
def recall(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show one recall with everybody whom it is about."""
    return one_page(request, found_one(uuid))


def found_one(uuid: UUID) -> Recall:
    return get_object_or_404(Recall.objects.select_related(*WHOLE), uuid=uuid)


def address(one: Recall) -> str:
    return reverse("desk:recall", args=[one.uuid])


def one_page(request: HttpRequest, one: Recall, *, status: int = 200, **more: Any) -> HttpResponse:
    """Show a recall. more: the form that came back, under its name, and of whom."""
    found = reading.found(request, known.people(one))
    page = Paginator(found.rows, ON_A_PAGE).get_page(numbers.read(request.GET.get("page", "")) or 1)
    reading.tell_the_trail(request, page.object_list)
    context = {
        "recall": one,
        "found": found,
        "page": page,
        "planned": known.planned_with(one, at=request.now),
        "ways": RecallContact.How.choices,
        "sees_zones": reading.sees_zones(request),
        "closing": CloseForm(),
        "writing": LettersForm(recall=one) if request.actor.may("manage") else None,
        "wrong": next((name for name in ("contact", "closing", "writing") if name in more), ""),
        **more,
    }
    return TemplateResponse(request, "desk/recalls/one.html", context, status=status)
