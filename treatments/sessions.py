"""Sessions: started behind the gates, kept as a draft while the needle works, ended, signed, sealed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from booking.models import Appointment
from clinic import audit, wall_time
from clinic.actors import Actor
from clinic.refusals import Refused, Stale
from intake import agreeing, consents
from intake.models import Consent, Purpose, Screening
from patients.models import Patient
from stock import cartridges
from treatments import (
    afterwards,
    choosing,
    courses,
    creams,
    demands,
    drafts,
    gates,
    incidents,
    judging,
    rule_sets,
    seals,
    shelf,
    writing,
)
from treatments.drafts import CreamRow, Draft, SerumRow, ZoneRow
from treatments.judging import Finding, Missing, Problem
from treatments.models import Course, Session
from treatments.session_refusals import AlreadyEnded, AlreadySigned, DraftRefused, Incomplete, NotYours, Struck

__all__ = ["CreamRow", "Draft", "Finding", "Missing", "Problem", "SerumRow", "ZoneRow"]


def confirm_identity(patient: Patient, *, name: str, born_on: date | None) -> None:
    """Raise Refused unless name and date of birth are those of the record, before anything is asked."""
    refusal = gates.identity_refusal(patient, name=name, born_on=born_on)
    if refusal:
        raise Refused(refusal)


@transaction.atomic
def start(
    appointment: Appointment,
    *,
    identity_name: str,
    identity_born_on: date | None,
    screening: Screening,
    course: Course | None = None,
    beside: Iterable[str] = (),
    by: Actor,
    at: datetime,
) -> Session:
    """Open the record of what is about to be done and return it as a draft.

    screening: asked today, for this session. course: the patient's running one where None is given. beside: what is
    planned beside the needling and the service does not say (`intake.agreeing.BESIDE`). Raises Refused with the first
    gate that stops it (treatments/gates.py).
    """
    appointment = _locked_visit(appointment)
    identity = {"identity_name": identity_name, "identity_born_on": identity_born_on}
    beside = {*beside, *appointment.service.beside}
    refusal = next(gates.refusals(appointment, **identity, screening=screening, beside=beside, by=by, at=at), None)
    if refusal:
        raise Refused(refusal)
    course = course or courses.running_for(appointment.patient)
    signed = consents.covered(appointment.patient)
    told = {"course": course, "screening": screening, "practitioner": by.user}
    told |= {"consent": signed[Purpose.PROCEDURE], "beside": _agreed_to(beside, signed)}
    session = _opened(appointment, told, at=at)
    audit.record("session.started", session, by=by, at=at, patient=session.patient)
    return session


@transaction.atomic
def start_afterwards(
    appointment: Appointment,
    *,
    identity_name: str,
    identity_born_on: date | None,
    started_at: datetime,
    needling_ended_at: datetime,
    reason: str,
    by: Actor,
    at: datetime,
) -> Session:
    """Open the record of what was done already, with an incident that says which gates it went past and why.

    A check that was asked on that day belongs to it, whatever it said. Raises Refused where it is not sure who was
    treated, or that it is over and can have been at this visit, and without a reason.
    """
    appointment = _locked_visit(appointment)
    confirm_identity(appointment.patient, name=identity_name, born_on=identity_born_on)
    refusal = afterwards.refusal(appointment, started_at=started_at, needling_ended_at=needling_ended_at, at=at)
    if refusal:
        raise Refused(refusal)
    asked = afterwards.checks(appointment.patient, site=appointment.site, started_at=started_at, at=at)
    stopped_by = afterwards.passed_by(appointment, checks=asked, started_at=started_at, at=at)
    signed = consents.standing(appointment.patient)
    told = {
        "course": courses.running_for(appointment.patient),
        "screening": next(iter(asked), None),
        "consent": signed if signed and consents.was_given_by(signed, started_at, appointment.site) else None,
        "practitioner": by.user,
        "is_afterwards": True,
        "started_at": started_at,
        "needling_ended_at": needling_ended_at,
    }
    session = _opened(appointment, told, at=at)
    incidents.record(session, stopped_by=stopped_by, reason=reason, by=by, at=at)
    audit.record("session.started", session, by=by, at=at, patient=session.patient)
    return session


def findings(session: Session) -> list[Finding]:
    """Return what the rules noticed on the chart as it is kept, each with its reason if there is one."""
    return judging.of_session(session, drafts.of(session))


def missing(session: Session) -> list[Missing]:
    """Return everything the chart lacks before the treatment can end; empty when it is complete."""
    draft = drafts.of(session)
    return judging.missing(draft, judging.of_session(session, draft), demands.asked())


@transaction.atomic
def save(session: Session, draft: Draft, *, version: int, by: Actor, at: datetime, decides: bool = True) -> Session:
    """Keep the whole chart as typed and return the session.

    version: the one that the person read. decides: whether they saved it themselves, so that a reason beside a cream
    passes what keeps it away. Raises Stale with the parts that differ, DraftRefused with everything
    that cannot be recorded, AlreadySigned. Nothing is half saved.
    """
    session = _locked(session)
    if session.is_signed:
        raise AlreadySigned
    if session.version != version:
        raise Stale(changed=drafts.differences(drafts.of(session), draft, zone=session.appointment.site.zone))
    today = wall_time.local(at, session.appointment.site.zone).date()
    found = choosing.problems(session, draft, decides=decides, by=by, at=at)
    if found:
        raise DraftRefused(found)
    spare = writing.cartridge(session, draft, today, by=by, at=at)
    session.device, session.typed = draft.device, {}
    for name in drafts.PLAIN_FIELDS:
        setattr(session, name, getattr(draft, name))
    session.version += 1
    session.saved_at = at
    session.save()
    writing.rows(session, draft)
    if decides:
        creams.keep(session, draft.creams_wanted(), by=by, at=at)
    if spare is not None and not spare.sessions.exists():
        cartridges.take_back(spare, by=by, at=at)
    audit.record("session.saved", session, by=by, at=at, patient=session.patient, fields={"version": session.version})
    return session


@transaction.atomic
def keep_typed(session: Session, typed: Mapping[str, list[str]], *, version: int, by: Actor, at: datetime) -> Session:
    """Keep what was typed although not all of it can be read or recorded, so that nothing is lost; return the session.

    Nothing of it counts before it was saved: the record stays as it was. Raises Stale and AlreadySigned.
    """
    session = _locked(session)
    if session.is_signed:
        raise AlreadySigned
    if session.version != version:
        raise Stale
    session.typed, session.saved_at = dict(typed), at
    session.version += 1
    session.save(update_fields=["typed", "saved_at", "version"])
    audit.record("session.typed", session, by=by, at=at, patient=session.patient, fields={"version": session.version})
    return session


@transaction.atomic
def end(session: Session, *, ended_at: datetime, by: Actor, at: datetime, version: int | None = None) -> Session:
    """Stamp that the treatment ended and return the session.

    version: the one that the person read, if a person did. Raises Incomplete, AlreadyEnded, Stale or Refused.
    """
    session = _locked(session)
    if session.is_signed:
        raise AlreadySigned
    if session.ended_at is not None:
        raise AlreadyEnded
    _refuse_unread(session, version)
    refusal = gates.end_refusal(session, ended_at=ended_at, at=at)
    if refusal:
        raise Refused(refusal)
    _must_be_complete(session)
    session.ended_at = ended_at
    session.version += 1
    session.save(update_fields=["ended_at", "version"])
    audit.record("session.ended", session, by=by, at=at, patient=session.patient, fields={"ended_at": ended_at})
    return session


def keep_aftercare_version(session: Session, version: int) -> None:
    """Write on a session that has just ended which version of the aftercare was given."""
    session.aftercare_version = version
    session.save(update_fields=["aftercare_version"])


@transaction.atomic
def sign(session: Session, *, by: Actor, at: datetime, version: int | None = None, reason: str = "") -> Session:
    """Seal the record and count what it used up; from here the database refuses every change.

    version: the one that the person read, if a person did: nobody signs what they did not see. reason: how a lot came
    to be used that was out of use or expired by then; it stands on an incident. Raises Incomplete, NotYours,
    AlreadySigned, Stale or shelf.ReasonMissing.
    """
    session = _locked(session)
    if session.is_signed:
        raise AlreadySigned
    if by.user is None or by.user.pk != session.practitioner_id:
        raise NotYours(session)
    _refuse_unread(session, version)
    if session.ended_at is None:
        raise Incomplete([Missing("ended_at", _("the end of the treatment"))])
    _must_be_complete(session)
    shelf.settle(session, reason=reason, by=by, at=at)
    writing.reasons_out(session)
    session.rule_set = rule_sets.current(at)
    session.signed_at = at
    session.signed_by = by.user
    session.seal_digest = seals.digest(seals.content(session))
    session.version += 1
    session.save(update_fields=["rule_set", "signed_at", "signed_by", "seal_digest", "version"])
    audit.record(
        "session.signed", session, by=by, at=at, patient=session.patient, fields={"seal_digest": session.seal_digest}
    )
    return session


def verify(session: Session) -> bool:
    """Return whether a signed record still says what was signed."""
    return seals.verify(session)


def _locked(session: Session) -> Session:
    """Return the session as it stands now, with its row held until the transaction ends. Raises Struck."""
    Session.objects.select_for_update().get(pk=session.pk)
    found = Session.objects.select_related(
        "patient", "practitioner", "appointment__site", "course__concern", "cartridge__lot__product", "device"
    ).get(pk=session.pk)
    if found.struck_at is not None:
        raise Struck
    return found


def _locked_visit(appointment: Appointment) -> Appointment:
    Appointment.objects.select_for_update().get(pk=appointment.pk)
    return Appointment.objects.for_board().get(pk=appointment.pk)


def _agreed_to(beside: Iterable[str], signed: Mapping[str, Consent]) -> dict[str, str]:
    """Return what is done beside the needling, each with the proof of its consent."""
    return {purpose: signed[purpose].record_digest for purpose in agreeing.purposes_needed(beside)[1:]}


def _opened(appointment: Appointment, told: dict[str, Any], *, at: datetime) -> Session:
    """Return the new draft of a visit. told: its course, screening, consent, practitioner; its start, if not now."""
    return Session.objects.create(
        appointment=appointment,
        patient=appointment.patient,
        number=courses.done_count(told["course"]) + 1 if told["course"] else None,
        room=appointment.room,
        device=_usable_device(appointment, at),
        identity_confirmed_at=at,
        saved_at=at,
        **{"started_at": at, **told},
    )


def _usable_device(appointment: Appointment, at: datetime):
    """Return the visit's device to begin the chart with, unless it may not be used today."""
    today = wall_time.local(at, appointment.site.zone).date()
    device = appointment.device
    if device is None or judging.device_problem(device, site_id=appointment.site_id, on=today):
        return None
    return device


def _refuse_unread(session: Session, version: int | None) -> None:
    if version is not None and session.version != version:
        raise Stale(_("The chart was changed while you read it. Read it as it stands now, then press again."))


def _must_be_complete(session: Session) -> None:
    open_things = [Missing("main", _("what was typed and can't be read yet"))] if session.typed else missing(session)
    if open_things:
        raise Incomplete(open_things)
