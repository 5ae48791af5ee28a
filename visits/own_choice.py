"""The times among which a patient may choose behind a link: what can be booked, on the days that their course allows.

The same diary lists them and takes them, so nothing is offered that cannot be had.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from aftercare import reports
from booking import free_times
from booking.free_times import FreeTime
from booking.models import Appointment
from booking.rules import needling_minutes
from clinic import wall_time
from clinic.models import Service, Site, User
from clinic.refusals import Refusal, Refused
from patients.models import Patient
from treatments import courses, gates, reactions
from treatments.course_days import maintenance_days
from treatments.models import Course, Session
from treatments.rules import Window
from visits import judging
from visits.allowed_days import allowed_days

MAINTAINED = (Course.State.FINISHED, Course.State.MAINTENANCE)
MANY_STOPS = 10  # more rules than could stand one behind the other


@dataclass(frozen=True)
class Choice:
    """What may be chosen. first to last: local days, both included.

    practitioner: whom the patient knows, who is shown first. moves: the visit that is to have another time. like: the
    instant of a visit whose hour is theirs. is_late: the time that was meant for it is over or full, and what is
    shown lies behind it. window: of the course, for a visit that is to be booked.
    """

    patient: Patient
    service: Service
    site: Site
    practitioner: User
    first: date
    last: date
    at: datetime
    needling_minutes: int | None = None
    moves: Appointment | None = None
    like: datetime | None = None
    is_late: bool = False
    window: Window | None = None

    def between(self, first: date, last: date, *, anybody: bool) -> dict[date, list[FreeTime]]:
        """Return what is free by local day, for the days that have something."""
        found: dict[date, list[FreeTime]] = {}
        for free in self._find(max(first, self.first), min(last, self.last), self._people(anybody)):
            found.setdefault(self.day_of(free), []).append(free)
        return found

    def on(self, day: date, *, anybody: bool) -> list[FreeTime]:
        return self.between(day, day, anybody=anybody).get(day, [])

    def soonest(self, *, anybody: bool) -> FreeTime | None:
        found = self._find(self.first, self.last, self._people(anybody), limit=2)  # one of them may be its own time
        return found[0] if found else None

    def at_start(self, starts_at: datetime, practitioner: int) -> FreeTime | None:
        """Return the free time at an instant with somebody (by id), or None where that is not to be had."""
        day = wall_time.local(starts_at, self.site.zone).date()
        of_day = self.on(day, anybody=practitioner != self.practitioner.pk)
        return next((one for one in of_day if (one.starts_at, one.practitioner.pk) == (starts_at, practitioner)), None)

    def nearest(self, starts_at: datetime, *, anybody: bool) -> list[FreeTime]:
        """Return the three free times nearest to one that is gone: with the same person, else with anybody."""
        for people in (self._people(anybody), None):
            found = free_times.nearest(
                service=self.service,
                site=self.site,
                starts_at=starts_at,
                at=self.at,
                practitioners=people,
                patient=self.patient,
                not_before=self.first,
                not_after=self.last,
                ignore=self.moves,
                needling_minutes=self.needling_minutes,
            )
            if found:
                return found
        return []

    def day_of(self, free: FreeTime) -> date:
        return wall_time.local(free.starts_at, self.site.zone).date()

    def _people(self, anybody: bool) -> list[User] | None:
        return None if anybody else [self.practitioner]

    def _find(self, first: date, last: date, people: Sequence[User] | None, limit: int | None = None) -> list[FreeTime]:
        if last < first:
            return []
        found = free_times.find(
            service=self.service,
            site=self.site,
            start=first,
            days=(last - first).days + 1,
            at=self.at,
            practitioners=people,
            patient=self.patient,
            limit=limit,
            ignore=self.moves,
            needling_minutes=self.needling_minutes,
        )
        return [free for free in found if not self._is_its_own(free)]

    def _is_its_own(self, free: FreeTime) -> bool:
        own = self.moves
        return own is not None and (free.starts_at, free.practitioner.pk) == (own.starts_at, own.practitioner_id)


def to_move(visit: Appointment, *, at: datetime) -> Choice:
    """Return the times to which a patient may move their visit. Raises Refused where somebody must decide first."""
    allowed = allowed_days(visit, at=at, may_be_sooner=True)
    if allowed.refusal is not None:
        raise Refused(allowed.refusal)

    def stops(day: date) -> list[Refusal]:
        thinking = gates.thinking_refusal(visit.patient, service=visit.service, site=visit.site, on=day, at=at)
        return [*gates.day_refusals(visit, on=day, at=at), *([thinking] if thinking else [])]

    whole = Choice(
        patient=visit.patient,
        service=visit.service,
        site=visit.site,
        practitioner=visit.practitioner,
        first=first_day(allowed.first, stops),
        last=min(last_day(visit.service, visit.site, at=at), allowed.before_the_next or date.max),
        at=at,
        needling_minutes=visit.needling_minutes,
        moves=visit,
        like=visit.starts_at,
    )
    return within(whole, allowed.last)


def to_book(course: Course, *, at: datetime) -> Choice:
    """Return the times for the next session of a course, or for its maintenance after it.

    With whom and where the last one was. Raises Refused where the house wants to be called, in words that say no more.
    """
    last = courses.last_session(course)
    window = _window(course, last)
    waits = reactions.holding(course.patient) or reports.is_open(course.patient)
    if last is None or window is None or waits:
        raise Refused(_call_first())
    service, site = last.appointment.service, last.appointment.site

    def stops(day: date) -> list[Refusal]:
        return judging.stops(course.patient, service=service, site=site, on=day, at=at)

    zones = course.zones.count()
    today = wall_time.local(at, site.zone).date()
    whole = Choice(
        patient=course.patient,
        service=service,
        site=site,
        practitioner=last.appointment.practitioner,
        first=first_day(max(today, window.opens_on), stops),
        last=last_day(service, site, at=at),
        at=at,
        needling_minutes=needling_minutes(zones) if zones else None,
        like=last.appointment.starts_at,
        window=window,
    )
    return within(whole, window.closes_on)


def _window(course: Course, last: Session | None) -> Window | None:
    """Return when the next session falls: by the course, or by the rules of maintenance once it came to its end."""
    if course.state == Course.State.RUNNING:
        return courses.window(course)
    if last is None or course.state not in MAINTAINED or Course.objects.open().filter(patient=course.patient).exists():
        return None
    earliest, latest = (timedelta(days=days) for days in maintenance_days())
    treated_on = wall_time.local(last.ended_at, last.appointment.site.zone).date()
    return Window(treated_on + earliest, treated_on + earliest, treated_on + latest)


def booked(patient: Patient, *, at: datetime) -> Appointment | None:
    """Return the needling to come that a patient has already, the soonest; None without one."""
    ahead = Appointment.objects.for_board().filter(patient=patient, service__kind=Service.Kind.NEEDLING)
    return ahead.filter(state__in=Appointment.STANDING, starts_at__gt=at).order_by("starts_at").first()


def _call_first() -> Refusal:
    return Refusal(
        rule="own_choice.call", title=_("Please call us"), sentence=_("We would like to talk with you first.")
    )


def within(whole: Choice, last: date | None) -> Choice:
    """Return a choice that ends with the day on which the course's window closes, or with what lies behind it.

    What lies behind is for a window that is over, or in which nobody at all is free any more.
    """
    if last is None or last >= whole.last:
        return whole
    inside = replace(whole, last=last)
    if inside.soonest(anybody=True):
        return inside
    return replace(whole, first=max(whole.first, last + timedelta(days=1)), is_late=True)


def first_day(day: date, stops: Callable[[date], Iterable[Refusal]]) -> date:
    """Return the first day, from this one on, on which nothing stands in the way. stops: what does on a day.

    Raises Refused by what has no day on which it ends.
    """
    for _again in range(MANY_STOPS):
        found = list(stops(day))
        if not found:
            return day
        endless = next((one for one in found if not _ends_after(one, day)), None)
        if endless is not None:
            raise Refused(endless)
        day = max(one.earliest for one in found)
    raise Refused(found[0])


def _ends_after(refusal: Refusal, day: date) -> bool:
    """Return whether a refusal names a later day from which it stands no more."""
    ends = refusal.earliest
    return isinstance(ends, date) and not isinstance(ends, datetime) and ends > day


def last_day(service: Service, site: Site, *, at: datetime) -> date:
    """Return the last local day for which a service may be booked."""
    return wall_time.local(at, site.zone).date() + timedelta(days=service.maximum_advance_days)
