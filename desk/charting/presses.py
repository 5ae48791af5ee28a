"""What one press on the chart writes into what was typed, before it is read like anything that was typed.

A zone tapped on the map or in the list gets a row; a step is stamped with the time of the wall; settings of an earlier
session are put on the chart; all that was carried is confirmed; a phrase is added to the note.
"""

from __future__ import annotations

from datetime import datetime

from django.http import QueryDict

from clinic import wall_time
from desk.charting import rows
from desk.charting.drafts import Chart
from treatments import carrying, drafts, phrases
from treatments.drafts import ZoneRow
from treatments.models import Phrase, Session, Zone, ZonePass

STEPS = {  # what one tap on a step stamps: the first of these that has no time yet
    "cleanse": ("cleansed_at",),
    "numb": ("creams-0-on_at", "creams-0-off_at"),
    "needle": ("needling_started_at", "needling_ended_at"),
    "serum": ("serum_at",),
    "calm": ("calm_from_at",),
}
BLANK = ("zone", "depth_mm")  # a row of zones that says neither is to be filled


def tapped(session: Session, data: QueryDict, place: str, *, at: datetime) -> QueryDict:
    """Return what was typed with a row for a zone, as in "cheek:left"; as it was where it has one."""
    code, _colon, side = place.partition(":")
    zone = Zone.objects.filter(code=code, is_prohibited=False).first()
    typed = data.copy()
    if zone is None or side not in ZonePass.Side.values:
        return typed
    if place not in {form.place for form in Chart.read(session, data, at=at).rows["zones"] if not form["DELETE"].data}:
        rows.put(typed, "zones", [{"zone": str(zone.pk), "side": side}], blank=BLANK)
    return typed


def stamped(session: Session, data: QueryDict, step: str, *, at: datetime) -> QueryDict:
    """Return what was typed with the time at which a step began, or ended where it has begun."""
    typed = data.copy()
    clock = f"{wall_time.local(at, session.appointment.site.zone):%H:%M}"
    for name in STEPS.get(step, ()):
        if not typed.get(name):
            typed[name] = clock
            if name.endswith("off_at"):
                typed["creams-0-is_removed"] = "on"  # the button says so
            break
    return typed


def phrased(data: QueryDict, phrase: Phrase | None) -> QueryDict:
    """Return what was typed with a phrase after the note; as it was where the phrase is gone."""
    typed = data.copy()
    if phrase is not None:
        typed["note"] = phrases.appended(typed.get("note", ""), phrase.words)
    return typed


def confirmed(session: Session, data: QueryDict, *, at: datetime) -> QueryDict:
    """Return what was typed with every carried zone confirmed."""
    typed = data.copy()
    for form in Chart.read(session, data, at=at).rows["zones"]:
        if form["carried_from"].data:
            typed[form.add_prefix("is_confirmed")] = "on"
    return typed


def carried(session: Session, data: QueryDict, *, at: datetime) -> tuple[QueryDict, tuple[tuple[str, str], ...]]:
    """Return what was typed with the settings of the last session, and the zones that were left out, with why."""
    typed, of = data.copy(), carrying.source(session)
    if of is None:
        return typed, ()
    chart = Chart.read(session, data, at=at)
    base = chart.draft() if chart.is_valid() else drafts.of(session)
    found = carrying.onto(session, base, of, at=at)
    rows.put(typed, "zones", [_as_typed(row) for row in found.draft.zones[len(base.zones) :]], blank=BLANK)
    if found.draft.device is not None and not typed.get("device"):
        typed["device"] = str(found.draft.device.pk)
    return typed, found.left_out


def _as_typed(row: ZoneRow) -> dict[str, str]:
    told = {
        "zone": str(row.zone.pk),
        "side": row.side,
        "depth_mm": f"{row.depth_mm:.2f}",
        "pass_count": str(row.pass_count),
        "carried_from": str(row.carried_from.uuid),
    }
    if row.speed is not None:
        told |= {"speed": f"{row.speed:.1f}", "speed_unit": row.speed_unit}
    return told
