from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import User
from clinic.vault_names import VaultName
from intake.models.screening import Screening
from patients.models import Patient


class LetterQuerySet(models.QuerySet["Letter"]):
    def standing(self) -> LetterQuerySet:
        """Letters that count; one that was struck stays for those who ask what once stood behind a decision."""
        return self.filter(struck_at=None)


class Letter(models.Model):
    """A letter of a doctor about what a patient answered: a referral, a clearance. It never changes; it can be struck.

    screening: the full one whose outcome it is about. from_whom, about, written_on: as the letter says. file is a name
    in the vault, digest the SHA-256 of the file before sealing.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="letters")
    screening = models.ForeignKey(Screening, on_delete=models.PROTECT, related_name="letters")
    from_whom = models.CharField(_("from whom"), max_length=120)
    about = models.CharField(_("about what"), max_length=250)
    written_on = models.DateField(_("day on the letter"))
    file = VaultName()
    content_type = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    kept_at = models.DateTimeField()
    kept_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_by_name = models.CharField(max_length=120, blank=True)
    struck_because = models.CharField(max_length=250, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["-written_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(from_whom="") & ~Q(about="") & ~Q(file=""), name="letter_is_named"),
            models.CheckConstraint(
                condition=Q(struck_at=None, struck_by_name="", struck_because="")
                | (Q(struck_at__isnull=False) & ~Q(struck_because="")),
                name="letter_struck_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_whom}, {self.written_on:%Y-%m-%d}"
