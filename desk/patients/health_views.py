"""The clinical profile: the skin, and what is known of allergies, medicines and earlier procedures, row by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from clinic import askings, submissions
from clinic.policy import may
from clinic.refusals import Refused, Stale
from desk.patients import comparing
from desk.patients.banner import of_page
from desk.patients.health_forms import FORMS, RowForm, SkinForm, StrikeForm
from intake import answers
from patients import health, history
from patients.models import Allergy, HealthFact, Medicine, Patient, Procedure
from visits import reception

SKIN = "skin"
HEADINGS = {
    Allergy: gettext_lazy("Allergies"),
    Medicine: gettext_lazy("Medicines"),
    Procedure: gettext_lazy("Earlier procedures"),
}
ADD_WORDS = {
    Allergy: gettext_lazy("Note an allergy"),
    Medicine: gettext_lazy("Note a medicine"),
    Procedure: gettext_lazy("Note a procedure"),
}
NOTHING = {
    Allergy: gettext_lazy("Nothing is noted. Ask, and note what there is or that there are none."),
    Medicine: gettext_lazy("No medicine is noted."),
    Procedure: gettext_lazy("No earlier procedure is noted."),
}


@dataclass(frozen=True)
class Row:
    """One allergy, medicine or procedure with the forms that change and strike it. is_open: they stand unfolded."""

    fact: HealthFact
    words: str
    url: str
    form: RowForm
    strike_form: RowForm
    is_open: bool


@dataclass(frozen=True)
class Part:
    """All rows of a kind, those that hold first, and the form for another."""

    kind: str
    heading: str
    add_words: str
    nothing: str
    rows: tuple[Row, ...]
    struck: tuple[HealthFact, ...]
    form: RowForm
    add_url: str


@may("see_clinical")
@require_http_methods(["GET", "POST"])
def patient_health(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Read the clinical profile, and write down the skin or that there are no allergies."""
    person = get_object_or_404(Patient, uuid=uuid)
    if request.method == "GET":
        return _page(request, person)
    form = SkinForm(request.POST, name=SKIN)
    answer = request.POST.get("no_known_allergies")
    if not form.is_valid():
        return _page(request, person, form, status=422)
    written = form.written if answer is None else {"no_known_allergies": answer == "yes"}
    version = form.cleaned_data["version"] or 0
    try:
        reception.change_patient(person, version=version, **written, by=request.actor, at=request.now)
    except Stale as stale:
        return _stale_skin(request, person, form, stale)
    except Refused as refused:
        form.refuse(refused)
        return _page(request, person, form, status=422)
    messages.success(request, _("Saved."))
    return redirect(_address(person))


@may("see_clinical")
@require_POST
def fact_note(request: HttpRequest, uuid: UUID, kind: str) -> HttpResponse:
    """Note another allergy, medicine or procedure; the same form twice notes it once."""
    person, model = get_object_or_404(Patient, uuid=uuid), health.KINDS[kind]
    form = FORMS[model](request.POST, name=kind)
    try:
        if answer := submissions.answered_before(request):
            return redirect(answer)
        if form.is_valid():
            address = f"{_address(person)}#{kind}"
            with submissions.once(request, leads_to=address) as posted:
                noted = askings.act(health.note, model, person, **form.written, by=request.actor, at=request.now)
            messages.success(request, _("%(name)s is noted.") % {"name": noted})
            return redirect(posted.url)
    except (submissions.Mismatch, Stale) as changed:
        form.add_error(None, str(changed))
        return _page(request, person, form, status=409)
    except Refused as refused:
        form.refuse(refused)
    return _page(request, person, form, status=422)


@may("see_clinical")
@require_http_methods(["GET", "POST"])
def fact(request: HttpRequest, uuid: UUID, kind: str) -> HttpResponse:
    """Change, end or strike one row; opened by its address, it stands unfolded among the others."""
    model = health.KINDS[kind]
    row = get_object_or_404(model.objects.filter(patient__closed_at=None).select_related("patient"), uuid=uuid)
    if request.method == "GET":
        return redirect(f"{_address(row.patient)}#{kind}-{row.pk}")
    is_strike = request.POST.get("do") == "strike"
    form_class = StrikeForm if is_strike else FORMS[model]
    form = form_class(request.POST, name=_name(row, "strike" if is_strike else ""))
    if not form.is_valid():
        return _page(request, row.patient, form, status=422)
    version = form.cleaned_data["version"] or 0
    try:
        _act(request, row, form, version)
    except Stale as stale:
        return _stale_row(request, row, form, stale)
    except Refused as refused:
        form.refuse(refused)
        return _page(request, row.patient, form, status=422)
    return redirect(f"{_address(row.patient)}#{kind}")


