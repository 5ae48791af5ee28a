"""Sessions given to somebody else: who it is is found first, then how many and why."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinic.policy import may
from desk.board.pages import today_of
from desk.packages import reading
from desk.packages.forms import GiveForm
from desk.packages.views import address, package_of
from desk.patients.forms import FindForm
from desk.sending import done_once
from ledger import packages
from ledger.models import Package
from patients.models import Patient

FOUND_AT_MOST = 12


@may("keep_money")
@require_http_methods(["GET", "POST"])
def package_give(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Give sessions of a package to somebody else."""
    one, is_post = package_of(uuid), request.method == "POST"
    to = _patient((request.POST if is_post else request.GET).get("to", ""))
    form = GiveForm(request.POST) if is_post else GiveForm()
    if is_post and to is None:
        form.add_error(None, _("Find first who gets them."))
    elif is_post:

        def give() -> Package:
            known = {"today": today_of(request), "by": request.actor, "at": request.now}
            return packages.give_on(one, to=to, **form.cleaned_data, **known)

        words = _("Given to %(name)s.") % {"name": to.name}
        if answer := done_once(request, form, give, leads_to=address(one), words=words):
            return answer
    return _page(request, one, to, form, status=422 if is_post else 200)


def _page(request: HttpRequest, one: Package, to: Patient | None, form: GiveForm, status: int) -> HttpResponse:
    asked = FindForm(request.GET)
    typed = asked.cleaned_data["q"] if asked.is_valid() else ""
    others = Patient.objects.filter(died_on=None).matching(typed) if typed else Patient.objects.none()
    context = {
        "held": reading.shown(one, today=today_of(request)),
        "person": one.patient,
        "to": to,
        "typed": typed,
        "found": others.exclude(pk=one.patient_id)[:FOUND_AT_MOST],
        "form": form,
    }
    return TemplateResponse(request, "desk/packages/give.html", context, status=status)


def _patient(text: str) -> Patient | None:
    try:
        return Patient.objects.filter(uuid=UUID(text)).first()
    except ValueError:
        return None
