"""The ledger of merges: what it lets through a guard, and what it explains of an old seal.

A signed or answered row never changes, but for whose it is, and only when a row of the ledger stands for it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db.models import Model

from clinic.guards import Guard, refuse
from patients.models import MovedRow

IS, IS_NOT = {"sqlite": "IS", "postgres": "IS NOT DISTINCT FROM"}, {"sqlite": "IS NOT", "postgres": "IS DISTINCT FROM"}


def only_moved(model: type[Model], engine: str) -> str:
    """Return the SQL condition that an UPDATE changes nothing of a row but its patient, as the ledger says.

    engine: sqlite or postgres. A merge moves the row from the merged record to the kept one; undone, back again.
    """
    others = [field.column for field in model._meta.concrete_fields if field.column != "patient_id"]
    same = " AND ".join(f'NEW."{column}" {IS[engine]} OLD."{column}"' for column in others)
    there = "m.undone_at IS NULL AND m.gone_id = OLD.patient_id AND m.kept_id = NEW.patient_id"
    back = "m.undone_at IS NOT NULL AND m.kept_id = OLD.patient_id AND m.gone_id = NEW.patient_id"
    moved = "patients_movedrow r JOIN patients_merge m ON m.id = r.merge_id"
    return (
        f"({same} AND EXISTS (SELECT 1 FROM {moved} "  # noqa: S608 - written from our own tables
        f"WHERE r.model = '{model._meta.label_lower}' AND r.row_pk = OLD.id AND (({there}) OR ({back}))))"
    )


def refuse_unless_moved(
    name: str,
    model: type[Model],
    *,
    when: str | Callable[[str], str] = "",
    message: str,
    asks: tuple[str, ...] = (),
) -> Guard:
    """Return a guard under which no row is updated where `when` holds, unless a merge gives it to another record.

    when: an SQL condition, or what makes one of the engine's words for "is something else than", empty or not.
    asks: the tables that it reads.
    """
    conditions = {engine: f"NOT {only_moved(model, engine)}" for engine in IS}
    if when:
        holds = {engine: when if isinstance(when, str) else when(IS_NOT[engine]) for engine in IS}
        conditions = {engine: f"({holds[engine]}) AND {condition}" for engine, condition in conditions.items()}
    return refuse(
        name,
        model._meta.db_table,
        on="UPDATE",
        sqlite_when=conditions["sqlite"],
        postgres_when=conditions["postgres"],
        message=message,
        asks=("patients_merge", "patients_movedrow", *asks),
    )


def patient_uuid_at(row: Model, at: datetime) -> UUID:
    """Return the UUID of the record that a row belonged to at a moment: the seal of that moment covers it."""
    moved = MovedRow.objects.filter(
        model=row._meta.label_lower, row_pk=row.pk, merge__undone_at=None, merge__merged_at__gt=at
    )
    first = moved.select_related("merge__gone").order_by("merge__merged_at", "pk").first()
    return first.merge.gone.uuid if first else row.patient.uuid  # type: ignore[attr-defined]
