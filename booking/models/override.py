from django.db import models

from booking.models.appointment import Appointment
from clinic.models import User


class Override(models.Model):
    """A rule that a named person passed for one visit, and why. Never altered, never used again.

    code: the question whose answer was passed, with a copy of that answer (C-56); empty for any other rule. letter: the
    id of the doctor's letter that stands behind it, where a prescriber would have had to decide. roles: what the person
    who agreed was here.
    """

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="overrides")
    rule = models.CharField(max_length=40)
    reason = models.CharField(max_length=250)
    agreed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    roles = models.CharField(max_length=80, blank=True)
    code = models.CharField(max_length=32, blank=True)
    answer = models.JSONField(null=True, blank=True)
    letter = models.UUIDField(null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="override_has_a_reason"),
            models.CheckConstraint(
                condition=models.Q(code="") | models.Q(answer__isnull=False), name="override_of_an_answer_keeps_it"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.reason}"
