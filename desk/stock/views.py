"""The lots on the shelf: what is left of each, one lot with all that moved it, and what is done with it by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from clinic.policy import may
from desk import numbers
from desk.board.pages import today_of
from desk.sending import done_once
from desk.stock.forms import CountForm, DiscardForm, ReasonForm, ShelfForm
from stock import holdings, lots, movements
from stock.holdings import SOON_DAYS, OfLot, OfProduct
from stock.models import Lot, Product

LONGEST_DAYS = 3650
MOVEMENTS_SHOWN = 200
SHOWN: dict[str, tuple[Any, Callable[[OfProduct, OfLot], bool]]] = {  # words of the chip, and which lots it shows
    "": (gettext_lazy("On the shelf"), lambda _of, lot: lot.is_there),
    "low": (gettext_lazy("Low"), lambda of, lot: of.is_low and lot.is_there),
    "expiring": (gettext_lazy("Expiring soon"), lambda _of, lot: lot.expires_soon),
    "count": (gettext_lazy("Count again"), lambda _of, lot: lot.is_miscounted),
    "out": (gettext_lazy("Out of use"), lambda _of, lot: (lot.is_out and lot.left != 0) or lot.is_aside),
    "all": (gettext_lazy("Everything"), lambda _of, _lot: True),
}


@may("keep_stock")
@require_safe
def stock_list(request: HttpRequest) -> HttpResponse:
    """Show the lots by product: what is left, what expires, what is low and what was counted wrongly."""
    days = min(numbers.read(request.GET.get("days", "")) or SOON_DAYS, LONGEST_DAYS)
    kind = request.GET.get("kind", "")
    show = request.GET.get("show", "")
    show = show if show in SHOWN else ""
    found = holdings.read(today_of(request), soon_days=days, kind=kind if kind in Product.Kind else "")
    wanted = SHOWN[show][1]
    shown = [(one, [lot for lot in one.lots if wanted(one, lot)]) for one in found]
    context = {
        "groups": [(one, rows) for one, rows in shown if rows or (show == "low" and one.is_low)],
        "chips": [(code, words, _tally(code, found)) for code, (words, _wanted) in SHOWN.items()],
        "kinds": Product.Kind.choices,
        "is_bare": not holdings.lots_of(found) and not kind,
        "show": show,
        "kind": kind,
        "days": days,
    }
    return TemplateResponse(request, "desk/stock/list.html", context)


def _tally(show: str, found: list[OfProduct]) -> int | None:
    """Return how many lots a chip shows, products for the low ones; None where the number says nothing."""
    if show in ("", "all"):
        return None
    if show == "low":
        return sum(one.is_low for one in found)
    return sum(SHOWN[show][1](one, lot) for one in found for lot in one.lots)


@may("keep_stock")
@require_safe
def lot(request: HttpRequest, which: str) -> HttpResponse:
    """Show one lot with everything that moved it."""
    return _lot_page(request, _lot(which))


@may("keep_stock")
@require_POST
def lot_count(request: HttpRequest, which: str) -> HttpResponse:
    """Write what somebody counted."""
    return _done(request, _lot(which), "counting", CountForm(request.POST), movements.correct, _("Counted."))


@may("keep_stock")
@require_POST
def lot_discard(request: HttpRequest, which: str) -> HttpResponse:
    """Take units away that nobody will use."""
    return _done(request, _lot(which), "discarding", DiscardForm(request.POST), movements.discard, _("Discarded."))


@may("keep_stock")
@require_POST
def lot_aside(request: HttpRequest, which: str) -> HttpResponse:
    """Set a lot aside: from now on nobody chooses it."""
    words = _("The lot is set aside; no chart offers it any more.")
    return _done(request, _lot(which), "setting", ReasonForm(request.POST), lots.quarantine, words)


@may("keep_stock")
@require_POST
def lot_release(request: HttpRequest, which: str) -> HttpResponse:
    """Let a lot that was set aside be chosen again."""
    words = _("The lot may be used again.")
    return _done(request, _lot(which), "setting", ReasonForm(request.POST), lots.release, words)


def _done(
    request: HttpRequest, one: Lot, name: str, form: ShelfForm, act: Callable[..., Any], words: str
) -> HttpResponse:
    """Do what a form of the lot's page asks, once however often it is sent; what is wrong stands at its field."""

    def deed() -> Any:
        return act(one, **form.cleaned_data, by=request.actor, at=request.now)

    if answer := done_once(request, form, deed, leads_to=reverse("desk:lot", args=[one.pk]), words=words):
        return answer
    return _lot_page(request, one, status=422, **{name: form})


def _lot_page(request: HttpRequest, one: Lot, status: int = 200, **forms: ShelfForm) -> HttpResponse:
    today: date = today_of(request)
    context = {
        "lot": one,
        "left": movements.left(one),
        "is_expired": one.expires_on < today,
        "moves": one.movements.all()[:MOVEMENTS_SHOWN],
        "counting": CountForm(),
        "discarding": DiscardForm(),
        "setting": ReasonForm(),
        "wrong": next(iter(forms), ""),
        "form": next(iter(forms.values()), None),
    } | forms
    return TemplateResponse(request, "desk/stock/lot.html", context, status=status)


def _lot(which: str) -> Lot:
    pk = numbers.read(which)
    if pk is None:
        raise Http404
    return get_object_or_404(Lot.objects.select_related("product"), pk=pk)
