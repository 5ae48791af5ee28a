from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from stock.models.product import Product


class LotQuerySet(models.QuerySet["Lot"]):
    def usable(self, on: date) -> LotQuerySet:
        """Lots in date on that day, not quarantined, of products in use; the first to expire comes first."""
        return (
            self.filter(expires_on__gte=on, quarantined_at=None, product__is_stocked=True)
            .select_related("product")
            .order_by("expires_on", "number")
        )

    def set_aside(self, on: date, *, expired_since: date) -> LotQuerySet:
        """Lots that are not usable on that day, without those that expired before `expired_since`; the last first."""
        unfit = (
            models.Q(expires_on__lt=on) | models.Q(quarantined_at__isnull=False) | models.Q(product__is_stocked=False)
        )
        found = self.filter(unfit, expires_on__gte=expired_since)
        return found.select_related("product").order_by("-expires_on", "number")

    def with_left(self) -> LotQuerySet:
        """Each lot with `left`: the units that its movements leave, below 0 where the shelf was counted wrongly."""
        return self.annotate(left=Coalesce(Sum("movements__count"), 0))

    def offered_as(self, kind: str) -> LotQuerySet:
        """Lots that a chart offers under a kind: under serums also what kits are for, for it goes on the same skin."""
        return self.filter(product__kind__in=Product.OFFERED_AS.get(kind, (kind,)))

    def of_kind(self, kind: str) -> LotQuerySet:
        return self.filter(product__kind=kind)


class Lot(models.Model):
    """One delivery of a product under one lot number.

    number is kept as typed; number_key is the same without spaces and case, for finding. expires_on is the last
    day of use; an expiry printed as a month means the last day of that month (C-58). received_count: what the first
    delivery held, as it was told then; what is left is the sum of the movements.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="lots")
    number = models.CharField(_("lot"), max_length=60)
    number_key = models.CharField(max_length=60, editable=False)
    expires_on = models.DateField(_("use until"))
    received_count = models.PositiveIntegerField(_("units received"), default=0)
    quarantined_at = models.DateTimeField(_("out of use since"), null=True, blank=True)

    objects = LotQuerySet.as_manager()

    class Meta:
        ordering = ["product", "expires_on"]
        constraints = [models.UniqueConstraint(fields=["product", "number_key"], name="lot_once_per_product")]

    def __str__(self) -> str:
        return self.number
