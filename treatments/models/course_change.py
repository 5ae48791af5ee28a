from django.db import models

from treatments.models.course import Course


class CourseChange(models.Model):
    """One value of a course as it was and as it became, beside the trail, which keeps no values.

    field: its name in the model. was, became: as texts. why: the reason that was given. version: what the change made
    of the course.
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="changes")
    field = models.CharField(max_length=40)
    was = models.TextField(blank=True)
    became = models.TextField(blank=True)
    why = models.TextField(blank=True)
    version = models.PositiveIntegerField()
    at = models.DateTimeField()
    by_name = models.CharField(max_length=120)

    class Meta:
        ordering = ["-version", "id"]

    def __str__(self) -> str:
        return f"{self.course} {self.field} {self.version}"
