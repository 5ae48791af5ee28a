"""Two records become one, and two again: everything that belongs to the patient moves, row by row on a ledger.

The merged record stays as it was, hidden from every list, and leads to the other. What moves is read off the tables
(`patients.belongings`); guards let sealed rows through only as the ledger says (`patients.ledger`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.db.models import Model, Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from clinic import audit, retention
from clinic.actors import Actor
from clinic.models import AuditRow
from clinic.refusals import Refusal, Refused, Stale
from patients import belongings, choosing, links, patients
from patients.belongings import Key
from patients.models import Link, Merge, MovedRow, Pair, Patient

UNDO_DAYS = 30
ABOUT_HEALTH = {"clinical", "staff", "technical"}  # classes of a table that speaks of nothing else
MERGED_WORDS = "this record was merged into another"  # what the database says to whoever writes for it


class Merged(Refused):
    """Raised for a record that became part of another; its words say which."""

    def __init__(self, patient: Patient | None = None) -> None:
        gone = Patient.with_merged.select_related("merged_into").filter(pk=patient.pk).first() if patient else None
        other = gone.merged_into if gone else None
        sentence = (
            _("This record became part of %(reference)s, %(name)s. Nothing was changed; open that one.")
            % {"reference": other.reference, "name": other.name}
            if other
            else _("This record became part of another a moment ago. Nothing was changed; open it again.")
        )
        super().__init__(Refusal("patient.merged", _("Two records are one now"), sentence))


@dataclass(frozen=True)
class Moving:
    """How many rows of one kind a merge would move, and how many stay because the other record has the same."""

    words: str
    count: int
    staying: int = 0


def hold(one: Patient, other: Patient) -> tuple[Patient, Patient]:
    """Return both records fresh, held until the transaction ends; whoever writes for either waits. Raises Merged."""
    rows = Patient.with_merged.select_for_update().filter(pk__in=[one.pk, other.pk]).order_by("pk")
    held = {row.pk: row for row in rows}
    return held[one.pk], held[other.pk]


def forwarded(uuids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return for each of these that was merged the record that it leads to."""
    rows = Patient.with_merged.filter(uuid__in=list(uuids), merged_into__isnull=False)
    return dict(rows.values_list("uuid", "merged_into__uuid"))


def preview(kept: Patient, gone: Patient, *, reader: Actor) -> list[Moving]:
    """Return what a merge would move, by kind, the most first; of what is about health alone, only to clinicians."""
    classes = retention.named()
    found = []
    for key in belongings.every_key():
        if _is_hidden(key.model, classes, reader):
            continue
        moving, staying = _split(key, kept, gone)
        if moving or staying:
            words = capfirst(str(key.model._meta.verbose_name_plural))
            found.append(Moving(words, len(moving), len(staying)))
    return sorted(found, key=lambda one: (-one.count, one.words))


def _is_hidden(model: type[Model], classes: Mapping[str, Mapping[str, str]], reader: Actor) -> bool:
    """Return whether a table is about health alone and this reader may not see what is."""
    return set(classes[model._meta.label].values()) <= ABOUT_HEALTH and not reader.may("see_clinical")


def written_since(merge: Merge, *, reader: Actor) -> list[tuple[str, AuditRow]]:
    """Return what was written for either record since they were merged, the latest first: of what kind, and the deed.

    Of what is about health alone, only to clinicians.
    """
    classes = retention.named()
    found = []
    for row in audit.deeds_since(merge.merged_at, merge.kept.uuid, merge.gone.uuid):
        model = apps.get_model(row.object_kind)
        if not _is_hidden(model, classes, reader):
            found.append((capfirst(str(model._meta.verbose_name)), row))
    return found


@transaction.atomic
def merge(
    kept: Patient, gone: Patient, *, take: Collection[str] = (), versions: tuple[int, int], by: Actor, at: datetime
) -> Merge:
    """Make one record part of the other, for good after 30 days. take: the fields whose value comes from `gone`.

    versions: of both records as they were read. Raises Stale, Merged, Refused for a closed record and for two skin
    types that only a clinician may choose between, and as `patients.edit`. Links that were sent to an address the
    record gives up are revoked.
    """
    kept, gone = hold(kept, gone)
    _refuse_unfit(kept, gone, versions)
    chosen = choosing.together(kept, gone, take=take, by=by)
    changes = {name: value for name, value in chosen.items() if value != getattr(kept, name)}
    ledger = Merge.objects.create(
        kept=kept,
        gone=gone,
        merged_at=at,
        merged_by=by.user,
        before={name: choosing.as_json(getattr(kept, name)) for name in changes},
        after={name: choosing.as_json(value) for name, value in changes.items()},
    )
    _revoke_stray_links(kept, gone, email=chosen["email"], at=at)
    for key in belongings.every_key():
        _move(key, _split(key, kept, gone)[0], to=kept, ledger=ledger)
    Patient.with_merged.filter(pk=gone.pk).update(merged_into=kept)
    _carry_answers(kept, gone, at=at)
    _write(kept, changes, by=by, at=at)
    for patient in (kept, gone):
        audit.record("merge", ledger, by=by, at=at, patient=patient, fields=changes)
    return ledger


