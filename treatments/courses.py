"""Courses: a planned series for one concern, its window, and which visit is which."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Case, Count, F, FilteredRelation, Max, Q, QuerySet, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from booking.models import Appointment
from clinic import audit, wall_time
from clinic.actors import Actor
from clinic.refusals import Refusal
from patients.models import Patient
from treatments import rules
from treatments.course_days import days_of
from treatments.course_plans import CoursePlan, ReasonsMissing, agreed_depths, change, plan, plan_of
from treatments.course_states import GOING_ON
from treatments.course_steps import (
    CourseRunning,
    NotRunning,
    begin,
    end_maintenance,
    finish_early,
    lapse,
    maintain,
    not_running,
    pause,
    resume,
    settle,
    take_up,
    unsettle,
    waive,
)
from treatments.models import Concern, Course, PlannedVisit, Session, Zone

__all__ = [
    "CoursePlan",
    "CourseRunning",
    "NotRunning",
    "ReasonsMissing",
    "agreed_depths",
    "begin",
    "change",
    "days_of",
    "end_maintenance",
    "finish_early",
    "lapse",
    "maintain",
    "pause",
    "plan",
    "plan_of",
    "resume",
    "settle",
    "take_up",
    "unsettle",
    "waive",
]

OUT_OF_THE_WAY = 1000  # added while numbers are given anew, so that no two meet


def open(
    patient: Patient,
    *,
    concern: Concern,
    planned_sessions: int,
    zones: Iterable[Zone] = (),
    goal: str = "",
    by: Actor,
    at: datetime,
) -> Course:
    """Begin a course and return it; its days come from the follow-up values of the clinic.

    Raises as `plan`, which is for a course that is planned before its first session.
    """
    said = CoursePlan(concern, planned_sessions, zones=tuple(zones), goal=goal)
    return plan(patient, said, by=by, at=at, state=Course.State.RUNNING)


def running_for(patient: Patient) -> Course | None:
    """Return the course that the patient's visits are for, planned or running, with its concern; None without one."""
    return Course.objects.going_on().filter(patient=patient).select_related("concern").first()


def rest_refusal(patient: Patient) -> Refusal | None:
    """Return why no session starts while the patient's course rests, or None where none does."""
    resting = Course.objects.filter(patient=patient, state=Course.State.PAUSED).first()
    if resting is None:
        return None
    sentence = _("The course is paused: %(cause)s. Resume it on the record, then start.")
    cause = resting.get_pause_cause_display() or resting.state_note or resting.get_state_display()
    return Refusal("course.paused", _("The course is paused."), sentence % {"cause": cause.lower()})


def done_count(course: Course) -> int:
    """Return how many sessions of the course were performed."""
    return course.sessions.ended().count()


def last_session(course: Course) -> Session | None:
    """Return the last session performed in the course, with its visit and site, or None."""
    visit = ("appointment__site", "appointment__practitioner", "appointment__room")
    return course.sessions.ended().select_related(*visit).order_by("-ended_at").first()


def visits_to_come(course: Course) -> list[Appointment]:
    """Return the visits booked for the sessions that are still to be performed, soonest first."""
    return list(Appointment.objects.for_board().filter(planned_visit__in=_to_come(course)).order_by("starts_at", "pk"))


def window(course: Course) -> rules.Window | None:
    """Return when the next session falls; None before the first session and after the last one planned.

    Counted from the local day on which the last session of the course ended (C-76).
    """
    ended = course.sessions.ended().order_by("-ended_at").values_list("ended_at", "appointment__site__time_zone")
    performed = list(ended)
    if not performed or len(performed) >= course.planned_sessions:
        return None
    ended_at, zone = performed[0]
    performed_on = wall_time.local(ended_at, ZoneInfo(zone)).date()
    return rules.window(performed_on, **days_of(course))


