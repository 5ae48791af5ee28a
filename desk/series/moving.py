"""Moving one session of a series: what follows it is proposed anew, old and new beside each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from booking.models import Appointment
from booking.rules import may as may_step
from clinic.models import User
from clinic.policy import may
from clinic.refusals import Refusal, Refused, Stale
from clinic.wall_time import local
from desk import numbers
from desk.booking import agreeing
from desk.booking.go import go
from desk.booking.offers import Offer, Wish, aloud, choose, offer, offer_value, offers, read_value
from desk.booking.panel import find_visit
from desk.series import reading
from desk.series.forms import OWN, ShiftForm, just_written, times_in, written_in
from desk.series.rows import Option, conflicts_of, marked, not_had, options, window_words
from treatments import courses
from visits import series
from visits.series import Chosen, Move, Replan, Shift, Time, Written


@dataclass(frozen=True)
class Line:
    """One row of the difference. new: where it would go, empty while there is no time; says: in words what happens.

    against: what stops its new time, in words; may_write and own: as in `rows.Row`.
    """

    number: int
    version: int
    old: str
    new: str
    value: str
    window: str
    options: tuple[Option, ...]
    is_moved: bool
    says: str
    against: tuple[str, ...] = ()
    may_write: bool = False
    own: str = ""


@may("book")
@require_http_methods(["GET", "POST"])
def series_move(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Choose a time for one session, see what that means for those after it, and save all of it or that one."""
    visit = find_visit(request, uuid)
    course = courses.course_of(visit)
    if course is None or not may_step("move", visit.state):
        return _elsewhere(request, visit, is_of_a_course=course is not None)
    said = (request.POST if request.method == "POST" else request.GET).copy()
    if request.method == "GET":
        said["version"] = str(visit.version)
        said.setdefault("practitioner", str(visit.practitioner_id))
        if visit.tell_patient:
            said.setdefault("tell_patient", "on")
    form = ShiftForm(said)
    form.is_valid()
    saves = request.method == "POST" and said.get("do") in ("all", "one")
    if not saves:
        _take_own(said, form, visit)
    plan = _plan(request, visit, said, form)
    if saves and plan is not None and not plan.refusal:
        return _save(request, visit, said, form, plan)
    refusal = plan.refusal if plan else None
    status = 409 if saves and refusal else 422 if form.errors else 200
    return _show(request, visit, said, form, plan, status=status, refusal=refusal)


def _elsewhere(request: HttpRequest, visit: Appointment, *, is_of_a_course: bool) -> HttpResponse:
    """Lead to the visit when it can no longer be moved; one of no course moves alone."""
    if not may_step("move", visit.state):
        messages.warning(request, _("This visit can no longer be moved. Nothing was changed."))
        return go(request, reverse("desk:appointment", args=[visit.uuid]))
    if is_of_a_course:
        raise Http404
    return go(request, reverse("desk:appointment_move", args=[visit.uuid]))


def _take_own(said: QueryDict, form: ShiftForm, visit: Appointment) -> None:
    """Let a time that was just written be the chosen one."""
    own = form.cleaned_data.get("own")
    if own and _is_just_written(said):
        person = form.cleaned_data.get("practitioner") or visit.practitioner
        said["time"] = offer_value(own, person.pk)


def _is_just_written(said: QueryDict) -> bool:
    return said.get("own", "").strip() not in ("", said.get("own_before", ""))


def _plan(request: HttpRequest, visit: Appointment, said: QueryDict, form: ShiftForm) -> Replan | None:
    """Return what the chosen time means, or None while none is chosen."""
    found = read_value(said.get("time", ""))
    person = User.objects.practitioners().filter(pk=found[1]).first() if found else None
    if person is None:
        return None
    return series.replan(visit, starts_at=found[0], practitioner=person, at=request.now, chosen=_picked(said, form))


