"""What a record said before and says now, value by value: written by the actions, read by whoever may see the field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from clinic.actors import Actor
from clinic.value_history import as_text, by_field
from patients.models import ClinicalChange, ContactChange, HealthFact, Patient
from patients.models.value_change import ValueChange

PATIENT = "patient"
NOTED, STRUCK = "noted", "struck"

Pair = tuple[Any, Any]


def of_patient(patient: Patient, changes: Mapping[str, Pair], *, version: int, by: Actor, at: datetime) -> None:
    """Keep what fields of the patient were and became. version: what the change made of the record."""
    clinical = {field: pair for field, pair in changes.items() if field in Patient.CLINICAL}
    contact = {field: pair for field, pair in changes.items() if field not in clinical}
    common = {"patient": patient, "what": PATIENT, "version": version, "at": at, "by_name": by.name}
    _keep(ContactChange, contact, **common)
    _keep(ClinicalChange, clinical, **common)


def of_fact(fact: HealthFact, changes: Mapping[str, Pair], *, label: str, by: Actor, at: datetime) -> None:
    """Keep what fields of an allergy, a medicine or a procedure were and became. label: its name before."""
    common = {"patient": fact.patient, "what": kind_of(fact), "label": label, "version": fact.version}
    _keep(ClinicalChange, changes, **common, at=at, by_name=by.name)


def kind_of(fact: HealthFact | type[HealthFact]) -> str:
    """Return the word for a kind of row: allergy, medicine or procedure."""
    return fact._meta.model_name or ""


def readable(patient: Patient, *, reader: Actor, most: int | None = None) -> list[ValueChange]:
    """Return what changed, the latest first, as far as this reader may see the fields. most: no more than these."""
    kinds = [ContactChange, ClinicalChange] if reader.may("see_clinical") else [ContactChange]
    found = [change for kind in kinds for change in kind.objects.filter(patient=patient)[:most]]
    return sorted(found, key=lambda change: change.at, reverse=True)[:most]


def since(patient: Patient, version: int) -> dict[str, list[ValueChange]]:
    """Return what was done to the patient's own fields after that version: each field with its changes in order."""
    return by_field(
        change
        for kind in (ContactChange, ClinicalChange)
        for change in kind.objects.filter(patient=patient, what=PATIENT, version__gt=version).order_by("version", "id")
    )


def _keep(kind: type[ValueChange], changes: Mapping[str, Pair], **common: Any) -> None:
    kind.objects.bulk_create(
        kind(**common, field=field, was=as_text(was), became=as_text(became))
        for field, (was, became) in changes.items()
    )
