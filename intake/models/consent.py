from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.models import User
from patients.models import Patient


class ConsentText(models.Model):
    """A version of the words that a patient agrees to. A version that was used never changes."""

    version = models.PositiveSmallIntegerField(unique=True)
    words = models.TextField()
    digest = models.CharField(max_length=64)
    current_from = models.DateTimeField()

    class Meta:
        ordering = ["-version"]

    def __str__(self) -> str:
        return str(_("Consent, version %(version)s")) % {"version": self.version}


class Consent(models.Model):
    """A patient's agreement to one version of the text, recorded by a named person."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="consents")
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="consents")
    given_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-given_at"]

    def __str__(self) -> str:
        return f"{self.patient}, {self.text}"
