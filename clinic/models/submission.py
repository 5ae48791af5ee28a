from django.db import models

from clinic.models.user import User


class Submission(models.Model):
    """A form that was answered once; the same key gets the same answer again, another body is refused."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.UUIDField()
    body_digest = models.CharField(max_length=64)
    answer_url = models.CharField(max_length=500)
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="submission_once")]

    def __str__(self) -> str:
        return str(self.key)
