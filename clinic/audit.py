"""The trail: who did what, on whom, when and why; each row signed, and the rows linked into a chain.

A row is written in the transaction of the change it tells of, so there is no change without its row. Linking is done
afterwards by one sealer, so writing the trail never waits for a lock.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.utils.module_loading import import_string

from clinic.actors import Actor
from clinic.models import AuditLink, AuditRow
from clinic.often import insert

START_OF_CHAIN = "0" * 64
AT_ONCE = 1000  # rows in one statement
READ, READ_TRAIL, EXPORT = "read", "read.trail", "export"
READS = (READ, READ_TRAIL, EXPORT)  # the verbs that say that somebody saw what is private


def record(
    verb: str,
    obj: models.Model,
    *,
    by: Actor,
    at: datetime,
    patient: models.Model | None = None,
    reason: str = "",
    fields: Mapping[str, Any] | None = None,
) -> AuditRow:
    """Write that `by` did `verb` to `obj`.

    fields: the new values of what changed; only their names and keyed hashes are kept. patient: whose record it is.
    """
    row = _row(verb, obj, by=by, at=at, patient=patient, reason=reason, fields=fields)
    insert([row])
    return row


def record_each(verb: str, objs: Sequence[models.Model], *, by: Actor, at: datetime, fields: Mapping[str, Any]) -> None:
    """Write that `by` did `verb` to each of these records of patients, in few statements; for many at once."""
    rows = [_row(verb, one, by=by, at=at, patient=one, fields=fields) for one in objs]
    AuditRow.objects.bulk_create(rows, batch_size=AT_ONCE)


def _row(
    verb: str,
    obj: models.Model,
    *,
    by: Actor,
    at: datetime,
    patient: models.Model | None,
    reason: str = "",
    fields: Mapping[str, Any] | None,
) -> AuditRow:
    row = AuditRow(
        at=at,
        actor_kind=by.kind,
        actor_id=by.id,
        actor_name=by.name_kept,
        roles=" ".join(sorted(by.roles)),
        verb=verb,
        object_kind=obj._meta.label_lower,
        object_id=str(obj.pk),
        patient_id_text=str(getattr(patient, "uuid", "") or ""),
        reason=reason,
        fields={name: keyed_hash(str(value)) for name, value in sorted((fields or {}).items())},
    )
    row.mac = row_mac(row)
    return row


@transaction.atomic
def read(obj: models.Model, *, by: Actor, at: datetime, patient: models.Model, verb: str = READ) -> AuditRow:
    """Write that `by` opened clinical text, or did another of READS; called before the answer leaves.

    Where a clinic lets practitioners open the records of their own patients only, nobody else comes past here.
    """
    if by.own_only and verb != READ_TRAIL:
        import_string(settings.READ_GATE)(patient, by=by, at=at)
    return record(verb, obj, by=by, at=at, patient=patient)


def reads_of(*uuids: UUID) -> models.QuerySet[AuditRow]:
    """Return who saw what is private about a patient, the latest first. uuids: of each record that is theirs."""
    return AuditRow.objects.filter(patient_id_text__in=map(str, uuids), verb__in=READS).order_by("-at", "-pk")


def deeds_since(at: datetime, *uuids: UUID) -> models.QuerySet[AuditRow]:
    """Return what was done on these records after a moment, the latest first; reading is no deed."""
    rows = AuditRow.objects.filter(patient_id_text__in=map(str, uuids), at__gt=at)
    return rows.exclude(verb__in=READS).order_by("-at", "-pk")


def keyed_hash(text: str) -> str:
    """Return the HMAC-SHA-256 of a text under the house's key, in hex."""
    return _hash(text, settings.SECRET_KEY)


def is_hash_of(found: str, text: str) -> bool:
    """Return whether this is the keyed hash of a text, under today's key or one that the house had before."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(hmac.compare_digest(found, _hash(text, key)) for key in keys)


def tells_of(row: AuditRow, fields: Mapping[str, Any]) -> bool:
    """Return whether a row was written with exactly these values."""
    return row.fields.keys() == fields.keys() and all(
        is_hash_of(row.fields[name], str(value)) for name, value in fields.items()
    )


def _hash(text: str, secret: str) -> str:
    key = hashlib.sha256(b"stipple audit" + secret.encode()).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def row_mac(row: AuditRow) -> str:
    """Return the signature over everything that a row says."""
    return keyed_hash(_said(row))


def _said(row: AuditRow) -> str:
    said = [
        str(row.uuid),
        row.at.timestamp(),
        row.actor_kind,
        row.actor_id,
        row.actor_name,
        row.roles,
        row.verb,
        row.object_kind,
        row.object_id,
        row.patient_id_text,
        row.reason,
        row.fields,
    ]
    return json.dumps(said, sort_keys=True, ensure_ascii=False)


def _link(position: int, row_uuid: object, row_mac_hex: str, before: str) -> str:
    return f"{position}:{row_uuid}:{row_mac_hex}:{before}"


@transaction.atomic
def seal_links(*, at: datetime, limit: int = 5000) -> int:
    """Link rows that stand outside the chain, oldest first, and return how many. Two sealers do no harm."""
    last = AuditLink.objects.select_for_update().order_by("-position").first()
    position, before = (last.position, last.mac) if last else (0, START_OF_CHAIN)
    linked = AuditLink.objects.values("row_uuid")
    waiting = AuditRow.objects.exclude(uuid__in=linked).order_by("pk").values_list("uuid", "mac")[:limit]
    links = []
    for row_uuid, mac in waiting:
        position += 1
        before = keyed_hash(_link(position, row_uuid, mac, before))
        links.append(AuditLink(position=position, row_uuid=row_uuid, row_mac=mac, mac=before, linked_at=at))
    AuditLink.objects.bulk_create(links)
    return len(links)


@dataclass(frozen=True)
class Fault:
    """Something wrong with the trail: what, and where."""

    kind: str
    where: str


def faults(*, head: str = "") -> list[Fault]:
    """Return what is wrong with the trail: edited, removed, inserted or truncated rows; empty when all is well.

    head: the mac of the last link as it was noted outside the database; only with it a truncated tail is found.
    """
    rows = {row.uuid: row for row in AuditRow.objects.iterator()}
    found = [Fault("edited row", str(row.uuid)) for row in rows.values() if not is_hash_of(row.mac, _said(row))]
    before, seen = START_OF_CHAIN, set()
    for expected, link in enumerate(AuditLink.objects.order_by("position").iterator(), start=1):
        said = _link(link.position, link.row_uuid, link.row_mac, before)
        if link.position != expected or not is_hash_of(link.mac, said):
            found.append(Fault("broken link", str(link.position)))
        row = rows.get(link.row_uuid)
        if row is None:
            found.append(Fault("removed row", str(link.row_uuid)))
        elif row.mac != link.row_mac:
            found.append(Fault("edited row", str(link.row_uuid)))
        before = link.mac
        seen.add(before)
    if head and head not in seen:
        found.append(Fault("truncated chain", head))
    return found


def head() -> str:
    """Return the mac of the last link, to be noted outside the database; empty before the first."""
    return AuditLink.objects.order_by("-position").values_list("mac", flat=True).first() or ""
