from django.db import models

from clinic.value_history import ValueChange
from stock.models.product import Product


class ProductChange(ValueChange):
    """One value of a product as it was and as it became."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="changes")

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.product} {self.field} {self.version}"
