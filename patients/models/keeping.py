from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import User
from patients.models.patient import Patient


class HoldQuerySet(models.QuerySet["Hold"]):
    def standing(self) -> HoldQuerySet:
        return self.filter(lifted_at=None)


class Hold(models.Model):
    """A legal hold: while it stands nothing of the record is erased or deleted, whatever is due."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="holds")
    reason = models.CharField(_("reason"), max_length=250)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    lifted_because = models.CharField(_("why it was lifted"), max_length=250, blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        ordering = ["-set_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["patient"], condition=Q(lifted_at=None), name="one_hold_at_a_time"),
            models.CheckConstraint(condition=~Q(reason=""), name="hold_has_a_reason"),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None, lifted_because="")
                | (Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lifted_because="")),
                name="hold_lifted_by_a_person_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient_id} since {self.set_at:%Y-%m-%d}"


class Erasure(models.Model):
    """A patient asked to be forgotten: what could go went at once, the rest is closed until delete_on.

    removed: how many rows lost something, by model. reopened_at: the patient came back, and the record is open again;
    what was removed stays removed.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="erasures")
    reason = models.CharField(_("what the patient asked for"), max_length=250)
    erased_at = models.DateTimeField()
    erased_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    delete_on = models.DateField(_("final deletion"))
    removed = models.JSONField(default=dict, blank=True)
    reopened_at = models.DateTimeField(null=True, blank=True)
    reopened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-erased_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["patient"], condition=Q(reopened_at=None), name="one_erasure_at_a_time"),
            models.CheckConstraint(
                condition=Q(reopened_at=None, reopened_by=None)
                | Q(reopened_at__isnull=False, reopened_by__isnull=False),
                name="record_reopened_by_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient_id}, {self.erased_at:%Y-%m-%d}"
