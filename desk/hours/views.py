"""When the house is open and when its people work: read at a glance by all, changed by managers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking.models import Appointment
from clinic import hours, registrations
from clinic.models import SpecialDay, User
from clinic.policy import may
from clinic.refusals import Refused
from clinic.wall_time import day_bounds
from desk import numbers
from desk.board.pages import today_of
from desk.hours import glance, words
from desk.hours import outside as strays
from desk.hours.forms import DayForm, RegistrationForm, WeekForm, as_clock, monday_on_weekdays, with_another_span
from desk.hours.glance import SITE, address

SHOWN_OUTSIDE = 100


@may("see_board")
@require_safe
def hours_at_a_glance(request: HttpRequest) -> HttpResponse:
    """Show everybody's week, the changes planned, and the single days to come."""
    today = today_of(request)
    lines = glance.weeks(request.site, today=today)
    context = {
        "lines": lines,
        "days": glance.day_lines(hours.special_days(request.site, from_day=today)),
        "weekdays": glance.weekday_names(),
        "may_manage": request.actor.may("manage"),
    }
    return TemplateResponse(request, "desk/hours/glance.html", context)


@may("manage")
@require_http_methods(["GET", "POST"])
def week(request: HttpRequest, who: str) -> HttpResponse:
    """Change somebody's week, or the opening hours, from a day on."""
    whose = _whose(who)
    if request.method == "GET":
        return _week(request, whose, _week_that_stands(request, whose))
    if another := _typed_so_far(request):
        return _week(request, whose, WeekForm(typed=another))
    form = WeekForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            change = hours.set_week(
                whose,
                site=request.site,
                from_day=given["from_day"],
                pattern=given["pattern"],
                by=request.actor,
                at=request.now,
            )
        except Refused as refused:
            form.add_error("from_day" if refused.refusal.values.get("field") == "day" else None, str(refused))
        else:
            return _changed(request, whose, change)
    return _week(request, whose, form, status=422)


def _week_that_stands(request: HttpRequest, whose: User | None) -> WeekForm:
    """Return the form with the week of the asked day, else of now, to hold from the next Monday."""
    today = today_of(request)
    asked = _day_of(request, "from")
    rows = hours.of(whose, site=request.site)
    from_day = max(asked, today) if asked else today + timedelta(days=7 - today.weekday())
    return WeekForm.showing(hours.pattern_on(rows, from_day), from_day)


def _changed(request: HttpRequest, whose: User | None, change: hours.WeekChange) -> HttpResponse:
    """Say what was changed, with an Undo where it brings back all that stood before."""
    name = str(whose or request.site)
    if not change.is_new:
        messages.info(request, _("%(name)s has these hours already. Nothing was changed.") % {"name": name})
        return redirect("desk:hours")
    undo = "" if change.replaced else f"undo:{address('hours_undo', whose, **{'from': change.from_day})}"
    said = {"name": name, "day": _in_words(change.from_day)}
    messages.success(request, _("%(name)s has new hours from %(day)s.") % said, extra_tags=undo)
    return _on(request, whose)


def _week(
    request: HttpRequest,
    whose: User | None,
    form: WeekForm,
    status: int = 200,
    *,
    registration: RegistrationForm | None = None,
) -> HttpResponse:
    today = today_of(request)
    rows = hours.of(whose, site=request.site)
    opening = hours.of(None, site=request.site) if whose else []
    context = {
        "whose": whose,
        "form": form,
        "line": glance.week_line(whose, rows, site=request.site, today=today),
        "open_words": words.of_week(hours.pattern_on(opening, today)),
    }
    if whose:
        stands = RegistrationForm(initial={"until": whose.registered_until})
        after = _booked_after(request, whose) if whose.registered_until else 0
        context |= {"registration": registration or stands, "after": after}
    return TemplateResponse(request, "desk/hours/week.html", context, status=status)


def _booked_after(request: HttpRequest, whose: User) -> int:
    """Return how many visits somebody has after the last day on which they may treat."""
    ends, _next = day_bounds(whose.registered_until + timedelta(days=1), request.site.zone)
    later = Appointment.objects.standing().filter(practitioner=whose, site=request.site, starts_at__gte=ends)
    return later.filter(starts_at__gte=request.now).count()


@may("manage")
@require_http_methods(["GET", "POST"])
def day(request: HttpRequest, who: str) -> HttpResponse:
    """Give one day other hours than its week says, or none."""
    whose = _whose(who)
    if request.method == "GET":
        return _day(request, whose, _day_that_stands(request, whose, _day_of(request, "on")))
    if another := _typed_so_far(request):
        return _day(request, whose, DayForm(typed=another))
    form = DayForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        said = {name: given[name] for name in ("on", "spans", "words")}
        before = _undo_of_day(request, whose, given["on"])
        try:
            hours.set_day(whose, site=request.site, **said, by=request.actor, at=request.now)
        except Refused as refused:
            form.add_error("on" if refused.refusal.values.get("field") == "day" else None, str(refused))
        else:
            told = {"name": str(whose or request.site), "day": _in_words(given["on"])}
            words_said = _("%(name)s has other hours on %(day)s.") if given["spans"] else _no_hours_words(whose)
            messages.success(request, words_said % told, extra_tags=f"undo:{before}")
            return _on(request, whose)
    return _day(request, whose, form, status=422)


def _no_hours_words(whose: User | None) -> str:
    return _("%(name)s does not work on %(day)s.") if whose else _("%(name)s is closed on %(day)s.")


