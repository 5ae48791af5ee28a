"""The patients' pages: find someone, enter someone new, keep the record right, understand a person quickly."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from booking.models import Appointment
from clinic import askings, audit, submissions, wall_time
from clinic.policy import may
from clinic.refusals import Refused, Stale
from desk.palette import recents
from desk.patients import record, timeline
from desk.patients.banner import banner
from desk.patients.forms import ClinicalPatientForm, ContactForm, FindForm, NewPatientForm, PatientForm
from patients import patients, restrictions
from patients.models import Patient
from visits import reception

ON_A_PAGE = 25


@may("see_patients")
@require_GET
def patients_list(request: HttpRequest) -> HttpResponse:
    """Find a patient by a few letters or digits; without any, everybody in order of name."""
    form = FindForm(request.GET)
    typed = form.cleaned_data["q"] if form.is_valid() else ""
    page = Paginator(_with_next_visit(request, typed), ON_A_PAGE).get_page(request.GET.get("page"))
    today = _today(request)
    words = restrictions.words_for_desk(page.object_list, on=today)
    rows = [{"patient": one, "age": one.age_on(today), "word": words[one.pk]} for one in page.object_list]
    context = {"rows": rows, "page": page, "typed": typed}
    return TemplateResponse(request, _page_or_part(request, "list", "found"), context)


def _page_or_part(request: HttpRequest, name: str, part: str) -> str:
    whole = f"desk/patients/{name}.html"
    return f"{whole}#{part}" if request.htmx and not request.htmx.boosted else whole


def _with_next_visit(request: HttpRequest, typed: str) -> QuerySet[Patient]:
    coming = Appointment.objects.standing().filter(patient=OuterRef("pk"), starts_at__gte=request.now)
    found = Patient.objects.matching(typed) if typed else Patient.objects.order_by("search_key", "id")
    return found.annotate(next_visit_at=Subquery(coming.order_by("starts_at").values("starts_at")[:1]))


@may("edit_patients")
@require_http_methods(["GET", "POST"])
def patient_new(request: HttpRequest) -> HttpResponse:
    """Enter someone with a name and one way to reach them; who looks alike is shown once, and is no bar."""
    if request.method == "GET":
        form = NewPatientForm(initial=_typed_so_far(request))
        return _page(request, "new", {"form": form, "alikes": []})
    form = NewPatientForm(request.POST)
    try:
        if answer := submissions.answered_before(request):
            return redirect(answer)
    except submissions.Mismatch as mismatch:
        form.add_error(None, str(mismatch))
        return _page(request, "new", {"form": form, "alikes": []}, status=409)
    if not form.is_valid():
        return _page(request, "new", {"form": form, "alikes": []}, status=422)
    seen = form.cleaned_data.pop("seen").split()
    alikes = [alike for alike in form.look_alikes() if alike.patient.reference not in seen]
    if alikes:
        _rewrite(form, seen=" ".join([*seen, *(alike.patient.reference for alike in alikes)]))
        return _page(request, "new", {"form": form, "alikes": alikes}, status=422)
    try:
        return redirect(_enter(request, form.cleaned_data))
    except Refused as refused:
        form.refuse(refused)
        return _page(request, "new", {"form": form, "alikes": []}, status=422)


def _enter(request: HttpRequest, fields: dict[str, Any]) -> str:
    """Register, and return where to go on."""
    back = _next(request)

    def leads_to(entered: Patient) -> str:
        return f"{back}{'&' if '?' in back else '?'}patient={entered.uuid}" if back else _address(entered)

    with submissions.once(request, leads_to=leads_to) as posted:
        entered = askings.act(patients.register, **fields, by=request.actor, at=request.now)
    said = {"name": entered.name, "reference": entered.reference}
    messages.success(request, _("%(name)s is entered as %(reference)s.") % said)
    return posted.url


def _rewrite(form: ContactForm, **values: str) -> None:
    """Change what a form shows next without changing what was typed."""
    form.data = form.data.copy()
    for name, value in values.items():
        form.data[name] = value


def _typed_so_far(request: HttpRequest) -> dict[str, str]:
    """Return what was typed into the search as the beginning of the new record."""
    typed = request.GET.get("q", "").strip()[:120]
    if not typed:
        return {}
    if "@" in typed:
        return {"email": typed}
    return {"phone": typed} if not any(ch.isalpha() for ch in typed) else {"name": typed}


@may("edit_patients")
@require_http_methods(["GET", "POST"])
def patient_edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Change what the reader may change; a record that moved on meanwhile is shown beside what was typed."""
    person = get_object_or_404(Patient, uuid=uuid)
    form_class = ClinicalPatientForm if request.actor.may("see_clinical") else PatientForm
    if request.method == "GET":
        form = form_class(
            initial={name: getattr(person, name) for name in form_class.base_fields} | {"phone": person.phone_words}
        )
        if request.actor.may("see_clinical"):
            audit.read(person, by=request.actor, at=request.now, patient=person)
        return _page(request, "edit", {"form": form, "person": person})
    form = form_class(request.POST)
    if not form.is_valid():
        return _page(request, "edit", {"form": form, "person": person}, status=422)
    try:
        reception.change_patient(person, **form.cleaned_data, by=request.actor, at=request.now)
    except Stale as stale:
        return _stale(request, form, person, stale)
    except Refused as refused:
        form.refuse(refused)
        return _page(request, "edit", {"form": form, "person": person}, status=422)
    messages.success(request, _("Saved."))
    return redirect(_address(person))


