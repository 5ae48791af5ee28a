import uuid

from django.db import models
from django.db.models import Q

from clinic.models import Room, Site, User


class Feed(models.Model):
    """A private calendar of one practitioner or one room, behind an address that is itself the key.

    Only the key's digest is kept; a new address ends the old one.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="feeds")
    practitioner = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="feeds")
    room = models.ForeignKey(Room, on_delete=models.CASCADE, null=True, blank=True, related_name="feeds")
    digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(practitioner=None, room__isnull=False) | Q(practitioner__isnull=False, room=None),
                name="feed_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"calendar of {self.practitioner or self.room}"
