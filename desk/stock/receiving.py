"""A delivery is put on the shelf: scanned, by a scanner that types or by the camera, or typed from the pack."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from clinic import submissions
from clinic.askings import one_transaction
from clinic.policy import may
from clinic.refusals import Refusal, Refused
from desk.stock.forms import ReceiveForm
from stock import lots, products, scans
from stock.models import Lot
from stock.scans import Found


@may("keep_stock")
@require_http_methods(["GET", "POST"])
def stock_receive(request: HttpRequest) -> HttpResponse:
    """Read a code into the form, or put what the form says on the shelf."""
    if request.method == "GET":
        return _page(request, ReceiveForm())
    if "read" in request.POST:
        return _read(request)
    form = ReceiveForm(request.POST)
    try:
        if answer := submissions.answered_before(request):
            return redirect(answer)
        if form.is_valid():
            with submissions.once(request, leads_to=lambda lot: reverse("desk:lot", args=[lot.pk])) as posted:
                lot = _put(request, form)
            messages.success(request, _said(lot, form.cleaned_data["count"]))
            return redirect(posted.url)
    except submissions.Mismatch as mismatch:
        form.add_error(None, str(mismatch))
    except Refused as refused:
        form.refuse(refused)
    return _page(request, form, status=422)


def _put(request: HttpRequest, form: ReceiveForm) -> Lot:
    """Put the delivery on the shelf, and the scanned number to its product where it has none and that was asked for."""
    said, who = form.cleaned_data, {"by": request.actor, "at": request.now}
    product = said["product"]
    with one_transaction() as keep:
        if said.get("remembers") and said["gtin"] and not product.gtin:
            product = products.change(product, version=product.version, gtin=said["gtin"], **who)
        told = {"number": said["number"], "expires_on": said["expires"], "count": said["count"]}
        lot = lots.deliver(product, **told, **who)
        keep(lot)
    return lot


def _said(lot: Lot, count: int) -> str:
    words = ngettext(
        "%(n)s unit of %(product)s, lot %(lot)s, is on the shelf.",
        "%(n)s units of %(product)s, lot %(lot)s, are on the shelf.",
        count,
    )
    return words % {"n": count, "product": lot.product.name, "lot": lot.number}


def _read(request: HttpRequest) -> HttpResponse:
    """Fill the form from a code; what the code does not say stays as it was typed."""
    typed = request.POST.get("code", "")
    found = scans.look(typed)
    if isinstance(found, Refusal):
        return _page(request, _as_typed(request), status=422, refusal=found, code=typed)
    values = {name: request.POST.get(name, "") for name in ReceiveForm.base_fields} | _values(found)
    return _page(request, ReceiveForm(initial=values), found=found, note=_note(found))


def _as_typed(request: HttpRequest) -> ReceiveForm:
    return ReceiveForm(initial={name: request.POST.get(name, "") for name in ReceiveForm.base_fields})


def _values(found: Found) -> dict[str, Any]:
    code, values = found.code, {}
    values["gtin"] = code.gtin if found.product is None else ""
    values["remembers"] = bool(values["gtin"])
    if found.product:
        values["product"] = found.product.pk
    if code.lot:
        values["number"] = code.lot
    if code.expires_on:
        values["expires"] = code.expires_on.isoformat()
    if code.count:
        values["count"] = code.count
    return values


def _note(found: Found) -> str:
    """Return what the shelf knows of a code, in a sentence."""
    if found.code.gtin and found.product is None:
        words = _("No product has the number %(gtin)s yet. Choose which one it is; the next scan knows it.")
        return words % {"gtin": found.code.gtin}
    if found.product is None:
        return _("The code names no product. Choose it, and look at the rest.")
    if found.lot:
        return _("This lot is on the shelf already; what came now is put to it.")
    return _("Read. Say how many came, and look at the rest.")


def _page(request: HttpRequest, form: ReceiveForm, status: int = 200, **more: Any) -> HttpResponse:
    shown = {"form": form, "code": request.POST.get("code", "")} | more
    return TemplateResponse(request, "desk/stock/receive.html", shown, status=status)
