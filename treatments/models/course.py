from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from booking.models import Appointment
from patients.models import Patient
from treatments.models.reference import Concern, Zone


class CourseQuerySet(models.QuerySet["Course"]):
    def running(self) -> CourseQuerySet:
        return self.filter(state=Course.State.RUNNING)


class Course(models.Model):
    """A planned series for one concern. Days are counted from the last session performed (C-76)."""

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        PAUSED = "paused", _("Paused")
        FINISHED = "finished", _("Finished")
        LAPSED = "lapsed", _("Lapsed")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="courses")
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="+")
    zones = models.ManyToManyField(Zone, related_name="+", blank=True)
    planned_sessions = models.PositiveSmallIntegerField(_("planned sessions"))
    earliest_days = models.PositiveSmallIntegerField(default=28)
    target_days = models.PositiveSmallIntegerField(default=35)
    latest_days = models.PositiveSmallIntegerField(default=42)
    event_on = models.DateField(_("the day it is for"), null=True, blank=True)
    event_words = models.CharField(_("what happens that day"), max_length=80, blank=True)
    goal = models.CharField(_("goal"), max_length=250, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    state_note = models.CharField(max_length=250, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = CourseQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(earliest_days__lte=models.F("target_days"))
                & models.Q(target_days__lte=models.F("latest_days")),
                name="course_window_ordered",
            ),
            models.CheckConstraint(
                condition=models.Q(planned_sessions__range=(1, 12)), name="course_sessions_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.concern}, {self.planned_sessions}"


class PlannedVisit(models.Model):
    """Ties a course and an appointment; the appointment knows nothing of it."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="planned_visits")
    number = models.PositiveSmallIntegerField()
    appointment = models.OneToOneField(
        Appointment, on_delete=models.CASCADE, related_name="planned_visit", null=True, blank=True
    )

    class Meta:
        ordering = ["course", "number"]
        constraints = [models.UniqueConstraint(fields=["course", "number"], name="planned_visit_numbered_once")]

    def __str__(self) -> str:
        return f"{self.number}"
