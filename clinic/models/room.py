from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.models.site import Site


class Room(models.Model):
    """A room of a site, or a chair in which cream works; one visit at a time. Three chairs are three rows."""

    class Kind(models.TextChoices):
        ROOM = "room", _("Room")
        CHAIR = "chair", _("Numbing chair")

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="rooms")
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.ROOM)
    is_open = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["site", "name"], name="room_named_once")]

    def __str__(self) -> str:
        return self.name
