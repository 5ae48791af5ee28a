"""What can be booked, and with whom."""

from django.db.models import Prefetch
from django.http import HttpRequest
from ninja import Router, Schema

from api.gate import Key
from api.shapes import Page
from clinic.models import Service, User

router = Router(tags=["menu"])


class ServiceShape(Schema):
    """A service that is offered. id: its code. minutes: how long the patient is there. practitioners: who give it."""

    id: str
    name: str
    kind: str
    minutes: int
    starts_every_minutes: int
    shortest_notice_minutes: int
    longest_advance_days: int
    practitioners: list[int]


class PractitionerShape(Schema):
    """Somebody who treats. services: the codes of what they give."""

    id: int
    name: str
    short_name: str
    services: list[str]


@router.get("/services", auth=Key("book"), response=Page[ServiceShape])
def services(request: HttpRequest):
    """List what can be booked."""
    who_give = Prefetch("practitioners", User.objects.practitioners().order_by("name"))
    offered = Service.objects.filter(is_offered=True).prefetch_related("phases", who_give)
    return {"items": [_told(service) for service in offered]}


@router.get("/practitioners", auth=Key("book"), response=Page[PractitionerShape])
def practitioners(request: HttpRequest):
    """List who treats."""
    given = Prefetch("services", Service.objects.filter(is_offered=True))
    people = User.objects.practitioners().order_by("name").prefetch_related(given)
    return {
        "items": [
            PractitionerShape(
                id=one.pk,
                name=one.name,
                short_name=one.short_name,
                services=[service.code for service in one.services.all()],
            )
            for one in people
        ]
    }


def _told(service: Service) -> ServiceShape:
    return ServiceShape(
        id=service.code,
        name=service.name,
        kind=service.kind,
        minutes=service.patient_minutes,
        starts_every_minutes=service.start_grid_minutes,
        shortest_notice_minutes=service.minimum_notice_minutes,
        longest_advance_days=service.maximum_advance_days,
        practitioners=[one.pk for one in service.practitioners.all()],
    )