def _picked(said: QueryDict, form: ShiftForm) -> Chosen:
    """Return the times of the later ones, as long as they were picked or written beside the same first time.

    The form says what is no time.
    """
    if said.get("time") != said.get("beside"):
        return {}
    picked = {number: time for number, time in times_in(said).items() if time}
    try:
        return picked | written_in(said)
    except ValidationError as wrong:
        form.add_error(None, wrong)
        return picked


def _save(request: HttpRequest, visit: Appointment, said: QueryDict, form: ShiftForm, plan: Replan) -> HttpResponse:
    if _is_just_written(said) or just_written(said):
        form.add_error(None, _("Look at the time that you wrote, then move."))
    form.require_reason()
    if form.errors:
        return _show(request, visit, said, form, plan, status=422)
    moves = _moves(plan, said)[: 1 if said["do"] == "one" else None]
    given = form.cleaned_data
    known = {"reason": given["reason"], "tell_patient": given["tell_patient"], **agreeing.said(given)}
    try:
        moved = series.move(moves, **known, by=request.actor, at=request.now)
    except Stale as stale:
        fresh = find_visit(request, visit.uuid)
        said["version"] = str(fresh.version)
        refusal = Refusal("visit.stale", _("The series changed meanwhile"), str(stale))
        return _show(request, fresh, said, form, _plan(request, fresh, said, form), status=409, refusal=refusal)
    except Refused as refused:
        return _show(request, visit, said, form, plan, status=409, refusal=refused.refusal, refused=refused)
    words = ngettext("%(count)s visit of %(who)s is moved.", "%(count)s visits of %(who)s are moved.", len(moved))
    messages.success(request, words % {"count": len(moved), "who": visit.patient})
    return go(request, f"{reverse('desk:series')}?patient={visit.patient.uuid}&booked=1")


def _moves(plan: Replan, said: QueryDict) -> list[Move]:
    """Return the moves as the page showed them: the versions that it was read at, and the times in its rows.

    One that the page did not show has version 0, so that it is never moved unseen.
    """
    chosen = {number: time for number, time in times_in(said).items() if time} | written_in(said)
    picked = {n: (one.starts_at, one.practitioner_id) if isinstance(one, Written) else one for n, one in chosen.items()}
    people = User.objects.practitioners().in_bulk([person for _starts_at, person in picked.values()])
    moves = [_move_of(plan.first, Time(plan.first.to.starts_at, plan.first.to.practitioner), said)]
    for one in plan.rest:
        starts_at, person = picked.get(one.number, (None, None))
        if person in people:
            moves.append(_move_of(one, Time(starts_at, people[person]), said))
        elif one in plan.moving:
            moves.append(_move_of(one, Time(one.to.starts_at, one.to.practitioner), said))
    return moves


def _move_of(one: Shift, to: Time, said: QueryDict) -> Move:
    return Move(one.visit, to, numbers.read(said.get(f"version-{one.number}", "")) or 0)


def _show(
    request: HttpRequest,
    visit: Appointment,
    said: QueryDict,
    form: ShiftForm,
    plan: Replan | None,
    *,
    status: int = 200,
    refusal: Refusal | None = None,
    refused: Refused | None = None,
) -> HttpResponse:
    """Answer with the times of the session, and the difference once one is chosen."""
    zone = request.site.zone
    lines = _lines(plan, zone, said) if plan and not plan.refusal else []
    if lines:
        said["own"] = not_had(said.get("own", ""), plan.first.to, zone)
    context = {
        "visit": visit,
        "person": visit.patient,
        "form": form,
        "said": said,
        "offers": _offers(request, visit, form, plan),
        "old_words": aloud(visit.starts_at, visit.ends_at, visit.practitioner, zone),
        "place": courses.place(visit),
        "plan": plan,
        "lines": lines,
        "rows": lines,
        **_weighed(lines),
        **_agreeing(request, plan if lines else None),
        "refusal": refusal,
        "conflicts": conflicts_of(refused),
        "was_stopped": status == 409,
    }
    return TemplateResponse(request, "desk/series/move.html", context, status=status)


