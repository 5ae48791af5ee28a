from django.db import models

from clinic.models import ApiToken


class Answer(models.Model):
    """What a machine was answered under a name of its own for one request (`Idempotency-Key`).

    status is empty while the first of them is at work; body is the answer as it left the house.
    """

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="answers")
    key = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    content_type = models.CharField(max_length=60, blank=True)
    body = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["asked_at"], name="answer_by_age")]
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="answered_once")]

    def __str__(self) -> str:
        return self.key
