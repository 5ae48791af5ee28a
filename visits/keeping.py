"""How long a record is kept: counted from the last entry in it, whichever layer that was written in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import Exists, Max, Model, OuterRef, Q

from booking.models import Appointment
from clinic import belongings
from clinic.models import Site
from clinic.wall_time import local
from intake.models import Consent, Letter, Screening
from patients.models import Allergy, ClinicalNote, Erasure, Hold, Medicine, Patient, Procedure
from patients.rules import kept_until, years_after
from treatments.models import Addendum, Reaction, ReactionEntry, Session

ENTRIES: tuple[tuple[type[Model], str], ...] = (
    (Appointment, "ends_at"),
    (Session, "started_at"),
    (Addendum, "written_at"),
    (Reaction, "recorded_at"),
    (ReactionEntry, "written_at"),
    (Screening, "asked_at"),
    (Consent, "given_at"),
    (Letter, "kept_at"),
    (ClinicalNote, "at"),
    (Allergy, "noted_at"),
    (Medicine, "noted_at"),
    (Procedure, "noted_at"),
)


def last_entry_on(patient: Patient, site: Site) -> date:
    """Return the day of the last entry in a record: a visit to come counts, and the day it was begun at least."""
    moments = [patient.created_at]
    for model, field in ENTRIES:
        of_patient = model._base_manager.filter(**{_way(model): patient})
        moments.append(of_patient.aggregate(last=Max(field))["last"] or patient.created_at)
    return local(max(moments), site.zone).date()


def delete_on(patient: Patient, site: Site) -> date:
    """Return the day on which the record may be deleted, as things stand."""
    return kept_until(last_entry_on(patient, site), patient.born_on, years=site.keep_years)


def due(site: Site, *, at: datetime, only: Patient | None = None) -> Iterator[tuple[Patient, date]]:
    """Yield each record whose time is over, with the day it was over: none that is held.

    A record that was closed goes on the day that its patient was told. only: look at this record alone.
    """
    today = local(at, site.zone).date()
    promised = dict(Erasure.objects.filter(reopened_at=None).values_list("patient_id", "delete_on"))
    held = Hold.objects.standing().values("patient")
    as_promised = [pk for pk, day in promised.items() if day <= today]
    old = Patient.everybody.exclude(pk__in=held).filter(
        ~_entered_after(years_after(today, -site.keep_years)) | Q(pk__in=as_promised)
    )
    for patient in old.filter(pk=only.pk) if only else old:
        day = promised.get(patient.pk) or delete_on(patient, site)
        if day <= today:
            yield patient, day


def _entered_after(day: date) -> Exists:
    """Return a condition that leaves out, in the database, nearly everybody whose time cannot be over."""
    found = Exists(Patient.everybody.filter(pk=OuterRef("pk"), created_at__date__gt=day))
    for model, field in ENTRIES:
        found |= Exists(model._base_manager.filter(**{_way(model): OuterRef("pk"), f"{field}__date__gt": day}))
    return found


def _way(model: type[Model]) -> str:
    return belongings.lookup(belongings.way(model) or ())
