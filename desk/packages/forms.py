"""What is asked about packages: what is sold, what is given back, refunded, given on, and what is truly left."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from desk.charting.fields import NumberField
from desk.devices.forms import TYPED_DAYS, Laid, day, text
from desk.packages import reading
from ledger import rules
from ledger.models import Package
from ledger.packages import Sale

COUNT_WORDS = _("Write how many sessions, as a whole number.")
MONEY_WORDS = _("Write an amount of money, such as 540 or 540.00.")
UNTIL_WORDS = _("Write the day as 30/11/2027, or leave it empty.")


def count(label: Any, **known: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        error_messages=dict.fromkeys(("required", "invalid"), COUNT_WORDS),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "input-short"}),
        **known,
    )


def money(label: Any, **known: Any) -> NumberField:
    field = NumberField(label=label, words=MONEY_WORDS, decimal_places=2, max_digits=9, **known)
    field.required = True
    field.error_messages["required"] = MONEY_WORDS
    return field


def reason() -> forms.CharField:
    return text(_("Why?"), _("Write why, in a few words."), max_length=rules.LONGEST_REASON)


class LaidOut(Laid):
    def __init__(self, *args: Any, **known: Any) -> None:
        super().__init__(*args, **known)
        self.lay_out()


class SellForm(LaidOut):
    """A package as it is sold; services: those of the menu that it may be narrowed to."""

    PAIRS = (("sessions_count", "price", "currency"), ("bought_on", "expires_on"))

    name = text(
        _("What it is called"),
        _("Write what the package is called."),
        max_length=rules.LONGEST_NAME,
        help_text=_("As on your price list. Write nothing about health: everybody at the desk reads it."),
    )
    sessions_count = count(_("Sessions"))
    price = money(_("Price of all of it"))
    currency = text(_("Currency"), _("Write the currency in three letters, such as GBP or EUR."), max_length=3)
    bought_on = day(_("Bought on"))
    expires_on = forms.DateField(
        label=_("Use until"),
        required=False,
        input_formats=TYPED_DAYS,
        help_text=_("The last day of use; empty if it never expires."),
        error_messages={"invalid": UNTIL_WORDS},
        widget=forms.DateInput(format="%d/%m/%Y", attrs={"autocomplete": "off", "class": "input-short"}),
    )
    service_codes = forms.MultipleChoiceField(
        label=_("Pays for"),
        required=False,
        help_text=_("Tick none if it pays for every treatment."),
        error_messages={"invalid_choice": _("Choose from the services that are offered.")},
        widget=forms.CheckboxSelectMultiple,
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=250, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, **known: Any) -> None:
        super().__init__(*args, **known)
        self.fields["service_codes"].choices = reading.services()

    @property
    def sale(self) -> Sale:
        return Sale(**self.cleaned_data)

    @classmethod
    def proposing(cls, *, country: str, today: date) -> SellForm:
        """Return an empty form with today, and the currency of the last sale, else of the country."""
        last = Package.objects.order_by("-pk").values_list("currency", flat=True).first()
        return cls(initial={"bought_on": today, "currency": last or rules.currency_of(country)})


class BackForm(LaidOut):
    use = forms.ChoiceField(
        label=_("Which session"),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose the session that used one.")),
    )
    reason = reason()

    def __init__(self, *args: Any, uses: list[tuple[str, str]], **known: Any) -> None:
        super().__init__(*args, **known)
        self.fields["use"].choices = uses


class RefundForm(LaidOut):
    PAIRS = (("count", "amount"),)

    count = count(_("Sessions taken back"))
    amount = money(_("Money paid back"), help_text=_("It is only written down here; pay it back as you took it."))
    reason = reason()


class CorrectForm(LaidOut):
    remaining = count(_("Sessions truly left"))
    reason = reason()


class GiveForm(LaidOut):
    count = count(_("Sessions to give"))
    reason = reason()
