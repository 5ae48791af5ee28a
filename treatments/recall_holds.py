"""What an open recall holds: the lots it is about, by themselves or by their product."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic import wall_time
from clinic.refusals import Refusal
from stock.models import Lot
from treatments.models import Recall


def covered(lots: Iterable[Lot]) -> dict[int, Recall]:
    """Return the open recall of each of these lots that one is about, by the key of the lot; the lot's own first."""
    lots = list(lots)
    if not lots:
        return {}
    standing = list(Recall.objects.open().select_related("site").exclude(lot=None, product=None))
    by_lot = {one.lot_id: one for one in standing if one.lot_id}
    by_product = {one.product_id: one for one in standing if one.product_id}
    found = {lot.pk: by_lot.get(lot.pk) or by_product.get(lot.product_id) for lot in lots}
    return {pk: one for pk, one in found.items() if one is not None}


def refusal(lot: Lot) -> Refusal | None:
    """Return why a lot stays set aside, or None: nothing of it is used while a recall of it is open."""
    recall = covered([lot]).get(lot.pk)
    if recall is None:
        return None
    opened_on = wall_time.local(recall.opened_at, recall.site.zone).date()
    named = {"name": recall.name, "day": date_format(opened_on, "j M Y")}
    sentence = _("The recall of %(name)s, opened on %(day)s, holds this lot. Close the recall first.") % named
    return Refusal("lot.recalled", _("A recall is open"), sentence, values={"recall": str(recall.uuid)})
