"""What the booking drawer shows for what was asked so far: patient, service, refusal, times, words to read aloud."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, QueryDict

from booking import attendance
from booking.attendance import Attendance
from booking.models import Appointment
from clinic.models import Service
from desk.board.pages import today_of
from desk.booking import lengths, search
from desk.booking.choice import Choice, fill
from desk.booking.forms import BookForm
from patients.models import Patient
from patients.twins import LookAlike
from treatments import courses
from treatments.models import Course


@dataclass
class Drawer(Choice):
    """The drawer as it stands. just_picked: the patient was chosen by this very request, so the times are next."""

    form: BookForm | None = None
    services: list[Service] = field(default_factory=list)
    typed: str = ""
    results: list[search.Found] = field(default_factory=list)
    found: search.Found | None = None
    is_new: bool = False
    name: str = ""
    course_words: str = ""
    alikes: list[LookAlike] = field(default_factory=list)
    attendance: Attendance | None = None

    @property
    def consultation(self) -> Service | None:
        """The service to book instead where a consultation comes first."""
        if not self.wants_consultation:
            return None
        return next((one for one in self.services if one.kind == Service.Kind.CONSULTATION), None)

    @property
    def email(self) -> str:
        return self.found.patient.email if self.found else ""

    @property
    def masked_email(self) -> str:
        """The address as it may stand on a screen that others see: f•••@post.example."""
        name, at, host = self.email.partition("@")
        return f"{name[:1]}•••{at}{host}"


def asked_of(request: HttpRequest) -> QueryDict:
    """Return what was said so far, from the address or the form, with a pressed row of the search taken in."""
    said = (request.POST if request.method == "POST" else request.GET).copy()
    if "start" in said:
        said["asked"] = said["start"]
    if "instead" in said:
        said["service"] = said["instead"]
    if request.method == "GET":
        said.setdefault("tell_patient", "on")
    if "pick" in said:
        pick = said["pick"]
        said["patient"] = "" if pick == "new" else pick
        said["is_new"] = "on" if pick == "new" else ""
        if pick == "new":
            _begin_somebody_new(said)
        else:
            said["q"] = ""
    return said


def _begin_somebody_new(said: QueryDict) -> None:
    """Take what was typed into the search as the name, the phone or the e-mail of somebody new."""
    typed = said.get("q", "").strip()
    if "@" in typed:
        said.setdefault("email", typed)
    elif any(ch.isalpha() for ch in typed):
        said["name"] = said.get("name") or typed
    elif typed:
        said["phone"] = said.get("phone") or typed


def read(request: HttpRequest, said: QueryDict, form: BookForm) -> Drawer:
    """Return the drawer for what was said; form was validated, and may be wrong in places."""
    given: dict[str, Any] = form.cleaned_data
    patient: Patient | None = given.get("patient")
    is_new = bool(given.get("is_new"))
    picked = bool(said.get("pick")) and (patient is not None or is_new)
    today = today_of(request)
    services = list(Service.objects.filter(is_offered=True).prefetch_related("phases"))
    course = courses.running_for(patient) if patient else None
    service = None if picked else given.get("service")
    service = service or suggested_service(services, patient, course, is_new=is_new)
    usual = lengths.usual(service, course)
    length = lengths.chosen(said, given.get("needling_minutes"), usual)
    drawer = Drawer(
        form=form,
        services=services,
        typed=said.get("q", ""),
        found=search.tell(patient, on=today) if patient else None,
        is_new=is_new,
        name=patient.name if patient else said.get("name", ""),
        service=service,
        practitioner=given.get("practitioner"),
        part=given.get("part") or "",
        asked=given.get("asked"),
        length=length,
        usual_length=usual,
        lengths=lengths.to_choose(length),
        attendance=attendance.of_one(patient, at=request.now) if patient else None,
        just_picked=picked and patient is not None,
        has_more=not said.get("more"),
    )
    if not patient and not drawer.is_new:
        drawer.results = search.find(drawer.typed, on=today)
    if course and service and service.kind == Service.Kind.NEEDLING:
        drawer.course_words = _next_of(course)
    somebody = patient is not None or is_new
    fill(drawer, request, said, from_day=given.get("from_day"), patient=patient, is_somebody=somebody)
    return drawer


def _next_of(course: Course) -> str:
    number = min(courses.done_count(course) + 1, course.planned_sessions)
    return f"{number} / {course.planned_sessions}"


def suggested_service(
    services: list[Service], patient: Patient | None, course: Course | None, *, is_new: bool = False
) -> Service | None:
    """Return what somebody most likely comes for: the next of their course, what they came for last, a first talk."""
    if course:
        return _of_kind(services, Service.Kind.NEEDLING)
    if patient:
        came = Q(state=Appointment.State.DONE) | Q(state__in=Appointment.STANDING)
        last = Appointment.objects.filter(came, patient=patient).order_by("-starts_at").first()
        known = [one for one in services if last and one.pk == last.service_id]
        return known[0] if known else _of_kind(services, Service.Kind.CONSULTATION)
    return _of_kind(services, Service.Kind.CONSULTATION) if is_new else next(iter(services), None)


def _of_kind(services: list[Service], kind: str) -> Service | None:
    """Return the first service of a kind, else the first of all."""
    return next((one for one in services if one.kind == kind), next(iter(services), None))
