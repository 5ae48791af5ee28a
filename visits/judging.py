"""What stands in the way of a visit, and who may answer for it all the same.

Several rules are passed with one agreement; each of them leaves its own row beside the visit. What nobody may pass
(a time that is taken, or over; a patient who has died) never comes here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from booking import overrides
from booking.models import Appointment
from clinic import wall_time
from clinic.actors import Actor
from clinic.models import Service, Site, User
from clinic.refusals import Refusal, Refused
from patients import restrictions
from patients.models import Patient
from treatments import decisions, gates

NAMED = frozenset({"agree_early", "treat"})  # the desk may name the practitioner who agreed; else one acts oneself


@dataclass(frozen=True)
class Agreement:
    """Who answers for a visit that a rule would stop, and why. by: whom the desk named; None: whoever acts."""

    by: User | None = None
    reason: str = ""


NOTHING_AGREED = Agreement()


@dataclass(frozen=True)
class Passed:
    """A rule that somebody passes, and who that is."""

    refusal: Refusal
    answers: User


def stops(patient: Patient | None, *, service: Service, site: Site, on: date, at: datetime) -> list[Refusal]:
    """Return what keeps a new visit of this service from that local day, what harms most first.

    patient: None for somebody who is being entered.
    """
    is_needling = service.kind == Service.Kind.NEEDLING
    found = (
        _restriction_refusal(patient, service, on=on, at=at) if patient else None,
        gates.age_refusal(patient, site=site, on=on) if patient and is_needling else None,
        gates.consultation_refusal(patient, service=service, site=site),
        gates.thinking_refusal(patient, service=service, site=site, on=on, at=at),
    )
    return [refusal for refusal in found if refusal is not None]


def _restriction_refusal(patient: Patient, service: Service, *, on: date, at: datetime) -> Refusal | None:
    refusal = restrictions.judge(patient, service_kind=service.kind, on=on, at=at)
    if refusal is None:
        return None
    rows = restrictions.standing(patient, service_kind=service.kind, on=on)
    return decisions.with_letter(refusal, rows, patient, on=on)


def answerer(refusal: Refusal, agreement: Agreement, *, by: Actor) -> User | None:
    """Return who answers for passing a rule, or None when nobody does who may."""
    if refusal.is_hard or by.user is None or not agreement.reason.strip():
        return None
    if refusal.overridable_by in NAMED and agreement.by is not None:
        may = agreement.by.is_active and Actor.of(agreement.by).may(refusal.overridable_by)
        return agreement.by if may else None
    return by.user if by.may(refusal.overridable_by) else None


def passed(refusals: Iterable[Refusal], agreement: Agreement, *, by: Actor) -> list[Passed]:
    """Return who answers for each rule. Raises Refused by the first that nobody answers for."""
    found = []
    for refusal in refusals:
        person = answerer(refusal, agreement, by=by)
        if person is None:
            raise Refused(refusal)
        found.append(Passed(refusal, person))
    return found


def keep(appointment: Appointment, passed: Iterable[Passed], agreement: Agreement, *, by: Actor, at: datetime) -> None:
    """Keep a row for each rule that was passed for this visit, and for each answer that stood behind it."""
    for one in passed:
        told = {"reason": agreement.reason, "agreed_by": one.answers, "by": by, "at": at}
        overrides.record(appointment, rule=one.refusal.rule, **told)
        if one.refusal.rule.startswith("restriction."):
            on = wall_time.local(appointment.starts_at, appointment.site.zone).date()
            kind = appointment.service.kind
            rows = restrictions.standing(appointment.patient, service_kind=kind, on=on)
            decisions.keep_behind(appointment, rows, **told)
