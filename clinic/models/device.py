from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.models.site import Site
from clinic.value_history import ValueChange


class Device(models.Model):
    """A needling device: what it is, how deep it goes and whether it may be used.

    max_depth_mm: above 0, at most 3.00. step_mm: the smallest change of depth (C-07). A roller has one needle
    length, so its depth is fixed at max_depth_mm. cleared: what its label says it may be used for, an indication in
    each row as `treatments.labels.Indication` reads it; the codes are text, for concerns and zones live above. version
    guards two people changing one device.
    """

    class Kind(models.TextChoices):
        PEN = "pen", _("Pen")
        ROLLER = "roller", _("Roller")
        STAMP = "stamp", _("Stamp")

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="devices")
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.PEN)
    maker = models.CharField(_("maker"), max_length=80)
    model = models.CharField(_("model"), max_length=80)
    serial_number = models.CharField(_("serial number"), max_length=60)
    max_depth_mm = models.DecimalField(_("deepest setting, mm"), max_digits=3, decimal_places=2)
    step_mm = models.DecimalField(_("step, mm"), max_digits=3, decimal_places=2, default=Decimal("0.25"))
    service_due_on = models.DateField(_("next service due"))
    quarantined_at = models.DateTimeField(_("out of use since"), null=True, blank=True)
    cleared = models.JSONField(_("cleared for"), default=list, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["maker", "model", "serial_number"], name="device_serial_once"),
            models.CheckConstraint(
                condition=models.Q(max_depth_mm__gt=0, max_depth_mm__lte=Decimal("3.00")), name="device_depth_in_range"
            ),
            models.CheckConstraint(condition=models.Q(step_mm__gt=0), name="device_step_positive"),
        ]

    def __str__(self) -> str:
        return self.name


class DeviceChange(ValueChange):
    """One value of a device as it was and as it became, and why where somebody was asked."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="changes")
    reason = models.CharField(max_length=250, blank=True)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.device} {self.field} {self.version}"
