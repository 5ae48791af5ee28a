"""Whose record a clinician may open: in most clinics everybody's, in some only that of their own patients.

Their own are those they treated or have a visit with; one that they gave themselves counts from its day on. Any other
record stands behind glass (`patients.glass`).
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from booking.models import Appointment, Change
from clinic import wall_time
from clinic.actors import Actor
from clinic.capabilities import capabilities_of
from clinic.models import User
from clinic.policy import MayNot
from patients import glass
from patients.models import Patient
from treatments.models import Session

CLINICAL = frozenset({"see_clinical", "treat", "read_messages", "prescribe", "judge_answers"})  # what the glass keeps
WORDS = frozenset({"see_clinical", "read_messages"})  # what it keeps where many patients stand on one page
OVER = (Appointment.State.CANCELLED, Appointment.State.NO_SHOW)


class BehindGlass(MayNot):
    """Raised when somebody would read a record that is not theirs to open. patient: whose it is."""

    def __init__(self, patient: Patient) -> None:
        super().__init__("see_clinical")
        self.patient = patient
        self.args = (_("You do not treat this patient, so the clinical part of the record is closed to you."),)


def theirs(user: User, *, at: datetime) -> Q:
    """Return the condition that a patient is one of this person's own."""
    zone = timezone.get_current_timezone()
    _opens, over_at = wall_time.day_bounds(wall_time.local(at, zone).date(), zone)
    giving = Change.objects.filter(appointment=OuterRef("pk"), after__practitioner=user.pk).order_by("-at", "-pk")
    visits = Appointment.objects.filter(patient=OuterRef("pk"), practitioner=user).exclude(state__in=OVER)
    visits = visits.annotate(given_by=Subquery(giving.values("by")[:1]))
    visits = visits.filter(Q(starts_at__lt=over_at) | Q(given_by=None) | ~Q(given_by=user.pk))
    sessions = Session.objects.filter(patient=OuterRef("pk"), practitioner=user)
    return Exists(visits) | Exists(sessions)


def standing(patient: Patient) -> Patient:
    """Return the record that this one became part of, itself while it stands for itself."""
    while patient.merged_into is not None:
        patient = patient.merged_into
    return patient


def is_closed_to(patient: Patient, *, by: Actor, at: datetime) -> bool:
    """Return whether glass stands between this person and the clinical part of this record.

    It stands before clinicians alone: nobody else reads clinical text anyway.
    """
    if not by.own_only or by.user is None or "see_clinical" not in capabilities_of(by.roles):
        return False
    patient = standing(patient)
    if Patient.objects.filter(theirs(by.user, at=at), pk=patient.pk).exists():
        return False
    return glass.open_for(patient, by.user, at=at) is None


def refuse_behind_glass(patient: Patient, *, by: Actor, at: datetime) -> None:
    """Raise BehindGlass where glass stands; every read of clinical text asks here (`clinic.audit.read`)."""
    if is_closed_to(patient, by=by, at=at):
        raise BehindGlass(standing(patient))
