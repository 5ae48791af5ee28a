"""Adverse reactions: the list with what is open first, one with its story, and writing one down."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from clinic import audit, submissions
from clinic.models import Device
from clinic.policy import may
from clinic.refusals import Refused, Stale
from desk import numbers
from desk.patients.banner import of_page
from desk.reactions import telling
from desk.reactions.forms import AuthorityForm, CloseForm, FollowForm, LookForm, ReportForm, StrikeForm
from patients.models import Patient
from treatments import reaction_rules as rules
from treatments import reactions
from treatments.models import Reaction, Session
from visits import access, malfunctions
from visits import reactions as steps

ON_A_PAGE = 30
SHELVES = {
    "open": gettext_lazy("Open"),
    "look": gettext_lazy("To be looked at"),
    "report": gettext_lazy("To be reported"),
    "closed": gettext_lazy("Closed"),
    "all": gettext_lazy("All"),
    "struck": gettext_lazy("Entered in error"),
}


def visible(request: HttpRequest) -> QuerySet[Reaction]:
    """Return the reactions of open records that this reader may open; in some clinics, of their own patients only."""
    found = Reaction.objects.filter(patient__closed_at=None).select_related("patient", "session__practitioner")
    if request.actor.own_only:
        own = Patient.objects.filter(access.theirs(request.user, at=request.now))
        found = found.filter(patient__in=own)
    return found


def on_shelf(found: QuerySet[Reaction], shelf: str) -> QuerySet[Reaction]:
    """Return those of one shelf, what is open first, the gravest first."""
    chosen = {
        "open": found.open(),
        "look": found.to_look_at(),
        "report": found.standing().filter(is_reportable=True, reported_on=None),
        "closed": found.standing().exclude(closed_at=None),
        "all": found.standing(),
        "struck": found.exclude(struck_at=None),
    }[shelf]
    return chosen.order_by(F("closed_at").desc(nulls_first=True), "-grade", "-onset_at", "-pk")


def shelf_of(request: HttpRequest) -> str:
    asked = request.GET.get("show", "")
    return asked if asked in SHELVES else "open"


@may("treat")
@require_safe
def reactions_list(request: HttpRequest) -> HttpResponse:
    """Show the reactions of one shelf."""
    shelf, found = shelf_of(request), visible(request)
    page = Paginator(on_shelf(found, shelf), ON_A_PAGE).get_page(numbers.read(request.GET.get("page", "")) or 1)
    context = {
        "shelf": shelf,
        "shelves": [(code, words, code == shelf) for code, words in SHELVES.items()],
        "page": page,
        "rows": [(one, rules.GRADES[one.grade]) for one in page.object_list],
    }
    return TemplateResponse(request, "desk/reactions/list.html", context)


@may("see_clinical")
@require_safe
def reaction(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show one reaction with its story, and what may be done about it."""
    return one_page(request, found_one(uuid))


def found_one(uuid: UUID) -> Reaction:
    whole = ("patient", "recorded_by", "closed_by", "struck_by", "session__practitioner", "session__device")
    found = Reaction.objects.filter(patient__closed_at=None)
    return get_object_or_404(found.select_related(*whole, "session__cartridge__lot__product"), uuid=uuid)


def one_page(request: HttpRequest, one: Reaction, *, status: int = 200, **more: Any) -> HttpResponse:
    """Show a reaction. more: the form that was sent, under its name, and what two people changed."""
    audit.read(one, by=request.actor, at=request.now, patient=one.patient)
    may_write, country = request.actor.may("treat"), request.site.country
    forms = {}
    if may_write and one.is_open:
        forms |= {"follow": FollowForm(reaction=one), "close": CloseForm(initial={"version": one.version})}
    if may_write and one.struck_at is None:
        to = {"reported_to": one.reported_to or rules.authority(country), "reported_on": one.reported_on}
        forms |= {"strike": StrikeForm(), "authority": AuthorityForm(initial=to | {"reference": one.report_reference})}
    if one.waits_for_a_lead and reactions.may_look(request.actor):
        forms["look"] = LookForm()
    context = {
        "reaction": one,
        "person": one.patient,
        "banner": of_page(request, one.patient),
        "facts": telling.facts(one),
        "used": telling.used(one),
        "notes": telling.notes(one),
        "story": telling.story(one),
        "authority_note": rules.authority_note(country),
        "holds": rules.holds(grade=one.grade, affected=one.affected, is_open=one.is_open),
        **forms,
        **more,
    }
    context |= {f"sent_{name}": True for name in ("follow", "close", "authority", "look", "strike") if name in more}
    return TemplateResponse(request, "desk/reactions/one.html", context, status=status)


@may("treat")
@require_http_methods(["GET", "POST"])
def reaction_add(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Write down that something happened; the same form twice writes it once."""
    person = get_object_or_404(Patient, uuid=uuid)
    audit.read(person, by=request.actor, at=request.now, patient=person)
    if request.method == "GET":
        return _add_page(request, person, ReportForm(patient=person, initial={"session": _session(request, person)}))
    form = ReportForm(request.POST, patient=person)
    try:
        if answer := submissions.answered_before(request):
            return redirect(answer)
        if form.is_valid():
            with submissions.once(request, leads_to=lambda made: reverse("desk:reaction", args=[made.uuid])) as posted:
                facts = form.facts | {"site": request.site, "by": request.actor, "at": request.now}
                made = steps.report(person, **facts)
            messages.success(request, _said(made))
            return redirect(posted.url)
    except (submissions.Mismatch, Stale) as changed:
        form.add_error(None, str(changed))
        return _add_page(request, person, form, status=409)
    except Refused as refused:
        form.refuse(refused)
    return _add_page(request, person, form, status=422)


def _said(made: Reaction) -> str:
    said = [_("Written down.")]
    if rules.holds(grade=made.grade, affected=made.affected, is_open=True):
        said = [_("Written down. No needling is booked or begun until it is closed.")]
    device = malfunctions.device_of(made)
    if device is not None and Device.objects.filter(pk=device.pk, quarantined_at__isnull=False).exists():
        said.append(_("%(device)s is out of use.") % {"device": device.name})
    return " ".join(said)


def _session(request: HttpRequest, person: Patient) -> UUID | None:
    """Return the session that the address names, else the last one."""
    theirs = Session.objects.filter(patient=person, struck_at=None).order_by("-started_at")
    known = list(theirs.values_list("uuid", flat=True))
    asked = next((one for one in known if str(one) == request.GET.get("session")), None)
    return asked or next(iter(known), None)


def _add_page(request: HttpRequest, person: Patient, form: ReportForm, status: int = 200) -> HttpResponse:
    names = dict(Reaction.Category.choices)
    context = {
        "person": person,
        "banner": of_page(request, person),
        "form": form,
        "usual": [(names[code], one) for code, one in rules.usual().items()],
    }
    return TemplateResponse(request, "desk/reactions/add.html", context, status=status)
