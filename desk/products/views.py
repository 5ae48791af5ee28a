"""The shelf: which products there are, what each holds and is used for, and whether it is in use."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic import askings, submissions
from clinic.policy import may
from clinic.refusals import Refused, Stale
from desk import numbers
from desk.products import comparing
from desk.products.forms import ProductForm
from desk.products.lines import Line
from stock import products
from stock.models import Product

SHELVES = (  # kind, what its shelf is called, what one more of it is called
    (Product.Kind.CARTRIDGE, gettext_lazy("Cartridges"), gettext_lazy("Add a cartridge")),
    (Product.Kind.SERUM, gettext_lazy("Serums"), gettext_lazy("Add a serum")),
    (Product.Kind.ANAESTHETIC, gettext_lazy("Numbing creams"), gettext_lazy("Add a numbing cream")),
    (Product.Kind.SKIN_PREP, gettext_lazy("Skin preparations"), gettext_lazy("Add a skin preparation")),
    (Product.Kind.PRP_KIT, gettext_lazy("PRP kits"), gettext_lazy("Add a PRP kit")),
)
CHANGES_SHOWN = 30


@may("keep_stock")
@require_safe
def products_list(request: HttpRequest) -> HttpResponse:
    """Show every product by its kind, what is in use first."""
    rows = list(Product.objects.order_by("-is_stocked", "name"))
    shelves = [
        {"kind": kind, "words": words, "add": add, "lines": [Line.of(one) for one in rows if one.kind == kind]}
        for kind, words, add in SHELVES
    ]
    return TemplateResponse(request, "desk/products/list.html", {"shelves": shelves, "is_bare": not rows})


@may("keep_stock")
@require_http_methods(["GET", "POST"])
def product_add(request: HttpRequest) -> HttpResponse:
    """Enter a product of the kind that the address names."""
    kind = request.GET.get("kind", "")
    if kind not in Product.Kind:
        kind = Product.Kind.CARTRIDGE
    if request.method == "GET":
        return _add_page(request, kind, ProductForm(kind=kind))
    form = ProductForm(request.POST, kind=kind)
    try:
        if answer := submissions.answered_before(request):
            return redirect(answer)
        if form.is_valid():
            said = {"kind": kind, **form.said, "by": request.actor, "at": request.now}
            with submissions.once(request, leads_to=reverse("desk:products")) as posted:
                added = askings.act(products.add, **said)
            messages.success(request, _("%(name)s is on the shelf.") % {"name": added.name})
            return redirect(posted.url)
    except submissions.Mismatch as mismatch:
        form.add_error(None, str(mismatch))
    except Refused as refused:
        form.refuse(refused)
    return _add_page(request, kind, form, status=422)


def _add_page(request: HttpRequest, kind: str, form: ProductForm, status: int = 200) -> HttpResponse:
    title = next(add for one, _words, add in SHELVES if one == kind)
    context = {"form": form, "kind": kind, "title": title, "kinds": [(one, words) for one, words, _add in SHELVES]}
    return TemplateResponse(request, "desk/products/add.html", context, status=status)


@may("keep_stock")
@require_http_methods(["GET", "POST"])
def product_edit(request: HttpRequest, which: str) -> HttpResponse:
    """Change a product; what two people changed at once is shown side by side."""
    product = _product(which)
    if request.method == "GET":
        return _edit_page(request, product, ProductForm(kind=product.kind, product=product))
    form = ProductForm(request.POST, kind=product.kind, product=product)
    if not form.is_valid():
        return _edit_page(request, product, form, status=422)
    version = form.cleaned_data["version"]
    try:
        now = products.change(product, version=version, **form.said, by=request.actor, at=request.now)
    except Stale as stale:
        return _stale(request, product, form, stale)
    except Refused as refused:
        form.refuse(refused)
        return _edit_page(request, product, form, status=422)
    messages.success(request, _said(now, version))
    return redirect("desk:products")


def _said(now: Product, version: int) -> str:
    """Return what was saved, and whether somebody else's changes stand beside it."""
    if now.version > version + 1:
        return _("%(name)s is saved. What somebody else changed meanwhile stands too.") % {"name": now.name}
    return (_("%(name)s is saved.") if now.version > version else _("Nothing was changed.")) % {"name": now.name}


def _stale(request: HttpRequest, product: Product, form: ProductForm, stale: Stale) -> HttpResponse:
    """Show what both changed beside one another; what only the other one changed is taken over into the form."""
    since = products.since(product, form.cleaned_data["version"])
    product.refresh_from_db()
    taken_over = [name for name in since if name in form.fields and name not in stale.changed]
    for name in ("version", *taken_over):
        comparing.retype(form, name, getattr(product, name))
    more = {
        "stale": str(stale),
        "differing": [comparing.line(name, now, since, typed=typed) for name, (now, typed) in stale.changed.items()],
        "taken_over": [comparing.line(name, getattr(product, name), since) for name in taken_over],
    }
    return _edit_page(request, product, form, status=409, **more)


def _edit_page(
    request: HttpRequest, product: Product, form: ProductForm, status: int = 200, **more: Any
) -> HttpResponse:
    changes = [comparing.told(one) for one in product.changes.all()[:CHANGES_SHOWN]]
    context = {"form": form, "product": product, "changes": changes} | more
    return TemplateResponse(request, "desk/products/edit.html", context, status=status)


@may("keep_stock")
@require_POST
def product_out(request: HttpRequest, which: str) -> HttpResponse:
    """Take a product out of use; one press takes it back."""
    words = _("%(name)s is out of use: no lot of it is offered any more.")
    return _put(request, which, is_stocked=False, words=words, undo="desk:product_back")


@may("keep_stock")
@require_POST
def product_back(request: HttpRequest, which: str) -> HttpResponse:
    """Take a product into use again; one press takes that back."""
    return _put(request, which, is_stocked=True, words=_("%(name)s is in use again."), undo="desk:product_out")


def _put(request: HttpRequest, which: str, *, is_stocked: bool, words: str, undo: str) -> HttpResponse:
    product = products.set_in_use(_product(which), is_stocked=is_stocked, by=request.actor, at=request.now)
    address = reverse(undo, args=[product.pk])
    messages.success(request, words % {"name": product.name}, extra_tags=f"undo:{address}")
    return redirect(f"{reverse('desk:products')}#product-{product.pk}")


def _product(which: str) -> Product:
    pk = numbers.read(which)
    if pk is None:
        raise Http404
    return get_object_or_404(Product, pk=pk)
