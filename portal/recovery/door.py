"""Who stands before the recovery pages: whoever holds the link of a session that has ended and still counts.

Red flags, the clinic's phone and *Something's not right* never need a code; of the person there is the first name only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from aftercare import recovery_links, reports
from aftercare.models import Report
from clinic.models import Site
from patients import links
from portal.doors import Holder, opened_by
from portal.pages import page
from treatments.models import Session


@dataclass(frozen=True)
class Visitor(Holder):
    """A patient, behind the link of one session, at a moment."""

    session: Session

    @property
    def site(self) -> Site:
        return self.session.appointment.site

    @property
    def language(self) -> str:
        return self.patient.language

    @property
    def hours(self) -> int:
        """How many hours ago the treatment ended."""
        return reports.hours_since(self.session, self.at) or 0

    @cached_property
    def last_told(self) -> Report | None:
        """What they told last of this session."""
        told = Report.objects.filter(patient=self.patient, session=self.session)
        return told.order_by("-told_at", "-pk").first()

    @cached_property
    def open_report(self) -> Report | None:
        """What they told and nobody has closed yet, the gravest first."""
        return Report.objects.filter(patient=self.patient).holding().urgent_first().first()

    def address(self, name: str = "recovery") -> str:
        return reverse(f"portal:{name}", args=[self.token])


def _visitor(request: HttpRequest, token: str) -> Visitor | None:
    link = links.read(token, purpose=recovery_links.PURPOSE, at=request.now)
    if link is None or link.patient.died_on is not None or link.patient.closed_at is not None:
        return None
    standing = Session.objects.filter(struck_at=None, ended_at__lte=request.now, patient=link.patient)
    whole = ("patient", "course", "practitioner", "appointment__site")
    session_id = link.subject.removeprefix(recovery_links.SUBJECT)
    found = standing.select_related(*whole).prefetch_related("zone_passes").filter(pk=session_id).first()
    return Visitor(token, link, request.now, found) if found else None


with_link = opened_by(_visitor)


def show(request: HttpRequest, visitor: Visitor, name: str, *, status: int = 200, **context: object) -> HttpResponse:
    known = {"visitor": visitor, "report": visitor.open_report, **context}
    template = f"portal/recovery/{name}.html"
    return page(request, template, link=visitor.link, site=visitor.site, status=status, **known)


def to(address: str) -> HttpResponse:
    return HttpResponseRedirect(address, status=303)
