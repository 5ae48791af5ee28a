import uuid

from django.db import models


class AuditRow(models.Model):
    """One thing that somebody did, written in the transaction of the change and never altered.

    Ids are text and there are no foreign keys, so the trail outlives what it speaks of. `fields` maps names of
    changed fields to keyed hashes of their new values, never the values. `mac` is the row's own HMAC.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12)
    actor_id = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=120)
    roles = models.CharField(max_length=120, blank=True)
    verb = models.CharField(max_length=40)
    object_kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=64)
    patient_id_text = models.CharField(max_length=64, blank=True)
    reason = models.TextField(blank=True)
    fields = models.JSONField(default=dict)
    mac = models.CharField(max_length=64)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["patient_id_text", "at"], name="audit_by_patient"),
            models.Index(fields=["object_kind", "object_id"], name="audit_by_object"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.verb} {self.object_kind} {self.object_id}"


class AuditLink(models.Model):
    """Ties an audit row into the chain: its hash covers the row's mac and the link before."""

    position = models.PositiveBigIntegerField(unique=True)
    row_uuid = models.UUIDField(unique=True)
    row_mac = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)
    linked_at = models.DateTimeField()

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return f"link {self.position}"
