"""What the booking drawer shows for what was asked so far: patient, service, refusal, times, words to read aloud."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, QueryDict

from booking.models import Appointment
from clinic.models import Service
from desk.board.pages import today_of
from desk.booking import search
from desk.booking.choice import Choice, fill
from desk.booking.forms import BookForm
from patients.models import Patient
from patients.patients import LookAlike
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
    picked = bool(said.get("pick")) and patient is not None
    today = today_of(request)
    services = list(Service.objects.filter(is_offered=True).prefetch_related("phases"))
    course = courses.running_for(patient) if patient else None
    service = None if picked else given.get("service")
    service = service or suggested_service(services, patient, course)
    drawer = Drawer(
        form=form,
        services=services,
        typed=said.get("q", ""),
        found=search.tell(patient, on=today) if patient else None,
        is_new=bool(given.get("is_new")),
        name=patient.name if patient else said.get("name", ""),
        service=service,
        practitioner=given.get("practitioner"),
        part=given.get("part") or "",
        asked=given.get("asked"),
        just_picked=picked,
        has_more=not said.get("more"),
    )
    if not patient and not drawer.is_new:
        drawer.results = search.find(drawer.typed, on=today)
    if course and service and service.kind == Service.Kind.NEEDLING:
        drawer.course_words = _next_of(course)
    fill(drawer, request, said, from_day=given.get("from_day"), patient=patient)
    return drawer


def _next_of(course: Course) -> str:
    number = min(courses.done_count(course) + 1, course.planned_sessions)
    return f"{number} / {course.planned_sessions}"


def suggested_service(services: list[Service], patient: Patient | None, course: Course | None) -> Service | None:
    """Return what the patient most likely comes for: the next of their course, else what they came for last."""
    if course:
        return next((one for one in services if one.kind == Service.Kind.NEEDLING), None)
    if patient:
        came = Q(state=Appointment.State.DONE) | Q(state__in=Appointment.STANDING)
        last = Appointment.objects.filter(came, patient=patient).order_by("-starts_at").first()
        if last is None:
            return next((one for one in services if one.kind == Service.Kind.CONSULTATION), services[0])
        return next((one for one in services if one.pk == last.service_id), services[0] if services else None)
    return services[0] if services else None
