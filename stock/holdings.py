"""What the shelf holds: each product with its lots, what is left, and what asks to be looked at. Two queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from stock.models import Lot, Product

SOON_DAYS = 60  # how long before its last day a lot is said to expire soon, unless somebody asks for another number


@dataclass(frozen=True)
class OfLot:
    """One lot on the shelf. left: by its movements, below 0 where more was used than was entered."""

    lot: Lot
    left: int
    is_expired: bool
    expires_soon: bool

    @property
    def is_aside(self) -> bool:
        return self.lot.quarantined_at is not None

    @property
    def is_miscounted(self) -> bool:
        return self.left < 0

    @property
    def is_out(self) -> bool:
        """Return whether nothing of it may be used: expired, or set aside."""
        return self.is_expired or self.is_aside

    @property
    def is_there(self) -> bool:
        """Return whether it matters still: something is left of it, or it may be chosen."""
        return self.left != 0 or not self.is_out


@dataclass(frozen=True)
class OfProduct:
    """One product with its lots, the first to expire first."""

    product: Product
    lots: tuple[OfLot, ...]

    @property
    def left(self) -> int:
        """Return the units that may be used."""
        return sum(max(one.left, 0) for one in self.lots if not one.is_out)

    @property
    def is_low(self) -> bool:
        below = self.product.low_stock_below
        return self.product.is_stocked and below is not None and self.left < below


def read(on: date, *, soon_days: int = SOON_DAYS, kind: str = "") -> list[OfProduct]:
    """Return every product with all of its lots as they stand on that day of the site, in the order of the kinds."""
    products = Product.objects.order_by("-is_stocked", "name")
    products = [one for one in products if not kind or one.kind == kind]
    of_product: dict[int, list[OfLot]] = {one.pk: [] for one in products}
    for lot in Lot.objects.with_left().order_by("expires_on", "number"):
        if lot.product_id in of_product:
            of_product[lot.product_id].append(_of_lot(lot, on, soon_days))
    order = [kind.value for kind in Product.Kind]
    found = [OfProduct(one, tuple(of_product[one.pk])) for one in products]
    return sorted(found, key=lambda one: order.index(one.product.kind))


def lots_of(found: Iterable[OfProduct]) -> list[OfLot]:
    return [lot for one in found for lot in one.lots]


def _of_lot(lot: Lot, on: date, soon_days: int) -> OfLot:
    is_expired = lot.expires_on < on
    soon = not is_expired and lot.left > 0 and lot.expires_on <= on + timedelta(days=soon_days)
    return OfLot(lot, lot.left, is_expired, soon)
