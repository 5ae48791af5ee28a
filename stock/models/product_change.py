from django.db import models

from stock.models.product import Product


class ProductChange(models.Model):
    """One value of a product as it was and as it became, beside the trail, which keeps no values.

    field: its name in the model. was, became: as texts, yes or no for what is ticked. version: what the change made of
    the product.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="changes")
    field = models.CharField(max_length=40)
    was = models.TextField(blank=True)
    became = models.TextField(blank=True)
    version = models.PositiveIntegerField()
    at = models.DateTimeField()
    by_name = models.CharField(max_length=120)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.product} {self.field} {self.version}"
