"""The chart as it is kept, in the values that its fields begin with."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from clinic import wall_time
from desk.charting import prp
from treatments.drafts import PLAIN_FIELDS, STEP_TIMES, CreamRow, Draft, ZoneRow
from treatments.models import Session

FIRST_ROWS = {"zones": 2, "serums": 1, "creams": 1}  # blank rows on a chart that has none


def initial(session: Session, draft: Draft) -> dict[str, Any]:
    """Return what the fields of the chart and of its rows begin with, and how many blank rows come after them."""
    zone = session.appointment.site.zone
    told: dict[str, Any] = {
        "main": _main(session, draft, zone),
        "zones": [_zone_row(row) for row in draft.zones],
        "serums": [_fields(row, "lot", "phase", "amount_ml", "reason") for row in draft.serums],
        "creams": [_cream_row(row, zone) for row in draft.creams],
    }
    for name, count in FIRST_ROWS.items():
        told[f"more_{name}"] = 0 if told[name] else count
    return told


def _fields(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _clock(at: datetime | None, zone: Any) -> time | None:
    return wall_time.local(at, zone).time().replace(tzinfo=None) if at else None


def _main(session: Session, draft: Draft, zone: Any) -> dict[str, Any]:
    clocks = {name: _clock(getattr(draft, name), zone) for name in STEP_TIMES}
    told = _fields(draft, "device", "cartridge_lot", "unit_code", *PLAIN_FIELDS)
    drawn = prp.initial(draft.prp, lambda at: _clock(at, zone))
    return told | clocks | drawn | {"version": session.version}


def _zone_row(row: ZoneRow) -> dict[str, Any]:
    reasons = dict.fromkeys(row.reasons.values())
    told = _fields(row, "zone", "side", "depth_mm", "pass_count", "speed", "speed_unit", "endpoint", "note")
    carried = {"carried_from": row.carried_from.uuid if row.carried_from else None, "is_confirmed": row.is_confirmed}
    return told | carried | {"reason": "; ".join(reasons)}


def _cream_row(row: CreamRow, zone: Any) -> dict[str, Any]:
    clocks = {"on_at": _clock(row.on_at, zone), "off_at": _clock(row.off_at, zone)}
    more = ("area_cm2", "is_occluded", "applied_by")
    return _fields(row, "lot", "grams", "is_removed", "reason", *more) | clocks
