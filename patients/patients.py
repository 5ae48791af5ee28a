"""Registering and changing patients; the one place where a patient's row is written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import NumberParseException, PhoneNumberFormat, is_possible_number

from clinic import audit
from clinic.actors import Actor
from clinic.policy import MayNot
from clinic.refusals import Refusal, Refused, Stale
from patients.models import Patient, ReferenceSeries
from patients.rules import digits_of, fold, is_one_line

FIRST_REFERENCE = 10001
CONTACT = (
    "name",
    "called",
    "former_names",
    "born_on",
    "phone",
    "email",
    "language",
    "wants_appointment_mail",
    "wants_aftercare_mail",
)
EDITABLE = frozenset(CONTACT + Patient.CLINICAL + ("died_on",))
ALSO = " | "  # stands between a name and the other names in what is searched


class NotReachable(Refused):
    """Raised for a patient with neither a phone number nor an e-mail address."""


class NotUsable(Refused):
    """Raised for a value that cannot stand in the record; `refusal.values["field"]` names it."""


@transaction.atomic
def register(
    *,
    name: str,
    phone: str = "",
    email: str = "",
    born_on: date | None = None,
    by: Actor,
    at: datetime,
    **more: Any,
) -> Patient:
    """Enter someone new under the next reference. more: any other editable field.

    Raises NotReachable without phone and e-mail, NotUsable for a value that cannot stand.
    """
    fields = _cleaned({"name": name, "phone": phone, "email": email, "born_on": born_on, **more}, by=by, at=at)
    _refuse_unreachable(fields["phone"], fields["email"])
    patient = Patient.objects.create(
        **fields, **_derived(fields),
        reference=_next_reference(), created_at=at,
    )  # fmt: skip
    audit.record("register", patient, by=by, at=at, patient=patient, fields=_given(fields))
    return patient


@transaction.atomic
def edit(patient: Patient, *, version: int, by: Actor, at: datetime, **fields: Any) -> Patient:
    """Change the given fields of the patient as it stood at that version; return it fresh.

    Raises Stale with what differs (field: stands now, asked for) when somebody else was faster, NotReachable
    and NotUsable as `register`. Clinical fields ask for `see_clinical` (MayNot).
    """
    asked = _cleaned(fields, by=by, at=at)
    now = Patient.objects.get(pk=patient.pk)
    changes = {field: value for field, value in asked.items() if getattr(now, field) != value}
    if now.version != version:
        raise Stale(changed={field: (getattr(now, field), value) for field, value in changes.items()})
    if not changes:
        return now
    kept = ("name", "called", "former_names", "phone", "email")
    after = {field: changes.get(field, getattr(now, field)) for field in kept}
    _refuse_unreachable(after["phone"], after["email"])
    derived = _derived(after)
    row = Patient.objects.filter(pk=patient.pk, version=version)
    if not row.update(**changes, **derived, version=F("version") + 1):
        raise Stale
    now.refresh_from_db()
    audit.record("edit", now, by=by, at=at, patient=now, fields=changes)
    return now


def _next_reference() -> str:
    """Take the next number; the row stays locked until the registration is done, so none is given twice."""
    series = ReferenceSeries.objects.filter(pk=1)
    if not series.update(last=F("last") + 1):
        ReferenceSeries.objects.bulk_create([ReferenceSeries(pk=1, last=FIRST_REFERENCE - 1)], ignore_conflicts=True)
        series.update(last=F("last") + 1)
    return f"R-{series.get().last}"


def _cleaned(fields: dict[str, Any], *, by: Actor, at: datetime) -> dict[str, Any]:
    """Return the fields as they may stand in the record."""
    if unknown := fields.keys() - EDITABLE:
        raise TypeError(f"a patient has no such fields to write: {', '.join(sorted(unknown))}")
    if fields.keys() & set(Patient.CLINICAL) and by.kind == "person" and not by.may("see_clinical"):
        raise MayNot("see_clinical")
    cleaned = {field: _clean_value(field, value) for field, value in fields.items()}
    if "name" in cleaned and not cleaned["name"]:
        raise _unusable("name", _("Write the name."))
    if (born_on := cleaned.get("born_on")) and not date(1900, 1, 1) <= born_on <= timezone.localtime(at).date():
        raise _unusable("born_on", _("A date of birth lies between 1900 and today."))
    return cleaned


def _clean_value(field: str, value: Any) -> Any:
    if field == "phone":
        return clean_phone(value)
    if field == "email":
        return clean_email(value)
    if not isinstance(value, str):
        return value
    if field != "allergies" and not is_one_line(value):
        raise _unusable(field, _("Write this on one line, without control characters."))
    text = value.strip() if field == "allergies" else " ".join(value.split())
    longest = Patient._meta.get_field(field).max_length
    if longest and len(text) > longest:
        raise _unusable(field, _("This is longer than %(longest)s characters.") % {"longest": longest})
    return text


def clean_email(value: str) -> str:
    """Return the address in lower case, or "". Raises NotUsable for one that could not be written to."""
    address = (value or "").strip(" ").lower()
    try:
        if address and (not is_one_line(address) or len(address) > 254):
            raise ValidationError("not one line")
        if address:
            validate_email(address)
    except ValidationError:
        raise _unusable("email", _("This is not an e-mail address. It looks like name@example.org.")) from None
    return address


def clean_phone(value: str | PhoneNumber) -> PhoneNumber | str:
    """Return the number in E.164, or "". Raises NotUsable for one that cannot be dialled."""
    text = str(value or "").strip(" ")
    if not text:
        return ""
    try:
        number = PhoneNumber.from_string(text) if is_one_line(text) else None
    except NumberParseException:
        number = None
    if number is None or not is_possible_number(number):
        raise _unusable(
            "phone", _("This phone number cannot be dialled. Write it as 0113 496 0123 or +34 600 123 456.")
        )
    return PhoneNumber.from_string(number.format_as(PhoneNumberFormat.E164))


def _derived(fields: Mapping[str, Any]) -> dict[str, str]:
    """Return what is searched: the name, then what else they are or were called, each after a bar."""
    name, phone = fold(fields["name"]), fields["phone"]
    others = [fold(other) for other in (fields.get("called", ""), *fields.get("former_names", "").split(","))]
    found_by = [name, *(other for other in dict.fromkeys(others) if other and other not in name)]
    return {
        "search_key": ALSO.join(found_by)[:480],
        "phone_digits": digits_of(phone.as_e164 if phone else ""),
    }


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in fields.items() if value not in ("", None)}


def _refuse_unreachable(phone: PhoneNumber | str, email: str) -> None:
    if phone or email:
        return
    sentence = _("Write a phone number or an e-mail address, so that the clinic can reach this person.")
    raise NotReachable(Refusal(rule="patient.not_reachable", title=_("No way to reach them yet"), sentence=sentence))


def _unusable(field: str, sentence: str) -> NotUsable:
    title = _("One thing to put right")
    return NotUsable(Refusal(rule=f"patient.{field}", title=title, sentence=sentence, values={"field": field}))
