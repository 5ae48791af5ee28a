from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Site, User
from patients.models import Patient
from treatments.models import Reaction, Session


class ReportQuerySet(models.QuerySet["Report"]):
    def open(self) -> ReportQuerySet:
        """Those that nobody has closed yet."""
        return self.filter(closed_at=None)

    def holding(self) -> ReportQuerySet:
        """Open ones for which recalls and marketing of their patient wait."""
        return self.open().exclude(urgency=Report.Urgency.NONE)

    def waiting(self) -> ReportQuerySet:
        """Open ones that nobody has taken on yet."""
        return self.holding().filter(acknowledged_at=None)

    def urgent_first(self) -> ReportQuerySet:
        """In the order in which they are to be looked at: the gravest, and of those the one that waits longest."""
        whens = [models.When(urgency=code, then=place) for place, code in enumerate(Report.Urgency.values)]
        return self.annotate(rank=models.Case(*whens, output_field=models.IntegerField())).order_by(
            "rank", "told_at", "pk"
        )


class Report(models.Model):
    """What a patient said of their skin after a treatment, how urgent the red-flag block makes it, what came of it.

    about: which check-in it answers, or the patient's own. signs: codes of `report_rules.SIGNS` (C-43 to C-45).
    redness 0 to 3, pain and satisfaction 0 to 10, where they were asked. acknowledged_by: who took it on first;
    taken_by: who has it in hand now. escalated_at: when whoever covers was last written to. What says that all is
    well is closed as it comes, by nobody. version guards two people.
    """

    class CameBy(models.TextChoices):
        LINK = "link", _("Recovery page")
        CALL = "call", _("Call")
        VISIT = "visit", _("In person")

    class About(models.TextChoices):
        DAY_1 = "24h", _("After 24 hours")
        DAY_2 = "48h", _("After 48 hours")
        WEEK_1 = "7d", _("After a week")
        WEEK_3 = "21d", _("After three weeks")
        OWN = "own", _("By themselves")

    class Feeling(models.TextChoices):
        FINE = "fine", _("Fine")
        NOT_SURE = "not_sure", _("Not sure")
        WORRIED = "worried", _("Worried")

    class Urgency(models.TextChoices):
        EMERGENCY = "emergency", _("Emergency")
        SAME_DAY = "same_day", _("Today")
        SOON = "soon", _("Soon")
        NONE = "none", _("Nothing to do")

    class Outcome(models.TextChoices):
        REASSURED = "reassured", _("Reassured")
        ADVISED = "advised", _("Advised")
        TO_BE_SEEN = "to_be_seen", _("To be seen")
        SEEN = "seen", _("Seen")
        REACTION = "reaction", _("Adverse reaction written down")
        EMERGENCY = "sent_to_emergency", _("Sent to emergency care")
        FINE = "fine", _("All is well")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="reports")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, null=True, blank=True, related_name="reports")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    came_by = models.CharField(_("came by"), max_length=8, choices=CameBy.choices)
    told_at = models.DateTimeField()
    taken_down_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    about = models.CharField(_("check-in"), max_length=4, choices=About.choices, default=About.OWN)
    feeling = models.CharField(_("how it is"), max_length=8, choices=Feeling.choices)
    signs = models.JSONField(_("signs"), default=list, blank=True)
    redness = models.PositiveSmallIntegerField(_("redness, 0 to 3"), null=True, blank=True)
    pain = models.PositiveSmallIntegerField(_("pain, 0 to 10"), null=True, blank=True)
    satisfaction = models.PositiveSmallIntegerField(_("satisfaction, 0 to 10"), null=True, blank=True)
    words = models.TextField(_("in words"), blank=True)
    urgency = models.CharField(_("urgency"), max_length=10, choices=Urgency.choices)
    acknowledged_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    escalated_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=18, choices=Outcome.choices, blank=True)
    outcome_words = models.TextField(_("what was said and done"), blank=True)
    reaction = models.ForeignKey(Reaction, on_delete=models.PROTECT, null=True, blank=True, related_name="reports")
    version = models.PositiveIntegerField(default=1)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-told_at", "-id"]
        verbose_name = _("report of a patient")
        verbose_name_plural = _("reports of patients")
        indexes = [
            models.Index(fields=["urgency", "told_at"], condition=Q(closed_at=None), name="report_open"),
            models.Index(fields=["patient"], condition=Q(closed_at=None), name="report_open_of_patient"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(redness=None) | Q(redness__range=(0, 3)), name="report_redness_0_to_3"),
            models.CheckConstraint(condition=Q(pain=None) | Q(pain__range=(0, 10)), name="report_pain_0_to_10"),
            models.CheckConstraint(
                condition=Q(satisfaction=None) | Q(satisfaction__range=(0, 10)), name="report_satisfaction_0_to_10"
            ),
            models.CheckConstraint(
                condition=Q(came_by="link") | Q(taken_down_by__isnull=False), name="report_taken_down_by_somebody"
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at=None, acknowledged_by=None, taken_by=None)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False, taken_by__isnull=False),
                name="report_taken_on_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None, outcome="")
                | Q(closed_at__isnull=False, closed_by=None, outcome="fine", urgency="none")
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(outcome__in=["", "fine"])),
                name="report_closed_with_an_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_feeling_display()}, {self.get_urgency_display()}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_urgent(self) -> bool:
        return self.urgency in (Report.Urgency.EMERGENCY, Report.Urgency.SAME_DAY)


class ReportEntry(models.Model):
    """One step in the story of a report: who did what and when. Never altered. written_by: nobody for the house."""

    class Kind(models.TextChoices):
        TOLD = "told", _("Told")
        ACKNOWLEDGED = "acknowledged", _("Taken on")
        TAKEN_OVER = "taken_over", _("Taken over")
        ESCALATED = "escalated", _("Whoever covers was written to")
        REACTION = "reaction", _("Adverse reaction written down")
        CLOSED = "closed", _("Closed")

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    words = models.TextField(_("in words"), blank=True)
    version = models.PositiveIntegerField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        verbose_name = _("step of a report")
        verbose_name_plural = _("steps of reports")

    def __str__(self) -> str:
        return f"{self.report_id}, {self.kind}"
