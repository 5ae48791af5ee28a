"""Giving the clinic's device to a patient, the thanks at the end, and taking it back."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from clinic.policy import may
from desk.back import came_from
from desk.consents import device
from intake import consents, texts
from intake.models import Purpose
from patients.models import Patient


class TakeBackForm(forms.Form):
    """The password of who is signed in. A browser fills it in for nobody: the patient holds the device."""

    password = forms.CharField(
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "class": "form-control"}),
        error_messages={"required": gettext_lazy("Write your password.")},
    )


@may("witness_consents")
@require_POST
def device_hand(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Give the device to a patient, opened where they read and sign; given twice it stays as it was."""
    person = get_object_or_404(Patient, uuid=uuid)
    back = came_from(request) or reverse("desk:consents", args=[person.uuid])
    handed = request.handed
    if handed is None:
        asked = request.POST.getlist("purpose")
        purposes = [one for one in Purpose.values if one in asked and texts.version_of(one)]
        if not purposes:
            messages.warning(request, _("There are no words to read and sign for this yet. You still have the device."))
            return redirect(back)
        if consents.guardian_refusal(person, site=request.site, at=request.now):
            return redirect(
                f"{reverse(device.SIGNING, args=[person.uuid])}?{urlencode({'purpose': purposes[0], 'next': back})}"
            )
        handed = device.hand(request, person, purposes, language=request.POST.get("language", ""), goes_on=back)
    return redirect(handed.page_of(handed.purposes[0]))


@may("witness_consents")
@require_http_methods(["GET", "POST"])
def device_back(request: HttpRequest) -> HttpResponse:
    """Thank the patient, and let whoever is signed in take the device back."""
    if request.handed is None:
        return redirect("/")
    if request.method == "GET":
        return page(request)
    form = TakeBackForm(request.POST)
    if not form.is_valid():
        return page(request, form, status=422)
    try:
        device.take_back(request, request.handed, password=form.cleaned_data["password"])
    except (device.NotTakenBack, device.TooManyTries) as refused:
        form.add_error("password", str(refused))
        return page(request, form, status=422 if isinstance(refused, device.NotTakenBack) else 429)
    return redirect(request.handed.goes_on)


def closed(request: HttpRequest) -> HttpResponse:
    """Answer whatever else is opened on a device that a patient holds: it says nothing of anybody."""
    return page(request, is_closed=True, status=403)


def page(
    request: HttpRequest, form: TakeBackForm | None = None, *, is_closed: bool = False, status: int = 200
) -> HttpResponse:
    handed = request.handed
    person = Patient.objects.filter(uuid=handed.patient).first()
    signed = consents.covered(person) if person else {}
    unsigned = [handed.page_of(one) for one in handed.purposes if person and one not in signed]
    context = {"form": form or TakeBackForm(), "is_closed": is_closed, "unsigned": unsigned[:1]}
    return render(request, "desk/consents/device.html", context, status=status)
