"""The final deletion: listed each night when a record's time is over, and done when a person says so.

Only the trail stays, which holds ids, and the purge itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Exists, FileField, Model, OuterRef, Q
from django.utils.translation import gettext as _

from clinic import audit, belongings, vault_names
from clinic.actors import Actor
from clinic.models import Purge, Site
from clinic.refusals import Refusal, Refused
from outbox.models import Suppression
from patients import holds
from patients.models import Patient
from visits import keeping
from visits.erasing import one_person, rows_of
from visits.transactions import step

AT_ONCE = 500  # rows in one statement


class NotDue(Refused):
    """Raised when a record would be deleted whose time is not over, or that was decided about before."""


def list_due(*, at: datetime) -> int:
    """List the records whose time is over, take back those whose time is not any more; return how many are new."""
    site = Site.objects.order_by("pk").first()
    if site is None:
        return 0
    found = {patient.pk: (patient, day) for patient, day in keeping.due(site, at=at)}
    with transaction.atomic():
        for purge in Purge.objects.waiting().exclude(patient_pk__in=found):
            Purge.objects.filter(pk=purge.pk, approved_at=None).update(withdrawn_at=at)
        listed = set(Purge.objects.filter(withdrawn_at=None).values_list("patient_pk", flat=True))
        rows = [
            Purge(patient_pk=pk, patient_uuid=patient.uuid, due_on=day, listed_at=at)
            for pk, (patient, day) in found.items()
            if pk not in listed
        ]
        return len(Purge.objects.bulk_create(rows, ignore_conflicts=True))


def waiting() -> list[tuple[Purge, Patient]]:
    """Return what waits for a decision, with whom it is about."""
    purges = list(Purge.objects.waiting().filter(Exists(Patient.everybody.filter(pk=OuterRef("patient_pk")))))
    people = Patient.everybody.in_bulk([purge.patient_pk for purge in purges])
    return [(purge, people[purge.patient_pk]) for purge in purges]


def counts(patient: Patient) -> dict[str, int]:
    """Return how many rows would go, by model: the dry run of one deletion."""
    found = {model._meta.label: rows_of(model, patient).count() for model in _children_first()}
    return {label: count for label, count in found.items() if count}


@step
def carry_out(purge: Purge, *, by: Actor, at: datetime) -> Purge:
    """Delete a record for good, in every app, under this purge; return it done.

    Raises Held under a legal hold, NotDue when its time is not over (any more) or somebody else decided.
    """
    patient = Patient.everybody.filter(pk=purge.patient_pk).first()
    if patient is None or not _is_due(patient, at):
        raise _not_due()
    holds.refuse_while_held(patient)
    approved = {"approved_at": at, "approved_by_id_text": by.id}
    if not Purge.objects.waiting().filter(pk=purge.pk).update(**approved):
        raise _not_due()
    beside = [
        Purge(patient_pk=pk, patient_uuid=uuid, due_on=purge.due_on, listed_at=at, **approved)
        for pk, uuid in Patient.with_merged.filter(pk__in=one_person(patient)[1:]).values_list("pk", "uuid")
    ]
    Purge.objects.bulk_create(beside)
    names, email = list(_files_of(patient)), patient.email
    rows = {model: list(rows_of(model, patient).values_list("pk", flat=True)) for model in _children_first()}
    for model, pks in rows.items():
        _delete(model, pks)
    _forget_address(email)
    gone = {model._meta.label: len(pks) for model, pks in rows.items() if pks}
    Purge.objects.filter(pk__in=[purge.pk, *(one.pk for one in beside)]).update(done_at=at, counts=gone)
    audit.record("record.deleted", purge, by=by, at=at, patient=patient, fields=gone)
    transaction.on_commit(lambda: _remove(names))
    purge.refresh_from_db()
    return purge


def _is_due(patient: Patient, at: datetime) -> bool:
    site = Site.objects.order_by("pk").first()
    return any(one.pk == patient.pk for one, _day in keeping.due(site, at=at, only=patient)) if site else False


def _children_first() -> list[type[Model]]:
    """Return the models about patients, what hangs on others first, the patient last: the guards look upwards."""
    return sorted(belongings.about_a_patient(), key=lambda model: -len(belongings.way(model) or ()))


def _delete(model: type[Model], pks: list[int]) -> None:
    for first in range(0, len(pks), AT_ONCE):
        rows = model._base_manager.filter(pk__in=pks[first : first + AT_ONCE])
        rows._raw_delete(rows.db)


def _files_of(patient: Patient) -> Iterator[tuple[str, str]]:
    """Yield the storage and the name of each file that the patient's rows name."""
    for model, column in vault_names.columns():
        if model in belongings.about_a_patient():
            names = rows_of(model, patient).exclude(**{column.name: ""}).values_list(column.name, flat=True)
            yield from (("vault", name) for name in names)
    for model in belongings.about_a_patient():
        for field in model._meta.local_fields:
            if isinstance(field, FileField):
                names = rows_of(model, patient).exclude(Q(**{field.name: ""})).values_list(field.name, flat=True)
                yield from (("default", name) for name in names if name)


def _remove(names: list[tuple[str, str]]) -> None:
    for storage, name in names:
        storages[storage].delete(name)


def _forget_address(email: str) -> None:
    """Forget that mail to an address came back, once nobody has that address any more."""
    if email and not Patient.everybody.filter(email=email).exists():
        Suppression.objects.filter(address__iexact=email).delete()


def _not_due() -> NotDue:
    sentence = _("This record is not to be deleted now: its time is not over, or somebody decided already.")
    return NotDue(Refusal("purge.not_due", _("Nothing was deleted"), sentence))
