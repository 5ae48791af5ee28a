"""Fields as patients meet them: plain controls that work everywhere, and days as people write them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

DAY_FORMATS = ["%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d %m %Y", "%Y-%m-%d"]
NO_SUCH_DAY = _("Write the day as day, month and year, such as 21/05/2024.")


def line(label: Any, longest: int, **more: Any) -> forms.CharField:
    """Return a field for one line, which may stay empty."""
    attrs = more.pop("attrs", {})
    return forms.CharField(
        label=label,
        max_length=longest,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"} | attrs),
        **more,
    )


def day(label: Any, **more: Any) -> forms.DateField:
    """Return a field for a day, which may stay empty where nobody knows it."""
    widget = forms.DateInput(format="%d/%m/%Y", attrs={"inputmode": "numeric", "autocomplete": "off", "class": "short"})
    return forms.DateField(
        label=label,
        required=False,
        input_formats=DAY_FORMATS,
        widget=widget,
        error_messages={"invalid": NO_SUCH_DAY},
        **more,
    )


def choice(label: Any, choices: list[tuple[str, Any]], **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=False, widget=forms.RadioSelect, **more)


class BirthForm(forms.Form):
    """The date of birth in three boxes."""

    day = forms.IntegerField(label=_("Day"), min_value=1, max_value=31)
    month = forms.IntegerField(label=_("Month"), min_value=1, max_value=12)
    year = forms.IntegerField(label=_("Year"), min_value=1900, max_value=2100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, token in (("day", "bday-day"), ("month", "bday-month"), ("year", "bday-year")):
            attrs = {"inputmode": "numeric", "autocomplete": token, "maxlength": "4" if name == "year" else "2"}
            self.fields[name].widget = forms.TextInput(attrs=attrs)

    @property
    def born_on(self) -> date | None:
        """The date that was given, or None when there is no such day."""
        given = self.cleaned_data
        try:
            return date(given["year"], given["month"], given["day"])
        except (KeyError, ValueError):
            return None
