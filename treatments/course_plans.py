"""Plans of courses: made at the consultation, changed as versions, read on the chart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinic import audit
from clinic.actors import Actor
from clinic.refusals import Refusal, Refused, Stale
from patients.models import Patient
from treatments import course_rules, course_states, rules
from treatments.caps import concern_range, zone_cap
from treatments.course_days import DAYS, days_of
from treatments.course_rules import Adjunct, DepthStep
from treatments.course_steps import keep, not_running, refuse_a_second
from treatments.models import Concern, Course, Zone

Days = tuple[int, int, int]


@dataclass(frozen=True)
class CoursePlan:
    """What a course is planned to be. planned_sessions: 3 to 6 (C-67, C-68), others with a sessions_reason.

    days: earliest, target, latest; the clinic's where None. step_reasons: what is said beside a row of depth_steps, by
    its place. review_days: after the series.
    """

    concern: Concern
    planned_sessions: int
    zones: tuple[Zone, ...] = ()
    goal: str = ""
    also_concerns: tuple[Concern, ...] = ()
    sessions_reason: str = ""
    days: Days | None = None
    depth_steps: tuple[DepthStep, ...] = ()
    step_reasons: tuple[str, ...] = ()
    adjuncts: tuple[Adjunct, ...] = ()
    review_days: tuple[int, ...] = course_rules.REVIEWS
    home_care: str = ""
    price_words: str = ""


class ReasonsMissing(Refused):
    """Raised when planned depths ask for a reason; `missing` has what asks, by the row of the step."""

    def __init__(self, missing: Mapping[int, list[str]]) -> None:
        self.missing = missing
        sentence = _("A planned depth asks for a reason: %(words)s")
        words = " ".join(dict.fromkeys(word for found in missing.values() for word in found))
        super().__init__(Refusal("course.step_reason", _("A reason is missing."), sentence % {"words": words}))


@transaction.atomic
def plan(patient: Patient, said: CoursePlan, *, by: Actor, at: datetime, state: str = Course.State.PLANNED) -> Course:
    """Plan a course and return it, as version 1.

    Raises Refused with the first rule that it breaks, ReasonsMissing for depths that ask for one, and CourseRunning
    while another course is open.
    """
    refuse_a_second(patient)
    course = Course(patient=patient, state=state, opened_at=at)
    _write(course, said, by=by)
    facts = {"concern": said.concern.code, "planned_sessions": said.planned_sessions}
    audit.record("course.opened", course, by=by, at=at, patient=patient, fields=facts)
    return course


@transaction.atomic
def change(course: Course, said: CoursePlan, *, version: int, why: str, by: Actor, at: datetime) -> Course:
    """Change the plan; what it said before is kept beside it. Nothing happens where it says the same.

    Raises as `plan`, Refused without a reason for the change, NotRunning when the course is over, Stale when somebody
    changed it since it was read, and Refused for fewer sessions than were done.
    """
    now = Course.objects.select_for_update().get(pk=course.pk)
    if not course_states.may("change", now.state):
        raise not_running()
    if now.version != version:
        raise Stale
    done = now.sessions.exclude(ended_at=None).filter(struck_at=None).count()
    if said.planned_sessions < done:
        sentence = _("%(done)s sessions were done already; fewer can't be planned.") % {"done": done}
        raise _refused("course.sessions_done", "planned_sessions", sentence)
    was = told(now)
    now.version += 1
    _write(now, said, by=by)
    became = told(now)
    changes = {name: (was[name], became[name]) for name in was if was[name] != became[name]}
    if not changes:
        Course.objects.filter(pk=now.pk).update(version=version)
    elif not why.strip():
        sentence = _("Write why the plan changes; it stays beside the change.")
        raise _refused("course.why", "why", sentence)
    else:
        keep(now, changes, why=why, by=by, at=at)
        audit.record("course.changed", now, by=by, at=at, patient=now.patient, reason=why, fields=changes)
    course.refresh_from_db()
    return course


def plan_of(course: Course) -> CoursePlan:
    """Return what a course is planned to be, as it stands."""
    steps = steps_of(course)
    return CoursePlan(
        concern=course.concern,
        planned_sessions=course.planned_sessions,
        zones=tuple(course.zones.all()),
        goal=course.goal,
        also_concerns=tuple(course.also_concerns.all()),
        sessions_reason=course.sessions_reason,
        days=(course.earliest_days, course.target_days, course.latest_days),
        depth_steps=steps,
        step_reasons=tuple(next(iter(one.reasons.values()), "") for one in steps),
        adjuncts=tuple(Adjunct(**row) for row in course.adjuncts),
        review_days=tuple(course.review_days),
        home_care=course.home_care,
        price_words=course.price_words,
    )


def steps_of(course: Course) -> tuple[DepthStep, ...]:
    """Return the planned depths of a course, in the order of its sessions."""
    return steps_in(course.depth_steps)


def steps_in(rows: Iterable[Mapping[str, Any]]) -> tuple[DepthStep, ...]:
    """Return depths from the rows in which they are kept."""
    return tuple(DepthStep(row["number"], row["zone"], Decimal(row["depth_mm"]), row["reasons"]) for row in rows)


def step_rows(steps: Iterable[DepthStep]) -> list[dict[str, Any]]:
    """Return depths as they are kept, in the order of the sessions."""
    return [
        {"number": one.number, "zone": one.zone, "depth_mm": str(one.depth_mm), "reasons": dict(one.reasons)}
        for one in sorted(steps, key=lambda one: (one.number, one.zone))
    ]


def adjunct_rows(adjuncts: Iterable[Adjunct]) -> list[dict[str, Any]]:
    """Return what is done beside the needling as it is kept."""
    return [dict(vars(one)) for one in adjuncts]


def words_of_rows(
    steps: Iterable[Mapping[str, Any]], adjuncts: Iterable[Mapping[str, Any]], review_days: Iterable[int]
) -> dict[str, str]:
    """Return what is kept in rows as a history keeps it."""
    return {
        "depth_steps": "\n".join(_step_words(row) for row in steps),
        "adjuncts": "\n".join(_adjunct_words(row) for row in adjuncts),
        "review_days": ", ".join(str(day) for day in review_days),
    }


def agreed_depths(course: Course, number: int) -> dict[str, tuple[Decimal, dict[str, str]]]:
    """Return the planned depth of a session of the course, by the zone's code, with the reasons given for it.

    number: which session, from 1. The reasons go by the code of the finding that asked for them
    (`rules.depth_findings`); "" stands for any zone where the course names none.
    """
    if not course.depth_steps:
        return {}
    codes = list(course.zones.values_list("code", flat=True))
    return course_rules.agreed(steps_of(course), number=number, zones=codes)


def told(course: Course) -> dict[str, str]:
    """Return every value of a plan as its history keeps it."""
    plain = ("planned_sessions", "sessions_reason", "goal", *DAYS, "home_care", "price_words")
    return {
        "concern": course.concern.label,
        "also_concerns": ", ".join(one.label for one in course.also_concerns.all()),
        "zones": ", ".join(one.label for one in course.zones.all()),
        **{name: str(getattr(course, name)) for name in plain},
        **words_of_rows(course.depth_steps, course.adjuncts, course.review_days),
    }


def _step_words(row: Mapping[str, Any]) -> str:
    zone = Zone.objects.filter(code=row["zone"]).values_list("label", flat=True).first() if row["zone"] else None
    why = "; ".join(dict.fromkeys(row["reasons"].values()))
    words = _("From session %(number)s: %(zone)s %(depth)s")
    where = {"number": row["number"], "zone": zone or _("every zone"), "depth": rules.mm(Decimal(row["depth_mm"]))}
    return words % where + (f" ({why})" if why else "")


def _adjunct_words(row: Mapping[str, Any]) -> str:
    words = _("%(what)s every %(days)s days, from session %(number)s")
    what = dict(Course.Adjunct.choices).get(row["kind"], row["kind"])
    return words % {"what": what, "days": row["days"], "number": row["from_session"]}


def _write(course: Course, said: CoursePlan, *, by: Actor) -> None:
    """Write a plan onto a course, new or changed. Raises Refused and ReasonsMissing."""
    days = said.days or tuple(days_of(None).values())
    _refuse(course_rules.sessions_refusal(said.planned_sessions, said.sessions_reason))
    _refuse(course_rules.days_refusal(*days))
    _refuse(course_rules.reviews_refusal(said.review_days))
    _refuse(course_rules.adjuncts_refusal(said.adjuncts, planned_sessions=said.planned_sessions))
    steps = _judged(said, course.patient, by=by)
    course.concern, course.planned_sessions = said.concern, said.planned_sessions
    course.earliest_days, course.target_days, course.latest_days = days
    course.goal, course.sessions_reason = said.goal.strip(), said.sessions_reason.strip()
    course.home_care, course.price_words = said.home_care.strip(), said.price_words.strip()
    course.review_days = sorted(said.review_days)
    course.adjuncts, course.depth_steps = adjunct_rows(said.adjuncts), step_rows(steps)
    course.save()
    course.zones.set(said.zones)
    course.also_concerns.set(one for one in said.also_concerns if one != said.concern)


def _judged(said: CoursePlan, patient: Patient, *, by: Actor) -> list[DepthStep]:
    """Return the planned depths with the reasons for what asks one of them. Raises Refused and ReasonsMissing."""
    caps = {zone.code: zone_cap(zone) for zone in said.zones}
    person = by.user
    limits = [rules.practitioner_limit(person.short_name, person.max_depth_mm)] if person else []
    steps, missing = [], {}
    for row, step in enumerate(said.depth_steps):
        known = {"row": row, "zones": caps, "planned_sessions": said.planned_sessions, "limits": limits}
        _refuse(course_rules.step_refusal(step, **known))
        usual = concern_range(said.concern)
        found = course_rules.step_findings(step, zones=caps, concern=usual, fitzpatrick=patient.fitzpatrick)
        reason = said.step_reasons[row].strip() if row < len(said.step_reasons) else ""
        if found and not reason:
            missing[row] = [one.words for one in found]
        steps.append(replace(step, reasons={one.code: reason for one in found}))
    _refuse(course_rules.twice_refusal(steps))
    if missing:
        raise ReasonsMissing(missing)
    return steps


def _refuse(refusal: Refusal | None) -> None:
    if refusal:
        raise Refused(refusal)


def _refused(rule: str, field: str, sentence: str) -> Refused:
    return Refused(Refusal(rule, _("This can't be planned so."), sentence, values={"field": field}))
