from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from booking.models.appointment import Appointment
from booking.models.closure import Closure
from booking.models.waitlist import Offer
from clinic.models import Device, Room, User
from patients.models import Patient

A_DAY = timedelta(hours=24)
RESOURCES = ("practitioner", "room", "device", "patient")


def exactly_one_resource() -> Q:
    """Return the condition that one of the four resource keys is set and the others are not."""
    query = Q()
    for held in RESOURCES:
        query |= Q(**{f"{name}__isnull": name != held for name in RESOURCES})
    return query


class ClaimQuerySet(models.QuerySet["Claim"]):
    def standing(self, at: datetime) -> ClaimQuerySet:
        """Claims that hold: active, and not a hold that has run out."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=at), is_active=True)

    def expired(self, at: datetime) -> ClaimQuerySet:
        """Holds that ran out and are still active: they stand in nobody's way, but for the guard."""
        return self.filter(is_active=True, expires_at__lte=at)

    def between(self, start: datetime, end: datetime) -> ClaimQuerySet:
        """Claims that overlap a stretch; the second bound on the start lets the indexes narrow it on both sides."""
        return self.filter(starts_at__lt=end, starts_at__gt=start - A_DAY, ends_at__gt=start)


class Claim(models.Model):
    """One hold on one resource over a half-open stretch of time (UTC, at most 24 h).

    Visits, closures, leave and device service all claim in the same table, so one guard in the database covers
    them: two active claims on a resource never overlap (booking/guards.py). Only `booking.claims` writes here.
    """

    class Kind(models.TextChoices):
        VISIT = "visit", _("Visit")
        CLOSURE = "closure", _("Closed")
        LEAVE = "leave", _("Away")
        SERVICING = "servicing", _("Device service")
        HOLD = "hold", _("Held")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, null=True, blank=True, related_name="claims")
    closure = models.ForeignKey(Closure, on_delete=models.CASCADE, null=True, blank=True, related_name="claims")
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, null=True, blank=True, related_name="claims")
    practitioner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="claims")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, blank=True, related_name="claims")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, blank=True, related_name="claims")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="claims")
    phase_kind = models.CharField(max_length=12, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    is_active = models.BooleanField(default=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    words = models.CharField(max_length=120, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        indexes = [
            models.Index(fields=["practitioner", "starts_at"], condition=Q(is_active=True), name="claim_practitioner"),
            models.Index(fields=["room", "starts_at"], condition=Q(is_active=True), name="claim_room"),
            models.Index(fields=["device", "starts_at"], condition=Q(is_active=True), name="claim_device"),
            models.Index(fields=["patient", "starts_at"], condition=Q(is_active=True), name="claim_patient"),
            models.Index(
                fields=["expires_at"], condition=Q(is_active=True, expires_at__isnull=False), name="claim_runs_out"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=exactly_one_resource(), name="claim_holds_one_resource"),
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="claim_starts_before_end"),
            models.CheckConstraint(
                condition=Q(ends_at__lte=F("starts_at") + timedelta(hours=24)), name="claim_at_most_a_day"
            ),
            models.CheckConstraint(
                condition=Q(kind="visit", appointment__isnull=False) | ~Q(kind="visit"),
                name="visit_claim_has_its_appointment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_at:%Y-%m-%d %H:%M}Z–{self.ends_at:%H:%M}Z"
