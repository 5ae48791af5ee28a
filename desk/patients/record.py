"""What stands on a patient's record beside the story: who this is, what is now, how far the course has come."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.models import Appointment
from clinic import wall_time
from clinic.actors import Actor
from clinic.models import Service, Site
from intake import consents
from intake.models import Purpose
from outbox.models import Notice
from patients import health
from patients.models import Medicine, Patient, Procedure
from patients.models.patient import as_dialled
from patients.rules import short_day_words
from treatments import courses, gates, rules
from treatments.course_days import maintenance_days
from treatments.course_states import GOING_ON, OPEN
from treatments.models import Course, PlannedVisit, Session
from treatments.rules import Window


@dataclass(frozen=True)
class Now:
    """The next visit, and the one step that this reader takes with it (href and words, both empty if none)."""

    visit: Appointment
    place: str
    is_today: bool
    step_href: str = ""
    step_words: str = ""


@dataclass(frozen=True)
class Point:
    """One thing that is in order, or open, and where it is seen to."""

    words: str
    href: str = ""
    is_open: bool = True


@dataclass(frozen=True)
class Step:
    """One session of a course: did, booked or open, with the day it was or will be."""

    number: int
    kind: str
    on: date | None = None


@dataclass(frozen=True)
class CourseCard:
    """How far a course has come. title names the concern only for clinicians. last_on begins the day line.

    is_lapsed: it lapsed, and no other followed it.
    """

    title: str
    state: str
    state_words: str
    note: str
    progress: str
    steps: tuple[Step, ...]
    sentence: str
    window: Window | None
    last_on: date | None
    booked_on: date | None
    is_late: bool
    is_lapsed: bool
    is_paused: bool
    wants_booking: bool
    has_open_sessions: bool

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


@dataclass(frozen=True)
class Coming:
    """Messages that are still to go out, counted: purpose, how many, and when the first is due."""

    purpose: str
    count: int
    first_at: datetime


def now(patient: Patient, *, reader: Actor, at: datetime, zone: ZoneInfo) -> Now | None:
    """Return the visit that is going on, or the next one; None when nothing is booked."""
    visit = (
        Appointment.objects.filter(patient=patient)
        .standing()
        .filter(ends_at__gt=wall_time.day_bounds(wall_time.local(at, zone).date(), zone)[0])
        .select_related("service", "practitioner", "room")
        .order_by("starts_at")
        .first()
    )
    if visit is None:
        return None
    is_today = wall_time.local(visit.starts_at, zone).date() == wall_time.local(at, zone).date()
    href, words = _step(visit, reader, is_today)
    return Now(visit, courses.place(visit), is_today, href, words)


def _step(visit: Appointment, reader: Actor, is_today: bool) -> tuple[str, str]:
    session = Session.objects.standing().filter(appointment=visit).first() if reader.may("treat") else None
    if session is not None:
        return reverse("desk:chart", args=[session.uuid]), _("Continue the record")
    if reader.may("treat") and is_today and visit.service.kind == Service.Kind.NEEDLING:
        return reverse("desk:start", args=[visit.uuid]), _("Start session")
    return reverse("desk:appointment", args=[visit.uuid]), _("Open the visit")


def to_do(patient: Patient, *, reader: Actor, at: datetime, site: Site) -> list[Point]:
    """Return what is in order before the next session and what is open, as far as this reader may know it."""
    today = wall_time.local(at, site.zone).date()
    edit = reverse("desk:patient_edit", args=[patient.uuid])
    points = []
    if patient.born_on is None:
        points.append(Point(_("The date of birth is not known"), edit))
    if too_young := gates.age_refusal(patient, site=site, on=today):
        points.append(Point(str(too_young.title), "" if patient.has_guardian else edit))
    points.append(_consent_point(patient))
    if Notice.objects.filter(patient=patient, state=Notice.State.FAILED).exists():
        points.append(Point(_("A message could not be sent"), "?show=messages"))
    if reader.may("see_clinical"):
        points += _clinical_points(patient)
    return points


def _consent_point(patient: Patient) -> Point:
    """Return where the consent to the procedure stands; its words are for those who open it."""
    href = reverse("desk:consents", args=[patient.uuid])
    if Purpose.PROCEDURE in consents.covered(patient):
        return Point(_("Consent current"), href, is_open=False)
    return Point(_("No consent yet"), href)


def _clinical_points(patient: Patient) -> list[Point]:
    points = []
    if not health.allergy_words(patient):
        points.append(Point(_("Ask about allergies"), reverse("desk:patient_health", args=[patient.uuid])))
    unsigned = Session.objects.ended().filter(patient=patient, signed_at=None).order_by("-started_at")
    for session in unsigned[:3]:
        day = short_day_words(localtime(session.started_at).date())
        href = reverse("desk:chart", args=[session.uuid])
        points.append(Point(_("The session of %(day)s is not signed") % {"day": day}, href))
    return points


def reach(patient: Patient) -> list[tuple[str, str]]:
    """Return how to reach somebody and what they want to hear, label and value."""
    languages = dict(settings.LANGUAGES)
    pairs = [
        (_("Address"), "\n".join(filter(None, (patient.address, patient.country)))),
        (_("Language"), str(languages.get(patient.language, patient.language))),
        (_("In an emergency"), _contact(patient, "emergency")),
        (_("Guardian"), _contact(patient, "guardian")),
    ]
    wants = [
        (_("E-mails about appointments"), patient.wants_appointment_mail),
        (_("E-mails with aftercare"), patient.wants_aftercare_mail),
        (_("E-mails that the next session is due"), patient.wants_recall_mail),
        (_("News and offers"), patient.wants_marketing_mail),
    ]
    return [pair for pair in pairs if pair[1]] + [(label, _("yes") if is_on else _("no")) for label, is_on in wants]


def _contact(patient: Patient, who: str) -> str:
    relation = getattr(patient, f"{who}_relation")
    name = getattr(patient, f"{who}_name")
    ways = (as_dialled(getattr(patient, f"{who}_phone")), getattr(patient, f"{who}_email", ""))
    return "\n".join(filter(None, (f"{name}, {relation}" if relation else name, *ways))) if name else ""


def health_words(patient: Patient) -> list[tuple[str, str]]:
    """Return what a clinician should know of somebody's health beside the banner, label and value."""
    taken = Medicine.objects.standing().filter(patient=patient, stopped_on=None)
    done = Procedure.objects.standing().filter(patient=patient)
    return [
        (_("Concerns"), patient.skin_concerns),
        (_("Medicines now"), ", ".join(str(one) for one in taken)),
        (_("Earlier procedures"), ", ".join(str(one) for one in done)),
    ]