def _special(request: HttpRequest, whose: User | None, on: date) -> list[SpecialDay]:
    return list(SpecialDay.objects.filter(site=request.site, practitioner=whose, on=on).order_by("starts_at"))


def _day_that_stands(request: HttpRequest, whose: User | None, on: date | None) -> DayForm:
    """Return the form with what stands for a day, else with the hours of its week."""
    if on is None:
        return DayForm.showing(None, ())
    if rows := _special(request, whose, on):
        spans = tuple((row.starts_at, row.ends_at) for row in rows if row.starts_at)
        return DayForm.showing(on, spans, is_off=not spans, words=rows[0].words)
    return DayForm.showing(on, hours.pattern_on(hours.of(whose, site=request.site), on)[on.weekday()])


def _undo_of_day(request: HttpRequest, whose: User | None, on: date) -> str:
    """Return the address that brings a day back to how it stands now."""
    rows = _special(request, whose, on)
    spans = [f"{row.starts_at:%H:%M}-{row.ends_at:%H:%M}" for row in rows if row.starts_at]
    off = {"off": 1} if rows and not spans else {}
    why = {"why": rows[0].words} if rows and rows[0].words else {}
    return address("hours_undo", whose, on=on, span=spans, **off, **why)


def _day(request: HttpRequest, whose: User | None, form: DayForm, status: int = 200) -> HttpResponse:
    on = _read_day(str(form["on"].value() or ""))
    stands = bool(on and _special(request, whose, on))
    context = {
        "whose": whose,
        "form": form,
        "undo": address("hours_undo", whose, on=on) if stands else "",
        "name": str(whose or request.site),
    }
    return TemplateResponse(request, "desk/hours/day.html", context, status=status)


@may("manage")
@require_POST
def registration(request: HttpRequest, who: str) -> HttpResponse:
    """Say until when somebody's registration is in date; nothing of theirs is booked after that day."""
    whose = _whose(who)
    if whose is None:
        raise Http404
    form = RegistrationForm(request.POST)
    if not form.is_valid():
        return _week(request, whose, _week_that_stands(request, whose), registration=form, status=422)
    until = form.cleaned_data["until"]
    registrations.set_until(whose, until=until, by=request.actor, at=request.now)
    if until is None:
        messages.success(request, _("The registration of %(name)s has no known end.") % {"name": whose.name})
        return redirect(address("hours_week", whose))
    said = {"name": whose.name, "day": date_format(until, "j F Y")}
    messages.success(request, _("The registration of %(name)s is in date until %(day)s.") % said)
    return redirect(address("hours_week", whose))


@may("manage")
@require_POST
def undo(request: HttpRequest, who: str) -> HttpResponse:
    """Take back a planned week (?from=), or bring a day back to its week or to what it was (?on=)."""
    whose = _whose(who)
    from_day, on = _day_of(request, "from"), _day_of(request, "on")
    said: dict[str, Any] = {"site": request.site, "by": request.actor, "at": request.now}
    try:
        if from_day:
            hours.take_back(whose, from_day=from_day, **said)
        elif on and (request.GET.getlist("span") or "off" in request.GET):
            hours.set_day(whose, on=on, spans=_asked_spans(request), words=request.GET.get("why", "")[:120], **said)
        elif on:
            again = _undo_of_day(request, whose, on)
            hours.clear_day(whose, on=on, **said)
            messages.success(request, _("%(day)s has its usual hours again.") % {"day": _in_words(on)}, f"undo:{again}")
            return redirect("desk:hours")
        else:
            raise Http404
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Taken back."))
    return redirect("desk:hours")


def _asked_spans(request: HttpRequest) -> list[hours.Span]:
    """Return the spans that an address names. Raises Http404 for one that cannot be read."""
    spans = []
    for text in request.GET.getlist("span"):
        start, end = (as_clock(part) for part in (*text.split("-"), "")[:2])
        if start is None or end is None:
            raise Http404
        spans.append((start, end))
    return spans


@may("book")
@require_safe
def outside(request: HttpRequest, who: str) -> HttpResponse:
    """List the visits to come that lie outside the hours; they stay until somebody moves them."""
    whose = _whose(who)
    found = strays.visits(request.site, whose, at=request.now)
    context = {
        "whose": whose,
        "name": str(whose or request.site),
        "visits": found[:SHOWN_OUTSIDE],
        "count": len(found),
        "more": max(len(found) - SHOWN_OUTSIDE, 0),
    }
    return TemplateResponse(request, "desk/hours/outside.html", context)


def _on(request: HttpRequest, whose: User | None) -> HttpResponse:
    """Lead on: to the visits outside the hours when there are any, else to everybody's week."""
    if strays.visits(request.site, whose, at=request.now):
        return redirect(address("hours_outside", whose))
    return redirect("desk:hours")


def _whose(who: str) -> User | None:
    """Return the practitioner that an address names, or None for the site."""
    if who == SITE:
        return None
    if numbers.read(who) is None:
        raise Http404
    return get_object_or_404(User.objects.practitioners(), pk=who)


def _typed_so_far(request: HttpRequest) -> dict[str, str] | None:
    """Return what was typed, changed as a button other than Save asked; None when Save was pressed."""
    said = {name: request.POST[name] for name in request.POST}
    if "copy" in said:
        return monday_on_weekdays(said)
    key = said.get("more", "")
    if key in {*WeekForm.labels, *DayForm.labels}:
        return with_another_span(said, key)
    return None


def _day_of(request: HttpRequest, name: str) -> date | None:
    return _read_day(request.GET.get(name, ""))


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _in_words(day: date) -> str:
    return date_format(day, pgettext("date format: Monday 1 June", "l j F"))
