"""The seal: what a signed record says, in one canonical form, and its SHA-256.

The content holds values and the patient's UUID at signing, in one order, so it can be computed again years later
and on another engine. Anything that changed since gives another digest; a merge of two records changes only whose the
record is, and its ledger explains that (`patients.ledger`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from intake.models import Answer
from intake.proofs import digest
from patients import ledger
from stock.models import Lot
from treatments import prp
from treatments.models import AnaestheticUse, Session, ZonePass

TIMES = (
    "identity_confirmed_at",
    "started_at",
    "needling_started_at",
    "needling_ended_at",
    "ended_at",
    "signed_at",
)
LATER_TIMES = ("cleansed_at", "serum_at", "calm_from_at")
MORE = (
    "assistant_id",
    "has_barrier_sleeve",
    "seal_was_intact",
    "pain_after",
    "adjunct",
    "adjunct_details",
    "aftercare_method",
    "aftercare_version",
    "personal_words",
    "products",
)
REACTION = ("erythema", "oedema", "bleeding", "pain_during", "reaction_note")


def verify(session: Session) -> bool:
    """Return whether a signed record still says what was signed. Raises ValueError for one that is not signed."""
    if not session.is_signed:
        raise ValueError("only a signed record has a seal")
    fresh = Session.objects.get(pk=session.pk)
    return digest(content(fresh)) == fresh.seal_digest


def content(session: Session) -> dict[str, Any]:
    """Return everything that the seal covers, as JSON can hold it."""
    return _later_kept(session) | {
        "form": 1,
        "session": str(session.uuid),
        "patient": str(ledger.patient_uuid_at(session, session.signed_at)),
        "appointment": str(session.appointment.uuid),
        "practitioner": session.practitioner_id,
        "concern": session.course.concern.code if session.course else None,
        "number": session.number,
        "times": _times(session),
        "screening": _screening(session),
        "consent": _consent(session),
        "device": _device(session),
        "cartridge": _cartridge(session),
        "zones": _zones(session),
        "serums": "none" if session.serum_is_none else _serums(session),
        "anaesthetics": "none" if session.anaesthetic_is_none else _anaesthetics(session),
        "reaction": {name: getattr(session, name) for name in REACTION},
        "note": session.note,
        "aftercare_given": session.aftercare_given,
        "sharps_disposed": session.sharps_disposed,
        "rule_set": session.rule_set.digest,
        "signed_by": session.signed_by_id,
    }


def _later_kept(session: Session) -> dict[str, Any]:
    """Return what is kept since a later day and only where it says something, so that older seals still hold."""
    said = {
        "beside": session.beside,
        "is_afterwards": session.is_afterwards,
        "more": _more(session),
        "prp": _prp(session),
    }
    return {name: value for name, value in said.items() if value}


def _more(session: Session) -> dict[str, Any]:
    """Return the fields of the record that a session may leave empty, those that say something."""
    lot = session.skin_prep_lot
    told = {name: getattr(session, name) for name in MORE} | {"skin_prep": _lot(lot) if lot else None}
    return {name: value for name, value in told.items() if value is not None and value is not False and value != ""}


def _prp(session: Session) -> dict[str, Any] | None:
    """Return what was drawn and who checked whose it was; None where there was none."""
    found = prp.of(session)
    return found and {
        name: [_text(one) if isinstance(one, datetime) else one for one in value] if isinstance(value, list) else value
        for name, value in (
            prp.sealed(found) | {"draw_ml": _text(found.draw_ml), "drawn_at": _text(found.drawn_at)}
        ).items()
    }


def _times(session: Session) -> dict[str, str | None]:
    told = {name: _text(getattr(session, name)) for name in TIMES}
    return told | {name: _text(getattr(session, name)) for name in LATER_TIMES if getattr(session, name)}


def _text(value: datetime | Decimal | None) -> str | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return f"{value:.2f}"


def _consent(session: Session) -> dict[str, Any] | None:
    consent = session.consent
    return {"digest": consent.text.digest, "given_at": _text(consent.given_at)} if consent else None


def _screening(session: Session) -> dict[str, Any] | None:
    screening = session.screening
    return screening and {
        "asked_at": _text(screening.asked_at),
        "outcome": screening.outcome,
        "answers": [_answer(one) for one in screening.answers.order_by("pk")],
    }


def _answer(one: Answer) -> list[Any]:
    """Return an answer as the seal covers it; those from before there were several ways to answer have no more."""
    told = [one.question_words, one.is_yes, one.note, one.passed_reason]
    return [*told, one.option, one.on.isoformat() if one.on else None] if one.option else told


def _device(session: Session) -> list[str] | None:
    device = session.device
    return [device.maker, device.model, device.serial_number] if device else None


def _lot(lot: Lot) -> list[str]:
    return [lot.product.maker, lot.product.name, lot.number, lot.expires_on.isoformat()]


def _cartridge(session: Session) -> list[str] | None:
    cartridge = session.cartridge
    return [*_lot(cartridge.lot), cartridge.unit_code, _text(cartridge.opened_at)] if cartridge else None


def _zones(session: Session) -> list[list[Any]]:
    return [
        [one.zone.code, one.side, _text(one.depth_mm), one.pass_count, one.endpoint, one.note, one.reasons, *_set(one)]
        for one in session.zone_passes.select_related("zone", "carried_from").order_by("zone__code", "side")
    ]


def _set(one: ZonePass) -> list[dict[str, str]]:
    """Return the speed of a zone and whose settings it was given; older seals had neither."""
    told = {}
    if one.speed is not None:
        told["speed"] = f"{one.speed:.1f} {one.speed_unit}"
    if one.carried_from is not None:
        told["carried_from"] = str(one.carried_from.uuid)
    return [told] if told else []


def _covered(one: AnaestheticUse) -> list[dict[str, Any]]:
    """Return area, cover and hand of a cream where they were noted; older seals had none."""
    told = {"area_cm2": one.area_cm2, "is_occluded": one.is_occluded, "applied_by": one.applied_by_id}
    told = {name: value for name, value in told.items() if value}
    return [told] if told else []


def _serums(session: Session) -> list[list[Any]]:
    return [
        [*_lot(one.lot), one.phase, _text(one.amount_ml), one.reason]
        for one in session.serum_uses.select_related("lot__product").order_by("pk")
    ]


def _anaesthetics(session: Session) -> list[list[Any]]:
    return [
        [*_lot(one.lot), _text(one.grams), _text(one.on_at), _text(one.off_at), one.is_removed, *_covered(one)]
        for one in session.anaesthetic_uses.select_related("lot__product").order_by("on_at", "pk")
    ]
