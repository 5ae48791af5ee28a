"""What is posted from the page of a visit."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from visits.by_link import MOST_LETTERS


class CancelForm(forms.Form):
    """The last word before a visit is called off. version: of the visit as the patient saw it."""

    reason = forms.CharField(
        label=_("Why? (optional)"),
        max_length=MOST_LETTERS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": _("Say it in fewer letters.")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput())


def version_said(request: HttpRequest) -> int:
    """Return the version of the visit that the page showed; one that is no number is none that there ever was."""
    said = request.POST.get("version", "")
    return int(said) if said.isdecimal() and len(said) < 10 else 0
