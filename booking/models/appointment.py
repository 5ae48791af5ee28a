from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Device, Room, Service, Site, User
from patients.models import Patient


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def standing(self) -> AppointmentQuerySet:
        """Visits that are to happen or are happening."""
        return self.filter(state__in=Appointment.STANDING)

    def between(self, start: datetime, end: datetime) -> AppointmentQuerySet:
        return self.filter(starts_at__lt=end, ends_at__gt=start)

    def of_open_records(self) -> AppointmentQuerySet:
        """Visits of everybody but those whose record was closed; theirs are shown nowhere."""
        return self.filter(patient__closed_at=None)

    def for_board(self) -> AppointmentQuerySet:
        return self.of_open_records().select_related("patient", "service", "practitioner", "room", "device", "site")


class Appointment(models.Model):
    """A visit: who comes, for what, with whom, and where it stands.

    starts_at to ends_at is the patient's time (UTC, half-open); the claims hold it and the clean-down after it.
    version rises with every change and guards concurrent edits; sequence rises with every change of time or place
    and goes into calendar files. needling_minutes: the length of the needling phase where it is not the service's
    own. chair: where the cream works, when that is not the room. late_minutes: what the patient said on the way.
    """

    class State(models.TextChoices):
        BOOKED = "booked", _("Booked")
        CONFIRMED = "confirmed", _("Confirmed")
        ARRIVED = "arrived", _("Arrived")
        IN_ROOM = "in_room", _("In room")
        DONE = "done", _("Done")
        NO_SHOW = "no_show", _("No-show")
        CANCELLED = "cancelled", _("Cancelled")

    class CalledOffBy(models.TextChoices):
        PATIENT = "patient", _("The patient")
        CLINIC = "clinic", _("The clinic")

    STANDING = (State.BOOKED, State.CONFIRMED, State.ARRIVED, State.IN_ROOM)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="appointments")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="appointments")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    practitioner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="appointments")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, related_name="appointments")
    chair = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, blank=True, related_name="appointments")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.BOOKED)
    arrived_at = models.DateTimeField(null=True, blank=True)
    needling_minutes = models.PositiveSmallIntegerField(_("needling, minutes"), null=True, blank=True)
    late_minutes = models.PositiveSmallIntegerField(_("late, minutes"), null=True, blank=True)
    is_walk_in = models.BooleanField(_("came without a booking"), default=False)
    cancelled_by = models.CharField(_("called off by"), max_length=8, choices=CalledOffBy.choices, blank=True)
    note = models.CharField(_("note"), max_length=250, blank=True)
    tell_patient = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    sequence = models.PositiveIntegerField(default=0)
    booked_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        indexes = [
            models.Index(fields=["site", "starts_at"], name="appointment_by_site_day"),
            models.Index(fields=["patient", "starts_at"], name="appointment_by_patient"),
            models.Index(fields=["practitioner", "starts_at"], name="appointment_by_practitioner"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="appointment_starts_before_end"),
            models.CheckConstraint(
                condition=Q(needling_minutes=None) | Q(needling_minutes__range=(5, 120)),
                name="needling_length_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient}, {self.starts_at:%Y-%m-%d %H:%M}Z"

    @property
    def is_standing(self) -> bool:
        return self.state in self.STANDING


class Change(models.Model):
    """One line of a visit's history: what was done, by whom, when and why. Never altered.

    press: shared by the steps of one press that are taken back together: the moves of one late day
    (visits.running_late), and with the uuid of its closure what became of the visits of somebody who is out
    (visits.closing). None for every other step.
    """

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="changes")
    verb = models.CharField(max_length=16)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=120)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=250, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)
    press = models.UUIDField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["press"], name="change_by_press", condition=Q(press__isnull=False))]

    def __str__(self) -> str:
        return f"{self.verb} {self.appointment_id}"
