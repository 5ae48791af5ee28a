from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import User
from intake.models.question import Question, QuestionSet
from patients.models import Patient


class ScreeningQuerySet(models.QuerySet["Screening"]):
    def full(self) -> ScreeningQuerySet:
        return self.filter(kind=Screening.Kind.FULL)

    def short(self) -> ScreeningQuerySet:
        return self.filter(kind=Screening.Kind.SHORT)


class Screening(models.Model):
    """What a patient answered on one day, judged by one version of the questions. It never changes.

    FULL is asked before the first session and again when its life is over or something is new; SHORT is asked fresh
    at every start. asked_by is the person who asked; where the patient answered behind a link, nobody did and given_by
    names the patient. asked_on: the local day of asked_at. fresh_from: the day from which a full one's life is counted;
    one that only changes an answer (amends) keeps the day of the one before. outcome: as judged then; not_before with
    NOT_BEFORE only.
    """

    class Kind(models.TextChoices):
        FULL = "full", _("Full screening")
        SHORT = "short", _("Asked at the start")

    class Outcome(models.TextChoices):
        CLEAR = "clear", _("Clear")
        PASSED = "passed", _("Passed with a reason")
        BLOCKED = "blocked", _("Not today")
        NOT_BEFORE = "not_before", _("Not before a day")
        NEEDS_CLINICIAN = "needs_clinician", _("Needs a clinician")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="screenings")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.SHORT)
    question_set = models.ForeignKey(QuestionSet, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    given_by = models.CharField(max_length=120, blank=True)
    asked_at = models.DateTimeField()
    asked_on = models.DateField()
    fresh_from = models.DateField(null=True, blank=True)
    amends = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    not_before = models.DateField(null=True, blank=True)

    objects = ScreeningQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(asked_by__isnull=False, given_by="") | (Q(asked_by=None) & ~Q(given_by="")),
                name="screening_asked_or_given",
            ),
            models.CheckConstraint(
                condition=Q(kind="short", fresh_from=None, amends=None) | Q(kind="full", fresh_from__isnull=False),
                name="full_screening_has_a_life",
            ),
            models.CheckConstraint(
                condition=Q(outcome="not_before", not_before__isnull=False)
                | (~Q(outcome="not_before") & Q(not_before=None)),
                name="screening_names_its_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient}, {self.asked_at:%Y-%m-%d}"

    @property
    def who(self) -> str:
        return self.asked_by.name if self.asked_by else self.given_by


class Answer(models.Model):
    """One answer, with the words of the question as it was asked and the reason it was passed with, if any.

    option: the way it was answered, as the question has it; is_yes: whether it is any but the best one. on: the day
    that was asked for, None where it was not known. action: what this answer does, until the day `until` or, with
    None, until it changes; noted_until: how long it is borne in mind after that. passed_roles: what the person who
    passed it was here.
    """

    screening = models.ForeignKey(Screening, on_delete=models.PROTECT, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="+")
    question_words = models.CharField(max_length=250)
    action = models.CharField(max_length=16)
    option = models.CharField(max_length=16, blank=True)
    option_words = models.CharField(max_length=120, blank=True)
    on = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    noted_until = models.DateField(null=True, blank=True)
    is_yes = models.BooleanField()
    note = models.TextField(blank=True)
    passed_reason = models.TextField(blank=True)
    passed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    passed_roles = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["question__position"]
        constraints = [
            models.UniqueConstraint(fields=["screening", "question"], name="question_answered_once"),
            models.CheckConstraint(
                condition=Q(passed_by=None, passed_reason="") | (Q(passed_by__isnull=False) & ~Q(passed_reason="")),
                name="answer_passed_by_a_person_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question}: {'yes' if self.is_yes else 'no'}"


class ScreeningDraft(models.Model):
    """A full screening while it is being answered, screen by screen; one for each patient, gone once handed in.

    replies: by the question's code, each with option, on (as text) and note. version rises with every screen.
    """

    patient = models.OneToOneField(Patient, on_delete=models.CASCADE, related_name="screening_draft")
    question_set = models.ForeignKey(QuestionSet, on_delete=models.PROTECT, related_name="+")
    replies = models.JSONField(default=dict)
    begun_by = models.CharField(max_length=120)
    begun_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.patient}, {self.saved_at:%Y-%m-%d}"
