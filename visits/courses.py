"""A course is planned, rests, goes on or ends, and what the patient is told follows."""

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
from patients import restrictions
from patients.models import Patient
from treatments import course_lapses, courses
from treatments.courses import CoursePlan
from treatments.models import Course, Session
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
def waive(course: Course, *, by: Actor, at: datetime) -> Course:
    """Let a lapsed course go on without a consultation. Raises NotRunning, and CourseRunning."""
    restrictions.lift(course_lapses.source(course), at=at)
    return _told(courses.waive, course, by=by, at=at)


def consulted(patient: Patient, *, by: Actor, at: datetime) -> None:
    """Let what lapsed go on, now that a consultation is done; call it with the patient held."""
    for one in patient.courses.all():
        restrictions.lift(course_lapses.source(one), at=at)
    lapsed = course_lapses.lapsed_for(patient)
    if lapsed is not None:
        courses.take_up(lapsed, by=by, at=at)
        tie(patient)


def lapse_what_is_over(*, at: datetime) -> int:
    """Close every course that had no session for too long, and return how many; each in a step of its own."""
    found = course_lapses.due(at=at).values_list("pk", flat=True)
    return sum(_lapsed(pk, at=at) for pk in list(found))


@step
def _lapsed(pk: int, *, at: datetime) -> bool:
    course = Course.objects.select_related("patient").get(pk=pk)
    patient = outbox.hold(course.patient)
    course = Course.objects.going_on().filter(pk=pk).first()
    if course is None or not course_lapses.has_lapsed(course, at=at):
        return False
    lapse(course, by=Actor.system("courses"), at=at)
    notices.reconcile_held(patient, at=at)
    return True


def lapse(course: Course, *, note: str = "", by: Actor, at: datetime) -> Course:
    """Close a course that is followed no longer; needlings wait for a consultation or a practitioner's word."""
    restrictions.write(
        course.patient,
        source=course_lapses.source(course),
        service_kinds=[Service.Kind.NEEDLING],
        not_before=None,
        passed_by="agree_early",
        words=course_lapses.words(),
        at=at,
    )
    return courses.lapse(course, note=note, by=by, at=at)


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
    ahead = Appointment.objects.standing().filter(patient=patient, service__kind=Service.Kind.NEEDLING)
    for visit in ahead.exclude(Session.objects.standing().at_visit()).order_by("starts_at"):
        courses.plan_visit(course, visit)


def merge_refusal(*both: Patient) -> Refusal | None:
    """Return why two records cannot become one as far as courses go: a patient has one open course at most."""
    if Course.objects.open().filter(patient__in=both).count() < 2:
        return None
    sentence = _("Both records have a course that goes on or rests. Finish one of them early, with a note, then merge.")
    return Refusal("patient.courses_overlap", _("One person cannot have two open courses"), sentence)
