"""The packages of a patient: what is left of each, a sale, and one with its entries and what is done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clinic.policy import may
from desk.board.pages import today_of
from desk.packages import reading
from desk.packages.forms import BackForm, CorrectForm, LaidOut, RefundForm, SellForm
from desk.patients.banner import of_page
from desk.sending import done_once
from ledger import packages
from ledger.models import Package
from patients.models import Patient


@may("see_patients")
@require_safe
def patient_packages(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show every package of a patient, and let the desk sell another."""
    return _patient_page(request, get_object_or_404(Patient, uuid=uuid))


@may("keep_money")
@require_POST
def package_sell(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Write down that somebody bought a package."""
    person, form = get_object_or_404(Patient, uuid=uuid), SellForm(request.POST)

    def sell() -> Package:
        return packages.sell(person, form.sale, today=today_of(request), by=request.actor, at=request.now)

    leads_to = reverse("desk:patient_packages", args=[person.uuid])
    if answer := done_once(request, form, sell, leads_to=leads_to, words=_("The package is sold.")):
        return answer
    return _patient_page(request, person, form, status=422)


def _patient_page(
    request: HttpRequest, person: Patient, form: SellForm | None = None, status: int = 200
) -> HttpResponse:
    today, may_keep = today_of(request), request.actor.may("keep_money")
    if may_keep and form is None:
        form = SellForm.proposing(country=request.site.country, today=today)
    found = reading.all_of(person, today=today)
    context = {
        "person": person,
        "banner": of_page(request, person),
        "found": found,
        "form": form,
        "is_open": status != 200 or not found,
    }
    return TemplateResponse(request, "desk/packages/patient.html", context, status=status)


@may("see_patients")
@require_safe
def package(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show one package with everything that came to it and left it."""
    return _package_page(request, package_of(uuid))


@may("keep_money")
@require_POST
def package_back(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Give a session back that a treatment used."""
    one = package_of(uuid)
    form = BackForm(request.POST, uses=reading.uses(one))

    def give_back(*, use: str, **said: Any) -> object:
        return packages.give_back(one.entries.get(pk=use), **said)

    return _done(request, one, "backing", form, give_back, _("The session is given back."))


@may("keep_money")
@require_POST
def package_refund(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take sessions back for money."""
    one = package_of(uuid)

    def refund(**said: Any) -> object:
        return packages.refund(one, **said)

    return _done(request, one, "refunding", RefundForm(request.POST), refund, _("The refund is written down."))


@may("keep_money")
@require_POST
def package_correct(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Say what is truly left."""
    one, today = package_of(uuid), today_of(request)

    def correct(**said: Any) -> object:
        return packages.correct(one, today=today, **said)

    return _done(request, one, "correcting", CorrectForm(request.POST), correct, _("Corrected."))


def _done(
    request: HttpRequest, one: Package, name: str, form: LaidOut, act: Callable[..., object], words: str
) -> HttpResponse:
    """Do what a form of the package's page asks; what is wrong stands at its field, and what was typed stays."""

    def deed() -> object:
        return act(**form.cleaned_data, by=request.actor, at=request.now)

    if answer := done_once(request, form, deed, leads_to=address(one), words=words):
        return answer
    return _package_page(request, one, status=422, **{name: form})


def _package_page(request: HttpRequest, one: Package, status: int = 200, **forms: LaidOut) -> HttpResponse:
    uses = reading.uses(one)
    context: dict[str, Any] = {
        "person": one.patient,
        "banner": of_page(request, one.patient),
        "held": reading.shown(one, today=today_of(request)),
        "pays_for": reading.pays_for(one),
        "entries": reading.entries(one),
        "may_keep": request.actor.may("keep_money"),
        "backing": BackForm(uses=uses) if uses else None,
        "refunding": RefundForm(),
        "correcting": CorrectForm(),
        "wrong": next(iter(forms), ""),
        "form": next(iter(forms.values()), None),
    }
    return TemplateResponse(request, "desk/packages/package.html", context | forms, status=status)


def package_of(uuid: UUID) -> Package:
    """Return a package of an open record with what is left of it, or answer that there is none."""
    found = Package.objects.of_open_records().select_related("patient").with_left()
    return get_object_or_404(found, uuid=uuid)


def address(one: Package) -> str:
    return reverse("desk:package", args=[one.uuid])
