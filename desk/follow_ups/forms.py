from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from aftercare.models import Call


class CallForm(forms.Form):
    """What came of a call."""

    outcome = forms.ChoiceField(
        choices=Call.Outcome.choices,
        widget=forms.RadioSelect,
        label=_("What came of it"),
        error_messages={"required": _("Choose what came of the call.")},
    )
    next_on = forms.DateField(
        required=False,
        widget=forms.DateInput({"type": "date"}),
        label=_("Call again on"),
        help_text=_("Until then the patient stands under “Later”."),
        error_messages={"invalid": _("Write the day as in 2026-03-31.")},
    )
    words = forms.CharField(
        required=False,
        max_length=250,
        label=_("Note"),
        help_text=_("For colleagues at the desk; nothing about health."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
