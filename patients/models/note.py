from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.models import User
from patients.models.patient import Patient


class Note(models.Model):
    """A dated note on a patient. Its words never change; one that was wrong is struck, and stays."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    words = models.TextField(_("note"))
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    by_name = models.CharField(max_length=120)
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_by_name = models.CharField(max_length=120, blank=True)
    struck_because = models.CharField(max_length=250, blank=True)

    class Meta:
        abstract = True
        ordering = ["-at", "-id"]
        constraints = [models.CheckConstraint(condition=~models.Q(words=""), name="%(class)s_has_words")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.uuid}"


class DeskNote(Note):
    """What the desk should know of somebody, for all who may see the patient; nothing about health."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="desk_notes")

    class Meta(Note.Meta):
        verbose_name = _("desk note")


class ClinicalNote(Note):
    """What clinicians noted beside sessions, for clinicians only."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="clinical_notes")

    class Meta(Note.Meta):
        verbose_name = _("clinical note")
