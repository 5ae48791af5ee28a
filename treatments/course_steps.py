"""The steps of a course from state to state; which may follow which stands in `treatments.course_states`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinic import audit
from clinic.actors import Actor
from clinic.refusals import Refusal, Refused
from clinic.value_history import as_text
from patients.models import Patient
from treatments import course_states
from treatments.models import Course, CourseChange

VERBS = {  # what the trail calls a step
    "begin": "course.begun",
    "pause": "course.paused",
    "resume": "course.resumed",
    "reopen": "course.reopened",
    "finish": "course.finished",
    "finish_early": "course.finished_early",
    "lapse": "course.lapsed",
    "take_up": "course.taken_up",
    "waive": "course.waived",
    "maintain": "course.maintained",
    "end_maintenance": "course.maintenance_ended",
}


class NotRunning(Refused):
    """Raised when a course is not in a state from which the step goes, as when somebody else took it meanwhile."""


class CourseRunning(Refused):
    """Raised when the patient has a course already that goes on or rests."""


def begin(course: Course, *, by: Actor, at: datetime) -> Course:
    """Let a planned course run, as its first session starts. Raises NotRunning."""
    return _step("begin", course, by=by, at=at)


def pause(course: Course, *, note: str = "", cause: str = Course.Cause.OTHER, by: Actor, at: datetime) -> Course:
    """Let a course rest; nobody is asked for its next session meanwhile. Raises NotRunning.

    cause: of `Course.Cause`. note: at most 250 characters.
    """
    return _step("pause", course, note=note, pause_cause=cause, by=by, at=at)


def resume(course: Course, *, note: str = "", by: Actor, at: datetime) -> Course:
    """Let a course that rests go on as it was; whether it lapses is counted from now. Raises NotRunning."""
    return _step("resume", course, note=note, pause_cause="", went_on_at=at, by=by, at=at)


def finish_early(course: Course, *, note: str, by: Actor, at: datetime) -> Course:
    """End a course before its planned sessions are done (C-70). Raises NotRunning, and Refused without a note."""
    if not note.strip():
        sentence = _("Write why the course ends here; the note stays with it.")
        raise Refused(Refusal("course.note", _("A note is missing."), sentence, values={"field": "note"}))
    return _step("finish_early", course, note=note, pause_cause="", closed_at=at, by=by, at=at)


def lapse(course: Course, *, note: str = "", by: Actor, at: datetime) -> Course:
    """Close a course that the patient follows no longer. Raises NotRunning."""
    return _step("lapse", course, note=note, closed_at=at, by=by, at=at)


def take_up(course: Course, *, by: Actor, at: datetime) -> Course:
    """Let a lapsed course go on after a consultation. Raises NotRunning, and CourseRunning while another is open."""
    return _again("take_up", course, by=by, at=at, note=_("After a consultation."))


def waive(course: Course, *, by: Actor, at: datetime) -> Course:
    """Let a lapsed course go on without a consultation, by the word of a practitioner. Raises as `take_up`."""
    return _again("waive", course, by=by, at=at, note=_("Without a consultation."))


@transaction.atomic
def _again(verb: str, course: Course, *, note: str, by: Actor, at: datetime) -> Course:
    refuse_a_second(course.patient)
    return _step(verb, course, note=note, closed_at=None, went_on_at=at, by=by, at=at)


def maintain(course: Course, *, by: Actor, at: datetime) -> Course:
    """Let a finished course go on as maintenance, every few months (C-71, C-72). Raises NotRunning."""
    return _step("maintain", course, by=by, at=at)


def end_maintenance(course: Course, *, note: str = "", by: Actor, at: datetime) -> Course:
    """End the maintenance after a course. Raises NotRunning."""
    return _step("end_maintenance", course, note=note, by=by, at=at)


@transaction.atomic
def settle(course: Course, *, by: Actor, at: datetime) -> Course:
    """Finish a course whose planned sessions are all done; call it after a session ended."""
    done = course.sessions.ended().count() >= course.planned_sessions
    if done and course_states.may("finish", course.state):
        return _step("finish", course, note=course.state_note, closed_at=at, by=by, at=at)
    return course


@transaction.atomic
def unsettle(course: Course, *, note: str, by: Actor, at: datetime) -> Course:
    """Let a finished course run again that lacks a session since, unless the patient has begun another."""
    lacks = course.sessions.ended().count() < course.planned_sessions
    another = Course.objects.open().filter(patient=course.patient).exists()
    if lacks and not another and course_states.may("reopen", course.state):
        return _step("reopen", course, note=note, closed_at=None, by=by, at=at)
    return course


@transaction.atomic
def refuse_a_second(patient: Patient) -> None:
    """Hold the patient, so that two people cannot begin two courses at once, and raise CourseRunning if one is open."""
    Patient.objects.select_for_update().get(pk=patient.pk)
    if Course.objects.open().filter(patient=patient).exists():
        sentence = _("%(name)s has a course that goes on or rests. Finish it before another one begins.")
        raise CourseRunning(Refusal("course.running", _("A course is open."), sentence % {"name": patient}))


def not_running() -> NotRunning:
    sentence = _("This course is not as you saw it any more. Look at it again.")
    return NotRunning(Refusal("course.not_running", _("Somebody else changed this course."), sentence))


@transaction.atomic
def _step(verb: str, course: Course, *, note: str = "", by: Actor, at: datetime, **changes: Any) -> Course:
    """Take a step, keep what it changed as a version of its own, and tell the trail. Raises NotRunning."""
    now = Course.objects.select_for_update().get(pk=course.pk)
    if not course_states.may(verb, now.state):
        raise not_running()
    state = course_states.led_to(verb, was=now.state, begun=now.sessions.exists())
    says = {"state": state, "state_note": note.strip(), **changes}
    was = {name: getattr(now, name) for name in ("state", "pause_cause")}
    for name, value in says.items():
        setattr(now, name, value)
    now.version += 1
    now.save(update_fields=[*says, "version"])
    keep(now, {name: (old, getattr(now, name)) for name, old in was.items()}, why=note, by=by, at=at)
    audit.record(VERBS[verb], now, by=by, at=at, patient=now.patient, reason=note)
    course.refresh_from_db()
    return course


def keep(course: Course, changes: dict[str, tuple[Any, Any]], *, why: str, by: Actor, at: datetime) -> None:
    """Keep what values of a course were and became, under the version that it has now."""
    told = {"course": course, "why": why.strip(), "version": course.version, "at": at, "by_name": by.name}
    CourseChange.objects.bulk_create(
        CourseChange(field=name, was=as_text(was), became=as_text(became), **told)
        for name, (was, became) in changes.items()
        if as_text(was) != as_text(became)
    )
