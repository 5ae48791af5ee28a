"""What an open recall holds: the lots it is about, by themselves or by their product."""

from __future__ import annotations

from collections.abc import Iterable

from stock.models import Lot
from treatments.models import Recall


def covered(lots: Iterable[Lot]) -> dict[int, Recall]:
    """Return the open recall of each of these lots that one is about, by the key of the lot; the lot's own first."""
    lots = list(lots)
    if not lots:
        return {}
    standing = list(Recall.objects.open().exclude(lot=None, product=None))
    by_lot = {one.lot_id: one for one in standing if one.lot_id}
    by_product = {one.product_id: one for one in standing if one.product_id}
    found = {lot.pk: by_lot.get(lot.pk) or by_product.get(lot.product_id) for lot in lots}
    return {pk: one for pk, one in found.items() if one is not None}
