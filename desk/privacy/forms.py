"""What is asked about the privacy of a record."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from desk.patients.forms import BORN_FORMATS


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
