"""What a patient answered, on its way into the story: handed in, changed, decided about; and the visits it breaks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Q

from booking.models import Appointment, Override
from clinic import wall_time
from clinic.actors import Actor
from clinic.models import Site
from clinic.refusals import Refusal
from intake import answers, letters, screenings
from intake.models import Screening, ScreeningDraft
from intake.rules import Reply
from patients import restrictions
from patients.models import Patient, Restriction
from treatments import decisions, gates
from visits.transactions import step


@dataclass(frozen=True)
class Broken:
    """A booked visit that a restriction stops, and why, in words that the desk may read aloud."""

    visit: Appointment
    refusal: Refusal


@step
def submit(draft: ScreeningDraft, *, version: int, on: date, by: Actor, at: datetime) -> Screening:
    """Hand in a full screening. by: who asked, or the patient behind a link. Raises as `screenings.submit`."""
    return screenings.submit(draft, version=version, on=on, by=by, at=at)


@step
def change(screening: Screening, replies: Mapping[str, Reply], *, on: date, by: Actor, at: datetime) -> Screening:
    """Answer some questions otherwise. Raises as `screenings.change`."""
    return screenings.change(screening, replies, on=on, by=by, at=at)


@step
def decide(
    appointment: Appointment, reasons: Mapping[str, str], *, on: date, by: Actor, at: datetime
) -> list[Override]:
    """Pass answers for this one visit. Raises as `decisions.decide`."""
    return decisions.decide(appointment, reasons, on=on, by=by, at=at)


def broken(*, site: Site, at: datetime, patient: Patient | None = None) -> list[Broken]:
    """Return the visits to come that a restriction stops and nobody passed, soonest first, in at most six queries.

    patient: only theirs.
    """
    stopped = Q(patient__restrictions__lifted_at=None, patient__restrictions__pk__isnull=False)
    dated = Q(patient__restrictions__not_before=None) | Q(patient__restrictions__not_before__gt=F("starts_at__date"))
    coming = Appointment.objects.for_board().standing().filter(stopped & dated, site=site, starts_at__gte=at)
    if patient is not None:
        coming = coming.filter(patient=patient)
    visits = list(coming.filter(arrived_at=None).distinct().order_by("starts_at"))
    rows = _by_patient(visits)
    made = _made_for(visits)
    asked = {visit.patient_id for visit in visits if any(one.code for one in made.get(visit.pk, ()))}
    standing = answers.standing_among(asked) if asked else {}
    found = []
    for visit in visits:
        on = wall_time.local(visit.starts_at, site.zone).date()
        stops = restrictions.stopping(rows[visit.patient_id], service_kind=visit.service.kind, on=on)
        refusal = gates.left_standing(stops, made.get(visit.pk, ()), standing.get(visit.patient_id, {}), on=on)
        if refusal is not None:
            found.append(Broken(visit, refusal))
    return found


def _by_patient(visits: Iterable[Appointment]) -> dict[int, list[Restriction]]:
    found: dict[int, list[Restriction]] = {visit.patient_id: [] for visit in visits}
    for row in Restriction.objects.filter(patient__in=found, lifted_at=None):
        found[row.patient_id].append(row)
    return found


def _made_for(visits: Iterable[Appointment]) -> dict[int, list[Override]]:
    found: dict[int, list[Override]] = {}
    made = letters.marked(Override.objects.filter(appointment__in=[visit.pk for visit in visits]))
    for one in made.select_related("agreed_by").prefetch_related("agreed_by__grants"):
        found.setdefault(one.appointment_id, []).append(one)
    return found
