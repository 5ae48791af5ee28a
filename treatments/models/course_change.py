from django.db import models

from clinic.value_history import ValueChange
from treatments.models.course import Course


class CourseChange(ValueChange):
    """One value of a course as it was and as it became. why: the reason that was given."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="changes")
    why = models.TextField(blank=True)

    class Meta:
        ordering = ["-version", "id"]

    def __str__(self) -> str:
        return f"{self.course} {self.field} {self.version}"
