"""Who stands before the page on which the next visit of a course is chosen: whoever holds its link."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation

from aftercare import book_links
from clinic import sites
from clinic.actors import Actor
from clinic.models import Site
from patients import links
from patients.models import Link, Patient
from portal.anew import no_entry
from portal.pages import quiet
from treatments import courses
from treatments.models import Course

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Guest:
    """The holder of a course's link. site: where its last session was."""

    token: str
    link: Link
    course: Course
    site: Site
    at: datetime

    @property
    def patient(self) -> Patient:
        return self.course.patient

    @property
    def by(self) -> Actor:
        return Actor.of_link(self.patient.name, self.link.uuid)

    @property
    def home(self) -> str:
        return reverse("portal:book", args=[self.token])


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
    link = links.read(token, purpose=book_links.PURPOSE, at=request.now)
    if link is None or link.patient.died_on is not None:
        return None
    known = Course.objects.select_related("patient").filter(patient=link.patient_id)
    course = known.filter(pk=link.subject.removeprefix(book_links.SUBJECT)).first()
    if course is None:
        return None
    last = courses.last_session(course)
    return Guest(token, link, course, last.appointment.site if last else sites.first(), request.now)
