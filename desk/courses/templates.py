"""What courses begin from, concern by concern, and changing it for those that are planned from now on."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clinic.policy import may
from clinic.refusals import Refused, Stale
from desk.courses import reading
from desk.courses.plan_forms import Outline, TemplateForm, outline_initial
from treatments import course_templates as actions
from treatments.models import CourseTemplate


@may("edit_courses")
@require_safe
def course_templates(request: HttpRequest) -> HttpResponse:
    """List what courses begin from."""
    found = CourseTemplate.objects.select_related("concern")
    return TemplateResponse(request, "desk/courses/templates.html", {"templates": found})


@may("edit_courses")
@require_http_methods(["GET", "POST"])
def course_template(request: HttpRequest, concern: str) -> HttpResponse:
    """Change what courses for one concern begin from; courses that are planned already stay as they are."""
    template = get_object_or_404(CourseTemplate.objects.select_related("concern"), concern__code=concern)
    if request.method == "GET":
        begun = outline_initial(actions.outline_of(template), version=template.version)
        return _page(request, template, Outline(TemplateForm, data=None, initial=begun))
    typed = Outline(TemplateForm, data=request.POST, initial={})
    if not typed.is_valid():
        return _page(request, template, typed, status=422)
    read = {"version": typed.main.cleaned_data["version"] or 0, "why": typed.main.cleaned_data["why"]}
    try:
        actions.change(template, typed.template, **read, by=request.actor, at=request.now)
    except Stale as stale:
        template.refresh_from_db()
        typed.main.data = typed.main.data.copy()
        typed.main.data["version"] = str(template.version)
        since = [one for one in reading.versions(template) if one.number > read["version"]]
        return _page(request, template, typed, stale=str(stale), since=since, status=409)
    except Refused as refused:
        typed.refuse(refused)
        return _page(request, template, typed, status=422)
    messages.success(request, _("Courses that are planned from now on begin from this."))
    return redirect("desk:course_templates")


def _page(
    request: HttpRequest, template: CourseTemplate, typed: Outline, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "template": template,
        "typed": typed,
        "form": typed.main,
        "issues": typed.issues() if typed.main.is_bound else [],
        "versions": reading.versions(template),
        **more,
    }
    return TemplateResponse(request, "desk/courses/template.html", context, status=status)
