from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q

from clinic.models import Site
from patients.models import Patient


class HealthFormQuerySet(models.QuerySet["HealthForm"]):
    def open(self, at: datetime) -> HealthFormQuerySet:
        """Forms that a patient can still fill in."""
        return self.filter(done_at=None, closed_at=None, expires_at__gt=at)


class HealthForm(models.Model):
    """The pages that a patient fills in behind a link: from the day it was sent until it is done, taken back or over.

    One at a time for each patient. sent_count: how often the link was written out; the address stays the same.
    steps_done: codes of the pages that were saved, of those that keep no state elsewhere. told_birth: the date of
    birth came with this form, so the pages show nothing of what the house knew before; printed_at: its address stood
    on a sheet that others may have seen, which has the same effect. wrong_dates: how often a wrong date of birth was
    given since a right one; locked_until: no date is looked at before.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="health_forms")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    sent_by_name = models.CharField(max_length=120)
    sent_count = models.PositiveSmallIntegerField(default=1)
    expires_at = models.DateTimeField()
    printed_at = models.DateTimeField(null=True, blank=True)
    begun_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    told_birth = models.BooleanField(default=False)
    steps_done = models.JSONField(default=list, blank=True)
    wrong_dates = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)

    objects = HealthFormQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient"], condition=Q(done_at=None, closed_at=None), name="health_form_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(begun_at__isnull=False), name="health_form_begun_before_it_is_done"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient}, {self.sent_at:%Y-%m-%d}"

    @property
    def shows_record(self) -> bool:
        """Whether the pages may show what the house knew of the patient before."""
        return not self.told_birth and self.printed_at is None

    def has_run_out(self, at: datetime) -> bool:
        """Return whether its time alone ended it: it was neither done nor taken back."""
        return self.done_at is None and self.closed_at is None and self.expires_at <= at

    def is_open(self, at: datetime) -> bool:
        return self.done_at is None and self.closed_at is None and at < self.expires_at
