"""Templates of courses: what a plan for a concern begins from, loaded once and the clinic's own from then on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clinic import audit
from clinic.actors import Actor
from clinic.refusals import Refusal, Refused, Stale
from treatments import course_rules, rules
from treatments.course_days import DAYS, days_of
from treatments.course_plans import CoursePlan, ReasonsMissing, adjunct_rows, step_rows, steps_in, words_of_rows
from treatments.course_rules import Adjunct, DepthStep
from treatments.judging import concern_range, zone_cap
from treatments.models import Concern, CourseTemplate, CourseTemplateChange, Zone

SESSIONS = 4  # within what the concern usually takes (C-101 onwards)
CARE = (  # C-479: sun protection and a daily routine; C-461 to C-463 for what the skin takes
    "Broad-spectrum sunscreen, SPF 30 or higher, every morning from a day after each session.\n"
    "A gentle cleanser and a fragrance-free moisturiser, morning and evening.\n"
    "No retinoid and no acid for five days after each session."
)
CARE_OF_PIGMENT = "Shade and a hat besides the sunscreen: marks of pigment ask for stricter care in the sun."
PIGMENT = frozenset({"hyperpigmentation", "sun_spots", "melasma", "uneven_tone"})


@dataclass(frozen=True)
class Outline:
    """What a template says; as in `CoursePlan`."""

    planned_sessions: int
    days: tuple[int, int, int]
    review_days: tuple[int, ...] = course_rules.REVIEWS
    depth_steps: tuple[DepthStep, ...] = ()
    step_reasons: tuple[str, ...] = ()
    adjuncts: tuple[Adjunct, ...] = ()
    home_care: str = ""


def load() -> int:
    """Insert a template for each concern that has none, with the clinic's days, and return how many."""
    days = days_of(None)
    missing = [
        CourseTemplate(
            concern=concern,
            planned_sessions=min(max(SESSIONS, concern.sessions_min), concern.sessions_max),
            review_days=list(course_rules.REVIEWS),
            home_care="\n".join([CARE, CARE_OF_PIGMENT] if concern.code in PIGMENT else [CARE]),
            **days,
        )
        for concern in Concern.objects.filter(course_template=None)
    ]
    CourseTemplate.objects.bulk_create(missing)
    return len(missing)


def plan_for(concern: Concern) -> CoursePlan | None:
    """Return what a course for a concern begins from; None while there is no template."""
    template = CourseTemplate.objects.filter(concern=concern).first()
    if template is None:
        return None
    said = outline_of(template)
    return CoursePlan(concern=concern, **vars(said))


def begun_at_once(concern: Concern, planned_sessions: int, *, goal: str = "") -> CoursePlan:
    """Return the plan of a course that begins with its first session: the template's, without its depths."""
    usual = plan_for(concern)
    if usual is None:
        return CoursePlan(concern, planned_sessions, goal=goal)
    adjuncts = tuple(one for one in usual.adjuncts if one.from_session <= planned_sessions)
    chosen = {"planned_sessions": planned_sessions, "goal": goal, "adjuncts": adjuncts}
    return replace(usual, depth_steps=(), step_reasons=(), **chosen)


def outline_of(template: CourseTemplate) -> Outline:
    """Return what a template says, as it stands."""
    steps = steps_in(template.depth_steps)
    return Outline(
        planned_sessions=template.planned_sessions,
        days=(template.earliest_days, template.target_days, template.latest_days),
        review_days=tuple(template.review_days),
        depth_steps=steps,
        step_reasons=tuple(next(iter(one.reasons.values()), "") for one in steps),
        adjuncts=tuple(Adjunct(**row) for row in template.adjuncts),
        home_care=template.home_care,
    )


@transaction.atomic
def change(
    template: CourseTemplate, said: Outline, *, version: int, why: str, by: Actor, at: datetime
) -> CourseTemplate:
    """Change a template for the courses that are planned from now on; nothing happens where it says the same.

    Raises Refused with the first rule that it breaks and without a reason, ReasonsMissing for depths that ask for one,
    and Stale when somebody changed it since it was read.
    """
    now = CourseTemplate.objects.select_for_update().select_related("concern").get(pk=template.pk)
    if now.version != version:
        raise Stale
    steps = _judged(now.concern, said)
    was = told(now)
    now.planned_sessions = said.planned_sessions
    now.earliest_days, now.target_days, now.latest_days = said.days
    now.review_days, now.home_care = sorted(said.review_days), said.home_care.strip()
    now.depth_steps, now.adjuncts = step_rows(steps), adjunct_rows(said.adjuncts)
    became = told(now)
    changes = {name: (was[name], became[name]) for name in was if was[name] != became[name]}
    if not changes:
        return now
    if not why.strip():
        sentence = _("Write why the template changes; it stays beside the change.")
        raise Refused(Refusal("course.why", _("A reason is missing."), sentence, values={"field": "why"}))
    now.version, now.edited_at = now.version + 1, at
    now.save()
    common = {"template": now, "why": why.strip(), "version": now.version, "at": at, "by_name": by.name[:120]}
    CourseTemplateChange.objects.bulk_create(
        CourseTemplateChange(field=name, was=old, became=new, **common) for name, (old, new) in changes.items()
    )
    audit.record("course_template.changed", now, by=by, at=at, reason=why, fields=changes)
    return now


def told(template: CourseTemplate) -> dict[str, str]:
    """Return every value of a template as its history keeps it."""
    plain = {name: str(getattr(template, name)) for name in ("planned_sessions", *DAYS, "home_care")}
    return plain | words_of_rows(template.depth_steps, template.adjuncts, template.review_days)


def _judged(concern: Concern, said: Outline) -> list[DepthStep]:
    low, high = rules.COURSE_SESSIONS
    is_usual = low <= said.planned_sessions <= high
    count = said.planned_sessions
    usual_sessions = None if is_usual else course_rules.sessions_refusal(count)
    for refusal in (
        usual_sessions,
        course_rules.days_refusal(*said.days),
        course_rules.reviews_refusal(said.review_days),
        course_rules.adjuncts_refusal(said.adjuncts, planned_sessions=count),
    ):
        if refusal:
            raise Refused(refusal)
    caps = {zone.code: zone_cap(zone) for zone in Zone.objects.all()}
    steps, missing = [], {}
    for row, step in enumerate(said.depth_steps):
        zones: Mapping = {step.zone: caps[step.zone]} if step.zone in caps else {}
        if refusal := course_rules.step_refusal(step, row=row, zones=zones, planned_sessions=count, limits=()):
            raise Refused(refusal)
        found = course_rules.step_findings(step, zones=zones, concern=concern_range(concern), fitzpatrick=None)
        reason = said.step_reasons[row].strip() if row < len(said.step_reasons) else ""
        if found and not reason:
            missing[row] = [one.words for one in found]
        steps.append(replace(step, reasons={one.code: reason for one in found}))
    if refusal := course_rules.twice_refusal(steps):
        raise Refused(refusal)
    if missing:
        raise ReasonsMissing(missing)
    return steps
