"""Products: entered, changed, and taken into use or out of it; the one place where a product is written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from clinic import audit
from clinic.actors import Actor
from clinic.refusals import Refusal, Refused
from clinic.value_history import as_text, besides, by_field
from stock import codes, rules
from stock.models import Product, ProductChange

NAMED = ("name", "maker")


def asked_of(kind: str) -> tuple[str, ...]:
    """Return the fields that are said of a kind of product; a kit's use is always its own."""
    use = () if kind == Product.Kind.PRP_KIT else ("use",)
    return (*NAMED, *use, *rules.ASKED[kind], *rules.ALWAYS_ASKED)


@transaction.atomic
def add(*, kind: str, by: Actor, at: datetime, **said: Any) -> Product:
    """Enter a product and return it. said: of `asked_of(kind)`.

    Raises Refused, with the field in values["field"], for what cannot be so and for a name that its maker has already.
    """
    fields = _cleaned(kind, said) | (rules.OF_A_KIT if kind == Product.Kind.PRP_KIT else {})
    _refuse(rules.product_refusal(kind, fields))
    _refuse_named_twice(fields)
    _refuse_known_gtin(fields)
    product = Product(kind=kind, **fields)
    try:
        with transaction.atomic():
            product.save(force_insert=True)
    except IntegrityError:
        raise _named_twice(fields) from None
    audit.record("product.added", product, by=by, at=at, fields={"kind": kind} | fields)
    return product


@transaction.atomic
def change(product: Product, *, version: int, by: Actor, at: datetime, **said: Any) -> Product:
    """Change a product as it stood at that version and return it fresh. What somebody else changed beside it stands.

    Raises Stale with what both changed (field: stands now, asked for), Refused as `add`, and for another name once
    there are lots: signed records say it.
    """
    now = Product.objects.select_for_update().get(pk=product.pk)
    asked = _cleaned(now.kind, said)
    changes = {field: value for field, value in asked.items() if getattr(now, field) != value}
    if now.version != version:
        changes = besides(since(now, version), now, changes)
    if not changes:
        return now
    stands = {field: getattr(now, field) for field in asked_of(now.kind)} | changes
    _refuse(rules.product_refusal(now.kind, stands))
    if changes.keys() & set(NAMED):
        _refuse_another_name(now, next(field for field in NAMED if field in changes))
        _refuse_named_twice(stands, but=now)
    _refuse_known_gtin(changes)
    try:
        with transaction.atomic():
            return _write(now, changes, verb="product.changed", by=by, at=at)
    except IntegrityError:
        raise _named_twice(stands) from None


@transaction.atomic
def set_in_use(product: Product, *, is_stocked: bool, by: Actor, at: datetime) -> Product:
    """Take a product into use or out of it and return it; nothing happens where it is so already.

    Of what is out of use no lot is offered or opened; what was done with it stays as it was recorded.
    """
    now = Product.objects.select_for_update().get(pk=product.pk)
    if now.is_stocked == is_stocked:
        return now
    verb = "product.into_use" if is_stocked else "product.out_of_use"
    return _write(now, {"is_stocked": is_stocked}, verb=verb, by=by, at=at)


def since(product: Product, version: int) -> dict[str, list[ProductChange]]:
    """Return what was done to a product after that version: each field with its changes in order."""
    return by_field(product.changes.filter(version__gt=version).order_by("version", "id"))


def has_lots(product: Product) -> bool:
    return product.lots.exists()


def _write(now: Product, changes: Mapping[str, Any], *, verb: str, by: Actor, at: datetime) -> Product:
    """Keep the changes, what they were before, and the trail."""
    was = {field: as_text(getattr(now, field)) for field in changes}
    Product.objects.filter(pk=now.pk).update(**changes, version=F("version") + 1)
    now.refresh_from_db()
    common = {"product": now, "version": now.version, "at": at, "by_name": by.name[:120]}
    ProductChange.objects.bulk_create(
        ProductChange(field=field, was=was[field], became=as_text(getattr(now, field)), **common) for field in changes
    )
    audit.record(verb, now, by=by, at=at, fields=changes)
    return now


def _cleaned(kind: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said as it may stand, without what is not said of that kind."""
    return {field: _clean(field, value) for field, value in said.items() if field in asked_of(kind)}


def _clean(field: str, value: Any) -> Any:
    of_model = Product._meta.get_field(field)
    if field == "agents":
        return [agent.value for agent in Product.Agent if agent in (value or ())]
    if isinstance(of_model, models.DecimalField):
        step = Decimal(1).scaleb(-of_model.decimal_places)
        return None if value is None else Decimal(value).quantize(step)
    if field == "gtin":
        return _gtin(str(value or ""))
    if field in NAMED:
        return " ".join(str(value or "").split())
    if of_model.choices and value not in dict(of_model.flatchoices):
        raise Refused(Refusal("product.unfit", _("This can't be kept so."), _("Choose one."), values={"field": field}))
    return value


def _gtin(typed: str) -> str:
    """Return a GTIN in 14 digits, "" for none. Raises Refused for what is none, a wrong check digit for instance."""
    if not typed.strip():
        return ""
    if found := codes.gtin_14(typed):
        return found
    words = _(
        "This is no GTIN: it has 8, 12, 13 or 14 digits, and the last one checks the others. Scan it, or look again."
    )
    raise Refused(Refusal("product.unfit", _("This can't be kept so."), words, values={"field": "gtin"}))


def _refuse_known_gtin(fields: Mapping[str, Any]) -> None:
    gtin = fields.get("gtin")
    if gtin and (known := Product.objects.filter(gtin=gtin).first()):
        words = _("This is the number of %(product)s. Each product has its own.") % {"product": known}
        raise Refused(Refusal("product.gtin_twice", _("That number is taken"), words, values={"field": "gtin"}))


def _refuse(refusal: Refusal | None) -> None:
    if refusal:
        raise Refused(refusal)


def _refuse_another_name(product: Product, field: str) -> None:
    if has_lots(product):
        words = _("There are lots of it, and signed records call it so. Take it out of use and enter it anew.")
        raise Refused(Refusal("product.named", _("This name stays."), words, values={"field": field}))


def _refuse_named_twice(fields: Mapping[str, Any], but: Product | None = None) -> None:
    found = Product.objects.filter(name__iexact=fields["name"], maker__iexact=fields["maker"])
    if found.exclude(pk=but.pk if but else None).exists():
        raise _named_twice(fields)


def _named_twice(fields: Mapping[str, Any]) -> Refused:
    words = _("%(maker)s has a product “%(name)s” on the shelf already. Change that one, or write another name.")
    named = {"maker": fields["maker"], "name": fields["name"]}
    return Refused(Refusal("product.named_twice", _("That name is taken"), words % named, values={"field": "name"}))
