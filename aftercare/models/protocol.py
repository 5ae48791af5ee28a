from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import User


class Protocol(models.Model):
    """A version of what follows a treatment; plans that run keep the version they began with.

    made_by: who began to write it, None for the house's own. follows: the version that it was written from.
    published_at: None while it is a draft, of which there is one at most. revision: counts what was saved in it. note:
    what changes in it, and why.
    """

    name = models.CharField(_("name"), max_length=80)
    version = models.PositiveSmallIntegerField(default=1)
    is_current = models.BooleanField(default=False)
    follows = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    revision = models.PositiveIntegerField(default=1)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(_("what changes, and why"), max_length=250, blank=True)

    class Meta:
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="protocol_version_once"),
            models.UniqueConstraint(fields=["is_current"], condition=Q(is_current=True), name="one_current_protocol"),
            models.UniqueConstraint(fields=["name"], condition=Q(published_at=None), name="one_protocol_draft"),
            models.CheckConstraint(
                condition=Q(is_current=False) | Q(published_at__isnull=False), name="protocol_current_is_published"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def is_draft(self) -> bool:
        return self.published_at is None

    @property
    def is_of_the_house(self) -> bool:
        """Whether the house shipped it, and nobody at the clinic wrote it."""
        return self.made_by_id is None


class Step(models.Model):
    """One message of a protocol: hours after the end up to 72 h, calendar days in the site's zone after that (table d).

    Exactly one of offset_hours (0 to 72) and offset_days is set. not_after_hours: how long after it is due the
    message may still leave. every_session: else only the first session of a course says it. only_if: conditions of
    `clinic.words` that all must hold, such as "prp". Reviews and maintenance count from the last session of a course
    that came to its end; care and follow-ups follow every session.
    """

    class Purpose(models.TextChoices):
        CARE = "care", _("Care")
        FOLLOW_UP = "follow_up", _("Follow-up")
        REVIEW = "review", _("Review")
        MAINTENANCE = "maintenance", _("Maintenance")

    protocol = models.ForeignKey(Protocol, on_delete=models.CASCADE, related_name="steps")
    code = models.CharField(max_length=24)
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    title = models.CharField(_("title"), max_length=80)
    offset_hours = models.PositiveSmallIntegerField(null=True, blank=True)
    offset_days = models.PositiveSmallIntegerField(null=True, blank=True)
    not_after_hours = models.PositiveSmallIntegerField(default=168)
    every_session = models.BooleanField(_("after every session"), default=True)
    only_if = models.JSONField(_("only if"), default=list, blank=True)
    source = models.CharField(max_length=400)
    mark = models.CharField(max_length=12)
    edited_at = models.DateTimeField(null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["protocol", "position"]
        constraints = [
            models.UniqueConstraint(fields=["protocol", "code"], name="step_once_per_protocol"),
            models.CheckConstraint(
                condition=Q(offset_hours__isnull=True, offset_days__isnull=False)
                | Q(offset_hours__isnull=False, offset_days__isnull=True),
                name="step_in_hours_or_days",
            ),
            models.CheckConstraint(condition=Q(offset_hours=None) | Q(offset_hours__lte=72), name="step_hours_to_72"),
        ]

    def __str__(self) -> str:
        return self.code


class StepWords(models.Model):
    """The words of a step in one language, as `clinic.words` reads them."""

    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="words")
    language = models.CharField(max_length=5)
    letter = models.TextField()

    class Meta:
        ordering = ["step", "language"]
        constraints = [models.UniqueConstraint(fields=["step", "language"], name="step_words_once")]

    def __str__(self) -> str:
        return f"{self.step} {self.language}"
