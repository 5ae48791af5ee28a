"""A course as its page shows it: what is planned, in words, and every version beside what was before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from desk.patients.comparing import label_of
from treatments import course_states, courses
from treatments.models import Course, CourseChange, CourseTemplate, CourseTemplateChange, Zone
from treatments.rules import mm

Pair = tuple[str, str]


@dataclass(frozen=True)
class Depth:
    """A planned depth: from which session on, where, how deep, and why where the rules asked."""

    number: int
    zone: str
    depth: str
    why: str


@dataclass(frozen=True)
class Changed:
    """One value as it was and as it became."""

    label: str
    was: str
    became: str


@dataclass(frozen=True)
class Version:
    """Everything that changed at once."""

    number: int
    who: str
    at: datetime
    why: str
    lines: tuple[Changed, ...]


def facts(course: Course) -> list[Pair]:
    """Return what a course is planned to be, label and value, without what is empty."""
    count = course.planned_sessions
    sessions = ngettext("%(n)s session", "%(n)s sessions", count) % {"n": count}
    days = {"earliest": course.earliest_days, "target": course.target_days, "latest": course.latest_days}
    pairs = [
        (_("Goal, in the patient's words"), course.goal),
        (_("Concern"), course.concern.label),
        (_("Also"), ", ".join(one.label for one in course.also_concerns.all())),
        (_("Zones"), ", ".join(one.label for one in course.zones.all())),
        (_("Sessions"), " · ".join(filter(None, (sessions, course.sessions_reason)))),
        (_("Days apart"), _("%(earliest)s to %(latest)s, best %(target)s") % days),
        (_("Beside the needling"), "\n".join(_adjuncts(course))),
        (_("Reviews"), _reviews(course)),
        (_("Care at home"), course.home_care),
        (_("Price"), course.price_words),
    ]
    return [pair for pair in pairs if pair[1]]


def _adjuncts(course: Course) -> Iterator[str]:
    known = dict(Course.Adjunct.choices)
    for row in course.adjuncts:
        words = _("%(what)s, every %(days)s days from session %(number)s")
        yield words % {"what": known.get(row["kind"], ""), "days": row["days"], "number": row["from_session"]}


def _reviews(course: Course) -> str:
    days = ", ".join(str(day) for day in course.review_days)
    return _("%(days)s days after the last session") % {"days": days} if days else ""


def depths(course: Course) -> list[Depth]:
    """Return the planned depths in the order of the sessions."""
    labels = dict(Zone.objects.values_list("code", "label")) if course.depth_steps else {}
    return [
        Depth(
            row["number"],
            labels.get(row["zone"], "") or _("Every zone"),
            mm(Decimal(row["depth_mm"])),
            "; ".join(dict.fromkeys(row["reasons"].values())),
        )
        for row in course.depth_steps
    ]


def versions(one: Course | CourseTemplate) -> list[Version]:
    """Return what was changed of a course or a template, the latest first."""
    found: dict[int, list[CourseChange | CourseTemplateChange]] = {}
    for change in one.changes.all():
        found.setdefault(change.version, []).append(change)
    return [
        Version(number, rows[0].by_name, rows[0].at, rows[0].why, tuple(_changed(one) for one in rows))
        for number, rows in found.items()
    ]


def _changed(change: CourseChange | CourseTemplateChange) -> Changed:
    known = {"state": Course.State.choices, "pause_cause": Course.Cause.choices}.get(change.field, ())
    was, became = (str(dict(known).get(text, text)) for text in (change.was, change.became))
    return Changed(label_of(Course, change.field), was, became)


def ways(course: Course) -> tuple[str, ...]:
    """Return the steps that a person may take with the course as it stands."""
    offered = ("change", "pause", "resume", "waive", "maintain", "end_maintenance", "finish_early")
    return tuple(verb for verb in offered if course_states.may(verb, course.state))


def progress(course: Course) -> str:
    return courses.place_words(courses.done_count(course), course.planned_sessions) or _("None of %(of)s") % {
        "of": course.planned_sessions
    }
