"""What two people did to one record at once, and what was done to it ever: each value in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db import models
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _
from phonenumber_field.modelfields import PhoneNumberField
from phonenumber_field.phonenumber import PhoneNumber

from clinic.actors import Actor
from clinic.value_history import as_text
from patients import health, history
from patients.models import Patient
from patients.models.patient import as_dialled
from patients.models.value_change import ValueChange


@dataclass(frozen=True)
class Line:
    """A field that somebody changed meanwhile. by, at: who and when; unknown where that history was erased."""

    label: str
    now: str
    typed: str = ""
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Told:
    """One line of a record's history, in words. row: which allergy, medicine or procedure; "" for the patient."""

    at: datetime
    by: str
    row: str
    field: str
    was: str
    became: str


def line(
    model: type[models.Model], name: str, now: Any, since: dict[str, list[ValueChange]], *, typed: Any = ""
) -> Line:
    """Return what stands now in a field, who wrote it since, and what was typed."""
    last = since[name][-1] if name in since else None
    field = model._meta.get_field(name)
    stands, wanted = (_in_words(field, as_text(value)) or _("nothing") for value in (now, typed))
    return Line(label_of(model, name), stands, wanted, last.by_name if last else "", last.at if last else None)


def retype(form: forms.Form, name: str, value: Any) -> None:
    """Let a form that was sent show another value in one field; the rest stays as it was typed."""
    form.data = form.data.copy()
    if value is False:
        form.data.pop(name, None)
    elif value is True:
        form.data[name] = "on"
    else:
        form.data[name] = form[name].field.widget.format_value(as_typed(value)) or ""


def meanwhile(person: Patient, *, since: int, reader: Actor) -> str:
    """Return who else changed the record after that version, before what was saved just now, and what; or ""."""
    person.refresh_from_db()
    others = [
        change
        for changes in history.since(person, since).values()
        for change in changes
        if change.version != person.version and (change.field not in Patient.CLINICAL or reader.may("see_clinical"))
    ]
    if not others:
        return ""
    labels = dict.fromkeys(label_of(Patient, change.field) for change in others)
    said = {"who": ", ".join(dict.fromkeys(change.by_name for change in others)), "what": ", ".join(labels)}
    return (
        ngettext(
            "%(who)s changed this meanwhile, and it stands: %(what)s.",
            "%(who)s changed these meanwhile, and they stand: %(what)s.",
            len(labels),
        )
        % said
    )


def tell(change: ValueChange) -> Told:
    """Return a line of the history as people read it. Of former names it says that they changed, and no name."""
    model: type[models.Model] = health.KINDS.get(change.what, Patient)
    said = {history.NOTED: _("Noted"), history.STRUCK: _("Struck")}
    if change.field in said:
        return Told(change.at, change.by_name, change.label, str(said[change.field]), change.was, change.became)
    field = model._meta.get_field(change.field)
    was, became = (_in_words(field, text) for text in (change.was, change.became))
    if change.field == "former_names":
        was, became = (text and _("not shown here") for text in (was, became))
    return Told(change.at, change.by_name, change.label, label_of(model, change.field), was, became)


def label_of(model: type[models.Model], name: str) -> str:
    words = str(model._meta.get_field(name).verbose_name)
    return words[:1].upper() + words[1:]


def as_typed(value: Any) -> Any:
    """Return a value as a person would type it: a telephone as it is dialled here."""
    return as_dialled(value) if isinstance(value, PhoneNumber) else value


def _in_words(field: models.Field, text: str) -> str:
    """Return a text of the history in words, by the kind of field that it was a value of."""
    if isinstance(field, models.BooleanField):
        return _("yes") if text == "yes" else _("no")
    if isinstance(field, models.DateField):
        day = parse_date(text)
        return date_format(day, "j F Y") if day else ""
    if isinstance(field, PhoneNumberField) and text:
        return as_dialled(PhoneNumber.from_string(text))
    if field.name == "language" and text:
        return str(get_language_info(text)["name_translated"])
    if field.choices:
        return str({str(code): words for code, words in field.flatchoices}.get(text, text))
    return text
