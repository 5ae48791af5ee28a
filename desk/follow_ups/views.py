"""Who should come again and has no visit yet: the desk's list, its calls, and how many come again."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from aftercare import follow_ups, rates
from aftercare.follow_ups import Line, Shelf, Shelves
from clinic import submissions
from clinic.models import Service
from clinic.policy import may
from clinic.refusals import Refused
from desk import numbers
from desk.follow_ups.forms import CallForm
from treatments.models import Course
from visits import follow_ups as steps

ON_A_PAGE = 30
WORDS = {
    Shelf.DUE: pgettext_lazy("the next session", "Due"),
    Shelf.OVERDUE: pgettext_lazy("the next session", "Overdue"),
    Shelf.LAPSED: pgettext_lazy("a course", "Lapsed"),
    Shelf.MAINTENANCE: gettext_lazy("Maintenance"),
}
EMPTY = {
    Shelf.DUE: gettext_lazy("Everybody whose window is open has a visit."),
    Shelf.OVERDUE: gettext_lazy("Nobody let the window pass without a visit."),
    Shelf.LAPSED: gettext_lazy("No course has lapsed in the last year."),
    Shelf.MAINTENANCE: gettext_lazy("Nobody is due for maintenance."),
}


@may("book")
@require_safe
def follow_ups_list(request: HttpRequest) -> HttpResponse:
    """Show one shelf: whom to call, and where to book them."""
    return _page(request)


@may("book")
@require_http_methods(["GET", "POST"])
def call(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Write down what came of a call to a patient about their latest course."""
    course = Course.objects.filter(patient__uuid=uuid, patient__closed_at=None).select_related("patient").first()
    if course is None:
        raise Http404
    form = CallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            if answer := submissions.answered_before(request):
                return redirect(answer)
            with submissions.once(request, leads_to=_back(request)) as posted:
                steps.log_call(course, **form.cleaned_data, by=request.actor, at=request.now)
        except Refused as refused:
            field = refused.refusal.values.get("field")
            form.add_error(field if field in form.fields else None, refused.refusal.sentence)
        else:
            messages.success(request, _("The call to %(name)s is noted.") % {"name": course.patient.name})
            return redirect(posted.url)
    context = {"form": form, "course": course, "person": course.patient, "back": _back(request)}
    return TemplateResponse(request, "desk/follow_ups/call.html", context, status=422 if form.errors else 200)


@may("manage")
@require_safe
def rates_page(request: HttpRequest) -> HttpResponse:
    """Show how many came again, and how many of them in their window."""
    seen = rates.of_site(request.site, at=request.now)
    context = {
        "tables": [
            (_("By practitioner"), rates.by(lambda one: one.practitioner, seen)),
            (_("By version of the aftercare protocol"), rates.by(lambda one: one.protocol, seen)),
        ],
        "all": rates.by(lambda one: "", seen),
        "days": rates.PERIOD_DAYS,
    }
    return TemplateResponse(request, "desk/follow_ups/rates.html", context)


def _page(request: HttpRequest) -> HttpResponse:
    asked, is_later = request.GET.get("show", ""), "later" in request.GET
    shelf = Shelf(asked) if asked in list(Shelf) else Shelf.DUE
    shelves, services = Shelves(request.site, request.now), _services()
    found = shelves.later(shelf) if is_later else shelves.on(shelf)
    page = Paginator(found, ON_A_PAGE).get_page(numbers.read(request.GET.get("page", "")) or 1)
    counts, lines = shelves.counts(), follow_ups.lines(page.object_list, site=request.site)
    context = {
        "shelf": shelf,
        "shelves": [(one, words, counts[one], one == shelf and not is_later) for one, words in WORDS.items()],
        "later_count": shelves.later(shelf).count(),
        "is_later": is_later,
        "page": page,
        "rows": [(line, _book(line, services, shelves.today)) for line in lines],
        "empty": EMPTY[shelf],
        "today": shelves.today,
        "may_see_rates": request.actor.may("manage"),
    }
    return TemplateResponse(request, "desk/follow_ups/list.html", context)


def _services() -> dict[str, int]:
    """Return the first service of each kind that is offered."""
    offered = Service.objects.filter(is_offered=True).order_by("-position", "-pk")
    return dict(offered.values_list("kind", "pk"))


def _book(line: Line, services: dict[str, int], today: date) -> str:
    """Return where a visit of this patient is booked: from the first day of the window on, or from today."""
    if line.waits:
        return ""
    lapsed = line.course.state == Course.State.LAPSED
    from_day = max(today, line.window.opens_on) if line.window else today
    said: dict[str, Any] = {"patient": line.patient.uuid, "from_day": from_day.isoformat()}
    if service := services.get(Service.Kind.CONSULTATION if lapsed else Service.Kind.NEEDLING):
        said["service"] = service
    return f"{reverse('desk:book')}?{urlencode(said)}"


def _back(request: HttpRequest) -> str:
    shelf = request.GET.get("show", "")
    return f"{reverse('desk:follow_ups')}?show={shelf}" if shelf in list(Shelf) else reverse("desk:follow_ups")
