"""The day's page, which the board shows alone and booking shows beside its drawer."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from clinic.wall_time import local
from desk.board.look import Look
from desk.board.reading import read


def today_of(request: HttpRequest) -> date:
    return local(request.now, request.site.zone).date()


def day_context(request: HttpRequest, look: Look | None = None, **more: Any) -> dict[str, Any]:
    """Return what the day's templates need. look: another than the address says; more: what a drawer adds."""
    today = today_of(request)
    look = look or Look.of(request.GET, today=today)
    day = read(
        request.site,
        look.day,
        by=request.actor,
        at=request.now,
        only=look.only,
        initials=look.initials,
        fresh=request.GET.get("fresh", ""),
    )
    return {
        "day": day,
        "look": look,
        "links": look.links(today=today),
        "here": look.url(),
        "may_book": request.actor.may("book"),
        "slot_url": reverse("desk:book"),
        **more,
    }
