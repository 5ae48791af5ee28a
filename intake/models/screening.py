from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.models import User
from intake.models.question import Question
from patients.models import Patient


class Screening(models.Model):
    """The short check, asked fresh on the day by a named person. Its answers never change."""

    class Outcome(models.TextChoices):
        CLEAR = "clear", _("Clear")
        PASSED = "passed", _("Passed with a reason")
        BLOCKED = "blocked", _("Not today")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="screenings")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices)

    class Meta:
        ordering = ["-asked_at"]

    def __str__(self) -> str:
        return f"{self.patient}, {self.asked_at:%Y-%m-%d}"


class Answer(models.Model):
    """One answer, with the words of the question as it was asked and the reason it was passed with, if any."""

    screening = models.ForeignKey(Screening, on_delete=models.PROTECT, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="+")
    question_words = models.CharField(max_length=250)
    action = models.CharField(max_length=16)
    is_yes = models.BooleanField()
    note = models.TextField(blank=True)
    passed_reason = models.TextField(blank=True)
    passed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["question__position"]
        constraints = [
            models.UniqueConstraint(fields=["screening", "question"], name="question_answered_once"),
            models.CheckConstraint(
                condition=models.Q(passed_by=None, passed_reason="")
                | (models.Q(passed_by__isnull=False) & ~models.Q(passed_reason="")),
                name="answer_passed_by_a_person_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question}: {'yes' if self.is_yes else 'no'}"
