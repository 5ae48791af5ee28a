"""Who stands before the page on which the next visit of a course is chosen: whoever holds its link."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from aftercare import book_links
from clinic import sites
from clinic.models import Site
from patients import links
from portal.doors import Holder, opened_by
from treatments import courses
from treatments.models import Course


@dataclass(frozen=True)
class Guest(Holder):
    """The holder of a course's link. last_site: where its last session was."""

    course: Course
    last_site: Site

    @property
    def site(self) -> Site:
        return self.last_site

    @property
    def home(self) -> str:
        return reverse("portal:book", args=[self.token])


def _guest(request: HttpRequest, token: str) -> Guest | None:
    link = links.read(token, purpose=book_links.PURPOSE, at=request.now)
    if link is None or link.patient.died_on is not None:
        return None
    known = Course.objects.select_related("patient").filter(patient=link.patient_id)
    course = known.filter(pk=link.subject.removeprefix(book_links.SUBJECT)).first()
    if course is None:
        return None
    last = courses.last_session(course)
    return Guest(token, link, request.now, course, last.appointment.site if last else sites.first())


with_link = opened_by(_guest)
