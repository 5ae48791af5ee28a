"""The consent texts: what stands, and writing the next version, looked at and compared before it is published."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clinic.policy import may
from clinic.refusals import Stale
from intake import texts
from intake.models import ConsentText, Purpose


class TextForm(forms.Form):
    """The words of a purpose, one field a language. version: the one that the writer read."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, label in settings.LANGUAGES:
            attrs = {"rows": 18, "class": "form-control", "lang": code, "autocomplete": "off"}
            self.fields[f"words_{code}"] = forms.CharField(
                label=label,
                required=False,
                max_length=texts.LONGEST,
                strip=False,
                widget=forms.Textarea(attrs=attrs),
            )

    def words(self) -> dict[str, str]:
        """Return what was written, by language."""
        return {code: self.cleaned_data[f"words_{code}"] for code, _label in settings.LANGUAGES}

    def in_languages(self) -> list[forms.BoundField]:
        return [self[f"words_{code}"] for code, _label in settings.LANGUAGES]


@may("manage")
@require_safe
def consent_texts(request: HttpRequest) -> HttpResponse:
    """List every purpose with the version that stands and its languages."""
    standing: dict[str, list[ConsentText]] = {}
    for text in ConsentText.objects.current().select_related("published_by"):
        standing.setdefault(text.purpose, []).append(text)
    rows = [
        {"purpose": purpose, "label": Purpose(purpose).label, "texts": standing.get(purpose, [])}
        for purpose in Purpose.values
    ]
    return TemplateResponse(request, "desk/consents/texts.html", {"rows": rows})


@may("manage")
@require_http_methods(["GET", "POST"])
def consent_text(request: HttpRequest, purpose: str) -> HttpResponse:
    """Write the next version of a purpose; look at it first, then publish."""
    if purpose not in Purpose.values:
        raise Http404(purpose)
    standing, version = _standing(purpose)
    if request.method == "GET":
        initial = {f"words_{code}": text.words for code, text in standing.items()}
        return _page(request, purpose, standing, TextForm(initial=initial | {"version": version}))
    form = TextForm(request.POST)
    if not form.is_valid():
        return _page(request, purpose, standing, form, status=422)
    if "publish" not in request.POST:
        return _page(request, purpose, standing, form, looks=_looks(form, standing))
    try:
        written = texts.publish(
            purpose, form.words(), version=form.cleaned_data["version"], by=request.actor, at=request.now
        )
    except texts.NotWritable as refused:
        form.add_error(f"words_{refused.refusal.values['language']}", str(refused))
        return _page(request, purpose, standing, form, status=422)
    except Stale as stale:
        standing, version = _standing(purpose)
        form.add_error(None, str(stale))
        form.data = form.data.copy()
        form.data["version"] = str(version)
        return _page(request, purpose, standing, form, looks=_looks(form, standing), status=409)
    if written[0].version == version:
        messages.info(request, _("These words stand already; nothing was published."))
    else:
        messages.success(request, _("Published: %(text)s. Whoever signed before is asked anew.") % {"text": written[0]})
    return redirect("desk:consent_texts")


def _standing(purpose: str) -> tuple[dict[str, ConsentText], int]:
    """Return the texts of today by language, and their version, 0 where there are none."""
    found = {text.language: text for text in ConsentText.objects.current().filter(purpose=purpose)}
    return found, max((text.version for text in found.values()), default=0)


def _looks(form: TextForm, standing: dict[str, ConsentText]) -> list[dict[str, Any]]:
    """Return each language as patients would read it, beside what changes."""
    found = []
    for code, label in settings.LANGUAGES:
        words = form.words()[code].replace("\r\n", "\n")
        before = standing[code].words if code in standing else ""
        changes = [line for line in texts.changes(before, words) if line.kind != "same"]
        found.append({"code": code, "label": label, "blocks": texts.blocks(words), "changes": changes})
    return found


def _page(
    request: HttpRequest,
    purpose: str,
    standing: dict[str, ConsentText],
    form: TextForm,
    looks: list[dict[str, Any]] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "label": Purpose(purpose).label,
        "standing": next(iter(standing.values()), None),
        "form": form,
        "looks": looks,
    }
    return TemplateResponse(request, "desk/consents/text.html", context, status=status)
