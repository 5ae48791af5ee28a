"""Everything that the house holds about one patient, as they may take it with them: read off the tables themselves."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, Model, Q, QuerySet
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from clinic import belongings as house
from clinic import retention, vault
from clinic.vault_names import VaultName
from patients import belongings
from patients.models import Patient

OPENS_DOORS = "secret"  # a class of docs/data-retention.yaml; it goes to nobody
BEGINNINGS = {b"%PDF": "pdf", b"\x89PNG": "png", b"\xff\xd8": "jpg", b"RIFF": "webp"}


@dataclass(frozen=True)
class Part:
    """All rows of one kind. rows: label and value of each field that says something."""

    label: str
    words: str
    rows: list[list[tuple[str, str]]]


def rows_of(model: type[Model], patient: Patient) -> QuerySet:
    """Return every row of a model that leads to the patient, by whichever way, each once."""
    query = Q(pk=patient.pk) | Q(merged_into=patient) if model is Patient else Q(pk__in=[])
    for way in house.lookups(model):
        query |= Q(**{way: patient})
    found = model._base_manager.filter(query).order_by().values("pk")
    return model._base_manager.filter(pk__in=found).order_by("pk")


def fields_of(model: type[Model]) -> list[Field]:
    """Return the fields that are given out: all but keys to doors."""
    kinds = retention.named().get(model._meta.label, {})
    every = [*model._meta.concrete_fields, *model._meta.many_to_many]
    return [field for field in every if kinds.get(field.name) != OPENS_DOORS]


def as_json(patient: Patient, *, at: datetime) -> str:
    """Return the whole record for a machine: every model with a path to the patient, with its rows."""
    models = {
        model._meta.label: [
            {field.name: _plain(field, row) for field in fields_of(model)} for row in rows_of(model, patient)
        ]
        for model in belongings.models()
    }
    said = {"made_at": at, "patient": str(patient.uuid), "reference": patient.reference, "models": models}
    return json.dumps(said, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)


def _plain(field: Field, row: Model) -> Any:
    """Return a value as JSON holds it; keys as the ids that they are."""
    if field.many_to_many:
        return [str(one) for one in getattr(row, field.name).all()]
    value = getattr(row, field.attname)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return value if value is None or isinstance(value, bool | int | list | dict | str | datetime) else str(value)


def files(patient: Patient) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the vault that belong to the patient: signed consents, signatures, letters, photos."""
    for model in belongings.models():
        names = [field.name for field in fields_of(model) if isinstance(field, VaultName)]
        for row in rows_of(model, patient) if names else ():
            for name in names:
                if where := getattr(row, name):
                    yield _file(f"{model._meta.model_name}-{row.pk}-{name}", where)


def _file(called: str, where: str) -> tuple[str, bytes]:
    try:
        content = vault.read(where)
    except (vault.Unreadable, FileNotFoundError):
        return f"{called}.txt", _("This file could not be read. Ask the clinic for it.").encode()
    ending = next((ending for begins, ending in BEGINNINGS.items() if content.startswith(begins)), "bin")
    return f"{called}.{ending}", content


def parts(patient: Patient) -> Iterator[Part]:
    """Yield the record for a person to read, kind by kind; kinds without a row are left out."""
    for model in belongings.models():
        names = [field for field in fields_of(model) if field.concrete and not _is_technical(model, field)]
        keys = [field.name for field in names if field.is_relation and not field.many_to_many]
        rows = [_lines(row, names) for row in rows_of(model, patient).select_related(*keys)]
        rows = [row for row in rows if row]
        if rows:
            yield Part(model._meta.label, capfirst(str(model._meta.verbose_name_plural)), rows)


def _is_technical(model: type[Model], field: Field) -> bool:
    return retention.named().get(model._meta.label, {}).get(field.name) == "technical" and not field.is_relation


def _lines(row: Model, names: list[Field]) -> list[tuple[str, str]]:
    lines = ((capfirst(str(field.verbose_name)), _words(field, row)) for field in names if not _is_self(field, row))
    return [(label, words) for label, words in lines if words]


def _is_self(field: Field, row: Model) -> bool:
    return field.related_model is Patient


def _words(field: Field, row: Model) -> str:
    """Return a value in words."""
    if field.many_to_many:
        return ", ".join(str(one) for one in getattr(row, field.name).all())
    if display := getattr(row, f"get_{field.name}_display", None):
        return str(display() or "")
    value = getattr(row, field.name)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(localtime(value), "j F Y, H:i")
    if isinstance(value, bytes | memoryview):
        return _("kept as it was sent")
    return "" if value in (None, "", [], {}) else str(value)
