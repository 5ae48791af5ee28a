from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from treatments.models.reference import Zone
from treatments.models.session import Session


class ZonePass(models.Model):
    """The needling of one zone: depth in mm (0.10 to 3.00), passes (1 to 10), endpoint, and why where asked.

    side is the patient's own left or right. speed is in speed_unit, as the device counts; both or neither. endpoint is
    empty until it was seen. reasons maps a soft finding's code to the reason given for it. carried_from: the session
    whose settings these are; is_confirmed: whether somebody has said since that they hold today.
    """

    class Side(models.TextChoices):
        WHOLE = "", _("Both or middle")
        LEFT = "left", _("Patient's left")
        RIGHT = "right", _("Patient's right")

    class Endpoint(models.TextChoices):
        ERYTHEMA_MILD = "erythema_mild", _("Mild erythema")
        ERYTHEMA_UNIFORM = "erythema_uniform", _("Even erythema")
        PINPOINT_BLEEDING = "pinpoint_bleeding", _("Pinpoint bleeding")
        OTHER = "other", _("Other")

    class SpeedUnit(models.TextChoices):
        LEVEL = "level", _("level")
        RPM = "rpm", _("rpm")
        HZ = "hz", _("Hz")

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="zone_passes")
    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="+")
    side = models.CharField(_("side"), max_length=5, choices=Side.choices, blank=True, default=Side.WHOLE)
    depth_mm = models.DecimalField(_("depth, mm"), max_digits=3, decimal_places=2)
    pass_count = models.PositiveSmallIntegerField(_("passes"))
    speed = models.DecimalField(_("speed"), max_digits=6, decimal_places=1, null=True, blank=True)
    speed_unit = models.CharField(_("unit of speed"), max_length=5, choices=SpeedUnit.choices, blank=True)
    endpoint = models.CharField(_("endpoint"), max_length=20, choices=Endpoint.choices, blank=True)
    note = models.CharField(_("note"), max_length=250, blank=True)
    reasons = models.JSONField(default=dict, blank=True)
    carried_from = models.ForeignKey(Session, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    is_confirmed = models.BooleanField(default=True)

    class Meta:
        ordering = ["session", "zone__position", "side"]
        verbose_name_plural = "zone passes"
        constraints = [
            models.UniqueConstraint(fields=["session", "zone", "side"], name="zone_once_per_session"),
            models.CheckConstraint(
                condition=Q(depth_mm__gte=Decimal("0.10"), depth_mm__lte=Decimal("3.00")), name="depth_in_hard_limits"
            ),
            models.CheckConstraint(condition=Q(pass_count__range=(1, 10)), name="pass_count_in_range"),
            models.CheckConstraint(
                condition=Q(speed=None, speed_unit="") | (Q(speed__gt=0) & ~Q(speed_unit="")), name="speed_has_its_unit"
            ),
            models.CheckConstraint(
                condition=Q(is_confirmed=True) | Q(carried_from__isnull=False), name="only_carried_is_unconfirmed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.zone} {self.depth_mm} mm"
