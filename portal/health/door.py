"""Who may see a patient's health pages: whoever holds the link and has just given the date of birth.

That it was given is remembered on the telephone for a while, in a signed cookie that only the pages of this very link
get; after that it is asked again, and nothing that was saved is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import wraps

from django.conf import settings
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation

from clinic import wall_time
from clinic.actors import Actor
from clinic.models import Site
from clinic.refusals import Refused
from intake import health_forms
from intake.models import HealthForm
from patients import links
from patients.models import Link, Patient
from patients.rules import ADULT_YEARS
from portal.pages import asked_for_a_new_link, quiet, wrong_link
from visits import health_forms as visit_forms

COOKIE, SALT = "health-form", "portal.health"
REMEMBERED = timedelta(hours=2)


@dataclass(frozen=True)
class Visitor:
    """Who stands before the form. today: on the site's wall."""

    token: str
    link: Link
    form: HealthForm
    at: datetime

    @property
    def patient(self) -> Patient:
        return self.form.patient

    @property
    def site(self) -> Site:
        return self.form.site

    @property
    def by(self) -> Actor:
        return Actor.of_link(self.patient.name, self.link.uuid)

    @property
    def today(self) -> date:
        return wall_time.local(self.at, self.site.zone).date()

    @property
    def is_minor(self) -> bool:
        age = self.patient.age_on(self.today)
        return age is not None and age < ADULT_YEARS

    def address(self, step: str = "") -> str:
        return reverse("portal:health_step", args=[self.token, step]) if step else self.home

    @property
    def home(self) -> str:
        return reverse("portal:health", args=[self.token])


View = Callable[..., HttpResponse]


def with_link(view: View) -> View:
    """Let a view meet the visitor whom the link names, in their language and on the site's clock."""

    @wraps(view)
    def met(request: HttpRequest, token: str, **where: object) -> HttpResponse:
        visitor = _visitor(request, token)
        if visitor is None:
            return _no_visitor(request, token, may_ask="uuid" not in where)
        with translation.override(visitor.patient.language), timezone.override(visitor.site.zone):
            return quiet(view(request, visitor, **where))

    return met


def _no_visitor(request: HttpRequest, token: str, *, may_ask: bool) -> HttpResponse:
    """Answer a link that opens nothing; whoever asks for a new one hears the same, whatever the link was."""
    if request.method != "POST" or "again" not in request.POST:
        return wrong_link(request, may_ask=may_ask)
    link = links.run_out(token, purpose=health_forms.PURPOSE, at=request.now)
    if link is not None:
        with suppress(Refused):  # such as for a record that was closed since
            visit_forms.send_anew(link, at=request.now)
    return asked_for_a_new_link(request)


def _visitor(request: HttpRequest, token: str) -> Visitor | None:
    link = links.read(token, purpose=health_forms.PURPOSE, at=request.now)
    if link is None:
        return None
    known = HealthForm.objects.select_related("patient", "site").filter(closed_at=None)
    form = known.filter(uuid=link.subject.partition(":")[2], patient=link.patient).first()
    return Visitor(token, link, form, request.now) if form else None


def is_known(request: HttpRequest, visitor: Visitor) -> bool:
    """Return whether the date of birth was given on this telephone a while ago."""
    try:
        said = request.get_signed_cookie(COOKIE, "", salt=SALT, max_age=REMEMBERED)
    except BadSignature:
        return False
    return bool(said) and said == _knows(visitor)


def remember(response: HttpResponse, visitor: Visitor) -> HttpResponse:
    """Let this telephone open the pages of this link for a while from now."""
    response.set_signed_cookie(
        COOKIE,
        _knows(visitor),
        salt=SALT,
        max_age=REMEMBERED,
        path=visitor.home,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _knows(visitor: Visitor) -> str:
    return f"{visitor.form.uuid}:{visitor.link.nonce}:{visitor.form.sent_count}"


def to(address: str) -> HttpResponse:
    return HttpResponseRedirect(address, status=303)
