"""How the skin is: three words, the signs of the red-flag block, photos, and a number or two where a check-in asks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftercare import report_rules as rules
from aftercare import reports
from aftercare.models import Report
from clinic.pictures import Cleaned
from portal.recovery.photos import PhotosField, cleaned

Feeling = Report.Feeling
FEELINGS = [
    (Feeling.FINE.value, gettext_lazy("Fine")),
    (Feeling.NOT_SURE.value, gettext_lazy("Not sure")),
    (Feeling.WORRIED.value, gettext_lazy("Worried")),
]
REDNESS = [
    ("0", gettext_lazy("0, not at all")),
    ("1", gettext_lazy("1, a little")),
    ("2", gettext_lazy("2, clearly")),
    ("3", gettext_lazy("3, a great deal")),
]


def number(label: Any, choices: list[tuple[str, Any]]) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, choices=[("", gettext_lazy("No answer")), *choices], coerce=int, empty_value=None, required=False
    )


def to_ten(least: Any, most: Any) -> list[tuple[str, Any]]:
    words = {0: f"0, {least}", 10: f"10, {most}"}
    return [(str(one), words.get(one, str(one))) for one in range(11)]


class HowForm(forms.Form):
    """What a patient tells. about: which check-in it is (`report_rules`); feeling: chosen on the page before."""

    feeling = forms.ChoiceField(
        label=gettext_lazy("How is your skin?"), choices=FEELINGS, widget=forms.RadioSelect, required=False
    )
    signs = forms.MultipleChoiceField(
        label=gettext_lazy("Do you see or feel any of this?"),
        help_text=gettext_lazy("Choose all that fit, or none."),
        choices=[(sign.code, sign.words) for sign in rules.SIGNS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    words = forms.CharField(
        label=gettext_lazy("Anything to add? (optional)"),
        max_length=reports.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        error_messages={"max_length": gettext_lazy("Say it in fewer letters.")},
    )
    photos = PhotosField(
        label=gettext_lazy("Photos, up to three (optional)"),
        help_text=gettext_lazy("A photo in daylight helps. Only those who treat you see it."),
    )

    def __init__(self, data: Any = None, files: Any = None, *, about: str, feeling: str = "") -> None:
        known = feeling if feeling in Feeling.values else None
        super().__init__(data, files, initial={"feeling": known, "about": about})
        self.about = about
        scales = {
            "redness": lambda: number(_("How red, or darker than usual, is it?"), REDNESS),
            "pain": lambda: number(_("How much does it hurt?"), to_ten(_("no pain"), _("the worst pain"))),
            "satisfaction": lambda: number(_("How content are you so far?"), to_ten(_("not at all"), _("completely"))),
        }
        for name in rules.asks(about):
            self.fields[name] = scales[name]()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("feeling") and not self.errors:
            if not cleaned.get("signs"):
                self.add_error("feeling", _("Choose how your skin is: fine, not sure or worried."))
            cleaned["feeling"] = Feeling.NOT_SURE.value  # a sign alone says enough
        if self.errors and cleaned.get("photos"):
            self.add_error("photos", _("A photo cannot wait here. Choose it again before you send."))
        return cleaned

    def cleaned_photos(self) -> list[Cleaned] | None:
        """Return the photos as they may be kept; None where one cannot be, which the form then says."""
        try:
            return cleaned(self.cleaned_data["photos"])
        except forms.ValidationError as wrong:
            self.add_error("photos", wrong)
            return None

    @property
    def has_photos(self) -> bool:
        return bool(self.files)

    @property
    def said(self) -> dict[str, Any]:
        """Return what `aftercare.reports` calls SAID."""
        numbers = {name: self.cleaned_data[name] for name in rules.asks(self.about)}
        told = {name: self.cleaned_data[name] for name in ("feeling", "signs", "words")}
        return {"about": self.about, **told, **numbers}

    @property
    def scales(self) -> list[forms.BoundField]:
        return [self[name] for name in rules.asks(self.about)]

    @property
    def typed(self) -> list[tuple[str, str]]:
        """Return what was sent, field by field, for a page that sends it once more."""
        sent = [
            (name, value)
            for name in self.fields
            if name not in ("signs", "photos")
            for value in [self.data.get(name, "")]
            if value
        ]
        return sent + [("signs", code) for code in self.cleaned_data["signs"]]
