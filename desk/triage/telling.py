"""A report in words: how long it waits and with whom, its signs and numbers, the session, and its story."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from aftercare import report_rules, reports, wording
from aftercare.models import Report
from clinic.actors import Actor
from desk.patients.timeline import session_title
from treatments.rules import mm

Pair = tuple[str, str]
TONES = {  # of the pill, and its icon
    Report.Urgency.EMERGENCY: ("stop", "stop"),
    Report.Urgency.SAME_DAY: ("stop", "stop"),
    Report.Urgency.SOON: ("warn", "warn"),
    Report.Urgency.NONE: ("ok", "tick"),
}


@dataclass(frozen=True)
class Row:
    """One report on the list: nothing of it is clinical. age: how long ago it was told."""

    report: Report
    tone: str
    icon: str
    age: str
    in_hand: str
    may_take_on: bool
    may_take_over: bool


@dataclass(frozen=True)
class Step:
    """One step of the story."""

    title: str
    words: str
    by: str
    at: datetime


def row(report: Report, *, reader: Actor, at: datetime) -> Row:
    acts = reader.may("treat") and report.is_open
    is_mine = reader.user is not None and report.taken_by_id == reader.user.pk
    tone, icon = TONES[Report.Urgency(report.urgency)]
    return Row(
        report=report,
        tone=tone,
        icon=icon,
        age=age(report.told_at, at),
        in_hand=_in_hand(report),
        may_take_on=acts and report.acknowledged_at is None,
        may_take_over=acts and report.acknowledged_at is not None and not is_mine,
    )


def age(since: datetime, at: datetime) -> str:
    """Return how long ago a moment is, in the largest whole unit: 12 min, 3 h, 2 days."""
    minutes = max(int((at - since).total_seconds() // 60), 0)
    if minutes < 60:
        return _("%(n)s min") % {"n": minutes}
    if minutes < 48 * 60:
        return _("%(n)s h") % {"n": minutes // 60}
    days = minutes // (24 * 60)
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


def _in_hand(report: Report) -> str:
    if report.taken_by is None:
        return ""
    said = {"name": report.taken_by.name, "when": moment(report.acknowledged_at)}
    return _("%(name)s has it in hand; taken on %(when)s") % said


def signs(report: Report) -> list[str]:
    """Return the signs in the patient's words, the gravest first."""
    return report_rules.in_words(report.signs)


def facts(report: Report) -> list[Pair]:
    """Return what stands of a report, label and value."""
    hours = reports.hours_since(report.session, report.told_at)
    after = ngettext("%(n)s hour after the session", "%(n)s hours after the session", hours or 0)
    pairs: list[tuple[str, Any]] = [
        (_("How it is"), report.get_feeling_display()),
        (_("Check-in"), report.get_about_display()),
        (_("Told"), moment(report.told_at)),
        (_("When"), after % {"n": hours} if hours is not None else ""),
        (_("Came by"), report.get_came_by_display()),
        (_("Taken down by"), report.taken_down_by.name if report.taken_down_by else ""),
        (_("Redness"), _of(report.redness, 3)),
        (_("Pain"), _of(report.pain, 10)),
        (_("Satisfaction"), _of(report.satisfaction, 10)),
        (_("Outcome"), report.get_outcome_display()),
    ]
    return [(label, str(value)) for label, value in pairs if value]


def treated(report: Report) -> list[Pair]:
    """Return what was done in the session that it is about: what whoever judges it asks first."""
    session = report.session
    if session is None:
        return []
    passes = session.zone_passes.select_related("zone")
    zones = ", ".join(f"{one.zone.label} {mm(one.depth_mm)}" for one in passes)
    serums = ", ".join(sorted({use.lot.product.name for use in session.serum_uses.select_related("lot__product")}))
    pairs = [
        (_("Session"), session_title(session)),
        (_("Treated"), moment(session.ended_at or session.started_at)),
        (_("By"), session.practitioner.name),
        (_("Zones and depths"), zones),
        (_("Serum"), serums),
        (_("Plasma"), _("yes") if wording.holding(session, among=("prp",)) else ""),
        (_("Reaction noted then"), session.reaction_note),
    ]
    return [pair for pair in pairs if pair[1]]


def story(report: Report) -> list[Step]:
    """Return the steps, the latest first."""
    entries = report.entries.select_related("written_by").order_by("-id")
    house, patient = _("the house"), report.patient.name
    return [
        Step(
            str(one.get_kind_display()),
            one.words,
            one.written_by.name if one.written_by else (patient if one.kind == "told" else house),
            one.written_at,
        )
        for one in entries
    ]


def moment(at: datetime) -> str:
    return date_format(localtime(at), "j M Y, H:i")


def _of(number: int | None, highest: int) -> str:
    return "" if number is None else _("%(n)s of %(of)s") % {"n": number, "of": highest}
