from django.db import models
from django.utils.translation import gettext_lazy as _


class Sourced(models.Model):
    """A clinical value with its source; edited_at is set once the clinic changed it, and then it stays theirs."""

    class Mark(models.TextChoices):
        SEED = "seed", _("Clinic's source documents")
        LITERATURE = "literature", _("Literature")
        POLICY = "policy", _("House policy")

    source = models.CharField(_("source"), max_length=400)
    mark = models.CharField(_("kind of source"), max_length=12, choices=Mark.choices)
    needs_confirming = models.BooleanField(_("a clinician must confirm"), default=True)
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Concern(Sourced):
    """What a patient wants treated, with the usual depth and number of sessions (table a)."""

    code = models.CharField(max_length=32, unique=True)
    label = models.CharField(_("name"), max_length=80)
    min_mm = models.DecimalField(_("from, mm"), max_digits=3, decimal_places=2)
    max_mm = models.DecimalField(_("to, mm"), max_digits=3, decimal_places=2)
    sessions_min = models.PositiveSmallIntegerField(_("sessions from"))
    sessions_max = models.PositiveSmallIntegerField(_("sessions to"))
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(condition=models.Q(min_mm__lte=models.F("max_mm")), name="concern_range_ordered")
        ]

    def __str__(self) -> str:
        return self.label


class Zone(Sourced):
    """A stretch of skin and the deepest advisable needling there (table b). A prohibited one is never needled."""

    code = models.CharField(max_length=32, unique=True)
    label = models.CharField(_("name"), max_length=80)
    max_mm = models.DecimalField(_("advisable up to, mm"), max_digits=3, decimal_places=2)
    is_prohibited = models.BooleanField(_("never needled"), default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.label


class FollowUpRule(Sourced):
    """A named value of table (e), such as next_session.earliest_days."""

    key = models.CharField(max_length=60, unique=True)
    value = models.CharField(max_length=120)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return f"{self.key} = {self.value}"


class RuleSet(models.Model):
    """The clinical values as they stood when they last changed; a session keeps the version that judged it."""

    version = models.PositiveIntegerField(unique=True)
    digest = models.CharField(max_length=64, unique=True)
    values = models.JSONField()
    taken_at = models.DateTimeField()

    class Meta:
        ordering = ["-version"]

    def __str__(self) -> str:
        return f"{self.version}"
