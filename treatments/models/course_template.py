from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.value_history import ValueChange
from treatments.models.reference import Concern


class CourseTemplate(models.Model):
    """What a course for one concern begins from, as the clinic has it; each patient's plan may differ.

    depth_steps, adjuncts and review_days: as in `Course`. edited_at: set once somebody changed it.
    """

    concern = models.OneToOneField(Concern, on_delete=models.PROTECT, related_name="course_template")
    planned_sessions = models.PositiveSmallIntegerField(_("planned sessions"))
    earliest_days = models.PositiveSmallIntegerField(_("days, at the earliest"))
    target_days = models.PositiveSmallIntegerField(_("days, at best"))
    latest_days = models.PositiveSmallIntegerField(_("days, at the latest"))
    depth_steps = models.JSONField(_("depths by session"), default=list, blank=True)
    adjuncts = models.JSONField(_("beside the needling"), default=list, blank=True)
    review_days = models.JSONField(_("reviews, days after the series"), default=list, blank=True)
    home_care = models.TextField(_("care at home"), blank=True)
    version = models.PositiveIntegerField(default=1)
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["concern__position"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(earliest_days__lte=models.F("target_days"))
                & models.Q(target_days__lte=models.F("latest_days")),
                name="course_template_window_ordered",
            ),
            models.CheckConstraint(
                condition=models.Q(planned_sessions__range=(1, 12)), name="course_template_sessions_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.concern}"


class CourseTemplateChange(ValueChange):
    """One value of a template as it was and as it became. why: the reason that was given."""

    template = models.ForeignKey(CourseTemplate, on_delete=models.PROTECT, related_name="changes")
    why = models.TextField(blank=True)

    class Meta:
        ordering = ["-version", "id"]

    def __str__(self) -> str:
        return f"{self.template} {self.field} {self.version}"
