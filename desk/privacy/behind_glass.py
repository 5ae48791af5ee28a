"""A record behind glass, as the pages meet it: whose it is, and what is answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from clinic import belongings
from desk.privacy.forms import GlassForm
from patients import glass
from patients.models import Glass, Patient
from visits import access

KEPT = "typed-"  # before the name of a field of another page
NOT_TYPED = ("csrfmiddlewaretoken",)


def named(request: HttpRequest, kwargs: dict[str, Any]) -> list[Patient]:
    """Return the patients that a page is about: those whose rows the address or the form names."""
    found = {person.pk: person for uuid in _uuids(request, kwargs) for person in _whose(uuid)}
    return list(found.values())


def _uuids(request: HttpRequest, kwargs: dict[str, Any]) -> Iterator[UUID]:
    yield from (value for value in kwargs.values() if isinstance(value, UUID))
    for said in (request.GET, request.POST):
        for text in said.getlist("patient"):
            try:
                yield UUID(text)
            except ValueError:
                continue


def _whose(uuid: UUID) -> list[Patient]:
    """Return whom the row with this id is about: of a pair and of a merge both."""
    for model in belongings.about_a_patient():
        if not any(field.name == "uuid" for field in model._meta.local_fields):
            continue
        nearest = len(belongings.way(model))
        ways = [belongings.lookup(way) for way in belongings.ways(model) if len(way) == nearest]
        if row := model._base_manager.filter(uuid=uuid).values_list(*ways).first():
            people = Patient._base_manager.filter(pk__in=[pk for pk in row if pk is not None]).order_by("pk")
            return [access.standing(person) for person in people]
    return []


def looked_through(people: list[Patient], request: HttpRequest) -> Glass | None:
    """Return the glass through which somebody reads one of these records, None for their own patients."""
    broken = (glass.open_for(one, request.user, at=request.now) for one in people)
    return next((one for one in broken if one), None)


def stopped(request: HttpRequest, person: Patient) -> HttpResponse:
    """Answer that a record is closed, with the form that opens it; what was typed goes along and is lost by nothing."""
    is_sent = request.method == "POST"
    typed = [pair for pair in sent(request) if pair[0] not in NOT_TYPED] if is_sent else []
    context = {
        "person": person,
        "form": GlassForm(),
        "next": request.get_full_path(),
        "typed": typed,
        "is_sent": is_sent,
    }
    answer = TemplateResponse(request, "desk/privacy/break_glass.html", context, status=403)
    return answer.render()


def sent(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what a form sent, field by field."""
    return [(name, value) for name, values in request.POST.lists() for value in values]


def typed_before(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what was typed on the page that the glass stopped."""
    return [(name.removeprefix(KEPT), value) for name, value in sent(request) if name.startswith(KEPT)]
