"""Fields of the chart: numbers with a point or a comma, and things picked from what is at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clinic.models import Device, Site, User
from desk import numbers
from stock.models import Lot, Product
from treatments.models import Zone

QUICK = 3  # things offered for one tap


def blank_first(choices: list[tuple[Any, Any]], words: str = "—") -> list[tuple[Any, Any]]:
    return [("", words), *choices]


class NumberField(forms.DecimalField):
    """A number written with a point or a comma. words: what to say when it cannot be read."""

    def __init__(self, *, words: str, decimal_places: int, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(decimal_places=decimal_places, required=False, widget=widget, **kwargs)
        self.error_messages |= dict.fromkeys(("invalid", "max_decimal_places", "max_digits", "max_whole_digits"), words)

    def to_python(self, value: Any) -> Decimal | None:
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)


class PickField(forms.Field):
    """One of the things at hand. Anything of the kind is read, so that a late lot is refused in words, not unknown."""

    widget = forms.Select

    def __init__(self, things: models.QuerySet, *, empty: str, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.things, self.empty = things, empty
        self.offered: dict[str, Any] = {}

    def offer(self, things: Iterable[Any], words: Callable[[Any], str] = str) -> None:
        """Show these things and no others."""
        self.offered = {str(one.pk): one for one in things}
        self.words = words
        self.widget.choices = blank_first([(pk, words(one)) for pk, one in self.offered.items()], self.empty)

    @property
    def first_offered(self) -> list[Any]:
        """Return the first few of what is offered, for a quick choice."""
        return list(self.offered.values())[:QUICK]

    def keep(self, value: Any) -> None:
        """Show also what is on the record already, though it would not be offered today."""
        found = self.find(value)
        if found is not None and str(found.pk) not in self.offered:
            self.offer([*self.offered.values(), found], self.words)

    def find(self, value: Any) -> Any:
        pk = str(self.prepare_value(value) or "")
        if numbers.read(pk) is None:
            return None
        return self.offered.get(pk) or self.things.filter(pk=pk).first()

    def prepare_value(self, value: Any) -> Any:
        return getattr(value, "pk", value)

    def to_python(self, value: Any) -> Any:
        if value is None or value == "":
            return None
        found = self.find(value)
        if found is None:
            raise forms.ValidationError(_("That is no longer there. Choose again."))
        return found


def lots_of(kind: str) -> PickField:
    """Return a field for a lot of one kind of product."""
    return PickField(Lot.objects.offered_as(kind).select_related("product"), label=_("Lot"), empty=_("Choose a lot"))


def lot_words(lot: Lot) -> str:
    """Return a lot as it is picked: number, last day of use, product."""
    until = gettext("until %(day)s") % {"day": date_format(lot.expires_on, "j M Y")}
    return f"{lot.number} · {until} · {lot.product.name}"


@dataclass(frozen=True)
class Shelf:
    """What and who may be picked today: four queries for the whole chart."""

    zones: list[Zone]
    devices: list[Device]
    lots: list[Lot]
    people: list[User]

    @classmethod
    def of(cls, site: Site, on: date) -> Shelf:
        devices = Device.objects.filter(site=site, quarantined_at=None, service_due_on__gte=on)
        zones, people = Zone.objects.filter(is_prohibited=False), User.objects.filter(is_active=True)
        return cls(list(zones), list(devices), list(Lot.objects.usable(on)), list(people))

    def of_kind(self, kind: str) -> list[Lot]:
        return [lot for lot in self.lots if lot.product.kind in Product.OFFERED_AS.get(kind, (kind,))]


def scale(top: int) -> forms.TypedChoiceField:
    """Return a choice of 0 to `top`, or nothing yet."""
    return forms.TypedChoiceField(
        coerce=int,
        empty_value=None,
        required=False,
        choices=[(step, step) for step in range(top + 1)],
        widget=forms.RadioSelect,
    )


def clock() -> forms.TimeInput:
    return forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": 60})


def dress(form: forms.Form) -> None:
    """Give every field the look of the house; boxes and radio buttons stay as they are."""
    for field in form.fields.values():
        widget = field.widget
        if isinstance(widget, forms.RadioSelect | forms.CheckboxInput | forms.HiddenInput):
            continue
        widget.attrs["class"] = "form-select" if isinstance(widget, forms.Select) else "form-control"
        widget.attrs.setdefault("autocomplete", "off")
