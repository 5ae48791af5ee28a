"""Same as last time: the settings of an earlier session, put on a chart for somebody to confirm zone by zone.

Only what was set is carried: where, how deep, how often, how fast, and the device. Never what was seen (endpoint,
reaction), what was opened (lots, units), what was answered, or what was written; and no zone that today's device,
needles or practitioner may not do so deep.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Case, IntegerField, Value, When

from clinic import wall_time
from treatments import drafts, judging
from treatments.drafts import Draft, ZoneRow
from treatments.models import Session


@dataclass(frozen=True)
class Carried:
    """A chart with the settings of another session on it. left_out: zones that were not carried, and why, in words."""

    draft: Draft
    left_out: tuple[tuple[str, str], ...] = ()


def source(session: Session) -> Session | None:
    """Return the session whose settings would be carried: the last one performed, of the same course if it had any."""
    earlier = Session.objects.ended().filter(patient=session.patient, ended_at__lte=session.started_at)
    same = Case(When(course=session.course_id, then=Value(0)), default=Value(1), output_field=IntegerField())
    order = [same, "-ended_at"] if session.course_id else ["-ended_at"]
    return earlier.exclude(pk=session.pk).select_related("practitioner", "device").order_by(*order).first()


def onto(session: Session, draft: Draft, of: Session, *, at: datetime) -> Carried:
    """Return the draft with the zones of an earlier session that are not on it yet, each to be confirmed."""
    today = wall_time.local(at, session.appointment.site.zone).date()
    device = draft.device
    if device is None and of.device is not None:
        stopped = judging.device_problem(of.device, site_id=session.appointment.site_id, on=today)
        device = None if stopped else of.device
    there = {(row.zone.pk, row.side) for row in draft.zones}
    carried, left_out = [], []
    for row in drafts.of(of).zones:
        if (row.zone.pk, row.side) in there:
            continue
        fresh = _settings(row, of)
        tried = replace(draft, device=device, zones=(fresh,))
        found = judging.problems(tried, practitioner=session.practitioner, at=at)
        refused = [one for one in found if one.where.startswith("zones.")]
        if refused:
            left_out.append((row.name, str(refused[0].refusal.sentence)))
        else:
            carried.append(fresh)
    return Carried(replace(draft, device=device, zones=(*draft.zones, *carried)), tuple(left_out))


def _settings(row: ZoneRow, of: Session) -> ZoneRow:
    return ZoneRow(
        row.zone,
        row.depth_mm,
        row.pass_count,
        endpoint="",
        side=row.side,
        speed=row.speed,
        speed_unit=row.speed_unit,
        carried_from=of,
        is_confirmed=False,
    )
