from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from booking.models import Appointment
from patients.models import Patient
from treatments.models.reference import Concern, Zone


class CourseQuerySet(models.QuerySet["Course"]):
    def going_on(self) -> CourseQuerySet:
        """Return the courses that visits are booked for: planned at the consultation, or running."""
        return self.filter(state__in=[Course.State.PLANNED, Course.State.RUNNING])

    def open(self) -> CourseQuerySet:
        """Return the courses that go on or rest; a patient has one at most."""
        return self.filter(state__in=[Course.State.PLANNED, Course.State.RUNNING, Course.State.PAUSED])


class Course(models.Model):
    """A planned series for one concern. Days are counted from the last session performed (C-76).

    concern decides the depths that are suggested; also_concerns are treated beside it. sessions_reason: why there are
    not 3 to 6. depth_steps: rows of number, zone ("" for all), depth_mm and reasons by finding; adjuncts: rows of kind,
    days and from_session; `treatments.course_plans` reads both. review_days: after the series. pause_cause: why it
    rests, empty unless it does. went_on_at: when it was taken up again after a rest or a lapse.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        RUNNING = "running", _("Running")
        PAUSED = "paused", _("Paused")
        FINISHED = "finished", _("Finished")
        EARLY = "early", _("Finished early")
        LAPSED = "lapsed", _("Lapsed")
        MAINTENANCE = "maintenance", _("Maintenance")

    class Cause(models.TextChoices):
        REACTION = "reaction", _("A reaction is open")
        PREGNANCY = "pregnancy", _("Pregnancy")
        WISH = "wish", _("The patient wishes it")
        OTHER = "other", _("Another cause")

    class Adjunct(models.TextChoices):
        PRP = "prp", _("Platelet-rich plasma")
        PEEL = "peel", _("Chemical peel")
        LASER = "laser", _("Laser")
        RF = "rf", _("Radiofrequency, a treatment of its own")
        OTHER = "other", _("Something else")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="courses")
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="+", verbose_name=_("concern"))
    also_concerns = models.ManyToManyField(Concern, related_name="+", blank=True, verbose_name=_("also"))
    zones = models.ManyToManyField(Zone, related_name="+", blank=True, verbose_name=_("zones"))
    planned_sessions = models.PositiveSmallIntegerField(_("planned sessions"))
    sessions_reason = models.CharField(_("why this many"), max_length=250, blank=True)
    earliest_days = models.PositiveSmallIntegerField(_("days, at the earliest"), default=28)
    target_days = models.PositiveSmallIntegerField(_("days, at best"), default=35)
    latest_days = models.PositiveSmallIntegerField(_("days, at the latest"), default=42)
    depth_steps = models.JSONField(_("depths by session"), default=list, blank=True)
    adjuncts = models.JSONField(_("beside the needling"), default=list, blank=True)
    review_days = models.JSONField(_("reviews, days after the series"), default=list, blank=True)
    home_care = models.TextField(_("care at home"), blank=True)
    price_words = models.CharField(_("price, in words"), max_length=120, blank=True)
    event_on = models.DateField(_("the day it is for"), null=True, blank=True)
    event_words = models.CharField(_("what happens that day"), max_length=80, blank=True)
    goal = models.CharField(_("goal"), max_length=250, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.RUNNING)
    state_note = models.CharField(_("note"), max_length=250, blank=True)
    pause_cause = models.CharField(_("why it rests"), max_length=12, choices=Cause.choices, blank=True)
    version = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField()
    went_on_at = models.DateTimeField(null=True, blank=True)
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
            models.UniqueConstraint(
                fields=["patient"],
                condition=models.Q(state__in=["planned", "running", "paused"]),
                name="course_one_open_of_a_patient",
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
