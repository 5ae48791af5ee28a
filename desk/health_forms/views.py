"""The desk's side of the health form: send it, hand it over on paper, take it back, and see how far it is."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clinic import submissions
from clinic.policy import may
from clinic.refusals import Refused
from desk.health_forms import qr
from intake import health_forms
from intake.models import HealthForm
from outbox.models import Notice
from outbox.notices import Reach
from patients.models import Patient
from visits import health_forms as steps


@may("see_patients")
@require_safe
def health_form(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show where a patient's health form stands, and what can be done with it."""
    return _page(request, get_object_or_404(Patient, uuid=uuid))


@may("edit_patients")
@require_POST
def health_form_send(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Send the form, or the one that is open once more."""
    person = get_object_or_404(Patient, uuid=uuid)
    try:
        if answer := submissions.answered_before(request):
            return redirect(answer)
        with submissions.once(request, leads_to=_back(request, person)) as posted:
            steps.send(person, site=request.site, by=request.actor, at=request.now)
    except submissions.Mismatch as mismatch:
        messages.warning(request, str(mismatch))
        return redirect("desk:health_form", person.uuid)
    except Refused as refused:
        return _page(request, person, refusal=refused.refusal, status=409)
    messages.success(request, _sent_words(person))
    return redirect(posted.url)


def _sent_words(person: Patient) -> str:
    if Reach.of(person).channel(Notice.Purpose.FORM) == Notice.Channel.MAIL:
        return _("The health form goes to %(name)s in three minutes.") % {"name": person.first_name}
    return _("No e-mail goes to %(name)s. Print the sheet with the address of the form.") % {"name": person.first_name}


@may("edit_patients")
@require_POST
def health_form_take_back(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Let the link open nothing any more; what the patient saved stays."""
    person, form = _open_form(request, uuid)
    if form is None:
        return _page(request, person, status=409)
    steps.take_back(form, by=request.actor, at=request.now)
    messages.success(request, _("The link opens nothing any more."))
    return redirect(_back(request, person))


@may("edit_patients")
@require_POST
def health_form_sheet(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show the address on a sheet to be printed; asked for by a press, for it changes what the pages show."""
    person, form = _open_form(request, uuid)
    if form is None:
        return _page(request, person, status=409)
    address = steps.print_out(form, by=request.actor, at=request.now)
    context = {"person": person, "address": address, "code": qr.path_of(address), "site": form.site}
    return TemplateResponse(request, "desk/health_forms/sheet.html", context)


def _open_form(request: HttpRequest, uuid: UUID) -> tuple[Patient, HealthForm | None]:
    person = get_object_or_404(Patient, uuid=uuid)
    form = health_forms.of(person)
    return person, form if form is not None and form.is_open(request.now) else None


def _page(request: HttpRequest, person: Patient, *, status: int = 200, **more: object) -> HttpResponse:
    return TemplateResponse(request, "desk/health_forms/page.html", {"person": person, **more}, status=status)


def _back(request: HttpRequest, person: Patient) -> str:
    """Return where the desk was, if it is a page of this house."""
    address = request.POST.get("next", "")
    is_ours = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()})
    return address if is_ours else reverse("desk:patient", args=[person.uuid])
