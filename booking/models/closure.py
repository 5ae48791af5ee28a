from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Device, Room, Site, User


class ClosureQuerySet(models.QuerySet["Closure"]):
    def standing(self) -> ClosureQuerySet:
        return self.filter(lifted_at=None)

    def between(self, start: datetime, end: datetime) -> ClosureQuerySet:
        return self.filter(starts_at__lt=end, ends_at__gt=start)


class Closure(models.Model):
    """A stretch in which nothing new is booked: a practitioner away, a room or device out of use, or a site shut.

    It holds claims on whatever is free in it; visits booked before stay and are listed until somebody moves them.
    practitioner, room and device: at most one is set; none means the whole site. Half-open, in UTC.
    """

    class Kind(models.TextChoices):
        CLOSURE = "closure", _("Closed")
        LEAVE = "leave", _("Away")
        SERVICING = "servicing", _("Device service")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="closures")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    practitioner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="closures")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, blank=True, related_name="closures")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, blank=True, related_name="closures")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    words = models.CharField(_("why"), max_length=120, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)

    objects = ClosureQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        indexes = [models.Index(fields=["site", "starts_at"], name="closure_by_site")]
        constraints = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="closure_starts_before_end"),
            models.CheckConstraint(
                condition=Q(practitioner=None, room=None)
                | Q(practitioner=None, device=None)
                | Q(room=None, device=None),
                name="closure_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.starts_at:%Y-%m-%d %H:%M}Z"
