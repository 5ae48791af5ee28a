from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.models.patient import Patient


class HealthFactQuerySet(models.QuerySet["HealthFact"]):
    def standing(self) -> HealthFactQuerySet:
        """Facts that hold; one that was struck stays for those who ask what was once said."""
        return self.filter(struck_at=None)


class HealthFact(models.Model):
    """Something about a patient's health that was said and noted; clinical, each row by itself.

    noted_at: when the house heard of it, whatever its own dates are. version rises with every change of the row. A
    row that was wrong is struck, with the reason, and stays.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    noted_at = models.DateTimeField()
    noted_by_name = models.CharField(max_length=120)
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_by_name = models.CharField(max_length=120, blank=True)
    struck_because = models.CharField(max_length=250, blank=True)

    objects = HealthFactQuerySet.as_manager()

    WHAT = ""  # the field that names it
    FIELDS: tuple[str, ...] = ()  # what a person writes, the naming field first

    class Meta:
        abstract = True
        ordering = ["noted_at", "id"]

    def __str__(self) -> str:
        return getattr(self, self.WHAT)


class Allergy(HealthFact):
    """A substance the patient reacts to. since: as the patient says it, such as 2019 or childhood."""

    WHAT, FIELDS = "substance", ("substance", "reaction", "since")

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="allergies")
    substance = models.CharField(_("substance"), max_length=120)
    reaction = models.TextField(_("reaction"), blank=True)
    since = models.CharField(_("since"), max_length=40, blank=True)

    class Meta(HealthFact.Meta):
        verbose_name_plural = "allergies"


class Medicine(HealthFact):
    """A medicine the patient takes or took. A date that nobody knows is empty; stopped_on empty: still taken."""

    WHAT, FIELDS = "name", ("name", "dose", "started_on", "stopped_on")

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="medicines")
    name = models.CharField(_("medicine"), max_length=120)
    dose = models.CharField(_("dose"), max_length=120, blank=True)
    started_on = models.DateField(_("started"), null=True, blank=True)
    stopped_on = models.DateField(_("stopped"), null=True, blank=True)

    class Meta(HealthFact.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(started_on=None)
                | models.Q(stopped_on=None)
                | models.Q(stopped_on__gte=models.F("started_on")),
                name="medicine_stopped_after_it_was_started",
            )
        ]


class Procedure(HealthFact):
    """Something that was done to the skin elsewhere or before: a peel, a laser, an operation."""

    WHAT, FIELDS = "name", ("name", "place", "done_on")

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="procedures")
    name = models.CharField(_("procedure"), max_length=120)
    place = models.CharField(_("where and by whom"), max_length=120, blank=True)
    done_on = models.DateField(_("done"), null=True, blank=True)
