from django.db import models
from django.utils.translation import gettext_lazy as _

from outbox.models.notice import Notice


class Attempt(models.Model):
    """One hand-over of a notice to the mail server, with the exact bytes, written before they leave.

    smtp_code and reply are the server's last words; both are empty when it said nothing.
    """

    class Outcome(models.TextChoices):
        STARTED = "started", _("Started")
        ACCEPTED = "accepted", _("Accepted")
        DELAYED = "delayed", _("To be tried again")
        UNKNOWN = "unknown", _("No answer came")
        BOUNCED = "bounced", _("The address does not work")
        REFUSED = "refused", _("Refused")
        PAUSED = "paused", _("Sending was stopped")

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.STARTED)
    smtp_code = models.PositiveSmallIntegerField(null=True, blank=True)
    reply = models.CharField(max_length=250, blank=True)
    message_bytes = models.BinaryField()

    class Meta:
        ordering = ["notice", "number"]
        constraints = [models.UniqueConstraint(fields=["notice", "number"], name="attempt_numbered_once")]

    def __str__(self) -> str:
        return f"{self.notice}, attempt {self.number}"
