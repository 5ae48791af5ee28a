"""The patients' pages: find someone, enter someone new, keep the record right, understand a person quickly."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from booking.models import Appointment
from clinic import askings, submissions, wall_time
from clinic.policy import may
from clinic.refusals import Refused, Stale
from desk.back import came_from
from desk.messages import missed
from desk.packages import reading as packages
from desk.palette import recents
from desk.patients import comparing, record, timeline
from desk.patients.banner import of_page
from desk.patients.forms import FindForm, NewPatientForm, PatientForm
from desk.patients.notes_views import NoteForm
from desk.screening import reading
from patients import history, patients, restrictions
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
        comparing.retype(form, "seen", " ".join([*seen, *(alike.patient.reference for alike in alikes)]))
        return _page(request, "new", {"form": form, "alikes": alikes}, status=422)
    try:
        return redirect(_enter(request, form.cleaned_data))
    except Refused as refused:
        form.refuse(refused)
        return _page(request, "new", {"form": form, "alikes": []}, status=422)


def _enter(request: HttpRequest, fields: dict[str, Any]) -> str:
    """Register, and return where to go on."""
    back = came_from(request)

    def leads_to(entered: Patient) -> str:
        return f"{back}{'&' if '?' in back else '?'}patient={entered.uuid}" if back else _address(entered)

    with submissions.once(request, leads_to=leads_to) as posted:
        entered = askings.act(patients.register, **fields, by=request.actor, at=request.now)
    said = {"name": entered.name, "reference": entered.reference}
    messages.success(request, _("%(name)s is entered as %(reference)s.") % said)
    return posted.url


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
    """Change names, ways to reach and choices; what two people changed at once is shown side by side."""
    person = get_object_or_404(Patient, uuid=uuid)
    if request.method == "GET":
        return _edit_page(request, person, PatientForm(initial=_as_it_stands(person)))
    form = PatientForm(request.POST)
    if not form.is_valid():
        return _edit_page(request, person, form, status=422)
    before = person.email
    try:
        person = reception.change_patient(person, **form.cleaned_data, by=request.actor, at=request.now)
    except Stale as stale:
        return _stale(request, form, person, stale)
    except Refused as refused:
        form.refuse(refused)
        return _edit_page(request, person, form, status=422)
    said = _("Saved.")
    if others := comparing.meanwhile(person, since=form.cleaned_data["version"], reader=request.actor):
        said = f"{said} {others}"
    messages.success(request, said)
    if person.email != before:
        missed.offer(request, person)
    return redirect(came_from(request) or _address(person))


def _edit_page(
    request: HttpRequest, person: Patient, form: PatientForm, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"form": form, "person": person, "banner": of_page(request, person)}
    return _page(request, "edit", context | more, status=status)


def _as_it_stands(person: Patient) -> dict[str, Any]:
    """Return the fields as the form shows them; telephones as they are dialled here."""
    return {name: comparing.as_typed(getattr(person, name)) for name in PatientForm.base_fields}


def _stale(request: HttpRequest, form: PatientForm, person: Patient, stale: Stale) -> HttpResponse:
    """Show what both changed beside one another; what only the other one changed is taken over into the form."""
    typed_at = form.cleaned_data["version"]
    person.refresh_from_db()
    since = history.since(person, typed_at)
    taken_over = [name for name in since if name in form.fields and name not in stale.changed]
    for name in ("version", *taken_over):
        comparing.retype(form, name, getattr(person, name))
    differing = stale.changed.items()
    more = {
        "stale": str(stale),
        "differing": [comparing.line(Patient, name, now, since, typed=typed) for name, (now, typed) in differing],
        "taken_over": [comparing.line(Patient, name, getattr(person, name), since) for name in taken_over],
    }
    return _edit_page(request, person, form, status=409, **more)


@may("see_patients")
@require_GET
def patient_changes(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Tell every value that was changed, from what to what, by whom and when, as far as the reader may see it."""
    person = get_object_or_404(Patient, uuid=uuid)
    page = Paginator(history.readable(person, reader=request.actor), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"person": person, "banner": of_page(request, person), "page": page}
    return _page(request, "changes", context | {"told": [comparing.tell(change) for change in page.object_list]})


@may("see_patients")
@require_GET
def patient(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Understand a person in ten seconds: who, what now, how far, and the story so far."""
    person = get_object_or_404(Patient, uuid=uuid)
    reader, zone, today = request.actor, request.site.zone, _today(request)
    chosen, before = request.GET.get("show", ""), _moment(request.GET.get("before", ""))
    is_whole = "whole" in request.GET
    if is_whole:
        story = timeline.whole(person, reader=reader)
    else:
        story = timeline.story(person, reader=reader, chosen=chosen, before=before)
    context = {
        "person": person,
        "banner": of_page(request, person),
        "desk_word": restrictions.word_for_desk(person, on=today),
        "now": record.now(person, reader=reader, at=request.now, zone=zone),
        "courses": record.course_cards(person, reader=reader, at=request.now, zone=zone),
        "to_do": record.to_do(person, reader=reader, at=request.now, site=request.site),
        "reach": record.reach(person),
        "health": record.health_words(person) if reader.may("see_clinical") else [],
        "asked": reading.of_patient(person, on=today)[1],
        "coming": record.coming_messages(person),
        "packages": (held := packages.of_record(person, today=today)),
        "package_words": packages.left_words(held),
        "story": story,
        "chosen": chosen,
        "before": before,
        "is_whole": is_whole,
        "note_form": NoteForm(reader=reader) if reader.may("edit_patients") else None,
    }
    response = TemplateResponse(request, _page_or_part(request, "record", "story"), context)
    recents.note(request, response, person)
    return response


def _moment(text: str) -> datetime | None:
    """Return the moment that an address names; None for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _address(person: Patient) -> str:
    return reverse("desk:patient", args=[person.uuid])


def _today(request: HttpRequest) -> date:
    return wall_time.local(request.now, request.site.zone).date()


def _page(request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    context |= {"next": came_from(request)}
    return TemplateResponse(request, f"desk/patients/{name}.html", context, status=status)
