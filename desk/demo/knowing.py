"""What is known of somebody's health and ways, noted at the consultation; days count back from the demo's own."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from clinic.actors import Actor
from desk.demo.people import Comer
from patients import health, notes
from patients.models import Allergy, ClinicalNote, DeskNote, Medicine, Patient, Procedure

DAYS = ("started_on", "stopped_on", "done_on")


def note_down(patient: Patient, comer: Comer, *, by: Actor, desk: Actor, day: date, at: datetime) -> None:
    """Note allergies, medicines, procedures and remarks, each by whoever would."""
    for kind, rows in ((Allergy, comer.allergies), (Medicine, comer.medicines), (Procedure, comer.procedures)):
        for row in rows:
            health.note(kind, patient, **_dated(row, day), by=by, at=at)
    if comer.remark:
        notes.write(DeskNote, patient, words=comer.remark, by=desk, at=at)
    if comer.finding:
        notes.write(ClinicalNote, patient, words=comer.finding, by=by, at=at)


def _dated(row: dict[str, Any], day: date) -> dict[str, Any]:
    return {name: day - timedelta(days=value) if name in DAYS else value for name, value in row.items()}
