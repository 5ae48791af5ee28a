"""The day's page, which the board shows alone and booking shows beside its drawer; and what all views share."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from clinic.wall_time import local
from desk.board.look import Look
from desk.board.reading import read
from desk.board.shown import Reader

PICKED = ("picked", "asked_at", "asked_with")  # what a drawer marks on the board


def today_of(request: HttpRequest) -> date:
    return local(request.now, request.site.zone).date()


def look_of(request: HttpRequest, page: str = "desk:board") -> Look:
    """Return how the board is looked at: as the address says, else as this person last chose."""
    return Look.of(request.GET, today=today_of(request), page=page).remembering(request.user.board_look)


def reader_of(request: HttpRequest, look: Look) -> Reader:
    return Reader(request.actor, request.now, request.site.zone, look.initials, request.GET.get("fresh", ""))


def name_shown(request: HttpRequest, name: str) -> str:
    """Return a patient's name as a message over the board may say it: in initials where this person wants those."""
    return reader_of(request, look_of(request)).name_of(name)


def day_context(request: HttpRequest, look: Look | None = None, **more: Any) -> dict[str, Any]:
    """Return what the day's templates need. look: another than the address says; more: what a drawer adds."""
    look = (look or look_of(request)).remembering(request.user.board_look)
    day = read(request.site, look.day, reader=reader_of(request, look), only=look.only, insists="only" in look.said)
    return {"day": day, "tally": day.tally, **shared(request, look), "poll": _poll(look, more), **more}


def shared(request: HttpRequest, look: Look) -> dict[str, Any]:
    """Return what every view of the board needs."""
    return {
        "look": look,
        "links": look.links(today=today_of(request)),
        "here": look.url(),
        "today": today_of(request),
        "may_book": request.actor.may("book"),
        "slot_url": reverse("desk:book"),
    }


def _poll(look: Look, more: dict[str, Any]) -> str:
    """Return where the page asks for news: the board, with what the drawer beside it has marked."""
    said = {name: str(more[name]) for name in PICKED if more.get(name)}
    if more.get("asked_at"):
        said["asked_at"] = more["asked_at"].isoformat()
    if "slot_url" in more:
        said["moving"] = str(more["picked"])
    return f"{look.url(page='desk:board')}&{urlencode(said)}" if said else look.url(page="desk:board")
