import uuid

from django.db import models

from patients.models.patient import Patient


class Link(models.Model):
    """One address for one patient and one purpose. The token is made from it (`patients.links`), never stored.

    purpose: what it opens, such as "offer". subject: of what, as in "offer:<uuid>". nonce changes when the link is
    given anew, so an older token of it opens nothing.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="links")
    purpose = models.CharField(max_length=20)
    subject = models.CharField(max_length=80)
    nonce = models.CharField(max_length=32)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at"]
        constraints = [models.UniqueConstraint(fields=["purpose", "subject"], name="link_once_per_subject")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.uuid}"
