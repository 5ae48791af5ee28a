from django.db import models
from django.utils.translation import gettext_lazy as _

from aftercare.models.protocol import Protocol
from treatments.models import Session


class Plan(models.Model):
    """What follows one session, from the moment the treatment ended."""

    session = models.OneToOneField(Session, on_delete=models.PROTECT, related_name="plan")
    protocol = models.ForeignKey(Protocol, on_delete=models.PROTECT, related_name="plans")
    started_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_because = models.CharField(_("stopped because"), max_length=250, blank=True)

    class Meta:
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.session_id}"
