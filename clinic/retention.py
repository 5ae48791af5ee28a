"""What each field of the house is and how long it is kept, as docs/data-retention.yaml names it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.apps import apps
from django.conf import settings
from django.db import models

PATH = Path(settings.BASE_DIR) / "docs" / "data-retention.yaml"
REMOVED, RESTRICTED, KEPT = "removed", "restricted", "kept"


@dataclass(frozen=True)
class Kind:
    """One class of data. at_erasure: what becomes of it when a patient asks to be forgotten."""

    code: str
    what: str
    period: str
    at_erasure: str


@cache
def _file() -> dict[str, Any]:
    return yaml.safe_load(PATH.read_text(encoding="utf-8"))


def kinds() -> dict[str, Kind]:
    """Return the classes of data by their code."""
    return {code: Kind(code, **said) for code, said in _file()["classes"].items()}


def periods() -> dict[str, str]:
    """Return how long things are kept, in words, by the name of the period."""
    return dict(_file()["periods"])


def named() -> dict[str, dict[str, str]]:
    """Return the class of each field that the file names, by model and field. Raises ValueError for one named twice."""
    found: dict[str, dict[str, str]] = {}
    for label, blocks in _file()["models"].items():
        of_model = found.setdefault(label, {})
        for kind, names in blocks.items():
            for name in names.split():
                if name in of_model:
                    raise ValueError(f"{label}.{name} is named twice: {of_model[name]} and {kind}")
                of_model[name] = kind
    return found


def standing() -> dict[str, list[str]]:
    """Return the fields that the database holds, by model, the tables between two models included."""
    every = apps.get_models(include_auto_created=True)
    return {model._meta.label: [field.name for field in model._meta.local_fields] for model in every}


def fields_of(*codes: str) -> Iterator[tuple[type[models.Model], models.Field]]:
    """Yield each field of these classes with its model."""
    for label, of_model in named().items():
        model = apps.get_model(label)
        for name, kind in of_model.items():
            if kind in codes:
                yield model, model._meta.get_field(name)


def faults() -> list[str]:
    """Return what is wrong with the file, each in a sentence that says what to write where."""
    written, real = named(), standing()
    known, lasting = kinds(), periods()
    wrong = [f"The class {one.code} has no period {one.period}." for one in known.values() if one.period not in lasting]
    wrong += [
        f"The class {one.code} has an at_erasure of {one.at_erasure}."
        for one in known.values()
        if one.at_erasure not in (REMOVED, RESTRICTED, KEPT)
    ]
    for label in sorted(written.keys() | real.keys()):
        wrong += _faults_of(label, written.get(label, {}), real.get(label, []), known)
    return wrong


def _faults_of(label: str, written: dict[str, str], real: list[str], known: dict[str, Kind]) -> Iterator[str]:
    where = "docs/data-retention.yaml"
    choose = f"Choose the class it truly is: {', '.join(known)}."
    if real and not written:
        yield f"{label} is missing. Add a block “{label}:” to {where} with every field behind its class. {choose}"
        return
    if not real:
        yield f"{label} is gone. Take its block out of {where}."
        return
    for name in real:
        if name not in written:
            yield f"{label}.{name} is missing. Write it behind its class under “{label}:” in {where}. {choose}"
    for name, kind in written.items():
        if name not in real:
            yield f"{label}.{name} is gone. Take it out from behind {kind} under “{label}:” in {where}."
        elif kind not in known:
            yield f"{label}.{name} stands behind {kind}, which is no class. {choose}"
