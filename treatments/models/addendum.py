from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.models import User
from treatments.models.session import Session


class Addendum(models.Model):
    """A dated correction or remark beside a sealed session. Never altered."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="addenda")
    reason = models.CharField(_("reason"), max_length=120)
    words = models.TextField(_("addendum"))
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["written_at"]
        verbose_name_plural = "addenda"
        constraints = [models.CheckConstraint(condition=~models.Q(words=""), name="addendum_says_something")]

    def __str__(self) -> str:
        return f"{self.session_id}, {self.written_at:%Y-%m-%d}"
