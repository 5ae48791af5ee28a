"""The desk calls somebody who should come again, and what they are told follows from what they said."""

from __future__ import annotations

from datetime import date, datetime

from aftercare import follow_ups
from aftercare.models import Call
from clinic.actors import Actor
from outbox import notices as outbox
from patients import patients
from treatments.models import Course
from visits import notices
from visits.transactions import step


@step
def log_call(course: Course, *, outcome: str, words: str, next_on: date | None, by: Actor, at: datetime) -> Call:
    """Keep a call. Who does not want to come again gets no reminder of it either. Raises as `follow_ups.log_call`."""
    patient = outbox.hold(course.patient)
    call = follow_ups.log_call(course, outcome=outcome, words=words, next_on=next_on, by=by, at=at)
    if outcome == Call.Outcome.NO_MORE and patient.wants_recall_mail:
        patients.edit(patient, version=patient.version, by=by, at=at, wants_recall_mail=False)
        notices.reconcile(patient, at=at)
    return call
