"""Breaking the glass before a record, closing it again, and the manager's list of what was opened."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.policy import may
from clinic.refusals import Refused
from desk.back import came_from
from desk.privacy import behind_glass
from desk.privacy.forms import GlassForm
from patients import glass
from patients.models import Glass, Patient

ON_A_PAGE = 25


@may("see_patients")
@require_http_methods(["GET", "POST"])
def break_glass(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Open a record that is closed to this person: say why, and read it for an hour."""
    person = get_object_or_404(Patient, uuid=uuid)
    if request.closed_record != person:
        return redirect("desk:patient", person.uuid)
    form = GlassForm(request.POST) if request.method == "POST" else GlassForm()
    if form.is_bound and form.is_valid():
        try:
            glass.break_(person, reason=form.cleaned_data["reason"], by=request.actor, at=request.now)
        except Refused as refused:
            form.add_error("reason", str(refused))
        else:
            return _opened(request, person)
    typed, is_sent = behind_glass.typed_before(request), "is_sent" in request.POST
    context = {"person": person, "form": form, "next": came_from(request), "typed": typed, "is_sent": is_sent}
    return TemplateResponse(request, "desk/privacy/break_glass.html", context, status=422 if form.errors else 200)


def _opened(request: HttpRequest, person: Patient) -> HttpResponse:
    """Lead back; what was typed when the glass stood in the way waits there to be sent once more."""
    back = came_from(request)
    if not back or "is_sent" not in request.POST:
        return redirect(back or reverse("desk:patient", args=[person.uuid]))
    context = {"person": person, "next": back, "typed": behind_glass.typed_before(request)}
    return TemplateResponse(request, "desk/privacy/go_on.html", context)


@may("see_patients")
@require_POST
def glass_close(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Close a record again before its time is over; only who opened it does."""
    broken = get_object_or_404(Glass.objects.select_related("patient"), uuid=uuid, broken_by=request.user)
    glass.close(broken, by=request.actor, at=request.now)
    messages.success(request, _("The record is closed to you again."))
    return redirect("desk:patient", broken.patient.uuid)


@may("keep_records")
@require_safe
def glass_list(request: HttpRequest) -> HttpResponse:
    """Show which records were opened through broken glass: those that nobody has looked at first."""
    return _list(request)


@may("keep_records")
@require_POST
def glass_reviewed(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Note that somebody looked at why a record was opened."""
    broken = get_object_or_404(Glass.objects.select_related("patient"), uuid=uuid)
    try:
        glass.review(broken, note=request.POST.get("note", ""), by=request.actor, at=request.now)
    except Refused as refused:
        return _list(request, refusal=refused.refusal, status=422)
    messages.success(request, _("Noted."))
    return redirect("desk:glass")


def _list(request: HttpRequest, status: int = 200, **more: object) -> HttpResponse:
    found = Glass.objects.select_related("patient", "broken_by", "reviewed_by")
    page = Paginator(found.exclude(reviewed_at=None), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"waiting": found.unreviewed(), "page": page, "is_on": request.site.own_patients_only, **more}
    return TemplateResponse(request, "desk/privacy/glass.html", context, status=status)
