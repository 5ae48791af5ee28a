"""Public holidays, each with its state, and one press that closes the clinic on those that are ticked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from booking.models import Appointment, Closure
from clinic import holidays as public
from clinic import hours, submissions, wall_time
from clinic.models import Site, SpecialDay
from clinic.policy import may
from clinic.refusals import Refused
from desk.board.pages import today_of
from visits import closing


@dataclass(frozen=True)
class HolidayLine:
    """One public holiday. closure: closes the whole site all day; is_open: whether its week says that it is open."""

    on: date
    name: str
    is_open: bool
    closure: Closure | None
    visits: int

    @property
    def iso(self) -> str:
        return self.on.isoformat()

    @property
    def may_close(self) -> bool:
        return self.is_open and self.closure is None


@may("manage")
@require_http_methods(["GET", "POST"])
def holidays(request: HttpRequest) -> HttpResponse:
    """Show the holidays of this year and the next, and close on those that were ticked."""
    if request.method == "GET":
        return _show(request)
    try:
        if answer := submissions.answered_before(request):
            return redirect(answer)
    except submissions.Mismatch as mismatch:
        return _show(request, problem=str(mismatch), status=409)
    ticked = set(request.POST.getlist("on"))
    wanted = [line for line in _lines(request) if line.on.isoformat() in ticked]
    if not wanted:
        return _show(request, problem=_("Tick the days on which the clinic is closed."), status=422)
    try:
        with submissions.once(request, leads_to=reverse("desk:holidays")):
            days = {line.on: line.name[:120] for line in wanted if line.may_close}
            closed = closing.close_days(days, site=request.site, by=request.actor, at=request.now)
    except Refused as refused:
        return _show(request, problem=str(refused), ticked=ticked, status=409)
    _tell(request, wanted, len(closed))
    return redirect("desk:holidays")


def _tell(request: HttpRequest, wanted: list[HolidayLine], count: int) -> None:
    standing = sum(line.visits for line in wanted)
    said = ngettext("Closed on %(n)s day.", "Closed on %(n)s days.", count) % {"n": count}
    if not count:
        said = _("These days were closed already.")
    if standing:
        said += " " + ngettext(
            "%(n)s visit stands in it and waits for you.", "%(n)s visits stand in it and wait for you.", standing
        ) % {"n": standing}
    messages.success(request, said)


def _show(request: HttpRequest, *, problem: str = "", ticked: Iterable[str] = (), status: int = 200) -> HttpResponse:
    lines = _lines(request)
    context = {
        "lines": lines,
        "years": sorted({line.on.year for line in lines}),
        "problem": problem,
        "ticked": set(ticked),
        "may_close": any(line.may_close for line in lines),
        "is_placed": public.is_known(request.site.country, request.site.region),
        "place": _place(request.site),
    }
    return TemplateResponse(request, "desk/hours/holidays.html", context, status=status)


def _place(site: Site) -> str:
    """Return the site's country and region as people say them."""
    region = dict(public.regions(site.country)).get(site.region, "")
    return ", ".join(name for name in (region, dict(public.countries()).get(site.country, "")) if name)


def _lines(request: HttpRequest) -> list[HolidayLine]:
    """Return the holidays to come of this year and the next, in four queries."""
    site, today = request.site, today_of(request)
    days = [one for year in (today.year, today.year + 1) for one in public.of(site, year) if one.on >= today]
    if not days:
        return []
    bounds = {one.on: wall_time.day_bounds(one.on, site.zone) for one in days}
    span = (bounds[days[0].on][0], bounds[days[-1].on][1])
    rows = hours.of(None, site=site)
    special = _special(site, days[0].on)
    closures = list(
        Closure.objects.standing().between(*span).filter(site=site, practitioner=None, room=None, device=None)
    )
    visits = _visits(site, *span)
    return [
        HolidayLine(
            on=one.on,
            name=one.name,
            is_open=special.get(one.on, bool(hours.pattern_on(rows, one.on)[one.on.weekday()])),
            closure=_covering(closures, *bounds[one.on]),
            visits=visits[one.on],
        )
        for one in days
    ]


def _special(site: Site, first: date) -> dict[date, bool]:
    """Return the single days of the site from a day on, and whether it is open on each."""
    rows = SpecialDay.objects.filter(site=site, practitioner=None, on__gte=first)
    return {on: starts_at is not None for on, starts_at in rows.values_list("on", "starts_at")}


def _visits(site: Site, starts_at: datetime, ends_at: datetime) -> Counter[date]:
    standing = Appointment.objects.standing().filter(site=site, starts_at__gte=starts_at, starts_at__lt=ends_at)
    starts = standing.order_by().values_list("starts_at", flat=True)
    return Counter(wall_time.local(start, site.zone).date() for start in starts)


def _covering(closures: list[Closure], starts_at: datetime, ends_at: datetime) -> Closure | None:
    covering = (one for one in closures if one.starts_at <= starts_at and ends_at <= one.ends_at)
    return next(covering, None)
