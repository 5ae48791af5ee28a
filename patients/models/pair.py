from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from clinic.models import User
from patients.likeness import why_words
from patients.models.patient import Patient


class PairQuerySet(models.QuerySet["Pair"]):
    def of_open_records(self) -> PairQuerySet:
        """Pairs of which neither record was closed."""
        return self.filter(low__closed_at=None, high__closed_at=None)

    def of_the_check(self) -> PairQuerySet:
        """Pairs that nobody put beside each other and nobody answered; the check may forget them."""
        return self.filter(put_by=None, set_apart_at=None)

    def open(self) -> PairQuerySet:
        """Pairs of standing records that nobody has looked at yet, the likeliest first."""
        standing = self.of_open_records().filter(set_apart_at=None, low__merged_into=None, high__merged_into=None)
        return standing.order_by("-score", "low_id", "high_id")


class Pair(models.Model):
    """Two records that may be one person, and what somebody said to it.

    The lower id stands first, so a pair is there once whichever way it is asked. why: codes of
    `patients.likeness`. put_by: who put them beside each other, or asks about them again; None: the check found them.
    set_apart_at: somebody knows that they are two people, and nobody is asked again.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    low = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    high = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    score = models.PositiveSmallIntegerField(default=0)
    why = models.JSONField(default=list, blank=True)
    found_at = models.DateTimeField()
    put_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    set_apart_at = models.DateTimeField(null=True, blank=True)
    set_apart_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = PairQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["low", "high"], name="pair_once"),
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="pair_in_order"),
            models.CheckConstraint(
                condition=Q(set_apart_at=None, set_apart_by=None)
                | Q(set_apart_at__isnull=False, set_apart_by__isnull=False),
                name="pair_set_apart_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.low_id} and {self.high_id}"

    @property
    def words(self) -> str:
        return why_words(self.why)