@transaction.atomic
def plan_visit(course: Course, appointment: Appointment) -> PlannedVisit | None:
    """Tie a visit to a course and number the visits to come by date; call it again after a move.

    Returns None when every planned session has its visit already: that visit belongs to no course.
    """
    Course.objects.select_for_update().get(pk=course.pk)
    if not PlannedVisit.objects.filter(appointment=appointment).exists():
        to_come = _to_come(course).count()
        if course.state not in GOING_ON or done_count(course) + to_come >= course.planned_sessions:
            return None
        highest = course.planned_visits.aggregate(highest=Max("number"))["highest"] or 0
        PlannedVisit.objects.create(course=course, appointment=appointment, number=highest + 1)
    renumber(course)
    return PlannedVisit.objects.get(appointment=appointment)


@transaction.atomic
def set_event(course: Course, *, on: date | None, words: str = "", by: Actor, at: datetime) -> Course:
    """Say for which day the course is, and what happens then; None takes it back. Raises NotRunning.

    words: at most 80 characters, such as "Wedding"; forgotten together with the day.
    """
    says = {"event_on": on, "event_words": words.strip() if on else ""}
    if not Course.objects.going_on().filter(pk=course.pk).update(**says):
        raise not_running()
    audit.record("course.event", course, by=by, at=at, patient=course.patient, fields=says)
    course.refresh_from_db()
    return course


@transaction.atomic
def release(appointment: Appointment) -> None:
    """Untie a visit from its course, as when it is cancelled; the visits after it move up."""
    planned = PlannedVisit.objects.filter(appointment=appointment).select_related("course").first()
    if planned is not None:
        planned.delete()
        renumber(planned.course)


def course_of(appointment: Appointment) -> Course | None:
    """Return the course that a visit to come is planned in, or None."""
    return Course.objects.filter(planned_visits__appointment=appointment).select_related("concern", "patient").first()


def place(appointment: Appointment) -> str:
    """Return which session of its course a visit is, as in "2 of 4"; empty when it belongs to none."""
    return places([appointment])[appointment.pk]


def places(appointments: Iterable[Appointment]) -> dict[int, str]:
    """Return the place of each visit by its id, in two queries; what was done counts before what was planned."""
    numbers = {appointment.pk: "" for appointment in appointments}
    fields = ("appointment_id", "number", "course__planned_sessions")
    planned = PlannedVisit.objects.filter(appointment__in=numbers).values_list(*fields)
    done = Session.objects.standing().filter(appointment__in=numbers, number__isnull=False).values_list(*fields)
    for pk, number, of in [*planned, *done]:
        numbers[pk] = place_words(number, of)
    return numbers


def with_places(visits: QuerySet[Appointment]) -> QuerySet[Appointment]:
    """Add to each visit of a query its place as place_number and place_of; both None when it belongs to no course."""
    return visits.annotate(
        held=FilteredRelation("sessions", condition=Q(sessions__struck_at=None)),
        place_number=Coalesce("held__number", "planned_visit__number"),
        place_of=Case(
            When(held__number__isnull=False, then="held__course__planned_sessions"),
            default="planned_visit__course__planned_sessions",
        ),
    )


def place_words(number: int | None, of: int | None) -> str:
    """Return a place in words, as in "2 of 4"; empty for none."""
    return _("%(number)s of %(of)s") % {"number": number, "of": of} if number else ""


def with_progress(patient: Patient) -> list[Course]:
    """Return the patient's courses, latest first, each with `sessions_done`."""
    done = Count("sessions", filter=Q(sessions__ended_at__isnull=False, sessions__struck_at=None))
    return list(Course.objects.filter(patient=patient).select_related("concern").annotate(sessions_done=done))


def _to_come(course: Course):
    """Return the planned visits without a performed session, soonest first."""
    performed = Session.objects.ended().at_visit("appointment")
    return course.planned_visits.exclude(performed).order_by("appointment__starts_at", "pk")


def renumber(course: Course) -> None:
    """Number the visits to come after those that are done, by date."""
    waiting = list(_to_come(course))
    performed = course.planned_visits.exclude(pk__in=[one.pk for one in waiting])
    highest = performed.aggregate(highest=Max("number"))["highest"] or 0
    first = max(done_count(course), highest) + 1
    course.planned_visits.filter(pk__in=[one.pk for one in waiting]).update(number=F("number") + OUT_OF_THE_WAY)
    for number, planned in enumerate(waiting, start=first):
        PlannedVisit.objects.filter(pk=planned.pk).update(number=number)
