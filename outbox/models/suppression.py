from django.db import models
from django.db.models.functions import Lower


class Suppression(models.Model):
    """An address that mail no longer goes to, and why; it holds for everyone who shares the address."""

    address = models.EmailField()
    reason = models.CharField(max_length=250)
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("address"), name="suppressed_once")]

    def __str__(self) -> str:
        return self.address
