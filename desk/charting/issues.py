"""Every problem of a chart with the field it leads to, and where on the page something that is missing belongs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.forms import BoundField

from desk.charting.row_forms import SETS
from treatments.judging import Missing

CHIPS = (
    "erythema",
    "oedema",
    "bleeding",
    "pain_during",
    "pain_after",
    "adjunct",
    "aftercare_method",
    "prp_draw_label",
    "prp_application_label",
)  # a row of choices each


@dataclass(frozen=True)
class Issue:
    """A sentence and the field it is about."""

    href: str
    words: str


def place_of(missing: Missing) -> str:
    """Return where on the chart something that is missing belongs, as the end of an address."""
    where, _dot, _rest = missing.where.partition(".")
    if where in CHIPS:
        return f"#id_{where}_0"
    return f"#{where}" if where in SETS else f"#id_{where}"


def of_form(form: Any) -> Iterator[Issue]:
    """Yield what is wrong with a form, its own sentences first."""
    first = next(iter(form.visible_fields()), None)
    for sentence in form.non_field_errors():
        yield Issue(_href(first), str(sentence))
    for field in form:
        for sentence in field.errors:
            yield Issue(_href(field), str(sentence))


def _href(field: BoundField | None) -> str:
    return f"#{field.id_for_label or f'{field.auto_id}_0'}" if field else "#main"
