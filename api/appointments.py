"""Visits: booked, read, moved and called off by machines, through the very steps that the desk takes."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from api import answers, found
from api.gate import Key
from api.problems import unusable
from api.shapes import (
    Asked,
    Code,
    DayHere,
    Instant,
    Line,
    NeedlingMinutes,
    Number,
    Offset,
    Page,
    Version,
    VisitShape,
    page_of,
    told_visit,
)
from booking.models import Appointment
from clinic.wall_time import day_bounds
from visits import reception

router = Router(tags=["appointments"])


class Which(Asked):
    """Visits of a day of the site, of a patient, or both; in order of time, those called off included."""

    day: DayHere | None = None
    patient: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 100
    offset: Offset = 0


class Agreement(Asked):
    """agreed_by and agreed_reason: who answers for passing a rule that a person may pass, and why; both are kept."""

    agreed_by: Number | None = None
    agreed_reason: Line = ""


class Booking(Agreement):
    """A visit that is wanted. needling_minutes: the needling's length where it is not the service's own."""

    service: Code
    practitioner: Number
    starts_at: Instant
    patient: UUID
    note: Line = ""
    tell_patient: bool = True
    needling_minutes: NeedlingMinutes | None = None


class Move(Agreement):
    """Another time for a visit, with another practitioner where one is named. version: as it was read."""

    starts_at: Instant
    version: Version
    practitioner: Number | None = None
    needling_minutes: NeedlingMinutes | None = None
    tell_patient: bool | None = None
    reason: Line = ""


class Step(Asked):
    """version: of the visit, as it was read."""

    version: Version


class Cancel(Step):
    """reason: for the visit's history; it is not sent to the patient."""

    reason: Annotated[Line, Field(min_length=1)]
    called_off_by: Literal["patient", "clinic"] = "patient"


def _told(request: HttpRequest, visit: Appointment) -> VisitShape:
    return told_visit(visit, request.site.zone)


@router.get("/appointments", auth=Key("see_board"), response=Page[VisitShape])
def list_appointments(request: HttpRequest, which: Query[Which]):
    """List visits by day, by patient, or both."""
    if which.day is None and which.patient is None:
        raise unusable("query", "day", _("Say the day, the patient, or both."))
    visits = Appointment.objects.for_board().filter(site=request.site, **_of_the_day(request, which.day))
    if which.patient:
        visits = visits.filter(patient=found.patient(which.patient, source="query"))
    rows = visits.order_by("starts_at", "id")[which.offset : which.offset + which.limit + 1]
    told = [told_visit(visit, request.site.zone) for visit in rows]
    return page_of(request, told, offset=which.offset, limit=which.limit)


@router.post("/appointments", auth=Key("book"), response={201: VisitShape})
@answers.once(201, tell=_told)
def book(request: HttpRequest, booking: Booking):
    """Book a visit. A time that is gone is answered 409 with the nearest free ones."""
    given = booking.model_dump(exclude={"service", "practitioner", "patient", "agreed_by"})
    return reception.book(
        **given,
        service=found.service(booking.service, source="body"),
        practitioner=found.practitioner(booking.practitioner, source="body"),
        patient=found.patient(booking.patient, source="body"),
        agreed_by=found.colleague(booking.agreed_by),
        site=request.site,
        by=request.actor,
        at=request.now,
    )


@router.get("/appointments/{uuid:appointment}", auth=Key("see_board"), response=VisitShape)
def read_appointment(request: HttpRequest, appointment: UUID):
    """Read one visit."""
    return _told(request, _visit(request, appointment))


@router.patch("/appointments/{uuid:appointment}", auth=Key("book"), response=VisitShape)
@answers.once(200, tell=_told)
def move(request: HttpRequest, appointment: UUID, to: Move):
    """Move a visit; it stays the same visit. Answered 409 when the time is gone or somebody else was faster."""
    wish = to.model_dump(exclude={"practitioner", "agreed_by"})
    return reception.move(
        _visit(request, appointment),
        **wish,
        practitioner=found.practitioner(to.practitioner, source="body") if to.practitioner else None,
        agreed_by=found.colleague(to.agreed_by),
        by=request.actor,
        at=request.now,
    )


@router.post("/appointments/{uuid:appointment}/cancel", auth=Key("book"), response=VisitShape)
@answers.once(200, tell=_told)
def cancel(request: HttpRequest, appointment: UUID, called_off: Cancel):
    """Call a visit off; its time is free again."""
    return _take(request, appointment, reception.cancel, called_off.model_dump())


@router.post("/appointments/{uuid:appointment}/confirm", auth=Key("book"), response=VisitShape)
@answers.once(200, tell=_told)
def confirm(request: HttpRequest, appointment: UUID, step: Step):
    """Note that the patient said they will come."""
    return _take(request, appointment, reception.confirm, step.model_dump())


@router.post("/appointments/{uuid:appointment}/arrive", auth=Key("book"), response=VisitShape)
@answers.once(200, tell=_told)
def arrive(request: HttpRequest, appointment: UUID, step: Step):
    """Note that the patient is in the house, on the visit's day."""
    return _take(request, appointment, reception.arrive, step.model_dump())


@router.post("/appointments/{uuid:appointment}/no-show", auth=Key("book"), response=VisitShape)
@answers.once(200, tell=_told)
def no_show(request: HttpRequest, appointment: UUID, step: Step):
    """Note that the patient did not come, once the visit has begun."""
    return _take(request, appointment, reception.no_show, step.model_dump())


def _take(request: HttpRequest, uuid: UUID, act: Callable[..., Appointment], said: dict[str, Any]) -> Appointment:
    return act(_visit(request, uuid), **said, by=request.actor, at=request.now)


def _visit(request: HttpRequest, uuid: UUID) -> Appointment:
    return get_object_or_404(Appointment.objects.for_board(), uuid=uuid, site=request.site)


def _of_the_day(request: HttpRequest, day: date | None) -> dict[str, Any]:
    if day is None:
        return {}
    begins, ends = day_bounds(day, request.site.zone)
    return {"starts_at__gte": begins, "starts_at__lt": ends}
