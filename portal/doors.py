"""What the doors of the patient's pages share: whoever holds a link comes in, met in their language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from clinic.actors import Actor
from clinic.models import Site
from patients.models import Link, Patient
from portal.anew import no_entry
from portal.pages import quiet

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Holder:
    """Whoever holds a link, at a moment. A door adds what the link is about; site: where that is."""

    token: str
    link: Link
    at: datetime

    @property
    def patient(self) -> Patient:
        return self.link.patient

    @property
    def site(self) -> Site:
        raise NotImplementedError

    @property
    def by(self) -> Actor:
        return Actor.of_link(self.patient.name, self.link.uuid)


H = TypeVar("H", bound=Holder)


def opened_by(find: Callable[[HttpRequest, str], H | None]) -> Callable[[View], View]:
    """Return a door for views. find: given the request and the token, returns the holder, or None for no entry."""

    def with_link(view: View) -> View:
        @wraps(view)
        def met(request: HttpRequest, token: str, **where: object) -> HttpResponse:
            holder = find(request, token)
            if holder is None:
                return no_entry(request, token)
            with translation.override(holder.patient.language), timezone.override(holder.site.zone):
                return quiet(view(request, holder, **where))

        return met

    return with_link
