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
from desk.charting import aside
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


class LotField(PickField):
    """A lot of one kind of product. What was done already is told with lots, too, that could not be used now."""

    warning = ""  # what is to be said of the lot that is chosen

    def __init__(self, kind: str) -> None:
        things = Lot.objects.offered_as(kind).select_related("product")
        super().__init__(things, label=_("Lot"), empty=_("Choose a lot"))
        self.kind = kind

    def offer_from(self, shelf: Shelf) -> None:
        """Show what of the shelf is of this kind: what may be used, and in a group of its own what may not."""
        self.shelf = shelf
        self.offer(shelf.of_kind(self.kind), lot_words)

    def offer(self, things: Iterable[Any], words: Callable[[Any], str] = str) -> None:
        super().offer(things, words)
        unfit = [(lot.pk, f"{lot.number} · {why} · {lot.product.name}") for lot, why in self._aside()]
        if unfit:
            self.widget.choices = [*self.widget.choices, (gettext("Not good to use now"), unfit)]

    def keep(self, value: Any) -> None:
        """Show also what is on the record, and where it was written afterwards, what the signature will ask of it."""
        if all(str(lot.pk) != str(self.prepare_value(value)) for lot, _why in self._aside()):
            super().keep(value)
        self.warning = self._warning(self.find(value)) if self.shelf.written_afterwards else ""

    def _aside(self) -> list[tuple[Lot, str]]:
        return [(lot, why) for lot, why in self.shelf.aside if _is_offered_as(lot, self.kind)]

    def _warning(self, lot: Lot | None) -> str:
        why = lot and aside.why(lot, self.shelf.on)
        words = gettext("Lot %(lot)s: %(why)s. If it was so when it was used, the signature asks how that came to be.")
        return words % {"lot": lot.number, "why": why} if why else ""


def lots_of(kind: str) -> LotField:
    """Return a field for a lot of one kind of product."""
    return LotField(kind)


def _is_offered_as(lot: Lot, kind: str) -> bool:
    return lot.product.kind in Product.OFFERED_AS.get(kind, (kind,))


def lot_words(lot: Lot) -> str:
    """Return a lot as it is picked: number, last day of use, product."""
    until = gettext("until %(day)s") % {"day": date_format(lot.expires_on, "j M Y")}
    return f"{lot.number} · {until} · {lot.product.name}"


@dataclass(frozen=True)
class Shelf:
    """What and who may be picked today: four queries for the whole chart.

    aside: what could not be used now, each with its reason, only for what is written afterwards.
    """

    on: date
    zones: list[Zone]
    devices: list[Device]
    lots: list[Lot]
    people: list[User]
    aside: list[tuple[Lot, str]]
    written_afterwards: bool

    @classmethod
    def of(cls, site: Site, on: date, *, done_on: date | None = None) -> Shelf:
        """Return what is at hand on that day. done_on: of what is written afterwards, the day on which it was done."""
        devices = Device.objects.filter(site=site, quarantined_at=None, service_due_on__gte=on)
        zones, people = Zone.objects.filter(is_prohibited=False), User.objects.filter(is_active=True)
        unfit = aside.lots(on, of_day=done_on) if done_on else []
        usable = list(Lot.objects.usable(on))
        return cls(on, list(zones), list(devices), usable, list(people), unfit, done_on is not None)

    def of_kind(self, kind: str) -> list[Lot]:
        return [lot for lot in self.lots if _is_offered_as(lot, kind)]


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


def readable(form: forms.Form, field: str) -> Any:
    """Return what a field says, or None where there is no such field or it cannot be read."""
    if field not in form.fields:
        return None
    value = form[field].value()
    try:
        return form.fields[field].clean(value if value is None or hasattr(value, "pk") else str(value))
    except forms.ValidationError:
        return None
