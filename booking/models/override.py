from django.db import models

from booking.models.appointment import Appointment
from clinic.models import User


class Override(models.Model):
    """A rule that a named person passed for one visit, and why. Never altered, never used again."""

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="overrides")
    rule = models.CharField(max_length=40)
    reason = models.CharField(max_length=250)
    agreed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="override_has_a_reason")]

    def __str__(self) -> str:
        return f"{self.rule}: {self.reason}"