def _weighed(lines: list[Line]) -> dict[str, Any]:
    """Return how many would move, whether each has a time, and which fall out of their window if only one moves."""
    return {
        "moving": sum(1 for one in lines if one.is_moved),
        "is_complete": all(one.new for one in lines),
        "falls_out": [one for one in lines[1:] if one.is_moved],
    }


def _agreeing(request: HttpRequest, plan: Replan | None) -> dict[str, Any]:
    """Return who may pass what the rules say against the new times: of all that move, and of the first alone."""
    if plan is None:
        return {}
    whole = agreeing.judge([refusal for one in plan.moving for refusal in one.refusals], by=request.actor)
    alone = agreeing.judge(plan.first.refusals, by=request.actor)
    may_all, may_one = whole is None or whole.may, alone is None or alone.may
    shown = whole if may_all or not alone or not alone.may else alone
    return {"all_the_same": shown, "may_all": may_all, "may_one": may_one, "only_one_may": may_one and not may_all}


def _offers(request: HttpRequest, visit: Appointment, form: ShiftForm, plan: Replan | None) -> list[Offer]:
    """Return free times of this session from a day on; the chosen one is among them as long as it can be had."""
    given, zone = form.cleaned_data, request.site.zone
    today = reading.today_of(request)
    day = given.get("from_day") or local(visit.starts_at, zone).date()
    wish = Wish(
        service=visit.service,
        site=visit.site,
        start=max(day, today),
        practitioner=given.get("practitioner"),
        patient=visit.patient,
        ignore=visit,
    )
    listed = [Offer(one.free, one.starts_at, one.ends_at) for one in offers(wish, at=request.now)]
    if plan is None or plan.first.to is None:
        return listed
    picked = offer(plan.first.to, zone)
    others = [one for one in listed if one.value != picked.value]
    return choose(sorted([picked, *others], key=lambda one: one.starts_at), picked.value)


def _lines(plan: Replan, zone: ZoneInfo, said: QueryDict) -> list[Line]:
    return [_line(one, zone, said) for one in (plan.first, *plan.rest)]


def _line(one: Shift, zone: ZoneInfo, said: QueryDict) -> Line:
    visit = one.visit
    old = aloud(visit.starts_at, visit.ends_at, visit.practitioner, zone)
    by_hand = one.to if one.why == "written" else None
    new = aloud(one.to.starts_at, one.to.ends_at, one.to.practitioner, zone) if one.to else ""
    return Line(
        number=one.number,
        version=visit.version,
        old=old,
        new=old if one.is_unchanged else new,
        value=offer_value(one.to.starts_at, one.to.practitioner.pk) if one.to else "",
        window=window_words(one.window),
        options=tuple(marked(options(one.times, one.to, one.window, one.counted_from, zone), by_hand)),
        is_moved=not one.is_unchanged,
        says=_says(one),
        against=tuple(str(refusal.sentence) for refusal in one.refusals),
        may_write=one.window is not None and not one.is_unchanged and one.why != "far",
        own=not_had(said.get(f"{OWN}{one.number}", ""), one.to, zone),
    )


def _says(one: Shift) -> str:
    if one.is_unchanged:
        return _("Stays as it is.")
    if one.why == "waits":
        return _("Follows once the session before it has a time.")
    if one.to and one.window and not one.window.holds(_day(one)):
        return _("This is after its window.") if _day(one) > one.window.closes_on else _("This is before its window.")
    if one.to is None and one.why == "written":
        return _("The time that you wrote cannot be had. Choose one of these, or write another.")
    if one.to is None:
        return _("Nothing is free in this window. Choose one of the nearest times, or move only the first one.")
    return ""


def _day(one: Shift) -> date:
    return local(one.to.starts_at, one.visit.site.zone).date()
