"""A chart written into the rows of the record: the unit that was opened, zones, serums and creams."""

from __future__ import annotations

from datetime import date, datetime

from clinic.actors import Actor
from clinic.refusals import Refused
from stock import cartridges
from stock.models import Cartridge
from treatments import drafts, judging, prp
from treatments.drafts import Draft
from treatments.judging import Problem
from treatments.models import AnaestheticUse, SerumUse, Session, ZonePass
from treatments.session_refusals import DraftRefused

ZONE_FIELDS = ("depth_mm", "pass_count", "endpoint", "note", "speed", "speed_unit", "carried_from", "is_confirmed")


def cartridge(session: Session, draft: Draft, today: date, *, by: Actor, at: datetime) -> Cartridge | None:
    """Open the unit that was picked and return the one it replaces, which serves nobody then."""
    held = session.cartridge
    if held and draft.cartridge_lot == held.lot and draft.unit_code.strip() == held.unit_code:
        return None
    session.cartridge = None
    if draft.cartridge_lot is not None:
        try:
            session.cartridge = cartridges.open(
                draft.cartridge_lot,
                on=None if session.is_afterwards else today,
                by=by,
                at=at,
                unit_code=draft.unit_code,
            )
        except Refused as refused:
            raise DraftRefused([Problem("cartridge_lot", refused.refusal)]) from refused
    return held


def reasons_out(session: Session) -> None:
    """Write at each zone every reason that holds for it, for the plan of the course may change after the signature."""
    draft = drafts.of(session)
    found = judging.of_session(session, draft)
    for index, row in enumerate(draft.zones):
        reasons = {one.code: one.reason for one in found if one.where == f"zones.{index}" and one.reason}
        if reasons != row.reasons:
            ZonePass.objects.filter(session=session, zone=row.zone, side=row.side).update(reasons=reasons)


def rows(session: Session, draft: Draft) -> None:
    """Make the rows of zones, serums and creams what the draft says; rows that did not change keep their place."""
    kept, frame = [], judging.Frame.of(session)
    for row in draft.zones:
        asked = {one.code for one in judging.findings(Draft(device=draft.device, zones=(row,)), frame)}
        reasons = {code: reason.strip() for code, reason in row.reasons.items() if reason.strip() and code in asked}
        fields = {name: getattr(row, name) for name in ZONE_FIELDS} | {"reasons": reasons}
        one, _new = ZonePass.objects.update_or_create(session=session, zone=row.zone, side=row.side, defaults=fields)
        kept.append(one.pk)
    session.zone_passes.exclude(pk__in=kept).delete()
    session.serum_uses.all().delete()
    SerumUse.objects.bulk_create(
        SerumUse(session=session, lot=row.lot, phase=row.phase, amount_ml=row.amount_ml, reason=row.reason.strip())
        for row in draft.serums
    )
    prp.keep(session, draft.prp if draft.has_prp else None)
    session.anaesthetic_uses.all().delete()
    AnaestheticUse.objects.bulk_create(
        AnaestheticUse(
            session=session,
            lot=row.lot,
            grams=row.grams,
            on_at=row.on_at,
            off_at=row.off_at,
            is_removed=row.is_removed,
            area_cm2=row.area_cm2,
            is_occluded=row.is_occluded,
            applied_by=row.applied_by,
        )
        for row in draft.creams
    )
