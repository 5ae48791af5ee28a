"""Who stands before the page of a visit: whoever holds its link. The page knows the first name and the visit's hour."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from booking import own_hands, visit_links
from booking.models import Appointment
from clinic.models import Site
from patients import links
from portal.doors import Holder, opened_by


@dataclass(frozen=True)
class Guest(Holder):
    """The holder of a visit's link."""

    visit: Appointment

    @property
    def site(self) -> Site:
        return self.visit.site

    @property
    def stands(self) -> str:
        return own_hands.stands(self.visit, at=self.at)

    @property
    def home(self) -> str:
        return reverse("portal:visit", args=[self.token])


def _guest(request: HttpRequest, token: str) -> Guest | None:
    link = links.read(token, purpose=visit_links.PURPOSE, at=request.now)
    if link is None or link.patient.died_on is not None:
        return None
    known = Appointment.objects.for_board().filter(patient=link.patient_id)
    visit = known.filter(pk=link.subject.removeprefix(visit_links.SUBJECT)).first()
    return Guest(token, link, request.now, visit) if visit else None


with_link = opened_by(_guest)
