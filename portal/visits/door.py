"""Who stands before the page of a visit: whoever holds its link. The page knows the first name and the visit's hour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation

from booking import own_hands, visit_links
from booking.models import Appointment
from clinic.actors import Actor
from clinic.models import Site
from patients import links
from patients.models import Link, Patient
from portal.anew import no_entry
from portal.pages import quiet

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Guest:
    """The holder of a visit's link."""

    token: str
    link: Link
    visit: Appointment
    at: datetime

    @property
    def patient(self) -> Patient:
        return self.visit.patient

    @property
    def site(self) -> Site:
        return self.visit.site

    @property
    def by(self) -> Actor:
        return Actor.of_link(self.patient.name, self.link.uuid)

    @property
    def stands(self) -> str:
        return own_hands.stands(self.visit, at=self.at)

    @property
    def home(self) -> str:
        return reverse("portal:visit", args=[self.token])


def with_link(view: View) -> View:
    """Let a view meet the holder of the link, in the patient's language and on the site's clock."""

    @wraps(view)
    def met(request: HttpRequest, token: str, **where: object) -> HttpResponse:
        guest = _guest(request, token)
        if guest is None:
            return no_entry(request, token)
        with translation.override(guest.patient.language), timezone.override(guest.site.zone):
            return quiet(view(request, guest, **where))

    return met


def _guest(request: HttpRequest, token: str) -> Guest | None:
    link = links.read(token, purpose=visit_links.PURPOSE, at=request.now)
    if link is None or link.patient.died_on is not None:
        return None
    known = Appointment.objects.for_board().filter(patient=link.patient_id)
    visit = known.filter(pk=link.subject.removeprefix(visit_links.SUBJECT)).first()
    return Guest(token, link, visit, request.now) if visit else None