def _stale(request: HttpRequest, form: ContactForm, person: Patient, stale: Stale) -> HttpResponse:
    """Show what stands now beside what was typed, and let a second press decide."""
    person.refresh_from_db()
    if request.actor.may("see_clinical"):
        audit.read(person, by=request.actor, at=request.now, patient=person)
    _rewrite(form, version=str(person.version))
    differing = [
        {"label": form.fields[name].label, "now": _shown(now), "typed": _shown(typed)}
        for name, (now, typed) in stale.changed.items()
    ]
    return _page(
        request, "edit", {"form": form, "person": person, "stale": str(stale), "differing": differing}, status=409
    )


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value or "") or _("nothing")


@may("see_patients")
@require_GET
def patient(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Understand a person in ten seconds: who, what now, how far, and the story so far."""
    person = get_object_or_404(Patient, uuid=uuid)
    reader, zone, today = request.actor, request.site.zone, _today(request)
    if reader.may("see_clinical"):
        audit.read(person, by=reader, at=request.now, patient=person)
    story = timeline.story(person, reader=reader, chosen=request.GET.get("show", ""), everything="all" in request.GET)
    context = {
        "person": person,
        "banner": banner(person, reader=reader, today=today),
        "desk_word": restrictions.word_for_desk(person, on=today),
        "now": record.now(person, reader=reader, at=request.now, zone=zone),
        "courses": record.course_cards(person, reader=reader, at=request.now, zone=zone),
        "coming": record.coming_messages(person),
        "story": story,
        "chosen": request.GET.get("show", ""),
    }
    response = TemplateResponse(request, _page_or_part(request, "record", "story"), context)
    recents.note(request, response, person)
    return response


def _address(person: Patient) -> str:
    return reverse("desk:patient", args=[person.uuid])


def _today(request: HttpRequest) -> date:
    return wall_time.local(request.now, request.site.zone).date()


def _next(request: HttpRequest) -> str:
    """Return where the person came from, if it is a page of this house."""
    address = request.POST.get("next", "") or request.GET.get("next", "")
    return address if url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()}) else ""


def _page(request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    context |= {"next": _next(request)}
    return TemplateResponse(request, f"desk/patients/{name}.html", context, status=status)
