from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.models import User
from patients.models import Patient
from treatments.models import Course


class Call(models.Model):
    """One try of the desk to get a patient back, and what came of it. words: nothing clinical, 250 characters.

    next_on: the local day from which the patient stands on the list again; empty: at once.
    """

    class Outcome(models.TextChoices):
        THINKS = "thinks", _("Wants to think about it")
        NO_ANSWER = "no_answer", _("No answer")
        LEFT_WORD = "left_word", _("Left a message")
        NOT_NOW = "not_now", _("Not now")
        NO_MORE = "no_more", _("Does not want to come again")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="follow_up_calls")
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="calls")
    outcome = models.CharField(_("what came of it"), max_length=10, choices=Outcome.choices)
    words = models.CharField(_("note"), max_length=250, blank=True)
    next_on = models.DateField(_("call again on"), null=True, blank=True)
    called_at = models.DateTimeField()
    called_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-called_at"]
        verbose_name = _("call to come again")
        verbose_name_plural = _("calls to come again")

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} {self.called_at:%Y-%m-%d}"