def course_cards(patient: Patient, *, reader: Actor, at: datetime, zone: ZoneInfo) -> list[CourseCard]:
    """Return the patient's courses, the open one first."""
    found = courses.with_progress(patient)
    found.sort(key=lambda course: course.state not in OPEN)
    today = wall_time.local(at, zone).date()
    done, booked = _days_done(found, zone), _days_booked(found, zone)
    cards = [_course_card(one, done.get(one.pk, []), booked.get(one.pk, []), reader, today) for one in found]
    return [replace(card, is_lapsed=card.is_lapsed and place == 0) for place, card in enumerate(cards)]


def _days_done(found: list[Course], zone: ZoneInfo) -> dict[int, list[date]]:
    """Return the days of the sessions performed, by course, in order."""
    days: dict[int, list[date]] = {}
    rows = Session.objects.ended().filter(course__in=found).order_by("ended_at")
    for course_id, ended_at in rows.values_list("course_id", "ended_at"):
        days.setdefault(course_id, []).append(wall_time.local(ended_at, zone).date())
    return days


def _days_booked(found: list[Course], zone: ZoneInfo) -> dict[int, list[date]]:
    """Return the days of the visits still to come, by course, in order."""
    days: dict[int, list[date]] = {}
    rows = PlannedVisit.objects.filter(course__in=found, appointment__state__in=Appointment.STANDING)
    rows = rows.exclude(Session.objects.ended().at_visit("appointment")).order_by("number")
    for course_id, starts_at in rows.values_list("course_id", "appointment__starts_at"):
        days.setdefault(course_id, []).append(wall_time.local(starts_at, zone).date())
    return days


