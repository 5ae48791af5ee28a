import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.models.user import User


class ApiToken(models.Model):
    """A key for a machine that acts for a person, with no more than these capabilities. The key itself is not kept."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("what it is for"), max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    capabilities = models.JSONField(default=list)
    made_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.user})"
