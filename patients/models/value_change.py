from __future__ import annotations

from django.db import models

from patients.models.patient import Patient


class ValueChange(models.Model):
    """One value of a record as it was and as it became. Unlike the trail it holds values, so it can be erased.

    what: "patient", or the kind of row ("allergy", "medicine", "procedure"). label: which row, by its name then; ""
    for the patient's own fields. field: its name in the model, "noted" for a new row, "struck" for one that was
    wrong. was, became: as texts, dates in ISO and yes or no for what is ticked. version: what the change made of the
    patient or the row.
    """

    what = models.CharField(max_length=12)
    label = models.CharField(max_length=120, blank=True)
    field = models.CharField(max_length=40)
    was = models.TextField(blank=True)
    became = models.TextField(blank=True)
    version = models.PositiveIntegerField()
    at = models.DateTimeField()
    by_name = models.CharField(max_length=120)

    class Meta:
        abstract = True
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.what} {self.field} {self.version}"


class ContactChange(ValueChange):
    """A change of what everybody may see who may see the patient."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="contact_changes")


class ClinicalChange(ValueChange):
    """A change of what only clinicians may see."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="clinical_changes")
