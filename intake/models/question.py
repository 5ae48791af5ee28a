from django.db import models
from django.utils.translation import gettext_lazy as _


class Question(models.Model):
    """A screening question and what a yes means (C-55). asked_at_start: asked fresh at every start."""

    class Action(models.TextChoices):
        BLOCK = "block", _("No session today")
        OVERRIDE = "override", _("A practitioner may decide, with a reason")
        OVERRIDE_DOCTOR = "override_doctor", _("A prescriber may decide, with a reason")
        NOTE = "note", _("Note")

    code = models.CharField(max_length=32, unique=True)
    words = models.CharField(_("question"), max_length=250)
    kind = models.CharField(max_length=32)
    action = models.CharField(max_length=16, choices=Action.choices)
    action_words = models.CharField(max_length=250, blank=True)
    defer_days = models.PositiveSmallIntegerField(null=True, blank=True)
    asked_at_start = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    source = models.CharField(max_length=250)
    mark = models.CharField(max_length=12)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.code
