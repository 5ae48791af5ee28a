"""What this clinic asks of every record beyond what the house asks: a tick for each field, kept as versions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinic.policy import may
from clinic.refusals import Refused, Stale
from treatments import demands
from treatments.models import RecordDemand

VERSIONS = 20  # shown


class DemandsForm(forms.Form):
    """A tick for each field that can be asked for."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    fields_asked = forms.MultipleChoiceField(
        choices=[(name, one.label) for name, one in demands.OPTIONAL.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


@may("manage")
@require_http_methods(["GET", "POST"])
def record_demands(request: HttpRequest) -> HttpResponse:
    """Ask for more on every record, or for less again."""
    newest = demands.standing()
    if request.method == "GET":
        begun = {"version": newest.version if newest else 0, "fields_asked": newest.fields if newest else []}
        return _page(request, DemandsForm(initial=begun))
    form = DemandsForm(request.POST)
    if not form.is_valid():
        return _page(request, form, refusal=_("Choose among the fields on this page, then save again."), status=422)
    said = form.cleaned_data
    try:
        demands.change(said["fields_asked"], version=said["version"], by=request.actor, at=request.now)
    except Stale:
        form.data = form.data.copy()
        form.data["version"] = str(newest.version if newest else 0)
        words = _(
            "Somebody changed this a moment ago. What you ticked is below and not kept yet; look, then save again."
        )
        return _page(request, form, refusal=words, status=409)
    except Refused as refused:
        return _page(request, form, refusal=str(refused), status=422)
    messages.success(request, _("Every chart that is not signed yet asks for this now."))
    return redirect("desk:record_demands")


def _page(request: HttpRequest, form: DemandsForm, *, refusal: str = "", status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "refusal": refusal,
        "versions": [(one, _in_words(one)) for one in RecordDemand.objects.all()[:VERSIONS]],
    }
    return TemplateResponse(request, "desk/values/demands.html", context, status=status)


def _in_words(one: RecordDemand) -> list[str]:
    return [str(demands.OPTIONAL[name].label) for name in one.fields if name in demands.OPTIONAL]
