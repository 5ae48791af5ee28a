"""What is newly chosen on a chart, judged when it is kept: device, lots, what products are used for, creams."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from clinic import wall_time
from clinic.actors import Actor
from intake import agreeing
from stock import lots
from stock.models import Lot
from treatments import creams, drafts, gates, judging, more
from treatments.drafts import Draft
from treatments.judging import Problem
from treatments.models import Session


def problems(session: Session, draft: Draft, *, decides: bool, by: Actor, at: datetime) -> list[Problem]:
    """Return everything on a chart that cannot be recorded, each at its place; what is on the record already stays.

    decides: whether a person saved it, so that a reason beside a cream passes what keeps it away.
    """
    today = wall_time.local(at, session.appointment.site.zone).date()
    found = judging.problems(draft, practitioner=session.practitioner, at=at)
    found += [*_device_problems(session, draft, today), *_lot_problems(session, draft, today)]
    found += [judging.problem(*said) for said in more.people_problems(session, draft)]
    return [*found, *_use_problems(session, draft, today), *_cream_problems(session, draft, decides=decides, by=by)]


def _device_problems(session: Session, draft: Draft, today: date) -> list[Problem]:
    """Judge a device when it is chosen; one that was used already stays on the record."""
    if draft.device is None or draft.device == session.device:
        return []
    found = judging.device_problem(draft.device, site_id=session.appointment.site_id, on=today)
    return [found] if found else []


def _lot_problems(session: Session, draft: Draft, today: date) -> list[Problem]:
    """Judge each lot when it is chosen; one that is on the record already, or was used already, stays there."""
    if session.is_afterwards:
        return []
    kept = {use.lot_id for use in [*session.serum_uses.all(), *session.anaesthetic_uses.all()]} | {
        session.skin_prep_lot_id
    }
    return [
        found for where, lot in draft.on_the_skin() if lot.pk not in kept for found in _lot_problem(where, lot, today)
    ]


def _lot_problem(where: str, lot: Lot, today: date) -> list[Problem]:
    try:
        lots.must_be_usable(lot, on=today)
    except lots.LotUnusable as unusable:
        return [Problem(where, unusable.refusal)]
    return []


def _use_problems(session: Session, draft: Draft, today: date) -> list[Problem]:
    """Judge what a newly chosen product is used for: the patient signed for that by itself, before it is used (C-607).

    What is on the record already stays there, and what was done already is told as it was, beside its incident.
    """
    asked = [(where, lot, agreeing.purposes_needed(uses=[lot.product.use])[1:]) for where, lot in draft.lots()]
    beside = more.agreed_by_itself(draft) if draft.adjunct != session.adjunct else ()
    if session.is_afterwards or not (beside or any(needed for _where, _lot, needed in asked)):
        return []
    kept = {lot.product_id for _where, lot in drafts.of(session).lots()}
    found = _unsigned("adjunct", session, beside, today)
    for where, lot, needed in asked:
        if needed and lot.product_id not in kept:
            found += _unsigned(where, session, needed, today)
    return found


def _unsigned(where: str, session: Session, needed: Iterable[str], today: date) -> list[Problem]:
    """Return that one of these purposes is not signed, at a place of the chart."""
    needed = tuple(needed)
    refusal = needed and gates.use_refusal(session.patient, needed, site=session.appointment.site, on=today)
    return [Problem(where, refusal)] if refusal else []


def _cream_problems(session: Session, draft: Draft, *, decides: bool, by: Actor) -> list[Problem]:
    """Judge each cream against the patient's answers; one that is on the record already stays there (C-219, C-220)."""
    if not draft.creams:
        return []
    kept = set(session.anaesthetic_uses.values_list("lot__product", flat=True))
    found = creams.refused(session, draft.creams_wanted(), kept=kept, decides=decides, by=by)
    return [Problem(f"creams.{number}.lot", refusal) for number, refusal in found.items()]
