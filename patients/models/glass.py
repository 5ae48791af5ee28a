from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.models import User
from patients.models.patient import Patient


class GlassQuerySet(models.QuerySet["Glass"]):
    def open(self, at: datetime) -> GlassQuerySet:
        """Those that let somebody read at that moment."""
        return self.filter(broken_at__lte=at, until__gt=at)

    def unreviewed(self) -> GlassQuerySet:
        return self.filter(reviewed_at=None)


class Glass(models.Model):
    """The glass before one record, broken by somebody who does not treat the patient: why, and until when.

    A manager looks at each afterwards; reviewed_note is what they found.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="broken_glass")
    broken_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    broken_at = models.DateTimeField()
    until = models.DateTimeField()
    reason = models.CharField(_("reason"), max_length=250)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reviewed_note = models.CharField(_("what was found"), max_length=250, blank=True)

    objects = GlassQuerySet.as_manager()

    class Meta:
        ordering = ["-broken_at"]
        verbose_name_plural = "broken glass"
        indexes = [models.Index(fields=["broken_by", "patient", "until"], name="glass_by_reader")]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="glass_broken_for_a_reason"),
            models.CheckConstraint(condition=Q(broken_at__lte=F("until")), name="glass_open_after_it_broke"),
            models.CheckConstraint(
                condition=Q(reviewed_at=None, reviewed_by=None, reviewed_note="")
                | Q(reviewed_at__isnull=False, reviewed_by__isnull=False),
                name="glass_reviewed_by_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.broken_by}, {self.broken_at:%Y-%m-%d %H:%M}Z"
