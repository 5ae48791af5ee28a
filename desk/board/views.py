"""The board: the front desk's home, and the same visits by week, by room and by month."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from booking import waitlist
from clinic.policy import may
from desk import numbers
from desk.board import months, rooms, weeks
from desk.board.look import month_url
from desk.board.pages import day_context, look_of, reader_of, shared, today_of
from desk.waitlist.fits import count_for_day

TAKEN_OFF_SHOWN = 3


@may("see_board")
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Show a day; to a page that is open already, only what changed since its stamp."""
    context = day_context(request, **_marked(request))
    return _answer(request, context, context["day"].stamp, whole="day", news="_fresh")


def _answer(request: HttpRequest, context: dict[str, Any], stamp: str, *, whole: str, news: str) -> HttpResponse:
    """Answer with the page; to one that is open already with what is new, or with nothing."""
    if "stamp" not in request.GET:
        return TemplateResponse(request, f"desk/board/{whole}.html", context)
    if request.GET["stamp"] == stamp:
        return HttpResponse(status=204)
    return TemplateResponse(request, f"desk/board/{news}.html", {**context, "oob": True})


def _marked(request: HttpRequest) -> dict[str, Any]:
    """Return what the drawer beside an open board has marked on it, so that news leave it marked."""
    asked = request.GET
    marked: dict[str, Any] = {}
    if picked := _uuid(asked.get("picked", "")):
        marked["picked"] = picked
    if moving := _uuid(asked.get("moving", "")):
        marked["slot_url"] = reverse("desk:appointment_move", args=[moving])
    try:
        marked["asked_at"] = parse_datetime(asked.get("asked_at", ""))
    except ValueError:
        marked["asked_at"] = None
    marked["asked_with"] = numbers.read(asked.get("asked_with", ""))
    return marked


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@may("book")
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """Say how many who wait would come on a day, and who was taken off the list: asked for once the board stands."""
    look = look_of(request)
    reader = reader_of(request, look)
    off = waitlist.taken_off(request.site, at=request.now)[:TAKEN_OFF_SHOWN]
    context = {
        "waiting": count_for_day(request.site, look.day, at=request.now),
        "taken_off": [(entry, reader.name_of(entry.patient.name)) for entry in off],
    }
    return TemplateResponse(request, "desk/board/_waiting.html", context)


@may("see_board")
@require_safe
def week(request: HttpRequest) -> HttpResponse:
    """Show a week: of one practitioner as a board, of everybody as lines; each as a list, too."""
    look = look_of(request, "desk:week")
    days = weeks.days_of_week(look.day)
    reader = reader_of(request, look)
    one = weeks.read_one(request.site, look.day, person=look.only, reader=reader) if look.only else None
    context = shared(request, look) | {
        "week": one,
        "first": days[0],
        "last": days[-1],
        "tally": one.tally if one else None,
        "links": look.links(today=today_of(request))
        | {"before": look.url(day=days[0] - weeks.A_WEEK), "after": look.url(day=days[0] + weeks.A_WEEK)},
    }
    if one is not None:
        return _answer(request, context, one.stamp, whole="week", news="_week_of_one")
    everybody = weeks.read_everybody(request.site, look.day, reader=reader)
    return _answer(request, context | {"everybody": everybody}, everybody.stamp, whole="week", news="_week_of_all")


@may("see_board")
@require_safe
def rooms_of_day(request: HttpRequest) -> HttpResponse:
    """Show a day by its rooms and chairs."""
    look = look_of(request, "desk:rooms")
    found = rooms.read(request.site, look.day, reader=reader_of(request, look))
    context = shared(request, look) | {"rooms": found, "tally": found.tally}
    return _answer(request, context, found.stamp, whole="rooms", news="_rooms")


@may("see_board")
@require_safe
def month(request: HttpRequest) -> HttpResponse:
    """Show a month: each day's visits and how full it is."""
    today = today_of(request)
    look = look_of(request)
    first = months.month_of(request.GET.get("month", "") or f"{look.day:%Y-%m}", today)
    found = months.read(request.site, first, today=today, at=request.now)
    links = look.links(today=today) | {
        "before": month_url(found.before),
        "after": month_url(found.after),
        "today": month_url(today),
    }
    return TemplateResponse(
        request,
        "desk/board/month.html",
        shared(request, look) | {"month": found, "links": links, "here": month_url(first)},
    )
