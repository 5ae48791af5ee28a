from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PauseQuerySet(models.QuerySet["Pause"]):
    def standing(self) -> PauseQuerySet:
        return self.filter(is_standing=True)


class Pause(models.Model):
    """A time in which no mail leaves because the mail server takes none of it. Nothing is lost: messages wait.

    At try_again_at one message is tried; if it is accepted the pause ends.
    """

    began_at = models.DateTimeField()
    reason = models.CharField(_("reason"), max_length=250)
    try_again_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    is_standing = models.BooleanField(default=True)

    objects = PauseQuerySet.as_manager()

    class Meta:
        ordering = ["-began_at"]
        constraints = [
            models.UniqueConstraint(fields=["is_standing"], condition=Q(is_standing=True), name="one_pause_at_a_time"),
            models.CheckConstraint(
                condition=Q(is_standing=True, ended_at=None) | Q(is_standing=False, ended_at__isnull=False),
                name="pause_stands_until_it_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d %H:%M}Z {self.reason}"
