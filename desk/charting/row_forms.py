"""The rows of the chart: a zone, a serum, a numbing cream. A row in which nothing was chosen is no row."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from desk.charting.fields import NumberField, PickField, Shelf, blank_first, clock, dress, lots_of
from desk.charting.more import person
from stock.models import Product
from treatments import drafts
from treatments.judging import Finding
from treatments.models import SerumUse, Zone, ZonePass

ELSEWHERE = "-"  # before the code of a finding whose reason stands elsewhere
ROWS_AT_MOST = 30
LEAST = Decimal("0.1")  # millilitres or grams that can be measured


class RowForm(forms.Form):
    """One row of the chart. A row in which nothing was chosen is no row."""

    WANTED: dict[str, str] = {}  # field, and what to say when it is missing while the row says something else
    PICKED = "lot"
    found: tuple[Finding, ...] = ()  # what the rules notice at this row, set by the chart
    asks_reason = False
    is_new_finding = False
    usual_reasons: Sequence[str | Promise] = ()
    hint = ""

    codes = forms.CharField(required=False, widget=forms.HiddenInput)  # of the findings that stand beside the row

    def __init__(self, *args: Any, shelf: Shelf, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(shelf)
        self.fields[self.PICKED].keep(self[self.PICKED].value())
        dress(self)

    def offer(self, shelf: Shelf) -> None:
        self.fields["lot"].offer_from(shelf)

    @property
    def is_blank(self) -> bool:
        """Return whether the row says nothing at all."""
        return not any(self[name].data for name in self.fields if name not in ("DELETE", "phase", "codes"))

    @property
    def counts(self) -> bool:
        return not self.is_blank and not self["DELETE"].data

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.counts:
            for name, words in self.WANTED.items():
                if cleaned.get(name) in (None, "") and name not in self.errors:
                    self.add_error(name, words)
        return cleaned


class ZoneForm(RowForm):
    """The needling of one zone."""

    WANTED = {
        "zone": _("Choose the zone."),
        "depth_mm": _("Write the depth in mm, such as 1.50."),
        "pass_count": _("Write how many passes."),
    }

    PICKED = "zone"
    quick_depths: tuple[str, ...] = ()  # offered for one tap, set by the chart

    zone = PickField(Zone.objects.all(), empty=_("Choose a zone"))
    side = forms.ChoiceField(label=_("Side"), choices=ZonePass.Side.choices, required=False)
    depth_mm = NumberField(words=_("Write the depth in mm, such as 1.50."), decimal_places=2)
    pass_count = forms.IntegerField(
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": _("Write how many passes.")},
    )
    speed = NumberField(
        label=_("Speed"), words=_("Write the speed as a number, such as 100."), decimal_places=1, max_digits=6
    )
    speed_unit = forms.ChoiceField(
        label=_("Unit"), choices=blank_first(ZonePass.SpeedUnit.choices, _("Unit")), required=False
    )
    endpoint = forms.ChoiceField(choices=blank_first(ZonePass.Endpoint.choices, _("Endpoint")), required=False)
    carried_from = forms.UUIDField(required=False, widget=forms.HiddenInput)
    is_confirmed = forms.BooleanField(required=False)
    note = forms.CharField(
        max_length=250, required=False, widget=forms.TextInput(attrs={"placeholder": _("Note on this zone")})
    )
    reason = forms.CharField(max_length=250, required=False)

    @property
    def is_blank(self) -> bool:
        return not any(self[name].data for name in ("zone", "depth_mm", "pass_count", "endpoint", "note"))

    def offer(self, shelf: Shelf) -> None:
        self.fields["zone"].offer(shelf.zones)

    @property
    def is_spare(self) -> bool:
        """Return whether it is a row to be filled, of no zone yet, at which nothing is to be looked at."""
        return not self.place and not self.errors and "data-focus" not in self.fields["zone"].widget.attrs

    @property
    def is_carried(self) -> bool:
        """Return whether it only says what was done the last time."""
        return bool(self["carried_from"].value()) and not self["is_confirmed"].value()

    @property
    def zone_pk(self) -> Any:
        return self.fields["zone"].prepare_value(self["zone"].value())

    @property
    def place(self) -> str:
        """Return which zone and side the row is about, as a press on the map says it; empty while none is chosen."""
        zone = self.fields["zone"].find(self["zone"].value())
        return f"{zone.code}:{self['side'].value() or ''}" if zone else ""

    @property
    def words(self) -> str:
        """Return the zone with its side, as it is read."""
        zone = self.fields["zone"].find(self["zone"].value())
        side = self["side"].value() or ""
        return drafts.zone_words(zone, side if side in ZonePass.Side.values else "") if zone else ""

    def reasons(self) -> dict[str, str]:
        """Return the reason under each finding that stood beside the field when it was written."""
        reason = self.cleaned_data["reason"]
        return {code.removeprefix(ELSEWHERE): reason for code in self.cleaned_data["codes"].split()} if reason else {}


class SerumForm(RowForm):
    """A serum on the skin."""

    WANTED = {"lot": _("Choose the lot.")}

    lot = lots_of(Product.Kind.SERUM)
    phase = forms.ChoiceField(
        label=_("When"), choices=SerumUse.Phase.choices, initial=SerumUse.Phase.AFTER, required=False
    )
    amount_ml = NumberField(
        label=_("Amount, ml"),
        words=_("Write millilitres, such as 2.5."),
        decimal_places=1,
        max_digits=4,
        min_value=LEAST,
    )
    reason = forms.CharField(max_length=250, required=False)


class CreamForm(RowForm):
    """A numbing cream on the skin."""

    WANTED = {"lot": _("Choose the lot."), "on_at": _("Write when the cream went on.")}

    lot = lots_of(Product.Kind.ANAESTHETIC)
    grams = NumberField(
        label=_("Grams"), words=_("Write grams, such as 5.0."), decimal_places=1, max_digits=4, min_value=LEAST
    )
    area_cm2 = forms.IntegerField(
        label=_("Area, cm²"),
        required=False,
        min_value=1,
        max_value=9999,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": _("Write square centimetres, such as 60.")},
    )
    is_occluded = forms.BooleanField(label=_("Covered while it worked"), required=False)
    applied_by = person(_("Put on by"))
    on_at = forms.TimeField(label=_("On at"), required=False, widget=clock())
    off_at = forms.TimeField(label=_("Off at"), required=False, widget=clock())
    is_removed = forms.BooleanField(required=False)
    reason = forms.CharField(max_length=250, required=False)

    def offer(self, shelf: Shelf) -> None:
        super().offer(shelf)
        self.fields["applied_by"].offer(shelf.people)
        self.fields["applied_by"].keep(self["applied_by"].value())

    @property
    def says_more(self) -> bool:
        """Return whether the closed part of the row is to be seen."""
        return any(self[name].value() or self[name].errors for name in ("area_cm2", "is_occluded", "applied_by"))


def rows_of(form: type[RowForm]) -> type[forms.BaseFormSet]:
    """Return the set of rows of one kind; each row can be taken off again."""
    return forms.formset_factory(form, extra=0, can_delete=True, max_num=ROWS_AT_MOST, absolute_max=ROWS_AT_MOST + 10)


Zones, Serums, Creams = rows_of(ZoneForm), rows_of(SerumForm), rows_of(CreamForm)
SETS = {"zones": Zones, "serums": Serums, "creams": Creams}
