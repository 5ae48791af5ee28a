from django.db import models


class RecordCheck(models.Model):
    """One look through every signed consent and every sealed record, and what was found not to be as it was signed.

    faults: a list of {kind, where, patient, words}; where is the row's UUID, patient the UUID of whose record it is.
    """

    checked_at = models.DateTimeField()
    consent_count = models.PositiveIntegerField()
    session_count = models.PositiveIntegerField()
    faults = models.JSONField(default=list)

    class Meta:
        ordering = ["-checked_at"]

    def __str__(self) -> str:
        return f"{self.checked_at:%Y-%m-%d %H:%M}"

    @property
    def is_clean(self) -> bool:
        return not self.faults
