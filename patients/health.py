"""Allergies, medicines and earlier procedures: noted, changed, ended and struck, each row by itself."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic import audit
from clinic.actors import Actor
from clinic.refusals import Refusal, Refused, Stale
from patients import history
from patients.models import Allergy, HealthFact, Medicine, Patient, Procedure
from patients.patients import hold, must_be_a_clinician
from patients.rules import fold
from patients.writing import clean_text, clean_value, unusable

KINDS: dict[str, type[HealthFact]] = {history.kind_of(model): model for model in (Allergy, Medicine, Procedure)}
Fact = TypeVar("Fact", bound=HealthFact)


class AlreadyStruck(Refused):
    """Raised for a row that was struck before: nothing is changed on it any more."""


@transaction.atomic
def note(kind: type[Fact], patient: Patient, *, by: Actor, at: datetime, **fields: Any) -> Fact:
    """Note an allergy, a medicine or a procedure; "no known allergies" does not stand beside one.

    Raises NotUsable for a value that cannot stand and for what stands there already, and Stale for a record that was
    merged a moment ago.
    """
    must_be_a_clinician(by)
    cleaned = _cleaned(kind, fields, at=at)
    held = hold(patient)
    _refuse_twice(kind, held, cleaned)
    fact = kind.objects.create(patient=held, **cleaned, noted_at=at, noted_by_name=by.name)
    history.of_fact(fact, {history.NOTED: ("", _in_words(fact))}, label=str(fact), by=by, at=at)
    audit.record(f"{history.kind_of(kind)}.note", fact, by=by, at=at, patient=held, fields=cleaned)
    if kind is Allergy and held.no_known_allergies:
        _take_back_none_known(held, by=by, at=at)
    return fact


@transaction.atomic
def change(fact: Fact, *, version: int, by: Actor, at: datetime, **fields: Any) -> Fact:
    """Change the given fields of a row as it stood at that version, such as the day a medicine was stopped.

    Raises Stale with what differs (field: stands now, asked for), AlreadyStruck, and NotUsable.
    """
    must_be_a_clinician(by)
    kind = type(fact)
    now = _fresh(fact)
    asked = _cleaned(kind, {field: getattr(now, field) for field in kind.FIELDS} | fields, at=at)
    changes = {field: value for field, value in asked.items() if getattr(now, field) != value}
    if now.version != version:
        raise Stale(changed={field: (getattr(now, field), value) for field, value in changes.items()})
    if not changes:
        return now
    _refuse_twice(kind, now.patient, asked, besides=now)
    label, was = str(now), {field: getattr(now, field) for field in changes}
    if not kind.objects.filter(pk=now.pk, version=version, struck_at=None).update(**changes, version=F("version") + 1):
        raise Stale
    now.refresh_from_db()
    pairs = {field: (was[field], value) for field, value in changes.items()}
    history.of_fact(now, pairs, label=label, by=by, at=at)
    audit.record(f"{history.kind_of(kind)}.change", now, by=by, at=at, patient=now.patient, fields=changes)
    return now


@transaction.atomic
def strike(fact: Fact, *, version: int, because: str, by: Actor, at: datetime) -> Fact:
    """Strike a row that was wrong; it stays to be read, and holds no longer. Raises as `change`."""
    must_be_a_clinician(by)
    now, kind = _fresh(fact), type(fact)
    reason = clean_text(kind, "struck_because", because)
    if not reason:
        raise unusable("struck_because", _("Write in a few words why this is struck."))
    said = {"struck_at": at, "struck_by_name": by.name, "struck_because": reason, "version": F("version") + 1}
    if now.version != version or not kind.objects.filter(pk=now.pk, version=version, struck_at=None).update(**said):
        raise Stale
    was = _in_words(now)
    now.refresh_from_db()
    history.of_fact(now, {history.STRUCK: (was, reason)}, label=str(now), by=by, at=at)
    kind_words = history.kind_of(kind)
    audit.record(f"{kind_words}.strike", now, by=by, at=at, patient=now.patient, fields={"struck_because": reason})
    return now


def allergy_words(patient: Patient) -> str:
    """Return the allergies in one line, that there are none known, or "" while nobody has asked."""
    rows = [f"{one.substance} ({one.reaction})" if one.reaction else one.substance for one in _standing(patient)]
    if rows:
        return ", ".join(" ".join(row.split()) for row in rows)
    return _("None known") if patient.no_known_allergies else ""


def _standing(patient: Patient) -> list[Allergy]:
    return list(Allergy.objects.standing().filter(patient=patient))


def _fresh(fact: Fact) -> Fact:
    now = type(fact).objects.select_related("patient").get(pk=fact.pk)
    if now.struck_at is not None:
        sentence = _("This was struck before; nothing was changed.")
        raise AlreadyStruck(Refusal(rule="health.struck", title=_("Already struck"), sentence=sentence))
    return now


def _cleaned(kind: type[HealthFact], fields: dict[str, Any], *, at: datetime) -> dict[str, Any]:
    if unknown := fields.keys() - set(kind.FIELDS):
        raise TypeError(f"such a row has no such fields to write: {', '.join(sorted(unknown))}")
    cleaned = {field: clean_value(kind, field, value) for field, value in fields.items()}
    if not cleaned.get(kind.WHAT):
        raise unusable(kind.WHAT, _("Write what it is."))
    today = timezone.localtime(at).date()
    for field, value in cleaned.items():
        if isinstance(value, date) and not date(1900, 1, 1) <= value <= today:
            raise unusable(field, _("Write a date between 1900 and today."))
    started, stopped = cleaned.get("started_on"), cleaned.get("stopped_on")
    if started and stopped and stopped < started:
        raise unusable("stopped_on", _("It was stopped before it was started; check both dates."))
    return cleaned


def _refuse_twice(
    kind: type[HealthFact], patient: Patient, cleaned: dict[str, Any], *, besides: HealthFact | None = None
) -> None:
    """Refuse what is noted already: an allergy once, a medicine once while it is taken, a procedure once a day."""
    same = [
        one
        for one in kind.objects.standing().filter(patient=patient).exclude(pk=besides.pk if besides else None)
        if fold(str(one)) == fold(cleaned[kind.WHAT]) and _is_same_time(one, cleaned)
    ]
    if same:
        raise unusable(kind.WHAT, _("%(name)s is noted already; change that row.") % {"name": same[0]})


def _is_same_time(one: HealthFact, cleaned: dict[str, Any]) -> bool:
    if isinstance(one, Medicine):
        return one.stopped_on is None and cleaned.get("stopped_on") is None
    return not isinstance(one, Procedure) or one.done_on == cleaned.get("done_on")


def _take_back_none_known(patient: Patient, *, by: Actor, at: datetime) -> None:
    Patient.objects.filter(pk=patient.pk).update(no_known_allergies=False, version=F("version") + 1)
    pair = {"no_known_allergies": (True, False)}
    history.of_patient(patient, pair, version=patient.version + 1, by=by, at=at)


def _in_words(fact: HealthFact) -> str:
    """Return everything a row says, in one line, for the history."""
    return " · ".join(str(value) for field in fact.FIELDS if (value := getattr(fact, field)))
