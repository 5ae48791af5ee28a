"""What is asked about a recall: what it is of and why, how somebody was reached, what patients are written."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Div
from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.models import Device, User
from desk.patients.forms import DayField
from desk.stock.forms import ShelfForm, reason_field
from stock import rules as stock_rules
from stock.models import Lot, Product
from treatments import recall_words
from treatments.models import Recall, RecallContact
from treatments.recalls import Thing

KINDS = {"lot": Lot, "product": Product, "device": Device}
LONGEST_ASKED = 2000


def choices() -> list[tuple[Any, Any]]:
    """Return everything that can be recalled, by its kind."""
    lots = Lot.objects.select_related("product").order_by("product__name", "number")
    return [
        ("", _("Choose what it is about")),
        (_("Lots"), [(f"lot:{one.pk}", f"{one.product.name}, {one.number}") for one in lots]),
        (_("Products, with every lot"), [(f"product:{one.pk}", str(one)) for one in Product.objects.order_by("name")]),
        (_("Devices"), [(f"device:{one.pk}", f"{one.name}, {one.serial_number}") for one in Device.objects.all()]),
    ]


def lines(label: Any, rows: int, **known: Any) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows, "autocomplete": "off"}), **known)


class OpenForm(ShelfForm):
    """What is recalled and why, and which days are meant."""

    thing = forms.ChoiceField(
        label=_("What is recalled?"),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose what it is about.")),
    )
    reason = reason_field()
    maker_asks = lines(_("What the maker asks"), 3, max_length=LONGEST_ASKED, required=False)
    used_from_on = DayField(label=_("Used from"))
    used_until_on = DayField(label=_("Used until"), help_text=_("Leave both empty for every day."))

    def __init__(self, *args: Any, **known: Any) -> None:
        super().__init__(*args, **known)
        self.fields["thing"].choices = choices()

    def laid_out(self) -> list[Any]:
        return ["thing", "reason", "maker_asks", Div("used_from_on", "used_until_on", css_class="two")]

    def clean_thing(self) -> Thing:
        kind, _colon, pk = self.cleaned_data["thing"].partition(":")
        found = KINDS[kind].objects.filter(pk=pk).first()
        if found is None:
            raise forms.ValidationError(_("Choose what it is about."))
        return found


class ContactForm(forms.Form):
    """How somebody was tried. reached: which of its two buttons was pressed."""

    how = forms.ChoiceField(
        choices=RecallContact.How.choices,
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Say how you tried to reach them.")),
    )
    words = forms.CharField(
        required=False,
        max_length=RecallContact._meta.get_field("words").max_length,
        error_messages={"max_length": _("Say it in at most %(limit_value)s letters.")},
    )
    reached = forms.ChoiceField(
        choices=[("yes", ""), ("no", "")],
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Press whether they were reached.")),
    )

    @property
    def said(self) -> dict[str, Any]:
        told = self.cleaned_data
        return {"how": told["how"], "words": told["words"], "is_reached": told["reached"] == "yes"}


class CloseForm(ShelfForm):
    because = forms.CharField(
        label=_("Why was not everybody reached?"),
        required=False,
        max_length=stock_rules.LONGEST_REASON,
        help_text=_("Needed only where somebody still waits."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class LettersForm(ShelfForm):
    """The words that go to patients, in each language."""

    def __init__(self, *args: Any, recall: Recall, **known: Any) -> None:
        super().__init__(*args, **known)
        for language, name in recall_words.languages():
            now = recall_words.letter(recall.letters, language)
            named = {"language": name}
            self.fields[f"subject_{language}"] = forms.CharField(
                label=_("Subject, %(language)s") % named,
                initial=now.subject,
                required=False,
                max_length=recall_words.LONGEST_SUBJECT,
            )
            self.fields[f"words_{language}"] = lines(
                _("Letter, %(language)s") % named,
                9,
                initial=now.words,
                required=False,
                max_length=recall_words.LONGEST_WORDS,
            )
        self.helper.layout[0].fields = list(self.fields)

    @property
    def letters(self) -> dict[str, tuple[str, str]]:
        said = self.cleaned_data
        return {code: (said[f"subject_{code}"], said[f"words_{code}"]) for code, _n in recall_words.languages()}


class LookBackForm(forms.Form):
    """Whose sessions, or which device's, between which days; read from an address."""

    whose = forms.ChoiceField(
        label=_("Device or practitioner"),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose a device or a practitioner.")),
    )
    from_on = DayField(label=_("From"), help_text="")
    until_on = DayField(label=_("Until"), help_text="")

    def __init__(self, *args: Any, **known: Any) -> None:
        super().__init__(*args, **known)
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "form-select" if name == "whose" else "form-control input-short"
        people = User.objects.filter(sessions__isnull=False).distinct().order_by("name")
        self.fields["whose"].choices = [
            ("", _("Choose")),
            (_("Devices"), [(f"device:{one.pk}", f"{one.name}, {one.serial_number}") for one in Device.objects.all()]),
            (_("Practitioners"), [(f"practitioner:{one.pk}", one.name) for one in people]),
        ]

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if said.get("from_on") and said.get("until_on") and said["until_on"] < said["from_on"]:
            self.add_error("until_on", _("The last day lies before the first. Look at both again."))
        return said
