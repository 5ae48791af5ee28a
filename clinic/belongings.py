"""Which rows are about a patient: the way from each table to the person, as its keys tell it.

Guards, the purge and the doors ask here, so that a table that joins the house tomorrow is not forgotten by any of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from django.apps import apps
from django.conf import settings
from django.db import models

Way = tuple[models.ForeignKey, ...]
FAR = 4  # keys; no row of the house is further from its patient


def patient_model() -> type[models.Model]:
    """Return the model of the patient; a lower layer imports none from above."""
    return apps.get_model(settings.PATIENT_MODEL)


@cache
def way(model: type[models.Model]) -> Way | None:
    """Return the shortest way to the patient, through keys that are always set where there is one.

    () for the patient, None for what is about nobody.
    """
    found = ways(model)
    return min(found, key=lambda one: (len(one), sum(key.null for key in one)), default=None)


@cache
def ways(model: type[models.Model]) -> tuple[Way, ...]:
    """Return every way to the patient that visits no table twice."""
    return tuple(_ways(model, ()))


def _ways(model: type[models.Model], gone: Way) -> Iterator[Way]:
    if model is patient_model():
        yield gone
        return
    seen = {key.model for key in gone} | {model}
    for key in model._meta.local_fields:
        if isinstance(key, models.ForeignKey) and key.related_model not in seen and len(gone) < FAR:
            yield from _ways(key.related_model, (*gone, key))


def lookup(one: Way) -> str:
    """Return a way as a query writes it: session__patient."""
    return "__".join(key.name for key in one) or "pk"


@cache
def lookups(model: type[models.Model]) -> tuple[str, ...]:
    """Return every way as a query writes it, the shortest first: `patient`, `offer__entry__patient`; none for `pk`."""
    found = (lookup(one) for one in ways(model) if one)
    return tuple(sorted(found, key=lambda way: (way.count("__"), way)))


def about_a_patient() -> list[type[models.Model]]:
    """Return every model whose rows can be about a patient, the tables between two models included."""
    return [model for model in apps.get_models(include_auto_created=True) if ways(model)]
