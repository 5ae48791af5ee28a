"""Registering and changing patients; the one place where a patient's row is written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from phonenumber_field.phonenumber import PhoneNumber

from clinic import audit
from clinic.actors import Actor
from clinic.policy import MayNot
from clinic.refusals import Refusal, Refused, Stale
from clinic.value_history import besides
from patients import history
from patients.models import Allergy, Patient, ReferenceSeries
from patients.rules import digits_of, fold
from patients.writing import clean_value, unusable

FIRST_REFERENCE = 10001
NAMES = ("name", "called", "legal_name", "former_names")
CONTACT = (
    *NAMES,
    "pronouns",
    "born_on",
    "phone",
    "email",
    "language",
    "address",
    "country",
    "wants_appointment_mail",
    "wants_aftercare_mail",
    "wants_recall_mail",
    "wants_marketing_mail",
    "emergency_name",
    "emergency_relation",
    "emergency_phone",
    "guardian_name",
    "guardian_relation",
    "guardian_phone",
    "guardian_email",
)
REACHED_BY = (
    *NAMES,
    "phone",
    "email",
    "emergency_name",
    "emergency_phone",
    "guardian_name",
    "guardian_phone",
    "guardian_email",
)
EDITABLE = frozenset(CONTACT + Patient.CLINICAL + ("died_on", "archived_on"))
ALSO = " | "  # stands between a name and the other names in what is searched


class NotReachable(Refused):
    """Raised for a patient with neither a phone number nor an e-mail address."""


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
    _refuse_half_a_contact(dict.fromkeys(REACHED_BY, "") | fields)
    patient = Patient.objects.create(
        **fields, **derived(fields),
        reference=f"R-{take_references(1)}", created_at=at,
    )  # fmt: skip
    audit.record("register", patient, by=by, at=at, patient=patient, fields=_given(fields))
    return patient


@transaction.atomic
def edit(patient: Patient, *, version: int, by: Actor, at: datetime, **fields: Any) -> Patient:
    """Change the given fields of the patient as it stood at that version; return it fresh.

    What somebody else changed since, in other fields, stands beside it. Raises Stale with what both changed (field:
    stands now, asked for), NotReachable and NotUsable as `register`. Clinical fields ask for `see_clinical` (MayNot).
    """
    asked = _cleaned(fields, by=by, at=at)
    now = hold(patient)
    changes = {field: value for field, value in asked.items() if getattr(now, field) != value}
    if now.version != version:
        changes = besides(history.since(now, version), now, changes)
    if not changes:
        return now
    after = {field: changes.get(field, getattr(now, field)) for field in REACHED_BY}
    _refuse_unreachable(after["phone"], after["email"])
    _refuse_half_a_contact(after)
    if changes.get("no_known_allergies"):
        _refuse_none_beside_some(now)
    pairs = {field: (getattr(now, field), value) for field, value in changes.items()}
    Patient.objects.filter(pk=now.pk).update(**changes, **derived(after), version=F("version") + 1)
    now.refresh_from_db()
    history.of_patient(now, pairs, version=now.version, by=by, at=at)
    audit.record("edit", now, by=by, at=at, patient=now, fields=changes)
    return now


def hold(patient: Patient) -> Patient:
    """Return the patient fresh, held until the transaction ends, so that what is written for them takes turns.

    Raises Stale for a record that was merged or closed since it was read.
    """
    held = Patient.objects.select_for_update(no_key=True).filter(pk=patient.pk).first()
    if held is None:
        raise Stale(_("This record was merged or closed a moment ago. Nothing was changed; open it again."))
    return held


def _refuse_none_beside_some(patient: Patient) -> None:
    if Allergy.objects.standing().filter(patient=patient).exists():
        sentence = _("An allergy is noted. Strike it first if it was wrong.")
        raise unusable("no_known_allergies", sentence)


def _refuse_half_a_contact(fields: Mapping[str, Any]) -> None:
    """Refuse somebody to call or to ask who cannot be called or asked."""
    if fields["emergency_name"] and not fields["emergency_phone"]:
        raise unusable("emergency_phone", _("Write the phone number of the emergency contact."))
    if fields["guardian_name"] and not (fields["guardian_phone"] or fields["guardian_email"]):
        raise unusable("guardian_phone", _("Write a phone number or an e-mail address of the guardian."))


def take_references(count: int) -> int:
    """Take so many numbers in a row and return the first; nobody else gets any until the transaction is done."""
    series = ReferenceSeries.objects.filter(pk=1)
    if not series.update(last=F("last") + count):
        ReferenceSeries.objects.bulk_create([ReferenceSeries(pk=1, last=FIRST_REFERENCE - 1)], ignore_conflicts=True)
        series.update(last=F("last") + count)
    return series.get().last - count + 1


def _cleaned(fields: dict[str, Any], *, by: Actor, at: datetime) -> dict[str, Any]:
    """Return the fields as they may stand in the record."""
    if unknown := fields.keys() - EDITABLE:
        raise TypeError(f"a patient has no such fields to write: {', '.join(sorted(unknown))}")
    if fields.keys() & set(Patient.CLINICAL):
        must_be_a_clinician(by)
    cleaned = {field: clean_value(Patient, field, value) for field, value in fields.items()}
    if "name" in cleaned and not cleaned["name"]:
        raise unusable("name", _("Write the name."))
    if (born_on := cleaned.get("born_on")) and not date(1900, 1, 1) <= born_on <= timezone.localtime(at).date():
        raise unusable("born_on", _("A date of birth lies between 1900 and today."))
    for field in ("died_on", "archived_on"):
        if (day := cleaned.get(field)) and not date(1900, 1, 1) <= day <= timezone.localtime(at).date():
            raise unusable(field, _("Write a date between 1900 and today."))
    return cleaned


def must_be_a_clinician(by: Actor) -> None:
    """Refuse somebody of the house who may not read what is clinical; patients write it, and the house itself."""
    if by.user is not None and not by.may("see_clinical"):
        raise MayNot("see_clinical")


def derived(fields: Mapping[str, Any]) -> dict[str, str]:
    """Return what is searched: the name, then what else they are or were called, each after a bar."""
    name, phone = fold(fields["name"]), fields["phone"]
    said = (fields.get("called", ""), fields.get("legal_name", ""), *fields.get("former_names", "").split(","))
    others = [fold(other) for other in said]
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
