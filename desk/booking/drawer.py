"""What the booking drawer shows for what was asked so far: patient, service, refusal, times, words to read aloud."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, QueryDict

from booking.models import Appointment
from clinic.models import Service, User
from clinic.refusals import Refusal
from clinic.wall_time import local
from desk.board.pages import today_of
from desk.booking import search
from desk.booking.forms import BookForm
from desk.booking.offers import PARTS_OF_DAY, Offer, Wish, choose, offer, offer_value, offers
from patients import restrictions
from patients.models import Patient
from patients.patients import LookAlike
from treatments import courses


@dataclass(frozen=True)
class Window:
    """A window to draw on a day line."""

    last_on: date
    opens_on: date
    closes_on: date
    best_on: date | None
    asked_on: date | None


@dataclass
class Drawer:
    """The drawer as it stands. just_picked: the patient was chosen by this very request, so the times are next."""

    form: BookForm
    services: list[Service]
    typed: str = ""
    results: list[search.Found] = field(default_factory=list)
    found: search.Found | None = None
    is_new: bool = False
    name: str = ""
    service: Service | None = None
    course_words: str = ""
    practitioner: User | None = None
    part: str = ""
    asked: datetime | None = None
    offers: list[Offer] = field(default_factory=list)
    refusal: Refusal | None = None
    alikes: list[LookAlike] = field(default_factory=list)
    just_picked: bool = False
    has_more: bool = True

    @property
    def chosen(self) -> Offer | None:
        return next((one for one in self.offers if one.is_chosen), None)

    @property
    def email(self) -> str:
        return self.found.patient.email if self.found else ""

    @property
    def masked_email(self) -> str:
        """The address as it may stand on a screen that others see: f•••@post.example."""
        name, at, host = self.email.partition("@")
        return f"{name[:1]}•••{at}{host}"

    @property
    def window(self) -> Window | None:
        values = self.refusal.values if self.refusal else {}
        if not (values.get("counted_from") and values.get("opens") and values.get("closes")):
            return None
        return Window(values["counted_from"], values["opens"], values["closes"], values.get("best"), values["asked"])

    @property
    def asks_for_agreement(self) -> bool:
        return bool(self.refusal and self.refusal.overridable_by)

    @property
    def is_asked_gone(self) -> bool:
        """Say whether a time was asked for that this service does not fit into."""
        return bool(self.asked and not self.refusal and not any(one.note for one in self.offers))

    @property
    def parts_of_day(self) -> list[tuple[str, Any, bool]]:
        return [(key, words, key == self.part) for key, (words, *_rest) in PARTS_OF_DAY.items()]


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
        number = min(courses.done_count(course) + 1, course.planned_sessions)
        drawer.course_words = f"{number} / {course.planned_sessions}"
    _offer_times(drawer, request, said, today)
    return drawer


def suggested_service(services: list[Service], patient: Patient | None, course: Any) -> Service | None:
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


def _offer_times(drawer: Drawer, request: HttpRequest, said: QueryDict, today: date) -> None:
    """Fill in the refusal, if the asked day is too early, and the times that can be had."""
    if drawer.service is None:
        return
    given, zone = drawer.form.cleaned_data, request.site.zone
    asked_on = local(drawer.asked, zone).date() if drawer.asked else given.get("from_day")
    patient = drawer.found.patient if drawer.found else None
    start = max(asked_on or today, today)
    refusal = None
    if patient:
        refusal = restrictions.judge(patient, service_kind=drawer.service.kind, on=start, at=request.now)
    if refusal and (asked_on or not refusal.earliest):
        drawer.refusal = refusal
    if refusal and not refusal.earliest:
        return
    wish = Wish(
        service=drawer.service,
        site=request.site,
        start=max(start, refusal.earliest) if refusal else start,
        practitioner=drawer.practitioner,
        patient=patient,
        part=drawer.part,
    )
    more, chosen = bool(said.get("more")), said.get("time", "")
    drawer.offers = offers(wish, at=request.now, asked=drawer.asked, more=more, chosen=chosen)
    if drawer.asks_for_agreement and drawer.asked:
        _offer_early(drawer, wish, request.now, chosen)


def _offer_early(drawer: Drawer, wish: Wish, at: datetime, chosen: str) -> None:
    """Put the asked time on the list although it is before the window: a practitioner may have agreed."""
    asked_on = local(drawer.asked, wish.site.zone).date()
    early = Wish(wish.service, wish.site, asked_on, wish.practitioner, wish.patient)
    listed = [one for one in offers(early, at=at, asked=drawer.asked) if one.starts_at == drawer.asked]
    in_window = next((one.value for one in drawer.offers if one.is_chosen), "")
    drawer.offers = choose([*listed, *drawer.offers], chosen or in_window)


def offer_instead(drawer: Drawer, refusal: Refusal, zone: Any) -> None:
    """Show why a booking was refused, and what can be had in its place."""
    drawer.refusal = refusal
    if refusal.alternatives:
        drawer.offers = choose([offer(free, zone) for free in refusal.alternatives], "")


def chosen_value(chosen: tuple[datetime, int]) -> str:
    return offer_value(*chosen)
