"""Which column of a foreign table is which field of the record, and what a row of it says."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rapidfuzz import fuzz, process

from patients.models import Import, Patient
from patients.rules import fold
from patients.writing import NotUsable, clean_value

NUMBER, FIRST, LAST = "number", "first_name", "last_name"
LABELS: dict[str, Any] = {
    NUMBER: gettext_lazy("Number in the other system"),
    "name": gettext_lazy("Whole name"),
    FIRST: gettext_lazy("First name"),
    LAST: gettext_lazy("Last name"),
    "called": gettext_lazy("Called"),
    "former_names": gettext_lazy("Former names"),
    "born_on": gettext_lazy("Date of birth"),
    "phone": gettext_lazy("Phone"),
    "email": gettext_lazy("E-mail"),
    "address": gettext_lazy("Address"),
    "language": gettext_lazy("Language"),
    "wants_appointment_mail": gettext_lazy("E-mails about appointments"),
    "wants_marketing_mail": gettext_lazy("E-mails with news"),
}
SAID = {  # how other systems head their columns, folded
    NUMBER: "id|client id|patient id|customer id|number|client number|patient number|external id|codigo|numero",
    "name": "name|full name|patient|client|patient name|client name|customer|nombre completo|paciente|cliente",
    FIRST: "first name|firstname|given name|forename|first|nombre|vorname|prenom",
    LAST: "last name|lastname|surname|family name|last|apellido|apellidos|nachname|nom",
    "called": "preferred name|nickname|known as|called|goes by|apodo",
    "former_names": "former name|former names|maiden name|previous name|apellido de soltera",
    "born_on": "date of birth|dob|birth date|birthday|birthdate|born|fecha de nacimiento|nacimiento|geburtsdatum",
    "phone": "phone|mobile|mobile phone|mobile number|phone number|telephone|cell|cell phone|tel|telefono|movil|handy",
    "email": "email|e mail|email address|mail|correo|correo electronico",
    "address": "address|street|street address|direccion|adresse",
    "language": "language|preferred language|idioma|sprache",
    "wants_appointment_mail": "appointment emails|reminders|email reminders|recordatorios",
    "wants_marketing_mail": "marketing|marketing emails|newsletter|marketing consent|accepts marketing|boletin",
}
SURE = 88  # of 100: a header that is spelt nearly like one that we know
A_DATE = re.compile(r"^(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})(?:[ T].*)?$")
YES = {"yes", "y", "true", "1", "x", "si", "ja", "oui", "subscribed", "opted in"}
NO = {"no", "n", "false", "0", "", "nein", "non", "unsubscribed", "opted out"}
LANGUAGES = {"en": "en", "english": "en", "ingles": "en", "es": "es", "spanish": "es", "espanol": "es"}


@dataclass
class Row:
    """One row as it was read. fields: clean; problems: column's label and sentence."""

    number: int
    key: str
    fields: dict[str, Any] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)


def guess(header: Sequence[str]) -> dict[str, int]:
    """Return the column of each field that a header names, by the words other systems use; each column once."""
    words = {word: name for name, line in SAID.items() for word in line.split("|")}
    found: dict[str, int] = {}
    for column, head in enumerate(header):
        said = fold(head.replace("_", " "))
        close = process.extractOne(said, words, scorer=fuzz.ratio, score_cutoff=SURE) if said not in words else None
        name = words.get(said) or (words[close[2]] if close and isinstance(close[2], str) else None)
        if name and name not in found:
            found[name] = column
    if FIRST in found and LAST in found:
        found.pop("name", None)
    return found


def read(number: int, cells: Sequence[str], mapping: Mapping[str, int], *, source: str, dates: str, today: date) -> Row:
    """Return what a row says of a patient, and everything in it that cannot stand in a record."""
    said = {name: cells[column] for name, column in mapping.items() if column < len(cells)}
    row = Row(number, _key(said, source))
    whole = " ".join(filter(None, (said.get(FIRST, ""), said.get(LAST, ""))))
    said["name"] = said.get("name") or whole
    for name in LABELS:
        if name in said and name not in (NUMBER, FIRST, LAST):
            _clean(row, name, said[name], dates=dates, today=today)
    unreachable = not row.fields.get("phone") and not row.fields.get("email")
    if unreachable and not {str(LABELS["phone"]), str(LABELS["email"])} & {label for label, _words in row.problems}:
        row.problems.append((str(LABELS["phone"]), _("Neither a phone number nor an e-mail address.")))
    return row


def _clean(row: Row, name: str, text: str, *, dates: str, today: date) -> None:
    try:
        row.fields[name] = _value(name, text, dates=dates, today=today)
    except NotUsable as refused:
        row.problems.append((str(LABELS[name]), str(refused)))
    except ValueError as refused:
        row.problems.append((str(LABELS[name]), str(refused)))


def _value(name: str, text: str, *, dates: str, today: date) -> Any:
    """Return a cell as the record holds it. Raises NotUsable or ValueError with the words for it."""
    if name == "born_on":
        return _born(text, dates=dates, today=today) if text else None
    if name == "language":
        return LANGUAGES.get(fold(text), "en")
    if name.startswith("wants_"):
        return _is_yes(text)
    if name == "name" and not text:
        raise ValueError(_("The name is missing."))
    return clean_value(Patient, name, text)


def _is_yes(text: str) -> bool:
    said = fold(text)
    if said not in YES | NO:
        raise ValueError(_("This is neither yes nor no."))
    return said in YES


def _born(text: str, *, dates: str, today: date) -> date:
    parts = A_DATE.match(text)
    if not parts:
        raise ValueError(_("This is not a date such as 21/05/1994."))
    first, second, third = parts.groups()
    if len(first) == 4:
        year, month, day = first, second, third
    else:
        year = third
        day, month = (first, second) if dates == Import.Dates.DAY_FIRST else (second, first)
    try:
        born_on = date(int(year), int(month), int(day))
    except ValueError:
        raise ValueError(_("There is no such day. Is it the day or the month that stands first?")) from None
    if len(year) != 4 or not date(1900, 1, 1) <= born_on <= today:
        raise ValueError(_("A date of birth lies between 1900 and today."))
    return born_on


def _key(said: Mapping[str, str], source: str) -> str:
    """Return by what a row is known again: its number in the other system, else everything that it says."""
    if said.get(NUMBER):
        known = ["number", fold(source), said[NUMBER]]
    else:
        known = ["content", *(f"{name}={fold(said[name])}" for name in sorted(said))]
    return hashlib.sha256("\n".join(known).encode()).hexdigest()
