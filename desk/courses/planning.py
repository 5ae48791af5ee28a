"""Planning a course at the consultation, and changing what is planned."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinic import submissions
from clinic.policy import may
from clinic.refusals import Refused, Stale
from desk.courses import reading
from desk.courses.plan_forms import Outline, PlanForm, initial_of
from desk.patients.banner import of_page
from patients.models import Patient
from treatments import course_templates
from treatments import courses as plans
from treatments.course_rules import REVIEWS
from treatments.course_states import OPEN
from treatments.models import Concern, Course
from visits import courses

SESSIONS = 4  # where nothing says otherwise


@may("treat")
@require_http_methods(["GET", "POST"])
def course_plan(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Plan a course, beginning from what is usual for the concern that the address names."""
    person = get_object_or_404(Patient, uuid=uuid)
    if request.method == "GET":
        begun = _usual(request.GET.get("concern", ""))
        return _page(request, person, Outline(PlanForm, data=None, initial=begun, is_change=False))
    typed = Outline(PlanForm, data=request.POST, initial={}, is_change=False)
    try:
        if answer := submissions.answered_before(request):
            return redirect(answer)
        if typed.is_valid():
            with submissions.once(request, leads_to=reverse("desk:course", args=[person.uuid])) as posted:
                courses.plan(person, typed.plan, by=request.actor, at=request.now)
            messages.success(request, _("The course is planned."))
            return redirect(posted.url)
    except submissions.Mismatch as mismatch:
        typed.main.add_error(None, str(mismatch))
    except Refused as refused:
        typed.refuse(refused)
    return _page(request, person, typed, status=422)


def _usual(code: str) -> dict[str, Any]:
    """Return how the form stands for a concern, by its template; for none, with the clinic's own days."""
    concern = Concern.objects.filter(code=code).first()
    begun = course_templates.plan_for(concern) if concern else None
    if begun is not None:
        return initial_of(begun)
    main = {"planned_sessions": SESSIONS, **plans.days_of(None), "review_days": ", ".join(map(str, REVIEWS))}
    return {"main": main}


@may("treat")
@require_http_methods(["GET", "POST"])
def course_edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Change what the open course is planned to be; what it was is kept as a version."""
    person = get_object_or_404(Patient, uuid=uuid)
    course = Course.objects.open().filter(patient=person).select_related("concern", "patient").first()
    if course is None:
        raise Http404
    if request.method == "GET":
        begun = initial_of(plans.plan_of(course), version=course.version)
        return _page(request, person, Outline(PlanForm, data=None, initial=begun, is_change=True), course=course)
    typed = Outline(PlanForm, data=request.POST, initial={}, is_change=True)
    if not typed.is_valid():
        return _page(request, person, typed, course=course, status=422)
    read = {"version": typed.main.cleaned_data["version"] or 0, "why": typed.main.cleaned_data["why"]}
    try:
        courses.change(course, typed.plan, **read, by=request.actor, at=request.now)
    except Stale as stale:
        course.refresh_from_db()
        typed.main.data = typed.main.data.copy()
        typed.main.data["version"] = str(course.version)
        since = [one for one in reading.versions(course) if one.number > read["version"]]
        return _page(request, person, typed, course=course, stale=str(stale), since=since, status=409)
    except Refused as refused:
        typed.refuse(refused)
        return _page(request, person, typed, course=course, status=422)
    messages.success(request, _("The plan is kept as a new version."))
    return redirect("desk:course", person.uuid)


def _page(request: HttpRequest, person: Patient, typed: Outline, status: int = 200, **more: Any) -> HttpResponse:
    is_open = Course.objects.filter(patient=person, state__in=OPEN).exists()
    context = {
        "person": person,
        "banner": of_page(request, person),
        "typed": typed,
        "form": typed.main,
        "issues": typed.issues() if typed.main.is_bound else [],
        "is_open": is_open,
        "concerns": Concern.objects.all(),
        **more,
    }
    return TemplateResponse(request, "desk/courses/plan.html", context, status=status)
