from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.models import User


class Phrase(models.Model):
    """Words that one practitioner writes often, under a short key: typing ;key in a note puts them there."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="phrases")
    key = models.CharField(_("key"), max_length=20)
    words = models.CharField(_("words"), max_length=500)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["owner", "position"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="phrase_key_once"),
            models.CheckConstraint(condition=~models.Q(words="") & ~models.Q(key=""), name="phrase_says_something"),
        ]

    def __str__(self) -> str:
        return f";{self.key}"
