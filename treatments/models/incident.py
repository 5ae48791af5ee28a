from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.models import User
from treatments.models.session import Session


class IncidentQuerySet(models.QuerySet["Incident"]):
    def open(self) -> IncidentQuerySet:
        """Those that no lead has looked at yet."""
        return self.filter(review=None)


class Incident(models.Model):
    """Something that happened and should have been stopped first: told as it was, with its reason, and never altered.

    stopped_by: the rules that would have said no, as a list of {rule, title, sentence}.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="incidents")
    stopped_by = models.JSONField(default=list)
    reason = models.TextField(_("what happened, and why"))
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    objects = IncidentQuerySet.as_manager()

    class Meta:
        ordering = ["-recorded_at"]
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="incident_says_why")]

    def __str__(self) -> str:
        return f"{self.session_id}, {self.recorded_at:%Y-%m-%d}"


class IncidentReview(models.Model):
    """That a lead looked at an incident, and what follows from it. Never altered."""

    incident = models.OneToOneField(Incident, on_delete=models.PROTECT, related_name="review")
    words = models.TextField(_("what follows from it"))
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(words=""), name="incident_review_says_something")]

    def __str__(self) -> str:
        return f"{self.incident_id}, {self.reviewed_at:%Y-%m-%d}"
