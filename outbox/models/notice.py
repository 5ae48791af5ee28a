from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Site, User
from patients.models import Patient


class NoticeQuerySet(models.QuerySet["Notice"]):
    def waiting(self, at: datetime) -> NoticeQuerySet:
        """Mails whose time has come and which nobody holds."""
        its_turn = Q(next_try_at=None) | Q(next_try_at__lte=at)
        return self.filter(its_turn, state=Notice.State.DUE, due_at__lte=at, channel=Notice.Channel.MAIL)

    def abandoned(self, at: datetime) -> NoticeQuerySet:
        """Mails that were being sent under a lease that ran out."""
        held = [Notice.State.SENDING, Notice.State.HANDED]
        return self.filter(state__in=held, lease_until__lt=at, channel=Notice.Channel.MAIL)

    def due(self, at: datetime) -> NoticeQuerySet:
        """Mails to send now: waiting, or abandoned."""
        return self.waiting(at) | self.abandoned(at)

    def late(self, at: datetime) -> NoticeQuerySet:
        """Messages on whatever channel whose last moment passed before they left."""
        return self.filter(state=Notice.State.DUE, due_at__lt=at, not_after__lt=at)  # the first is what the index knows

    def open(self) -> NoticeQuerySet:
        """Messages that have not begun to leave, so they can still be changed or withdrawn."""
        return self.filter(state__in=[Notice.State.DUE, Notice.State.SENDING])

    def for_people(self) -> NoticeQuerySet:
        """Sheets to print and calls to make that nobody has settled yet."""
        return self.filter(state=Notice.State.DUE).exclude(channel=Notice.Channel.MAIL)

    def packet(self, notice: Notice) -> NoticeQuerySet:
        """Sheets about the same thing that still wait: they go to the patient together, the first day first."""
        sheets = self.filter(owner=notice.owner, subject=notice.subject, patient=notice.patient_id)
        return sheets.filter(channel=Notice.Channel.SHEET, state=Notice.State.DUE).order_by("due_at", "id")


class Notice(models.Model):
    """One message and where it stands. The row, not the broker, is the truth.

    key = owner:kind:subject:occasion and is unique: planning twice changes nothing. subject names the record it is
    about (`appointment:12`, `session:7`), occasion tells two messages of a kind apart. The words stand on the row as
    the patient will read them, except {clinic_phone} and the other facts that are filled in at sending.
    due_at and not_after are UTC instants; a message not sent by not_after never is. next_try_at holds a due message
    back after a failed try or until morning. lease_until: until then one worker has it. any_hour: it may leave at
    night too. crossed_at: it was withdrawn when it was already on its way. settled_by is set only when a person
    settled it; then planning leaves it alone.
    """

    class State(models.TextChoices):
        DUE = "due", _("Due")
        SENDING = "sending", _("Sending")
        HANDED = "handed", _("Handed over")
        SENT = "sent", _("Sent")
        DONE = "done", _("Done")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Too late to send")
        FAILED = "failed", _("Failed")

    HEARD = (State.HANDED, State.SENT, State.DONE)  # what it says is known, or on its way

    class Channel(models.TextChoices):
        MAIL = "mail", _("E-mail")
        SHEET = "sheet", _("Printed sheet")
        CALL = "call", _("Call")

    class Purpose(models.TextChoices):
        APPOINTMENT = "appointment", _("Appointment")
        FORM = "form", _("Health form")
        AFTERCARE = "aftercare", _("Aftercare")
        FOLLOW_UP = "follow_up", _("Follow-up")
        STAFF = "staff", _("Staff")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=220, unique=True)
    owner = models.CharField(max_length=24)
    kind = models.CharField(max_length=24)
    subject = models.CharField(max_length=80)
    occasion = models.CharField(max_length=80, blank=True)
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(
        Patient, on_delete=models.CASCADE, null=True, blank=True, related_name="notices", db_index=False
    )
    channel = models.CharField(max_length=6, choices=Channel.choices)
    to_address = models.EmailField(blank=True)
    language = models.CharField(max_length=5, default="en")
    headline = models.CharField(max_length=120)
    body_text = models.TextField()
    body_html = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DUE)
    due_at = models.DateTimeField()
    not_after = models.DateTimeField()
    planned_at = models.DateTimeField()
    any_hour = models.BooleanField(default=False)
    next_try_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    message_id = models.CharField(max_length=120, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    state_reason = models.CharField(max_length=250, blank=True)
    crossed_at = models.DateTimeField(null=True, blank=True)
    maybe_twice = models.BooleanField(default=False)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "id"]
        indexes = [  # every one is written anew whenever a message changes its state, so there are few
            models.Index(fields=["patient", "settled_at"], name="notice_patient_settled"),
            models.Index(fields=["state", "due_at"], name="notice_state_due"),
            models.Index(fields=["owner", "subject"], name="notice_owner_subject"),
            models.Index(fields=["lease_until"], condition=Q(lease_until__isnull=False), name="notice_held"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(not_after__gte=models.F("due_at")), name="notice_can_be_in_time"),
            models.CheckConstraint(
                condition=Q(state__in=["due", "sending", "handed"], settled_at=None)
                | Q(state__in=["sent", "done", "withdrawn", "expired", "failed"], settled_at__isnull=False),
                name="notice_settled_with_its_time",
            ),
        ]

    def __str__(self) -> str:
        return self.key
