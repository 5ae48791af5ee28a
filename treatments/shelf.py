"""What a session took from the shelf: counted when it is signed, and looked at once more, for the deed is done.

A lot that was set aside or had expired stops nobody from writing what happened: it becomes an incident, for the lead.
What is written afterwards asks of every lot that is set aside by then, or was on the day and is released since: whoever
writes it has the pack in hand and knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic import wall_time
from clinic.actors import Actor
from clinic.refusals import Refusal, Refused
from stock import lots as stock_lots
from stock import movements
from stock.models import Lot
from treatments import drafts, incidents
from treatments.models import Session


class ReasonMissing(Refused):
    """Raised when a lot that was out of use or expired was used, and nobody says how that came to be."""

    def __init__(self, found: list[Doubt]) -> None:
        words = " ".join(one.refusal.sentence for one in found)
        sentence = _("%(lots)s Say how it came to be used; then sign. The lead is told.") % {"lots": words}
        super().__init__(Refusal("session.lot_unusable", _("A lot on this chart could not be used."), sentence))


@dataclass(frozen=True)
class Doubt:
    """A lot of the chart that should not have been used. asks_reason: it was so before the treatment was over."""

    refusal: Refusal
    asks_reason: bool


def doubts(session: Session) -> list[Doubt]:
    """Return what is to be said of the lots on a chart that has ended; nothing where all were good when used."""
    return _doubts(session, _lots(session))


def settle(session: Session, *, reason: str, by: Actor, at: datetime) -> None:
    """Count what an ended session used up, and keep an incident where a lot should not have been used.

    Raises ReasonMissing, and incidents.ReasonMissing for one that is too long.
    """
    lots = _lots(session)
    found = _doubts(session, lots)
    if any(one.asks_reason for one in found) and not reason.strip():
        raise ReasonMissing([one for one in found if one.asks_reason])
    movements.use(lots, session=session.uuid, by=by, at=at)
    if found:
        reason = reason.strip() or _("It was set aside after the treatment and before the signature.")
        incidents.record(session, stopped_by=[one.refusal for one in found], reason=reason, by=by, at=at)


def _lots(session: Session) -> list[Lot]:
    return list({lot.pk: lot for _where, lot in drafts.of(session).lots()}.values())


def _doubts(session: Session, lots: list[Lot]) -> list[Doubt]:
    return [doubt for lot in lots for doubt in _of_lot(session, lot)]


def _of_lot(session: Session, lot: Lot) -> Iterator[Doubt]:
    zone = session.appointment.site.zone
    used_on = wall_time.local(session.started_at, zone).date()
    named = {"lot": lot.number, "product": lot.product.name}
    if lot.expires_on < used_on:
        words = _("Lot %(lot)s of %(product)s had expired on %(day)s.")
        sentence = words % (named | {"day": date_format(lot.expires_on, "j M Y")})
        yield Doubt(Refusal("lot.expired", _("An expired lot was used."), sentence, values=named), asks_reason=True)
    if lot.quarantined_at:
        words = _("Lot %(lot)s of %(product)s was set aside on %(moment)s.")
        moment = date_format(wall_time.local(lot.quarantined_at, zone), "j M Y, H:i")
        refusal = Refusal(
            "lot.quarantined", _("A lot was used that is set aside."), words % (named | {"moment": moment})
        )
        was_so = session.is_afterwards or session.ended_at is None or lot.quarantined_at <= session.ended_at
        yield Doubt(refusal, asks_reason=was_so)
    elif session.is_afterwards and stock_lots.was_set_aside(lot, at=session.started_at):
        sentence = _("Lot %(lot)s of %(product)s was set aside at that time; it is in use again by now.") % named
        yield Doubt(Refusal("lot.quarantined", _("A lot was used that was set aside."), sentence), asks_reason=True)
