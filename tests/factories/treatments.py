"""Sessions as the practitioner brings them about: every state is reached by the actions."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from booking import appointments
from booking.models import Appointment
from clinic.actors import Actor
from intake import clinical as intake_values
from intake import screenings
from intake.models import Question
from intake.screenings import Given
from patients.models import Patient
from stock.models import Lot
from tests.factories import intake, stock
from tests.factories import screening as full
from tests.factories.booking import HOUSE, TEN, minutes
from treatments import clinical as treatment_values
from treatments import courses, drafts, reactions, sessions
from treatments.drafts import CreamRow, Draft, SerumRow, ZoneRow
from treatments.models import Concern, Course, Reaction, Session, Zone


def values() -> None:
    """Load the questions, the consent text, concerns, zones and days, as the house ships them."""
    intake_values.load(stock.RECEIVED_AT)
    treatment_values.load(stock.RECEIVED_AT)


def zone(code: str = "cheek") -> Zone:
    return Zone.objects.get(code=code)


def course(patient: Patient, *, by: Actor, at: datetime = TEN, concern: str = "acne_scars", **fields: Any) -> Course:
    """Return a course of four sessions for acne scars."""
    known = {"concern": Concern.objects.get(code=concern), "planned_sessions": 4}
    return courses.open(patient, by=by, at=at, **(known | fields))


def all_clear(**yes: Given) -> dict[str, Given]:
    """Return a no to every question asked at start; a keyword with the question's code answers it otherwise."""
    codes = Question.objects.filter(asked_at_start=True).values_list("code", flat=True)
    return {code: Given(is_yes=False) for code in codes} | yes


def arrived(visit: Appointment, at: datetime | None = None) -> Appointment:
    """Return the visit with the patient there, the health questions answered; who came before is not received again."""
    visit = Appointment.objects.get(pk=visit.pk)
    full.up_to_date(visit.patient, at=at or visit.starts_at)
    if visit.arrived_at:
        return visit
    return appointments.arrive(visit, version=visit.version, by=HOUSE, at=at or visit.starts_at)


def started(
    visit: Appointment, *, by: Actor, at: datetime | None = None, agrees: bool = True, **fields: Any
) -> Session:
    """Return the session of a booked visit, begun on the dot: patient arrived, checked and, if they agree, signed."""
    at = at or visit.starts_at
    patient = visit.patient
    known = {
        "identity_name": patient.name,
        "identity_born_on": patient.born_on,
        "screening": screenings.record(patient, answers=all_clear(), by=by, at=at),
    }
    if agrees:
        intake.agreed(patient, by=by, at=at)
    return sessions.start(arrived(visit, at), by=by, at=at, **(known | fields))


def row(code: str = "cheek", depth: str = "1.50", **fields: Any) -> ZoneRow:
    known = {"pass_count": 3, "endpoint": "erythema_uniform"}
    return ZoneRow(zone(code), Decimal(depth), **(known | fields))


def serum_row(lot: Lot, phase: str = "after", **fields: Any) -> SerumRow:
    return SerumRow(lot, phase, **fields)


def cream_row(lot: Lot, on_at: datetime = TEN, **fields: Any) -> CreamRow:
    known = {"off_at": on_at + minutes(30), "is_removed": True, "grams": Decimal("5.0")}
    return CreamRow(lot, on_at, **(known | fields))


def draft(session: Session, **fields: Any) -> Draft:
    """Return a chart on which nothing is missing: two zones, no serum, no cream; `fields` differ from it."""
    known = {
        "device": session.appointment.device,
        "cartridge_lot": session.cartridge.lot if session.cartridge else None,
        "zones": (row("cheek", "1.50"), row("forehead", "1.00")),
        "serum_is_none": True,
        "anaesthetic_is_none": True,
        "erythema": 2,
        "oedema": 1,
        "bleeding": "pinpoint",
        "pain_during": 3,
        "note": "Calm throughout.",
        "aftercare_given": True,
        "sharps_disposed": True,
    }
    if session.cartridge is None and "cartridge_lot" not in fields:
        known["cartridge_lot"] = stock.cartridges(f"C4-{session.pk}")
    return Draft(**(known | fields))


def saved(session: Session, *, by: Actor, at: datetime | None = None, **fields: Any) -> Session:
    """Return the session with a chart on which nothing is missing, saved an hour after the start."""
    at = at or session.started_at + timedelta(hours=1)
    return sessions.save(session, draft(session, **fields), version=session.version, by=by, at=at)


def changed(session: Session, *, by: Actor, at: datetime | None = None, **fields: Any) -> Session:
    """Return the session with some parts of its chart written anew."""
    kept = drafts.of(session)
    at = at or session.started_at + timedelta(hours=1)
    typed = Draft(**({name: getattr(kept, name) for name in kept.__dataclass_fields__} | fields))
    return sessions.save(session, typed, version=session.version, by=by, at=at)


def ended(session: Session, *, by: Actor, at: datetime | None = None, **fields: Any) -> Session:
    """Return the session with a full chart, ended 70 minutes after its start."""
    at = at or session.started_at + minutes(70)
    return sessions.end(saved(session, by=by, at=at, **fields), ended_at=at, by=by, at=at)


def signed(session: Session, *, by: Actor, at: datetime | None = None, **fields: Any) -> Session:
    """Return the session ended and sealed five minutes later."""
    over = ended(session, by=by, at=at, **fields)
    return sessions.sign(over, by=by, at=over.ended_at + minutes(5))


def reacted(session: Session | None, *, by: Actor, patient: Patient | None = None, **said: Any) -> Reaction:
    """Return a redness of grade 2 that goes on for three days after a session; `said` differs from it."""
    began = session.started_at if session else TEN
    known = {
        "category": "prolonged_erythema",
        "grade": 2,
        "zone_codes": ["cheek"],
        "onset_at": began + timedelta(days=3),
        "causality": "possible",
        "signs": "Red and warm on both cheeks.",
        "at": began + timedelta(days=4),
    }
    return reactions.report(patient or session.patient, session=session, by=by, **(known | said))
