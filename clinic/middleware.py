"""What every request carries: who acts, when, where; and what every answer wears."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from clinic.actors import Actor
from clinic.models import Site


class HouseMiddleware:
    """Puts `now`, `site` and, when somebody is signed in, `actor` on the request; keeps answers out of caches."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.now = timezone.now()
        request.site = None
        request.actor = None
        if request.user.is_authenticated:
            request.actor = Actor.of(request.user)
            request.site = Site.objects.order_by("pk").first()
        zone = request.site.zone if request.site else None
        with timezone.override(zone):
            response = self.get_response(request)
        if not request.path.startswith(f"/{settings.STATIC_URL.strip('/')}/"):
            response.headers["Cache-Control"] = "no-store"
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response
