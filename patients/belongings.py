"""What a merge moves, a split gives back and an export packs: the rows of one patient (`clinic.belongings` finds them).

Rows that speak of two records belong to neither.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from django.apps import apps
from django.db.models import ForeignKey, Model, QuerySet

from clinic import belongings
from patients.models import Merge, MovedRow, Pair, Patient

# They speak of two records and belong to neither; merging and splitting write them themselves.
ABOUT_TWO = (Pair, Merge, MovedRow)
NAMING = ("subject", "source")  # columns that name a row in words, as in appointment:12


class Key(NamedTuple):
    """A foreign key to the patient."""

    model: type[Model]
    field: str

    @property
    def label(self) -> str:
        return self.model._meta.label_lower

    def of(self, patient: Patient) -> QuerySet:
        return self.model._base_manager.filter(**{self.field: patient})


@cache
def every_key() -> tuple[Key, ...]:
    """Return every foreign key to a patient, of every app, from the bottom up."""
    models = apps.get_models(include_auto_created=True)
    return tuple(
        Key(model, field.name)
        for model in models
        if model not in ABOUT_TWO
        for field in _foreign_keys(model)
        if field.related_model is Patient
    )


@cache
def models() -> tuple[type[Model], ...]:
    """Return every model whose rows lead to one patient, the patient's own first."""
    found = (model for model in belongings.about_a_patient() if model not in ABOUT_TWO)
    return (Patient, *(model for model in found if model is not Patient and belongings.lookups(model)))


def _foreign_keys(model: type[Model]) -> list[ForeignKey]:
    return [field for field in model._meta.get_fields() if isinstance(field, ForeignKey)]


def names_of(patient: Patient) -> set[str]:
    """Return how everything that leads to a patient is named in words: `appointment:12` and `session:<uuid>`."""
    names: set[str] = set()
    for model in models():
        kind, has_uuid = model._meta.model_name, any(field.name == "uuid" for field in model._meta.fields)
        for way in belongings.lookups(model):
            rows = model._base_manager.filter(**{way: patient})
            names |= {f"{kind}:{value}" for pair in rows.values_list("pk", *["uuid"] * has_uuid) for value in pair}
    return names
