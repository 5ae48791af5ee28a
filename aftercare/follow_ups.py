"""Who should come again and has no visit yet: due, overdue, lapsed, or due for maintenance; and the calls to them.

Nothing here is clinical: the desk works with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import (
    Case,
    Count,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.utils.translation import gettext as _

from aftercare.facts import LEFT_BEHIND
from aftercare.models import Call
from booking.models import Appointment
from clinic import audit, wall_time
from clinic.actors import Actor
from clinic.models import Service, Site
from clinic.refusals import Refusal, Refused
from patients.models import Patient
from patients.writing import clean_text, unusable
from treatments import courses, rules
from treatments.course_days import maintenance_days
from treatments.models import Course, Reaction, Session
from treatments.rules import Window

LATEST = timedelta(days=365)  # beyond a year nobody is called any more (C-73)
LONGEST_WAIT_DAYS = 180


class Shelf(StrEnum):
    """Why somebody should come again."""

    DUE = "due"
    OVERDUE = "overdue"
    LAPSED = "lapsed"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True)
class Line:
    """One patient to be asked. done of planned: sessions; window: None once it says nothing any more.

    waits: a clinician looks first, so no time is offered.
    """

    course: Course
    done: int
    last_on: date
    window: Window | None
    last_call: Call | None
    waits: bool

    @property
    def patient(self) -> Patient:
        return self.course.patient


class Shelves:
    """The shelves of one site at one moment; whoever is on one has no needling booked.

    Those who come no more or want no reminder stand on none.
    """

    def __init__(self, site: Site, at: datetime) -> None:
        self.site, self.at = site, at
        self.today = wall_time.local(at, site.zone).date()
        _start, self.tonight = wall_time.day_bounds(self.today, site.zone)

    def on(self, shelf: Shelf) -> QuerySet[Course]:
        """Return the courses of one shelf, the most urgent first, without those who are to be called later."""
        return self._all_on(shelf).exclude(self._snoozed)

    def later(self, shelf: Shelf) -> QuerySet[Course]:
        """Return those of a shelf who are to be called later."""
        return self._all_on(shelf).filter(self._snoozed)

    def counts(self) -> dict[Shelf, int]:
        """Return how many stand on each shelf."""
        return {shelf: self.on(shelf).count() for shelf in Shelf}

    def _all_on(self, shelf: Shelf) -> QuerySet[Course]:
        if shelf in (Shelf.DUE, Shelf.OVERDUE):
            going = self._known.filter(state=Course.State.RUNNING, done__lt=F("planned_sessions"))
            opened, last_night = going.filter(opens_at__lt=self.tonight), self.tonight - timedelta(days=1)
            if shelf == Shelf.DUE:
                return opened.filter(closes_at__gte=last_night).order_by("closes_at", "pk")
            return opened.filter(closes_at__lt=last_night).order_by("-closes_at", "pk")
        newest = Course.objects.filter(patient=OuterRef("patient")).order_by("-opened_at", "-pk")
        alone = self._known.filter(pk=Subquery(newest.values("pk")[:1]), last_ended_at__gt=self.at - LATEST)
        if shelf == Shelf.LAPSED:
            return alone.filter(state=Course.State.LAPSED).order_by("-last_ended_at", "pk")
        over = alone.filter(state__in=[Course.State.FINISHED, Course.State.MAINTENANCE])
        since = self.tonight - timedelta(days=maintenance_days()[0])
        return over.filter(last_ended_at__lt=since).order_by("last_ended_at", "pk")

    @property
    def _known(self) -> QuerySet[Course]:
        """Courses with what is known of their last session at this site, of people who may be asked."""
        ended = Q(sessions__ended_at__isnull=False, sessions__struck_at=None)
        coming = Appointment.objects.standing().filter(patient=OuterRef("patient"), service__kind=Service.Kind.NEEDLING)
        last_site = Session.objects.ended().filter(course=OuterRef("pk")).order_by("-ended_at")
        here = Q(patient__archived_on=None, patient__died_on=None, patient__closed_at=None, patient__merged_into=None)
        return (
            Course.objects.filter(here, patient__wants_recall_mail=True)
            .annotate(
                last_ended_at=Max("sessions__ended_at", filter=ended),
                done=Count("sessions", filter=ended),
                at_site=Subquery(last_site.values("appointment__site")[:1]),
            )
            .filter(at_site=self.site.pk)
            .exclude(Exists(coming.filter(starts_at__gt=self.at - LEFT_BEHIND)))
            .annotate(opens_at=self._later_by("earliest_days"), closes_at=self._later_by("latest_days"))
            .select_related("patient", "concern")
        )

    def _later_by(self, days: str) -> Case:
        """Return the last session and so many days of the course: SQLite cannot multiply days, and few are used."""
        used = {pair[days] for pair in self._days_used}
        later = {count: F("last_ended_at") + timedelta(days=count) for count in used}
        whens = [When(**{days: n}, then=ExpressionWrapper(at, DateTimeField())) for n, at in later.items()]
        return Case(*whens, default=F("last_ended_at"), output_field=DateTimeField())

    @cached_property
    def _days_used(self) -> list[dict[str, int]]:
        return list(Course.objects.order_by().values("earliest_days", "latest_days").distinct())

    @property
    def _snoozed(self) -> Exists:
        newest = Call.objects.filter(course=OuterRef(OuterRef("pk"))).order_by("-called_at").values("pk")[:1]
        return Exists(Call.objects.filter(pk=Subquery(newest), next_on__gt=self.today))


def lines(found: Iterable[Course], *, site: Site) -> list[Line]:
    """Return these courses as a list shows them, in three queries however many there are."""
    found = list(found)
    calls: dict[int, Call] = {}
    for call in Call.objects.filter(course__in=found).select_related("called_by").order_by("called_at"):
        calls[call.course_id] = call
    people = [course.patient_id for course in found]
    held = set(Reaction.objects.holding().filter(patient__in=people).values_list("patient", flat=True))
    return [_line(course, calls.get(course.pk), course.patient_id in held, site.zone) for course in found]


@transaction.atomic
def log_call(
    course: Course, *, outcome: str, words: str = "", next_on: date | None = None, by: Actor, at: datetime
) -> Call:
    """Keep that somebody called, and what came of it.

    next_on: a day after today, 180 days ahead at most. Raises Refused with the field at fault in values["field"].
    """
    if outcome not in Call.Outcome.values:
        raise unusable("outcome", _("Choose what came of the call."))
    last = courses.last_session(course)
    today = wall_time.local(at, last.appointment.site.zone if last else UTC).date()
    if next_on is not None and not today < next_on <= today + timedelta(days=LONGEST_WAIT_DAYS):
        raise unusable("next_on", _("Choose a day from tomorrow on, half a year ahead at most."))
    if outcome == Call.Outcome.NOT_NOW and next_on is None:
        raise unusable("next_on", _("Choose the day on which they are to be called again."))
    if course.patient.died_on or course.patient.archived_on:
        sentence = _("This patient no longer comes. Look at the record.")
        raise Refused(Refusal("call.no_patient", _("Nobody to call"), sentence))
    said = {"outcome": outcome, "words": clean_text(Call, "words", words), "next_on": next_on}
    call = Call.objects.create(patient=course.patient, course=course, called_at=at, called_by=by.user, **said)
    audit.record("follow_up.called", call, by=by, at=at, patient=course.patient, fields={"outcome": outcome})
    return call


def _line(course: Course, call: Call | None, waits: bool, zone: ZoneInfo) -> Line:
    last_on = wall_time.local(course.last_ended_at, zone).date()
    goes_on = course.state == Course.State.RUNNING
    window = rules.window(last_on, **courses.days_of(course)) if goes_on else None
    return Line(course, course.done, last_on, window, call, waits)
