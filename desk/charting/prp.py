"""Platelet-rich plasma on the chart: what was drawn, and who asked whose it is, twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from desk.charting.fields import NumberField, Shelf, clock
from desk.charting.more import person
from stock.models import Product
from treatments.models import PrpUse
from treatments.prp import MOMENTS, NOTHING, Check, Prp


def _label() -> forms.ChoiceField:
    choices = [("", _("Not read yet")), *PrpUse.Label.choices]
    return forms.ChoiceField(label=_("Label of the tube"), choices=choices, required=False, widget=forms.RadioSelect)


def _tick(words: Any) -> forms.BooleanField:
    return forms.BooleanField(label=words, required=False)


class PrpFields(forms.Form):
    """What is asked where a kit was used."""

    prp_draw_ml = NumberField(
        label=_("Blood drawn, ml"),
        words=_("Write millilitres, such as 8.5."),
        decimal_places=1,
        max_digits=4,
        min_value=Decimal("0.1"),
    )
    prp_drawn_at = forms.TimeField(label=_("Drawn at"), required=False, widget=clock())
    prp_programme = forms.CharField(label=_("Centrifuge programme"), max_length=80, required=False)
    prp_draw_name = _tick(_("The patient said the name"))
    prp_draw_born = _tick(_("The patient said the date of birth"))
    prp_draw_label = _label()
    prp_draw_by = person(_("Checked by"))
    prp_draw_at = forms.TimeField(label=_("Checked at"), required=False, widget=clock())
    prp_application_name = _tick(_("The patient said the name"))
    prp_application_born = _tick(_("The patient said the date of birth"))
    prp_application_label = _label()
    prp_application_by = person(_("Checked by"))
    prp_application_at = forms.TimeField(label=_("Checked at"), required=False, widget=clock())

    def offer_prp(self, shelf: Shelf) -> None:
        """Show who works here; whoever is on the record already stays. Kits at hand make the panel worth showing."""
        for moment in MOMENTS:
            self.fields[f"prp_{moment}_by"].offer(shelf.people)
            self.fields[f"prp_{moment}_by"].keep(self[f"prp_{moment}_by"].value())
        self.has_kits = bool(shelf.of_kind(Product.Kind.PRP_KIT))

    @property
    def says_prp(self) -> bool:
        return any(self[name].value() not in (None, "", False) or self[name].errors for name in PrpFields.base_fields)

    @property
    def prp_checks(self) -> list[tuple[Any, dict[str, Any]]]:
        """Return both checks with their fields, as the page shows them."""
        titles = (_("Check at the draw"), _("Check before the application"))
        return [
            (title, {name: self[f"prp_{moment}_{name}"] for name in ("name", "born", "label", "by", "at")})
            for title, moment in zip(titles, MOMENTS, strict=True)
        ]


def read(typed: Mapping[str, Any], instant: Callable[[time | None], datetime | None]) -> Prp | None:
    """Return what was typed, None where nothing was."""
    checks = {
        moment: Check(
            typed[f"prp_{moment}_name"],
            typed[f"prp_{moment}_born"],
            typed[f"prp_{moment}_label"],
            typed[f"prp_{moment}_by"],
            instant(typed[f"prp_{moment}_at"]),
        )
        for moment in MOMENTS
    }
    said = Prp(typed["prp_draw_ml"], instant(typed["prp_drawn_at"]), typed["prp_programme"], **checks)
    return None if said == NOTHING else said


def initial(prp: Prp | None, clock_of: Callable[[datetime | None], time | None]) -> dict[str, Any]:
    """Return what is kept, as the fields show it."""
    if prp is None:
        return {}
    told = {"prp_draw_ml": prp.draw_ml, "prp_drawn_at": clock_of(prp.drawn_at), "prp_programme": prp.programme}
    for moment, check in prp.checks():
        told |= {
            f"prp_{moment}_name": check.has_name,
            f"prp_{moment}_born": check.has_born,
            f"prp_{moment}_label": check.label,
            f"prp_{moment}_by": check.by,
            f"prp_{moment}_at": clock_of(check.at),
        }
    return told
