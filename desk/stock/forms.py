"""What is asked at the shelf: a delivery, a count, what is thrown away, and why a lot is set aside or released."""

from __future__ import annotations

from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.refusals import Refused
from stock import rules
from stock.models import Product

COUNT_WORDS = _("Write how many units, as a whole number.")
EXPIRY_WORDS = _("Write the expiry as the pack does: 2027-11-30, 30/11/2027, or only the month, 2027-11 or 11/2027.")
REASON_WORDS = _("Write why, in a few words.")


class CountField(forms.IntegerField):
    """A number of units. Whether there can be so many is for the action to say."""

    def __init__(self, **known: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "input-short"})
        super().__init__(widget=widget, error_messages=dict.fromkeys(("required", "invalid"), COUNT_WORDS), **known)


class ExpiryField(forms.CharField):
    """The last day of use, typed as packs print it; a month is its last day."""

    def clean(self, value: Any) -> date:
        found = rules.expiry(super().clean(value))
        if found is None:
            raise forms.ValidationError(EXPIRY_WORDS)
        return found


def reason_field() -> forms.CharField:
    return forms.CharField(
        label=_("Why?"),
        max_length=rules.LONGEST_REASON,
        error_messages={"required": REASON_WORDS},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ShelfForm(forms.Form):
    """A form whose page writes the form tag, and that says at its field what an action refused."""

    def __init__(self, *args: Any, **known: Any) -> None:
        super().__init__(*args, **{"auto_id": f"{type(self).__name__.lower()}_%s"} | known)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(Div(*self.laid_out(), css_class="fields"))

    def laid_out(self) -> list[Any]:
        return list(self.fields)

    def refuse(self, refused: Refused) -> None:
        field = refused.refusal.values.get("field")
        self.add_error(field if field in self.fields else None, str(refused))


class CountForm(ShelfForm):
    counted = CountField(label=_("Units on the shelf now"), help_text=_("0 when the last one is finished."))
    reason = reason_field()


class DiscardForm(ShelfForm):
    count = CountField(label=_("Units to discard"))
    reason = reason_field()


class ReasonForm(ShelfForm):
    reason = reason_field()


class ReceiveForm(ShelfForm):
    """A delivery: what a scan filled in, or what was typed. gtin: the number of a scan that no product has yet."""

    gtin = forms.CharField(required=False, max_length=14, widget=forms.HiddenInput)
    product = forms.ModelChoiceField(
        Product.objects.filter(is_stocked=True).order_by("kind", "name"),
        label=_("Product"),
        empty_label=_("Choose a product"),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose the product.")),
    )
    remembers = forms.BooleanField(label=_("Keep the scanned number with this product"), required=False)
    number = forms.CharField(
        label=_("Lot"),
        max_length=rules.LONGEST_NUMBER,
        error_messages={"required": _("Write the lot as it is printed on the pack.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "code"}),
    )
    expires = ExpiryField(
        label=_("Use until"),
        max_length=20,
        help_text=_("A day, or a month as 2027-11: then it is good to the last day of it."),
        error_messages={"required": EXPIRY_WORDS},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    count = CountField(label=_("Units received"))

    def __init__(self, *args: Any, **known: Any) -> None:
        super().__init__(*args, **known)
        if not self["gtin"].value():
            del self.fields["remembers"]
            self.helper.layout = Layout(Div(*self.laid_out(), css_class="fields"))

    def laid_out(self) -> list[Any]:
        remembers = ["remembers"] if "remembers" in self.fields else []
        return ["gtin", "product", *remembers, "number", Div("expires", "count", css_class="two")]
