"""What is asked about the privacy of a record."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from desk.patients.forms import BORN_FORMATS
from patients.models import Patient


class DayField(forms.DateField):
    """A day, chosen or typed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            input_formats=["%Y-%m-%d", *BORN_FORMATS],
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"}),
            error_messages={"invalid": _("Write the day as 21/05/2026.")},
            **kwargs,
        )


class SeenForm(forms.Form):
    """Whose reads, and of which days. people: id and name of those who ever read the record."""

    who = forms.ChoiceField(label=_("Who"), required=False, widget=forms.Select(attrs={"class": "form-select"}))
    since = DayField(label=_("From"))
    until = DayField(label=_("To"))

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].choices = [("", _("Everybody")), *people]
        self.fields["who"].error_messages["invalid_choice"] = _("This person has not read the record.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day is before the first."))
        return cleaned


class GlassForm(forms.Form):
    """Why a record is opened that is not one's own patient's."""

    reason = forms.CharField(
        label=_("Why do you need this record now?"),
        max_length=250,
        help_text=_("A manager reads this. It stands in the trail with everything you open."),
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "class": "form-control"}),
        error_messages={"required": _("Say in a few words why you need this record now.")},
    )


def why(label: Any, required: Any, help_text: Any = "") -> forms.CharField:
    """Return a field for a reason in a line or two."""
    return forms.CharField(
        label=label,
        max_length=250,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "class": "form-control"}),
        error_messages={"required": required, "max_length": _("Write at most 250 letters.")},
    )


class HoldForm(forms.Form):
    reason = why(_("Why must everything be kept?"), _("Say why everything must be kept."))


class LiftForm(forms.Form):
    because = why(_("Why is the hold lifted?"), _("Say why the hold is lifted."))


class WhyEraseForm(forms.Form):
    reason = why(
        _("What did the patient ask for, and how?"),
        _("Write what the patient asked for, and how."),
        _("As in: asked by letter of 3 May to be forgotten. It stands in the trail."),
    )


class FindClosedForm(forms.Form):
    q = forms.CharField(max_length=80, required=False, strip=True)


class DeleteForm(forms.Form):
    """The reference of the record, written once more by the person who decides."""

    reference = forms.CharField(
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "form-control input-short"}),
        error_messages={"required": _("Write the reference of the record to delete it.")},
    )

    def __init__(self, *args: Any, person: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        self.fields["reference"].label = _("To delete it, write its reference: %(reference)s") % {
            "reference": person.reference
        }

    def clean_reference(self) -> str:
        typed = self.cleaned_data["reference"].strip()
        if typed.upper() != self.person.reference:
            raise forms.ValidationError(_("This is not the reference of this record. Nothing was deleted."))
        return typed
