"""What is asked on the telephone, and what came of a report."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from aftercare import report_rules, reports
from aftercare.models import Report
from desk.reactions.forms import Asked


def words(label: Any, **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=reports.LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 3}), **kwargs
    )


class CallForm(Asked):
    """What somebody says on the telephone: the same list that the recovery page has, read out."""

    signs = forms.MultipleChoiceField(
        label=_("Read the list out. What does the patient have?"),
        choices=[(sign.code, sign.words) for sign in report_rules.SIGNS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    feeling = forms.ChoiceField(
        label=_("How does the patient feel about it?"),
        choices=Report.Feeling.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say how the patient feels about it.")},
    )
    words = words(_("In the patient's words"), help_text=_("Clinicians read it; you do not see it again."))

    LAYOUT = ("signs", "feeling", "words")
    NAME = "call"


class CloseForm(Asked):
    version = forms.IntegerField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label=_("What came of it"),
        choices=[(one.value, one.label) for one in reports.ENDS],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what came of it.")},
    )
    words = words(_("What was said and done"))

    LAYOUT = ("version", "outcome", "words")
    NAME = "close"
