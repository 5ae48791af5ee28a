"""A course rests, goes on or ends, and what the patient is told follows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from booking.models import Appointment
from clinic.actors import Actor
from clinic.models import Service
from clinic.refusals import Refusal
from outbox import notices as outbox
from patients.models import Patient
from treatments import courses
from treatments.courses import CoursePlan
from treatments.models import Course
from visits import notices
from visits.transactions import step


@step
def plan(patient: Patient, said: CoursePlan, *, by: Actor, at: datetime) -> Course:
    """Plan a course at the consultation; needlings that are booked belong to it. Raises as `courses.plan`."""
    held = outbox.hold(patient)
    planned = courses.plan(held, said, by=by, at=at)
    tie(held)
    notices.reconcile_held(held, at=at)
    return planned


@step
def change(course: Course, said: CoursePlan, *, version: int, why: str, by: Actor, at: datetime) -> Course:
    """Change what a course is planned to be; visits beyond its sessions leave it. Raises as `courses.change`."""
    patient = outbox.hold(course.patient)
    changed = courses.change(course, said, version=version, why=why, by=by, at=at)
    left = changed.planned_sessions - courses.done_count(changed)
    for visit in courses.visits_to_come(changed)[left:]:
        courses.release(visit)
    courses.settle(changed, by=by, at=at)
    tie(patient)
    notices.reconcile_held(patient, at=at)
    return changed


@step
def pause(course: Course, *, cause: str, note: str = "", by: Actor, at: datetime) -> Course:
    """Let a course rest: what would ask for its next session is withheld. Raises NotRunning."""
    return _told(courses.pause, course, cause=cause, note=note, by=by, at=at)


@step
def resume(course: Course, *, note: str = "", by: Actor, at: datetime) -> Course:
    """Let a course go on: its messages come back, and visits booked meanwhile belong to it. Raises NotRunning."""
    return _told(courses.resume, course, note=note, by=by, at=at)


@step
def finish_early(course: Course, *, note: str, by: Actor, at: datetime) -> Course:
    """End a course before its time. Raises NotRunning, and Refused without a note."""
    return _told(courses.finish_early, course, note=note, by=by, at=at)


@step
def maintain(course: Course, *, by: Actor, at: datetime) -> Course:
    """Let a finished course go on as maintenance. Raises NotRunning."""
    return _told(courses.maintain, course, by=by, at=at)


@step
def end_maintenance(course: Course, *, note: str = "", by: Actor, at: datetime) -> Course:
    """End the maintenance after a course. Raises NotRunning."""
    return _told(courses.end_maintenance, course, note=note, by=by, at=at)


def _told(act: Callable[..., Course], course: Course, *, at: datetime, **known: Any) -> Course:
    """Take a step with the patient held, tie the visits that are booked, and plan anew what is said."""
    patient = outbox.hold(course.patient)
    stepped = act(course, at=at, **known)
    tie(patient)
    notices.reconcile_held(patient, at=at)
    return stepped


def tie(patient: Patient) -> None:
    """Tie the needlings to come to the course that goes on, as far as it has sessions left."""
    course = courses.running_for(patient)
    if course is None:
        return
    ahead = Appointment.objects.standing().filter(patient=patient, service__kind=Service.Kind.NEEDLING, session=None)
    for visit in ahead.order_by("starts_at"):
        courses.plan_visit(course, visit)


def merge_refusal(*both: Patient) -> Refusal | None:
    """Return why two records cannot become one as far as courses go: a patient has one open course at most."""
    if Course.objects.open().filter(patient__in=both).count() < 2:
        return None
    sentence = _("Both records have a course that goes on or rests. Finish one of them early, with a note, then merge.")
    return Refusal("patient.courses_overlap", _("One person cannot have two open courses"), sentence)
