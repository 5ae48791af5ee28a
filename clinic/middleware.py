"""What every request carries: who acts, when, where; and what every answer wears."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from clinic import sites
from clinic.actors import Actor

OPEN_WITHOUT_A_SITE = ("/account/", "/api/", "/healthz/", "/readyz/", "/mailbox/")


class HouseMiddleware:
    """Puts `now`, `site` and, when somebody is signed in, `actor` on the request; keeps answers out of caches.

    Without any site a signed-in person reads how the clinic is set up, and no page runs.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.now = timezone.now()
        request.site = None
        request.actor = None
        if request.user.is_authenticated:
            request.site = sites.first()
            own_only = request.site is not None and request.site.own_patients_only
            request.actor = Actor.of(request.user, own_only=own_only)
        static = f"/{settings.STATIC_URL.strip('/')}/"
        if request.actor and request.site is None and not request.path.startswith((static, *OPEN_WITHOUT_A_SITE)):
            response = render(request, "not_set_up.html", status=503)
        else:
            with timezone.override(request.site.zone if request.site else None):
                response = self.get_response(request)
        if not request.path.startswith(static):
            response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response
