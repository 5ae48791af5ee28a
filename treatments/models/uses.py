from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.models import User
from stock.models import Lot
from treatments.models.session import Session


class SerumUse(models.Model):
    """A serum on the skin, by its lot. amount_ml: millilitres, above 0."""

    class Phase(models.TextChoices):
        DURING = "during", _("During needling")
        AFTER = "after", _("After needling")

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="serum_uses")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="serum_uses")
    phase = models.CharField(_("when"), max_length=8, choices=Phase.choices, default=Phase.AFTER)
    amount_ml = models.DecimalField(_("amount, ml"), max_digits=4, decimal_places=1, null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=250, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_ml=None) | Q(amount_ml__gt=0), name="serum_amount_positive"),
            models.UniqueConstraint(fields=["session", "lot", "phase"], name="serum_once_per_phase"),
        ]

    def __str__(self) -> str:
        return f"{self.lot}"


class AnaestheticUse(models.Model):
    """A numbing cream on the skin: lot, when it went on, when it came off, and that it was removed fully.

    area_cm2: square centimetres, above 0. is_occluded: whether it was covered while it worked (C-617).
    """

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="anaesthetic_uses")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="anaesthetic_uses")
    grams = models.DecimalField(_("grams"), max_digits=4, decimal_places=1, null=True, blank=True)
    area_cm2 = models.PositiveSmallIntegerField(_("area, cm²"), null=True, blank=True)
    is_occluded = models.BooleanField(_("covered"), default=False)
    applied_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("put on by")
    )
    on_at = models.DateTimeField(_("on at"))
    off_at = models.DateTimeField(_("off at"), null=True, blank=True)
    is_removed = models.BooleanField(_("removed fully"), default=False)

    class Meta:
        ordering = ["on_at"]
        constraints = [
            models.CheckConstraint(condition=Q(off_at=None) | Q(off_at__gt=F("on_at")), name="cream_off_after_on"),
            models.CheckConstraint(condition=Q(area_cm2=None) | Q(area_cm2__gt=0), name="cream_area_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.lot}"
