from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from stock.models.lot import Lot


class Movement(models.Model):
    """What came to a lot or left it, never changed afterwards; a wrong count is corrected by another movement.

    count: units, below 0 for what left. A lot that is set aside or released moves no unit; it stands here with its
    reason. session: the id of the session that used a unit, as sessions live above; by_name is kept as the trail does.
    """

    class Kind(models.TextChoices):
        RECEIVED = "received", _("Received")
        USED = "used", _("Used")
        CORRECTED = "corrected", _("Counted again")
        DISCARDED = "discarded", _("Discarded")
        SET_ASIDE = "set_aside", _("Set aside")
        RELEASED = "released", _("Released")

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    count = models.IntegerField()
    session = models.UUIDField(null=True, blank=True)
    reason = models.CharField(max_length=250, blank=True)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=120)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "session"], condition=Q(session__isnull=False), name="used_once_by_a_session"
            ),
            models.CheckConstraint(
                condition=Q(kind="received", count__gt=0)
                | Q(kind__in=["used", "discarded"], count__lt=0)
                | (Q(kind="corrected") & ~Q(count=0))
                | Q(kind__in=["set_aside", "released"], count=0),
                name="movement_goes_its_way",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["received", "used"]) | ~Q(reason=""), name="movement_says_why"
            ),
            models.CheckConstraint(
                condition=Q(kind="used", session__isnull=False) | (~Q(kind="used") & Q(session=None)),
                name="movement_of_a_session_is_a_use",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot} {self.kind} {self.count:+d}"
