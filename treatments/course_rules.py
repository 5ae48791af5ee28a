"""What a course may be planned to be: pure functions; lengths are Decimal millimetres, days whole days.

A hard rule refuses, a finding about a depth asks for a reason; both are those of the chart (`treatments.rules`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from clinic.refusals import Refusal
from treatments import rules
from treatments.rules import ConcernRange, DepthFinding, Limit, ZoneCap

SESSIONS = (1, 12)  # with a reason; without one 3 to 6 (C-67 to C-69)
DAYS = (1, 365)
REVIEW_DAYS = (1, 730)
REVIEWS = (30, 90, 180)  # after the series (D7)
REVIEWS_AT_MOST = 6
ANY_ZONE = ""


@dataclass(frozen=True)
class DepthStep:
    """From which session on a zone, or every zone of the course (""), is needled how deep, and why where asked."""

    number: int
    zone: str
    depth_mm: Decimal
    reasons: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Adjunct:
    """What is done beside the needling, how many days apart, and from which session on (D9)."""

    kind: str
    days: int
    from_session: int = 1


def sessions_refusal(count: int, reason: str = "") -> Refusal | None:
    """Return why a course cannot be planned with this many sessions, or None: 3 to 6, others with a reason."""
    low, high = rules.COURSE_SESSIONS
    if low <= count <= high:
        return None
    least, most = SESSIONS
    numbers = {"low": low, "high": high, "count": count, "least": least, "most": most}
    if not least <= count <= most:
        sentence = _("A course has %(least)s to %(most)s sessions; %(count)s can't be planned.")
        return _refusal("sessions", "planned_sessions", sentence % numbers)
    if reason.strip():
        return None
    sentence = _("A course usually has %(low)s to %(high)s sessions. Write why this one has %(count)s.")
    return _refusal("sessions_reason", "sessions_reason", sentence % numbers)


def days_refusal(earliest: int, target: int, latest: int) -> Refusal | None:
    """Return why sessions cannot follow one another so, or None."""
    if DAYS[0] <= earliest <= target <= latest <= DAYS[1]:
        return None
    sentence = _("Days from one session to the next: the earliest first, the latest last, each from 1 to 365.")
    return _refusal("days", "earliest_days", sentence)


def reviews_refusal(days: Sequence[int]) -> Refusal | None:
    """Return why the results cannot be looked at on these days after the series, or None."""
    low, high = REVIEW_DAYS
    if len(days) <= REVIEWS_AT_MOST and all(low <= one <= high for one in days) and len(set(days)) == len(days):
        return None
    sentence = _("Reviews: at most six different days after the series, each from 1 to 730.")
    return _refusal("reviews", "review_days", sentence)


def adjuncts_refusal(adjuncts: Sequence[Adjunct], *, planned_sessions: int) -> Refusal | None:
    """Return why something cannot be planned beside the needling so, or None."""
    for row, one in enumerate(adjuncts):
        if not DAYS[0] <= one.days <= DAYS[1]:
            sentence = _("Write how many days lie between two of them, from 1 to 365.")
            return _refusal("adjunct_days", "adjuncts", sentence, row=row, part="days")
        if not 1 <= one.from_session <= planned_sessions:
            sentence = _("The course has %(count)s sessions; choose one of them.") % {"count": planned_sessions}
            return _refusal("adjunct_session", "adjuncts", sentence, row=row, part="from_session")
    kinds = [one.kind for one in adjuncts]
    twice = next((row for row, kind in enumerate(kinds) if kind in kinds[:row]), None)
    if twice is None:
        return None
    return _refusal("adjunct_twice", "adjuncts", _("This stands here twice. Write it once."), row=twice, part="kind")


def step_refusal(
    step: DepthStep, *, row: int, zones: Mapping[str, ZoneCap], planned_sessions: int, limits: Iterable[Limit]
) -> Refusal | None:
    """Return why a depth cannot be planned so, or None; no reason passes it.

    zones: those of the course by code. A course that names none is judged by the limits of the house alone.
    """
    if not 1 <= step.number <= planned_sessions:
        sentence = _("The course has %(count)s sessions; choose one of them.") % {"count": planned_sessions}
        return _refusal("step_session", "depth_steps", sentence, row=row, part="number")
    if step.zone != ANY_ZONE and step.zone not in zones:
        sentence = _("This zone is not one of the course. Choose it among the zones first.")
        return _refusal("step_zone", "depth_steps", sentence, row=row, part="zone")
    for cap in _caps(step, zones):
        if refusal := rules.depth_refusal(step.depth_mm, zone=cap, limits=limits):
            where = {"field": "depth_steps", "row": row, "part": "depth_mm"}
            return Refusal(refusal.rule, refusal.title, refusal.sentence, values=refusal.values | where)
    return None


def step_findings(
    step: DepthStep, *, zones: Mapping[str, ZoneCap], concern: ConcernRange, fitzpatrick: int | None
) -> list[DepthFinding]:
    """Return everything about a planned depth that asks for a reason, each once; zone beats concern (C-08)."""
    found: dict[str, DepthFinding] = {}
    for cap in _caps(step, zones):
        for one in rules.depth_findings(step.depth_mm, zone=cap, concern=concern, fitzpatrick=fitzpatrick):
            found.setdefault(one.code, one)
    return list(found.values())


def twice_refusal(steps: Sequence[DepthStep]) -> Refusal | None:
    """Return why two depths cannot stand for one zone from the same session on, or None."""
    places = [(one.number, one.zone) for one in steps]
    twice = next((row for row, place in enumerate(places) if place in places[:row]), None)
    if twice is None:
        return None
    sentence = _("There is a depth for this session and zone already. Keep one of them.")
    return _refusal("step_twice", "depth_steps", sentence, row=twice, part="zone")


def agreed(
    steps: Iterable[DepthStep], *, number: int, zones: Iterable[str]
) -> dict[str, tuple[Decimal, dict[str, str]]]:
    """Return what is planned for a session, by zone: the last depth planned up to it, and the reasons given for it.

    A depth for a zone goes before one for all of them, whichever was planned later; a course that names no zone
    answers for any of them under "".
    """
    found: dict[str, DepthStep] = {}
    for step in sorted((one for one in steps if one.number <= number), key=lambda one: one.number):
        found[step.zone] = step
    everywhere = found.pop(ANY_ZONE, None)
    names = list(zones) or [ANY_ZONE]
    taken = {name: everywhere for name in names if everywhere is not None} | found
    return {name: (step.depth_mm, dict(step.reasons)) for name, step in taken.items()}


def _caps(step: DepthStep, zones: Mapping[str, ZoneCap]) -> list[ZoneCap]:
    if step.zone != ANY_ZONE:
        return [zones[step.zone]] if step.zone in zones else []
    return list(zones.values()) or [ZoneCap(_("any zone"), rules.HARD_MAX_MM)]


def _refusal(rule: str, field: str, sentence: str, **where: object) -> Refusal:
    title = _("This can't be planned so.")
    return Refusal(f"course.{rule}", title, sentence, values={"field": field, **where})