def _act(request: HttpRequest, row: HealthFact, form: RowForm, version: int) -> None:
    """Do what one of the two forms of a row asks."""
    common = {"version": version, "by": request.actor, "at": request.now}
    if isinstance(form, StrikeForm):
        health.strike(row, because=form.cleaned_data["struck_because"], **common)
        messages.success(request, _("%(name)s is struck.") % {"name": row})
    else:
        changed = health.change(row, **form.written, **common)
        messages.success(request, _("%(name)s is saved.") % {"name": changed})


def _stale_skin(request: HttpRequest, person: Patient, form: RowForm, stale: Stale) -> HttpResponse:
    since = history.since(person, form.cleaned_data["version"] or 0)
    person.refresh_from_db()
    lines = [comparing.line(Patient, name, now, since, typed=typed) for name, (now, typed) in stale.changed.items()]
    for name in since.keys() & form.fields.keys() - stale.changed.keys():
        comparing.retype(form, name, getattr(person, name))
    comparing.retype(form, "version", person.version)
    return _page(request, person, form, status=409, differing=lines)


def _stale_row(request: HttpRequest, row: HealthFact, form: RowForm, stale: Stale) -> HttpResponse:
    """Show what stands now beside what was typed; a second press decides."""
    row.refresh_from_db()
    comparing.retype(form, "version", row.version)
    lines = [comparing.line(type(row), name, now, {}, typed=typed) for name, (now, typed) in stale.changed.items()]
    return _page(request, row.patient, form, status=409, differing=lines, stale_row=row)


def _page(
    request: HttpRequest, person: Patient, bound: RowForm | None = None, *, status: int = 200, **more: Any
) -> HttpResponse:
    """Show the whole profile; bound: the one form that was sent, and stands as it was typed."""
    initial = {name: getattr(person, name) for name in SkinForm.base_fields}
    skin = bound if isinstance(bound, SkinForm) else SkinForm(initial=initial, name=SKIN)
    if skin is not bound and person.fitzpatrick is None and (answer := answers.skin_type(person)):
        skin.propose(answer)
    context = {
        "person": person,
        "banner": of_page(request, person),
        "skin": skin,
        "parts": [_part(model, person, bound) for model in FORMS],
        "form": bound,
        "is_stale": status == 409 and "differing" in more,
        **more,
    }
    return TemplateResponse(request, "desk/patients/health.html", context, status=status)


def _part(model: type[HealthFact], person: Patient, bound: RowForm | None) -> Part:
    kind = history.kind_of(model)
    found = list(model.objects.filter(patient=person))
    rows = [_row(one, bound) for one in found if one.struck_at is None]
    return Part(
        kind=kind,
        heading=str(HEADINGS[model]),
        add_words=str(ADD_WORDS[model]),
        nothing=str(NOTHING[model]),
        rows=tuple(rows),
        struck=tuple(one for one in found if one.struck_at is not None),
        form=bound if bound is not None and bound.name == kind else FORMS[model](name=kind),
        add_url=reverse(f"desk:{kind}_note", args=[person.uuid]),
    )


def _row(one: HealthFact, bound: RowForm | None) -> Row:
    initial = {field: getattr(one, field) for field in one.FIELDS} | {"version": one.version}
    form = FORMS[type(one)](initial=initial, name=_name(one))
    strike = StrikeForm(initial={"version": one.version}, name=_name(one, "strike"))
    sent = bound if bound is not None and bound.name in (form.name, strike.name) else None
    if isinstance(sent, StrikeForm):
        strike = sent
    elif sent is not None:
        form = sent
    url = reverse(f"desk:{history.kind_of(one)}", args=[one.uuid])
    return Row(one, _words(one), url, form, strike, is_open=sent is not None)


def _name(one: HealthFact, part: str = "") -> str:
    return "-".join(filter(None, (history.kind_of(one), str(one.pk), part)))


def _words(one: HealthFact) -> str:
    """Return what a row says beside its name."""
    if isinstance(one, Allergy):
        parts = [one.reaction, _("since %(when)s") % {"when": one.since} if one.since else ""]
    elif isinstance(one, Medicine):
        parts = [one.dose, _taken(one)]
    elif isinstance(one, Procedure):
        parts = [date_format(one.done_on, "j M Y") if one.done_on else "", one.place]
    return " · ".join(filter(None, parts))


def _taken(one: Medicine) -> str:
    started = date_format(one.started_on, "j M Y") if one.started_on else ""
    stopped = date_format(one.stopped_on, "j M Y") if one.stopped_on else ""
    if started and stopped:
        return _("%(started)s to %(stopped)s") % {"started": started, "stopped": stopped}
    if stopped:
        return _("stopped %(stopped)s") % {"stopped": stopped}
    return _("since %(when)s") % {"when": started} if started else ""


def _address(person: Patient) -> str:
    return reverse("desk:patient_health", args=[person.uuid])
