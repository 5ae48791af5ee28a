from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from patients.models.patient import Patient


class RestrictionQuerySet(models.QuerySet["Restriction"]):
    def standing(self, on: date) -> RestrictionQuerySet:
        """Restrictions that still stop something on that day."""
        return self.filter(lifted_at=None).filter(Q(not_before=None) | Q(not_before__gt=on))


class Restriction(models.Model):
    """A fact pushed down to booking: these kinds of visit not before that day, or not until lifted.

    source is unique and says who wrote it (`session:12:spacing`), so writing it again changes it.
    service_kinds and zone_codes are lists of codes; an empty list means all. not_before None means until it is
    lifted. soft_days: how many days before not_before the desk may book with a practitioner's name (0: none).
    counted_from is the day the days are counted from (the last session), where there is one. words are for
    the desk and the patient and hold nothing clinical. passed_by: the capability that may pass it for one visit, with
    a reason; empty when nobody can.
    """

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="restrictions")
    source = models.CharField(max_length=80, unique=True)
    service_kinds = models.JSONField(default=list, blank=True)
    zone_codes = models.JSONField(default=list, blank=True)
    not_before = models.DateField(null=True, blank=True)
    best_on = models.DateField(null=True, blank=True)
    latest_on = models.DateField(null=True, blank=True)
    counted_from = models.DateField(null=True, blank=True)
    soft_days = models.PositiveSmallIntegerField(default=0)
    passed_by = models.CharField(max_length=20, default="prescribe", blank=True)
    words = models.CharField(_("words"), max_length=250)
    written_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)

    objects = RestrictionQuerySet.as_manager()

    class Meta:
        ordering = ["patient", "not_before"]
        constraints = [
            models.CheckConstraint(
                condition=Q(not_before__isnull=False) | Q(best_on=None, latest_on=None, soft_days=0),
                name="restriction_window_begins",
            ),
            models.CheckConstraint(
                condition=Q(best_on=None, latest_on=None)
                | Q(
                    best_on__isnull=False,
                    latest_on__isnull=False,
                    not_before__lte=F("best_on"),
                    best_on__lte=F("latest_on"),
                ),
                name="restriction_window_ordered",
            ),
        ]

    def __str__(self) -> str:
        return self.source
