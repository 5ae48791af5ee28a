from __future__ import annotations

import uuid

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.models import User
from patients.models.patient import Patient


class Merge(models.Model):
    """One record became part of another: the ledger's head. Its rows say what moved.

    before and after: the values of the kept record that the merge changed, by field, as JSON holds them; nobody else
    knows them any more once the record was edited. undone_at: the two stand for themselves again.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kept = models.ForeignKey(Patient, verbose_name=_("kept"), on_delete=models.PROTECT, related_name="+")
    gone = models.ForeignKey(Patient, verbose_name=_("merged"), on_delete=models.PROTECT, related_name="+")
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    before = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-merged_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(kept=F("gone")), name="merge_of_two"),
            models.UniqueConstraint(fields=["gone"], condition=Q(undone_at=None), name="merged_once"),
        ]

    def __str__(self) -> str:
        return f"{self.gone_id} into {self.kept_id}"


class MovedRow(models.Model):
    """One row that a merge gave to the kept record. model: as in `treatments.session`; field: the key that moved."""

    merge = models.ForeignKey(Merge, on_delete=models.PROTECT, related_name="rows")
    model = models.CharField(max_length=80)
    field = models.CharField(max_length=40)
    row_pk = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["model", "row_pk"], name="moved_row")]
        constraints = [models.UniqueConstraint(fields=["merge", "model", "field", "row_pk"], name="moved_row_once")]

    def __str__(self) -> str:
        return f"{self.model} {self.row_pk}"
