"""Two records field by field, and what somebody chose of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from phonenumber_field.phonenumber import PhoneNumber

from clinic.actors import Actor
from desk import numbers
from patients import choosing
from patients.models import Patient

TAKES = "theirs"


@dataclass(frozen=True)
class Line:
    """One field of both, in words. is_open: there is something to choose; takes: the other record's value is chosen."""

    name: str
    label: str
    mine: str
    theirs: str
    is_open: bool
    takes: bool


def lines(kept: Patient, gone: Patient, *, reader: Actor, posted: QueryDict) -> list[Line]:
    """Return the fields that are known of either; what was chosen on a form that comes back stays chosen."""
    found = []
    for choice in choosing.choices(kept, gone, reader=reader):
        takes = posted.get(choice.name) == TAKES if choice.name in posted else choice.takes
        mine, theirs = _words(kept, choice.name), _words(gone, choice.name)
        if mine or theirs:
            found.append(Line(choice.name, choice.label, mine, theirs, choice.is_open, takes))
    return found


def _words(patient: Patient, name: str) -> str:
    value: Any = getattr(patient, name)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return date_format(value, "j M Y")
    if isinstance(value, PhoneNumber):
        return str(value.as_international)
    if display := getattr(patient, f"get_{name}_display", None):
        return str(display() or "")
    return str(value or "")


def read(posted: QueryDict) -> dict[str, Any]:
    """Return what was chosen, as `visits.merging.merge` takes it."""
    take = [name for name in posted if posted[name] == TAKES]
    versions = tuple(numbers.read(posted.get(name, "")) or 0 for name in ("kept_version", "gone_version"))
    return {"take": take, "versions": versions}
