"""When a course lapses: too many days without a session, a consultation or a word of the practitioner (C-66)."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from booking.models import Appointment
from clinic import wall_time
from clinic.models import Service
from clinic.refusals import Refusal
from patients.models import Patient, Restriction
from treatments import course_states
from treatments.course_days import lapsed_after_days
from treatments.models import Course


def due(*, at: datetime) -> QuerySet[Course]:
    """Return the courses that go on and may have lapsed; `has_lapsed` says which have."""
    since = at - timedelta(days=lapsed_after_days())
    goes_on_now = Q(sessions__ended_at=None, sessions__isnull=False)
    seen = Q(sessions__ended_at__gt=since, sessions__struck_at=None) | goes_on_now
    old = Course.objects.going_on().filter(opened_at__lt=since).filter(Q(went_on_at=None) | Q(went_on_at__lt=since))
    return old.exclude(pk__in=Course.objects.filter(seen).values("pk"))


def has_lapsed(course: Course, *, at: datetime) -> bool:
    """Return whether a course that goes on has lapsed, in whole days of the site's calendar."""
    last = course.sessions.ended().order_by("-ended_at").values_list("ended_at", "appointment__site__time_zone").first()
    zone = ZoneInfo(last[1]) if last else ZoneInfo(timezone.get_default_timezone_name())
    moments = [course.opened_at, course.went_on_at, last[0] if last else None, _consulted_at(course.patient)]
    counted_from = max(wall_time.local(one, zone).date() for one in moments if one)
    today = wall_time.local(at, zone).date()
    return course_states.has_lapsed(counted_from, on=today, after_days=lapsed_after_days())


def lapsed_for(patient: Patient) -> Course | None:
    """Return the course that lapsed last, to be taken up again; None when another followed it."""
    latest = Course.objects.filter(patient=patient).select_related("concern").order_by("-opened_at", "-pk").first()
    return latest if latest is not None and latest.state == Course.State.LAPSED else None


def refusal(course: Course | None, *, at: datetime) -> Refusal | None:
    """Return why no session of a course starts before somebody looked at it again, or None."""
    if course is None or not has_lapsed(course, at=at):
        return None
    return Refusal("course.lapsed", _("A consultation comes first."), words(), overridable_by="agree_early")


def words() -> str:
    sentence = _("More than %(days)s days have passed since the last session: a consultation comes first.")
    return sentence % {"days": lapsed_after_days()}


def source(course: Course) -> str:
    """Return under which name a lapsed course keeps needlings away."""
    return f"course:{course.pk}:lapsed"


def waiting_for(patient: Patient) -> Course | None:
    """Return the lapsed course whose next session waits for a consultation or a practitioner; None without one."""
    lapsed = lapsed_for(patient)
    if lapsed is None or not Restriction.objects.filter(source=source(lapsed), lifted_at=None).exists():
        return None
    return lapsed


def _consulted_at(patient: Patient) -> datetime | None:
    done = Appointment.objects.filter(
        patient=patient, service__kind=Service.Kind.CONSULTATION, state=Appointment.State.DONE
    )
    return done.order_by("-starts_at").values_list("starts_at", flat=True).first()