def _refuse_unfit(kept: Patient, gone: Patient, versions: tuple[int, int]) -> None:
    for patient in (kept, gone):
        if patient.merged_into_id is not None:
            raise Merged(patient)
        if patient.closed_at is not None:
            sentence = _("%(reference)s was closed because its patient asked for that. Nothing was changed.")
            said = sentence % {"reference": patient.reference}
            raise Refused(Refusal("patient.merge_of_closed", _("A closed record stays by itself"), said))
    if kept.pk == gone.pk:
        sentence = _("This is one record already. Choose another one beside it.")
        raise Refused(Refusal("patient.merge_of_one", _("Nothing to merge"), sentence))
    if (kept.version, gone.version) != versions:
        raise Stale


def _split(key: Key, kept: Patient, gone: Patient) -> tuple[list[int], list[int]]:
    """Return the rows of the merged record that can move, and those that the kept one has in the same words."""
    rows = list(key.of(gone).order_by("pk").values_list("pk", flat=True))
    staying = _doubled(key, kept, gone) if rows else set()
    return [pk for pk in rows if pk not in staying], sorted(staying)


def _doubled(key: Key, kept: Patient, gone: Patient) -> set[int]:
    """Return the rows that would stand twice where the table lets them stand once."""
    field = key.model._meta.get_field(key.field)
    once = [(tuple(c.fields), c.condition) for c in key.model._meta.total_unique_constraints if key.field in c.fields]
    once += [
        (tuple(c.fields), c.condition)
        for c in key.model._meta.constraints
        if getattr(c, "condition", None) is not None and key.field in getattr(c, "fields", ())
    ]
    if field.unique:
        once.append(((key.field,), None))
    found: set[int] = set()
    for fields, condition in once:
        others = [name for name in fields if name != key.field]
        theirs = key.of(kept).filter(condition or Q()).values_list(*others) if others else []
        stand = set(theirs) if others else ({()} if key.of(kept).filter(condition or Q()).exists() else set())
        mine = key.of(gone).filter(condition or Q()).values_list("pk", *others)
        found |= {pk for pk, *values in mine if tuple(values) in stand}
    return found


def _move(key: Key, pks: list[int], *, to: Patient, ledger: Merge) -> None:
    """Give rows to a record; the ledger is written first, for the guards ask it."""
    named = {"model": key.label, "field": key.field}
    MovedRow.objects.bulk_create([MovedRow(merge=ledger, row_pk=pk, **named) for pk in pks], batch_size=500)
    key.model._base_manager.filter(pk__in=pks).update(**{key.field: to})


def _write(kept: Patient, changes: dict[str, Any], *, by: Actor, at: datetime) -> None:
    """Write what was chosen, as an edit. What only clinicians see was put together by rule, so the house writes it."""
    for clinical, hand in ((False, by), (True, by if by.may("see_clinical") else Actor.system("merge"))):
        fields = {name: value for name, value in changes.items() if (name in Patient.CLINICAL) is clinical}
        if fields:
            kept.version = patients.edit(kept, version=kept.version, by=hand, at=at, **fields).version


def _revoke_stray_links(kept: Patient, gone: Patient, *, email: str, at: datetime) -> None:
    """Let links open nothing any more that went to an address which the one record no longer has."""
    for patient in (kept, gone):
        if patient.email != email:
            for link in Link.objects.filter(patient=patient, revoked_at=None):
                links.revoke(link, at=at)


def _carry_answers(kept: Patient, gone: Patient, *, at: datetime) -> None:
    """Let those who are somebody else than the merged record be somebody else than the kept one."""
    answered = Pair.objects.filter(Q(low=gone) | Q(high=gone), set_apart_at__isnull=False)
    for pair in answered.exclude(Q(low=kept) | Q(high=kept)):
        other = pair.high_id if pair.low_id == gone.pk else pair.low_id
        low, high = sorted((kept.pk, other))
        said = {"set_apart_at": pair.set_apart_at, "set_apart_by": pair.set_apart_by}
        Pair.objects.get_or_create(low_id=low, high_id=high, defaults={"found_at": at} | said)
