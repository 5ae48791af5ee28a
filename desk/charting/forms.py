"""The chart but its rows: the forms read what was typed; whether it may be recorded is for the actions to say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.models import Device
from desk.charting.fields import PickField, Shelf, blank_first, clock, dress, lots_of, scale
from desk.charting.more import MoreFields
from desk.charting.prp import PrpFields
from stock.models import Product
from treatments.models import Session


class ChartForm(MoreFields, PrpFields):
    """Everything on the chart but its rows."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    device = PickField(Device.objects.all(), empty=_("Choose a device"))
    cartridge_lot = lots_of(Product.Kind.CARTRIDGE)
    unit_code = forms.CharField(max_length=60, required=False)
    cleansed_at = forms.TimeField(required=False, widget=clock())
    needling_started_at = forms.TimeField(required=False, widget=clock())
    needling_ended_at = forms.TimeField(required=False, widget=clock())
    serum_at = forms.TimeField(required=False, widget=clock())
    calm_from_at = forms.TimeField(required=False, widget=clock())
    serum_is_none = forms.BooleanField(required=False)
    anaesthetic_is_none = forms.BooleanField(required=False)
    erythema = scale(4)
    oedema = scale(4)
    bleeding = forms.ChoiceField(
        choices=blank_first(Session.Bleeding.choices, _("Not noted")), required=False, widget=forms.RadioSelect
    )
    pain_during = scale(10)
    reaction_note = forms.CharField(max_length=250, required=False)
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=10000)
    personal_words = forms.CharField(required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    products = forms.CharField(required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    aftercare_given = forms.BooleanField(required=False)
    sharps_disposed = forms.BooleanField(required=False)

    LABELS = {
        "device": _("Device"),
        "cartridge_lot": _("Cartridge"),
        "unit_code": _("Code on the unit"),
        "cleansed_at": _("Cleansed at"),
        "serum_at": _("Serum at"),
        "calm_from_at": _("Calming from"),
        "needling_started_at": _("Needling from"),
        "needling_ended_at": _("to"),
        "serum_is_none": _("No serum"),
        "anaesthetic_is_none": _("No numbing cream"),
        "erythema": _("Redness, 0 to 4"),
        "oedema": _("Swelling, 0 to 4"),
        "bleeding": _("Bleeding"),
        "pain_during": _("Pain, 0 to 10"),
        "reaction_note": _("Anything else the skin showed"),
        "note": _("Note"),
        "personal_words": _("For this patient, in the first message"),
        "products": _("Recommended products, one a line"),
        "aftercare_given": _("Aftercare explained and handed over"),
        "sharps_disposed": _("Cartridge and sharps disposed of"),
    }

    def __init__(self, *args: Any, shelf: Shelf, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in self.LABELS.items():
            self.fields[name].label = words
        self.fields["device"].offer(shelf.devices)
        self.fields["cartridge_lot"].offer_from(shelf)
        for name in ("device", "cartridge_lot"):
            self.fields[name].keep(self[name].value())
        self.offer(shelf)
        self.offer_prp(shelf)
        dress(self)
