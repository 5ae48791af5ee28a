from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.models import User
from treatments.models.session import Session


class Strike(models.Model):
    """That a session was entered in error: it is kept, struck, and says why. Never altered.

    moved_to: the session that was really held, where it was written into the wrong record.
    """

    session = models.OneToOneField(Session, on_delete=models.PROTECT, related_name="strike")
    moved_to = models.OneToOneField(Session, on_delete=models.PROTECT, null=True, blank=True, related_name="moved_from")
    reason = models.TextField(_("what was wrong"))
    struck_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    struck_at = models.DateTimeField()

    class Meta:
        ordering = ["-struck_at"]
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="strike_says_why")]

    def __str__(self) -> str:
        return f"{self.session_id}, {self.struck_at:%Y-%m-%d}"
