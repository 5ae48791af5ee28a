from django.db import models
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """When a part of the machinery last showed that it is alive: beat, a worker, and mail that was accepted."""

    class Name(models.TextChoices):
        BEAT = "beat", _("Beat")
        WORKER = "worker", _("Worker")
        SENT = "sent", _("Mail accepted")

    name = models.CharField(max_length=8, choices=Name.choices, primary_key=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}Z"
