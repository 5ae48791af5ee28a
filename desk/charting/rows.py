"""Rows of the chart as they are posted: read and written before any form has seen them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.http import QueryDict

MOST = 100  # more rows are no chart


def values(typed: QueryDict, name: str, field: str) -> list[str]:
    """Return what a field says in each row of a set that is not taken off."""
    return [typed.get(f"{name}-{index}-{field}", "") for index in _standing(typed, name)]


def put(typed: QueryDict, name: str, rows: Iterable[dict[str, str]], *, blank: tuple[str, ...]) -> None:
    """Write rows into those of a set in which none of the fields `blank` says anything, then after the last."""
    count = _count(typed, name)
    free = [
        index for index in _standing(typed, name) if not any(typed.get(f"{name}-{index}-{field}") for field in blank)
    ]
    for row in rows:
        index = free.pop(0) if free else count
        count = max(count, index + 1)
        for field, value in row.items():
            typed[f"{name}-{index}-{field}"] = value
    typed[f"{name}-TOTAL_FORMS"] = str(count)


def _count(typed: QueryDict, name: str) -> int:
    said = typed.get(f"{name}-TOTAL_FORMS") or ""
    return int(said) if said.isdecimal() else 0


def _standing(typed: QueryDict, name: str) -> Iterator[int]:
    return (index for index in range(min(_count(typed, name), MOST)) if not typed.get(f"{name}-{index}-DELETE"))
