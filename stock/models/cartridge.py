from django.db import models

from clinic.models import User
from stock.models.lot import Lot


class Cartridge(models.Model):
    """One sterile unit, opened for one patient and one session (C-59)."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="cartridges")
    unit_code = models.CharField(max_length=60, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "unit_code"], condition=~models.Q(unit_code=""), name="cartridge_unit_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.lot} {self.unit_code}".strip()
