"""Erasing: a patient asks to be forgotten. What may go goes at once; the rest is closed, and dated for deletion."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import F, Field, Model, Q
from django.utils.translation import gettext as _

from aftercare import plans
from aftercare.models import Plan
from booking.models import Appointment, WaitlistEntry
from clinic import audit, belongings, retention
from clinic.actors import Actor
from clinic.models import Site
from clinic.refusals import Refusal, Refused
from intake import consents
from intake.agreeing import SHOWN_PHOTOS
from intake.models import Consent
from outbox import notices
from outbox.models import Notice
from patients import holds, links, opening
from patients.models import Erasure, Link, Patient
from treatments.models import Reaction, Session
from visits import keeping, waiting
from visits.transactions import step

BESIDE = ("staff", "technical", "audit")  # what says nothing of the patient by itself


class Unfinished(Refused):
    """Raised when something of the patient is still going on; `refusal.values["address"]` says which visit."""


@step
def erase(patient: Patient, *, reason: str, site: Site, by: Actor, at: datetime) -> Erasure:
    """Remove what may go, close the record, and return the erasure with the day of its final deletion.

    Raises Held under a legal hold, Unfinished while visits are to come, a session is not signed or a reaction is open,
    Refused for a record that is closed already and without words of what was asked for.
    """
    reason = _told(reason)
    _hold(patient)
    holds.refuse_while_held(patient)
    _refuse_unfinished(patient)
    _take_photos_back(patient, by=by, at=at)
    Patient.objects.filter(pk=patient.pk).update(closed_at=at, version=F("version") + 1)
    delete_on = keeping.delete_on(patient, site)
    _let_go(patient, by=by, at=at)
    erasure = Erasure.objects.create(
        patient=patient,
        reason=reason,
        erased_at=at,
        erased_by=by.user,
        delete_on=delete_on,
        removed=remove(patient),
    )
    audit.record("record.closed", erasure, by=by, at=at, patient=patient, fields={"delete_on": delete_on})
    patient.refresh_from_db()
    return erasure


@step
def reopen(erasure: Erasure, *, by: Actor, at: datetime) -> None:
    """Open a closed record again for a patient who came back; what was removed stays removed."""
    reopened = {"reopened_at": at, "reopened_by": by.user}
    if Erasure.objects.filter(pk=erasure.pk, reopened_at=None).update(**reopened):
        Patient.everybody.filter(pk=erasure.patient_id).update(closed_at=None, version=F("version") + 1)
        audit.record("record.reopened", erasure, by=by, at=at, patient=erasure.patient)
    erasure.refresh_from_db()


def remove(patient: Patient) -> dict[str, int]:
    """Empty what docs/data-retention.yaml says is removed at erasure; return how many rows were touched, by model.

    A row that holds nothing else of the patient goes altogether.
    """
    fields: dict[type[Model], list[Field]] = defaultdict(list)
    gone = [kind.code for kind in retention.kinds().values() if kind.at_erasure == retention.REMOVED]
    for model, field in retention.fields_of(*gone):
        fields[model].append(field)
    touched = {}
    for model, emptied in fields.items():
        rows = rows_of(model, patient)
        if rows is None:
            continue
        if _holds_only(model, {*gone, *BESIDE}):
            count = rows.delete()[0]
        else:
            count = rows.update(**{field.attname: _nothing(field) for field in emptied})
        if count:
            touched[model._meta.label] = count
    return touched


def rows_of(model: type[Model], patient: Patient) -> Any:
    """Return every row of a model that is about the patient, by whatever way; None where none can be.

    What was merged into the record is about the same person.
    """
    ways = [Q(**{f"{belongings.lookup(way)}__in": one_person(patient)}) for way in belongings.ways(model)]
    return (
        model._base_manager.filter(pk__in=model._base_manager.filter(reduce(or_, ways)).values("pk")) if ways else None
    )


def one_person(patient: Patient) -> list[int]:
    """Return the ids of a record and of all that became part of it."""
    found, latest = [patient.pk], [patient.pk]
    while latest := list(Patient.with_merged.filter(merged_into__in=latest).values_list("pk", flat=True)):
        found += latest
    return found


def _holds_only(model: type[Model], codes: set[str]) -> bool:
    return set(retention.named()[model._meta.label].values()) <= codes


def _nothing(field: Field) -> Any:
    """Return the value that says nothing."""
    if field.null:
        return None
    return False if field.get_internal_type() == "BooleanField" else ""


def _hold(patient: Patient) -> None:
    """Take the row that every plan for the patient takes first, so that nothing is written beside the closing."""
    try:
        notices.hold(patient)
    except opening.Closed:
        raise Refused(Refusal("record.closed", _("Closed already"), _("This record was closed before."))) from None


def _take_photos_back(patient: Patient, *, by: Actor, at: datetime) -> None:
    """End the agreement to photos that others see; those of the record stay as long as it does."""
    shown = Consent.objects.filter(patient=patient, text__purpose__in=SHOWN_PHOTOS, withdrawn_at=None)
    for consent in shown.select_related("text"):
        consents.withdraw(consent, reason=_("The record was closed."), by=by, at=at)


def _let_go(patient: Patient, *, by: Actor, at: datetime) -> None:
    """Let nothing more be said to the patient, and nothing be open to them."""
    because = _("The record was closed.")
    for plan in Plan.objects.filter(session__patient=patient, stopped_at=None).select_related("session__patient"):
        plans.stop(plan, because=because, by=by, at=at)
    for entry in WaitlistEntry.objects.waiting().filter(patient=patient):
        waiting.end(entry, why=WaitlistEntry.Ended.WITHDRAWN, by=by, at=at)
    for notice in Notice.objects.open().filter(patient=patient):
        notices.withdraw(notice, because=because, by=by, at=at)
    for link in Link.objects.filter(patient=patient, revoked_at=None):
        links.revoke(link, at=at)


def _refuse_unfinished(patient: Patient) -> None:
    if visit := Appointment.objects.standing().filter(patient=patient).order_by("starts_at").first():
        sentence = _("A visit is still booked. Cancel it first, or let it happen.")
        raise Unfinished(Refusal("record.to_come", _("A visit is to come"), sentence, values={"visit": visit.uuid}))
    open_sessions = Session.objects.filter(patient=patient, signed_at=None, struck_at=None)
    if session := open_sessions.select_related("appointment").first():
        sentence = _("A session is not signed yet. Its practitioner signs it first.")
        values = {"visit": session.appointment.uuid}
        raise Unfinished(Refusal("record.unsigned", _("A session is not signed"), sentence, values=values))
    if reaction := Reaction.objects.open().filter(patient=patient).first():
        sentence = _("An adverse reaction is open. Follow it to its end and close it first.")
        values = {"reaction": reaction.uuid}
        raise Unfinished(Refusal("record.reaction", _("A reaction is open"), sentence, values=values))


def _told(reason: str) -> str:
    told = " ".join(reason.split())
    if not told or len(told) > 250:
        sentence = _("Write what the patient asked for, and how, in at most 250 letters.")
        raise Refused(Refusal("record.reason", _("One thing is missing"), sentence, values={"field": "reason"}))
    return told
