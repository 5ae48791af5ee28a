from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q


class PurgeQuerySet(models.QuerySet["Purge"]):
    def waiting(self) -> PurgeQuerySet:
        """Those that a person has yet to decide about, the longest due first."""
        return self.filter(approved_at=None, withdrawn_at=None).order_by("due_on", "pk")


class Purge(models.Model):
    """The final deletion of one patient: listed when it is due, approved by a person, done once.

    It outlives what it deletes, so it holds ids as plain values and no keys. While it is approved and not done, the
    guards let the rows of this patient go (`clinic.guards`). counts: how many rows went, by model. withdrawn_at: it
    is not due any more.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient_pk = models.BigIntegerField()
    patient_uuid = models.UUIDField()
    due_on = models.DateField()
    listed_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by_id_text = models.CharField(max_length=64, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict, blank=True)

    objects = PurgeQuerySet.as_manager()

    class Meta:
        ordering = ["-listed_at"]
        constraints = [
            models.UniqueConstraint(fields=["patient_pk"], condition=Q(withdrawn_at=None), name="purged_once"),
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by_id_text="")
                | (Q(approved_at__isnull=False, withdrawn_at=None) & ~Q(approved_by_id_text="")),
                name="purge_approved_by_a_person",
            ),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(approved_at__isnull=False, done_at__gte=F("approved_at")),
                name="purge_done_after_it_was_approved",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient_uuid}"