def _course_card(course: Course, done: list[date], booked: list[date], reader: Actor, today: date) -> CourseCard:
    is_running = course.state in GOING_ON
    booked_on = booked[0] if is_running and booked else None
    window = _window(course) if is_running or course.state == Course.State.MAINTENANCE else None
    may_read = reader.may("see_clinical")
    count = course.planned_sessions
    size = ngettext("%(n)s session", "%(n)s sessions", count) % {"n": count}
    return CourseCard(
        title=f"{course.concern.label}, {size}" if may_read else _("Course of %(size)s") % {"size": size},
        state=course.state,
        state_words=course.get_state_display(),
        note=" ".join(filter(None, (course.get_pause_cause_display(), course.state_note))) if may_read else "",
        progress=_("Course %(done)s of %(of)s done") % {"done": len(done), "of": count},
        steps=_steps(count, done, booked),
        sentence=_window_sentence(window, booked_on, today),
        window=window,
        last_on=done[-1] if done else None,
        booked_on=booked_on,
        is_late=bool(window and not booked_on and today > window.closes_on),
        is_lapsed=course.state == Course.State.LAPSED,
        is_paused=course.state == Course.State.PAUSED,
        wants_booking=is_running and booked_on is None and len(done) < count,
        has_open_sessions=is_running and len(done) + len(booked) < count,
    )


def _window(course: Course) -> Window | None:
    """Return when the next session falls; of maintenance months after whatever was last, best halfway (C-71, C-72)."""
    if course.state != Course.State.MAINTENANCE:
        return courses.window(course)
    last = Session.objects.ended().filter(patient=course.patient_id).order_by("-ended_at")
    found = last.values_list("ended_at", "appointment__site__time_zone").first()
    if found is None:
        return None
    earliest, latest = maintenance_days()
    days = {"earliest_days": earliest, "target_days": (earliest + latest) // 2, "latest_days": latest}
    return rules.window(wall_time.local(found[0], ZoneInfo(found[1])).date(), **days)


def _steps(count: int, done: list[date], booked: list[date]) -> tuple[Step, ...]:
    days = [*(("did", day) for day in done), *(("booked", day) for day in booked)]
    days += [("open", None)] * (count - len(days))
    return tuple(Step(number, kind, day) for number, (kind, day) in enumerate(days, start=1))


def _window_sentence(window: Window | None, booked_on: date | None, today: date) -> str:
    if booked_on is not None:
        return _("The next session is booked for %(day)s.") % {"day": short_day_words(booked_on)}
    if window is None:
        return ""
    days = {
        "opens": short_day_words(window.opens_on),
        "best": short_day_words(window.best_on),
        "closes": short_day_words(window.closes_on),
    }
    if today > window.closes_on:
        return _("The window for the next session was %(opens)s to %(closes)s.") % days
    return _("Next session between %(opens)s and %(closes)s, best around %(best)s.") % days


def coming_messages(patient: Patient) -> list[Coming]:
    """Return what the patient is still to be told, by purpose."""
    labels = dict(Notice.Purpose.choices)
    due: dict[str, list[datetime]] = {}
    open_ones = Notice.objects.open().filter(patient=patient).order_by("due_at")
    for purpose, due_at in open_ones.values_list("purpose", "due_at"):
        due.setdefault(purpose, []).append(due_at)
    return [Coming(str(labels[purpose]), len(times), times[0]) for purpose, times in due.items()]
