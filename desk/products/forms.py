"""What is asked about a product: of each kind what belongs to it."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.refusals import Refused
from desk.charting.fields import NumberField
from stock import products
from stock.models import Product

LENGTH_WORDS = _("Write the length of the needles in mm: above 0, 3.00 at most.")
PERCENT_WORDS = _("Write the percentage above 0, 100 at most, with one decimal, or leave it empty.")
COUNT_WORDS = _("Write how many needles, from 1 to 999, or leave it empty.")
LOW_WORDS = _("Write below how many units it is low, from 1 to 9999, or leave it empty.")
PAIRS = (("name", "maker"), ("needle_length_mm", "needle_count"), ("gtin", "low_stock_below"))


class ProductForm(forms.Form):
    """A product of one kind. Whether it can be so is for the action to say."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        help_text=_("As it stands on the pack."),
        error_messages={"required": _("Write the name of the product, as it stands on the pack.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    maker = forms.CharField(
        label=_("Maker"),
        max_length=80,
        error_messages={"required": _("Write who makes it.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    needle_length_mm = NumberField(
        label=_("Needle length, mm"), words=LENGTH_WORDS, decimal_places=2, max_digits=3, help_text=_("Such as 1.50.")
    )
    needle_count = forms.IntegerField(
        label=_("Needles"),
        required=False,
        error_messages={"invalid": COUNT_WORDS},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    agents = forms.MultipleChoiceField(
        label=_("Anaesthetics in it"),
        choices=Product.Agent.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("All that the pack names. Answers about health keep creams away by them."),
        error_messages={"required": _("Tick each anaesthetic in it, as the pack says.")},
    )
    active_percent = NumberField(label=_("Active ingredient, %"), words=PERCENT_WORDS, decimal_places=1, max_digits=4)
    open_channel = forms.ChoiceField(
        label=_("On needled skin"), choices=Product.OpenChannel.choices, widget=forms.RadioSelect
    )
    use = forms.ChoiceField(
        label=_("Use"),
        choices=Product.Use.choices,
        widget=forms.RadioSelect,
        help_text=_("For anything but the usual the patient signs by itself before it is used."),
    )
    gtin = forms.CharField(
        label=_("GTIN"),
        max_length=40,
        required=False,
        help_text=_("The number under the bars of the pack. A scan finds the product by it."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    low_stock_below = forms.IntegerField(
        label=_("Low below, units"),
        required=False,
        error_messages={"invalid": LOW_WORDS},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    is_sterile = forms.BooleanField(label=_("Sterile"), required=False)
    is_single_use = forms.BooleanField(label=_("Single use"), required=False)

    def __init__(self, data: Any = None, *, kind: str, product: Product | None = None) -> None:
        asked = products.asked_of(kind)
        initial = {"use": Product.Use.USUAL, "open_channel": Product.OpenChannel.BLOCK}
        if product is not None:
            initial = {field: getattr(product, field) for field in asked}
        super().__init__(data, initial=initial)
        self.fields = {name: field for name, field in self.fields.items() if name in asked}
        if kind == Product.Kind.CARTRIDGE:
            self.fields["needle_length_mm"].is_implied = True
        if product is not None:
            version = forms.IntegerField(widget=forms.HiddenInput, initial=product.version)
            version.error_messages = dict.fromkeys(
                ("required", "invalid"), _("Open this page again and save once more.")
            )
            self.fields["version"] = version
            if products.has_lots(product):
                self._fix_the_name()
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(Div(*self._laid_out(), css_class="fields"))

    def _fix_the_name(self) -> None:
        """Show the name and do not offer to change it: signed records say it."""
        for name in products.NAMED:
            self.fields[name].widget.attrs["readonly"] = True
        self.fields["name"].help_text = _("There are lots of it, and signed records call it so: the name stays.")

    def _laid_out(self) -> list[Any]:
        """Return the fields in their order, those that belong together side by side."""
        found: list[Any] = []
        for name in self.fields:
            pair = next((pair for pair in PAIRS if name in pair), None)
            if pair is None:
                found.append(name)
            elif name == pair[0]:
                found.append(Div(*pair, css_class="two"))
        return found

    @property
    def said(self) -> dict[str, Any]:
        """Return what is said of the product, without the version that was read."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def refuse(self, refused: Refused) -> None:
        field = refused.refusal.values.get("field")
        self.add_error(field if field in self.fields else None, str(refused))
