"""Two records become one, and two again, with everything that is planned and told for them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from booking import turns
from booking.models import Appointment, Claim
from clinic.actors import Actor
from clinic.refusals import Refusal, Refused
from patients import merging, splitting
from patients.models import Merge, Patient
from visits import access, courses, notices
from visits.transactions import step

NAMED_AT_MOST = 3


@step
def merge(
    kept: Patient, gone: Patient, *, take: Collection[str] = (), versions: tuple[int, int], by: Actor, at: datetime
) -> Merge:
    """Make one record part of the other and plan again what they are told. Raises as `patients.merging.merge`.

    A merge opens the one record to whoever treats the other: BehindGlass is raised while glass stands before either.
    Two visits at one time cannot be one person's: Refused names them; nor can two open courses.
    """
    for patient in merging.hold(kept, gone):
        access.refuse_behind_glass(patient, by=by, at=at)
    turns.lock({("patient", kept.pk), ("patient", gone.pk)}, at=at)
    if refusal := overlap_refusal(kept, gone):
        raise Refused(refusal)
    merged = merging.merge(kept, gone, take=take, versions=versions, by=by, at=at)
    notices.reconcile(kept, at=at)
    return merged


@step
def undo(merge: Merge, *, by: Actor, at: datetime) -> list[str]:
    """Let two records stand for themselves again and plan again what each is told. Raises CannotUndo and BehindGlass.

    Returns the labels of the fields that somebody edited since and that stay as they are.
    """
    for patient in merging.hold(merge.kept, merge.gone):
        access.refuse_behind_glass(patient, by=by, at=at)
    turns.lock({("patient", merge.kept_id), ("patient", merge.gone_id)}, at=at)
    left = splitting.undo(merge, by=by, at=at)
    for patient in (merge.kept, merge.gone):
        notices.reconcile(patient, at=at)
    return left


def overlap_refusal(kept: Patient, gone: Patient) -> Refusal | None:
    """Return why the two cannot be one person: visits of both at one time, or an open course of each; None else."""
    named = [_visit_words(visit) for visit in _meeting(kept, gone)]
    if not named:
        return courses.merge_refusal(kept, gone)
    more = _(" and others") if len(named) > 2 * NAMED_AT_MOST else ""
    sentence = _("Both records have a visit at the same time: %(visits)s. Move or cancel one of each first.")
    return Refusal(
        "patient.visits_overlap",
        _("One person cannot be at two visits"),
        sentence % {"visits": "; ".join(named[: 2 * NAMED_AT_MOST]) + more},
    )


def _meeting(kept: Patient, gone: Patient) -> Iterator[Appointment]:
    """Yield the visits of both that hold the same time, each once."""
    held = Claim.objects.filter(patient__in=[kept, gone], is_active=True).order_by("starts_at", "pk")
    rows = list(held.select_related("appointment__patient", "appointment__service"))
    seen: set[int] = set()
    for number, one in enumerate(rows):
        for other in rows[number + 1 :]:
            if other.starts_at >= one.ends_at:
                break
            if one.patient_id != other.patient_id:
                for claim in (one, other):
                    if claim.appointment is not None and claim.appointment_id not in seen:
                        seen.add(claim.appointment_id)
                        yield claim.appointment


def _visit_words(visit: Appointment) -> str:
    when = date_format(localtime(visit.starts_at, visit.site.zone), "j M Y, H:i")
    return f"{visit.patient.reference} {when} {visit.service.name}"
