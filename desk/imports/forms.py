"""A table from another system: the file, and which of its columns is what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.tables import LARGEST, ROWS_AT_MOST
from patients.columns import LABELS
from patients.models import Import


class UploadForm(forms.Form):
    """The file."""

    file = forms.FileField(
        label=_("CSV or XLSX file"),
        help_text=_("At most %(mb)s MB and %(rows)s rows; the first row names the columns.")
        % {"mb": LARGEST // 2**20, "rows": ROWS_AT_MOST},
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt,.tsv"}),
        error_messages={"required": _("Choose a file."), "empty": _("This file is empty.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def clean_file(self) -> Any:
        given = self.cleaned_data["file"]
        if given.size > LARGEST:
            sentence = _("It is larger than %(mb)s MB. Split it into several files.") % {"mb": LARGEST // 2**20}
            raise forms.ValidationError(sentence)
        return given


class MatchForm(forms.Form):
    """Which column is which field; one select per column of the file, in its order."""

    source = forms.CharField(
        label=_("Which system does it come from?"),
        max_length=60,
        required=False,
        help_text=_("Numbers of one system are known again in the next file from it."),
    )
    dates = forms.ChoiceField(label=_("Dates are written"), choices=Import.Dates.choices)
    enters_alikes = forms.BooleanField(
        label=_("Also enter those who look like somebody who is here"),
        required=False,
        help_text=_("Else they are listed and left out, so that nobody is here twice."),
    )

    def __init__(self, header: Sequence[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns = [f"column_{number}" for number in range(len(header))]
        choices = [("", _("leave out")), *LABELS.items()]
        for name, head in zip(self.columns, header, strict=True):
            self.fields[name] = forms.ChoiceField(label=head or _("without a name"), choices=choices, required=False)
            self.fields[name].widget.attrs["class"] = "form-select"
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        mapping: dict[str, int] = {}
        for column, name in enumerate(self.columns):
            chosen = cleaned.get(name)
            if chosen and chosen in mapping:
                self.add_error(name, _("%(field)s is chosen for two columns.") % {"field": LABELS[chosen]})
            elif chosen:
                mapping[chosen] = column
        cleaned["mapping"] = mapping
        return cleaned
