"""Which value stays when two records become one: chosen by a person, or by a rule under which nothing is lost."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BooleanField, Field, TextField
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from phonenumber_field.phonenumber import PhoneNumber

from clinic.actors import Actor
from clinic.refusals import Refusal, Refused
from patients.models import Allergy, Patient
from patients.patients import EDITABLE
from patients.rules import fold

JOINED = ("former_names", "no_known_allergies")  # put together by the house and never chosen between


@dataclass(frozen=True)
class Choice:
    """One field of both records. takes: whether the value of the merged record is proposed, as it loses nothing."""

    name: str
    label: str
    mine: Any
    theirs: Any
    is_open: bool
    takes: bool


def fields_for(reader: Actor) -> list[Field]:
    """Return the fields that this reader may compare, in the order of the record."""
    hidden = () if reader.may("see_clinical") else Patient.CLINICAL
    return [field for field in Patient._meta.fields if field.name in EDITABLE and field.name not in hidden]


def choices(kept: Patient, gone: Patient, *, reader: Actor) -> list[Choice]:
    """Return both records field by field, as far as the reader may see them."""
    found = []
    for field in fields_for(reader):
        mine, theirs = getattr(kept, field.name), getattr(gone, field.name)
        is_open = mine != theirs and field.name not in JOINED
        takes = is_open and _proposed(field, mine, theirs) == theirs
        found.append(Choice(field.name, capfirst(str(field.verbose_name)), mine, theirs, is_open, takes))
    return found


def together(kept: Patient, gone: Patient, *, take: Collection[str], by: Actor) -> dict[str, Any]:
    """Return the values of the one record. take: fields whose value comes from `gone`; the others are the kept one's.

    What the person may not see is put together so that nothing is lost. Raises Refused where that cannot be.
    """
    seen = {field.name for field in fields_for(by)}
    chosen: dict[str, Any] = {}
    for field in Patient._meta.fields:
        mine, theirs = getattr(kept, field.name), getattr(gone, field.name)
        if field.name not in EDITABLE or field.name in JOINED:
            continue
        if field.name in seen:
            chosen[field.name] = theirs if field.name in take else mine
        else:
            chosen[field.name] = _without_loss(field, mine, theirs)
    chosen["former_names"] = _former_names(kept, gone, chosen["name"])
    said_none = kept.no_known_allergies or gone.no_known_allergies
    some = Allergy.objects.standing().filter(patient__in=[kept, gone])
    chosen["no_known_allergies"] = said_none and not some.exists()
    return chosen


def _proposed(field: Field, mine: Any, theirs: Any) -> Any:
    if isinstance(field, BooleanField):  # a no to messages stays a no, a clinical warning stays a warning
        return mine or theirs if field.name in Patient.CLINICAL else mine and theirs
    return mine if mine not in ("", None) else theirs


def _without_loss(field: Field, mine: Any, theirs: Any) -> Any:
    if mine == theirs or isinstance(field, BooleanField) or mine in ("", None) or theirs in ("", None):
        return _proposed(field, mine, theirs)
    if isinstance(mine, str) and not field.choices:
        return ("\n" if isinstance(field, TextField) else "; ").join(dict.fromkeys([mine, theirs]))
    sentence = _("The two records differ in something that only clinicians see. Ask a practitioner to merge them.")
    raise Refused(Refusal("patient.merge_needs_clinician", _("A clinician chooses here"), sentence))


def _former_names(kept: Patient, gone: Patient, name: str) -> str:
    """Return every other name of both, so that the person is found by each of them."""
    written = [*kept.former_names.split(","), kept.name, *gone.former_names.split(","), gone.name]
    others = {fold(one): one.strip() for one in reversed(written) if fold(one) and fold(one) != fold(name)}
    longest = Patient._meta.get_field("former_names").max_length
    text = ""
    for other in reversed(others.values()):
        longer = f"{text}, {other}" if text else other
        text = longer if len(longer) <= longest else text
    return text


def as_json(value: Any) -> Any:
    """Return a value of the record as JSON holds it."""
    if isinstance(value, PhoneNumber):
        return value.as_e164
    return value.isoformat() if isinstance(value, date) else value


def from_json(name: str, value: Any) -> Any:
    """Return a value as the record holds it."""
    return Patient._meta.get_field(name).to_python(value)
