"""Which columns name files of the vault, and which files no row names any more.

A deed keeps its file first and writes its row after it; a crash between the two leaves a file that nobody can find or
open again. Each night such files go, once they are a day old.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.core.files.storage import storages
from django.db import models

GRACE = timedelta(days=1)  # a deed that is still being done keeps its file


class VaultName(models.CharField):
    """The name of a file in the vault; to the database a text like any other."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"max_length": 80} | kwargs))

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


def columns() -> Iterator[tuple[type[models.Model], VaultName]]:
    """Yield each column that names files of the vault, with its model."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_fields:
            if isinstance(field, VaultName):
                yield model, field


def strays(*, at: datetime) -> list[str]:
    """Return the files that no row names and that were there a day ago, sorted."""
    vault = storages["vault"]
    there = vault.names()  # before the rows are read: what is kept meanwhile is not looked at
    named: set[str] = set()
    for model, field in columns():
        named |= set(model._base_manager.exclude(**{field.name: ""}).values_list(field.name, flat=True))
    return [name for name in there if name not in named and vault.get_modified_time(name) <= at - GRACE]


def sweep(*, at: datetime) -> int:
    """Remove the files that no row names, and return how many."""
    found = strays(at=at)
    for name in found:
        storages["vault"].delete(name)
    return len(found)
