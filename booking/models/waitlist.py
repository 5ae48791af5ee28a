from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from booking.models.appointment import Appointment
from clinic.models import Device, Room, Service, Site, User
from patients.models import Patient


class WaitlistEntryQuerySet(models.QuerySet["WaitlistEntry"]):
    def waiting(self) -> WaitlistEntryQuerySet:
        """Those who still wait, in the order in which they are asked: urgent first, then who waited longest."""
        return self.filter(ended_at=None).order_by("-is_urgent", "entered_at", "id")


class WaitlistEntry(models.Model):
    """Somebody who would come sooner: for what, with whom, on which days and when. Ends by itself.

    weekdays: numbers from 0 (Monday); empty for any. part: of the day, empty for any. booking: the later visit that
    they already have, which an offer moves; None when they have none.
    """

    class Part(models.TextChoices):
        ANY = "", _("Any time")
        MORNING = "morning", _("Mornings")
        AFTERNOON = "afternoon", _("Afternoons")
        LATE = "late", _("After 17:00")

    class Ended(models.TextChoices):
        BOOKED = "booked", _("Booked")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        OVER = "over", _("The last day passed")
        CAME = "came", _("Their visit came first")
        CANCELLED = "cancelled", _("Their visit was cancelled")
        MISSED = "missed", _("They missed their visit")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="waitlist")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="waitlist")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    practitioner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    needling_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    booking = models.ForeignKey(Appointment, on_delete=models.SET_NULL, null=True, blank=True, related_name="waiting")
    weekdays = models.JSONField(default=list, blank=True)
    part = models.CharField(_("part of the day"), max_length=12, choices=Part.choices, blank=True)
    earliest_on = models.DateField(_("not before"), null=True, blank=True)
    latest_on = models.DateField(_("not after"), null=True, blank=True)
    is_urgent = models.BooleanField(_("urgent"), default=False)
    note = models.CharField(_("note"), max_length=250, blank=True)
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=10, choices=Ended.choices, blank=True)

    objects = WaitlistEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-is_urgent", "entered_at", "id"]
        verbose_name_plural = "waitlist entries"
        indexes = [
            models.Index(fields=["site", "entered_at"], condition=Q(ended_at=None), name="waitlist_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.patient}, {self.service}"

    @property
    def would_move(self) -> Appointment | None:
        """The visit that is to become earlier; None when they wait for one of another service, or for one more."""
        return self.booking if self.booking and self.booking.service_id == self.service_id else None

    @property
    def needling_length(self) -> int | None:
        """The minutes of needling: as asked for, else those of the visit that would move; None: the service's own."""
        return self.needling_minutes or (self.would_move.needling_minutes if self.would_move else None)


class Offer(models.Model):
    """A time that is held for one who waits, behind a link, until it is taken, declined or over. One at a time."""

    class State(models.TextChoices):
        OPEN = "open", _("Offered")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Not answered in time")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    entry = models.ForeignKey(WaitlistEntry, on_delete=models.PROTECT, related_name="offers")
    practitioner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    chair = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    made_at = models.DateTimeField()
    made_by_name = models.CharField(max_length=120)
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, blank=True, related_name="offers")

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["entry"], condition=Q(state="open"), name="one_open_offer_per_entry"),
            models.CheckConstraint(condition=Q(made_at__lt=F("expires_at")), name="offer_lasts"),
        ]

    def __str__(self) -> str:
        return f"{self.entry.patient}, {self.starts_at:%Y-%m-%d %H:%M}Z"

    @property
    def service(self) -> Service:
        return self.entry.service

    @property
    def patient_id(self) -> int:
        return self.entry.patient_id

    @property
    def needling_minutes(self) -> int | None:
        return self.entry.needling_length

    def is_open(self, at: datetime) -> bool:
        """Return whether the time is still held for the patient."""
        return self.state == self.State.OPEN and at < self.expires_at
