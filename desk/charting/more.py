"""The fields of the record that stay closed on the chart until somebody has something to say in them."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.models import User
from desk.charting.fields import PickField, Shelf, blank_first, lots_of, scale
from stock.models import Product
from treatments.models import Session


def person(label: str) -> PickField:
    """Return a field for somebody who works here."""
    return PickField(User.objects.all(), label=label, empty=_("Nobody named"))


class MoreFields(forms.Form):
    """What the record holds beside the usual (table f)."""

    assistant = person(_("Assistant"))
    skin_prep_lot = lots_of(Product.Kind.SKIN_PREP)
    has_barrier_sleeve = forms.BooleanField(label=_("Barrier sleeve used"), required=False)
    seal_was_intact = forms.BooleanField(label=_("Sterile seal of the cartridge was intact"), required=False)
    pain_after = scale(10)
    adjunct = forms.ChoiceField(
        label=_("Beside the needling"),
        choices=blank_first(Session.Adjunct.choices, _("Not noted")),
        required=False,
        widget=forms.RadioSelect,
    )
    adjunct_details = forms.CharField(label=_("What was done beside it"), max_length=250, required=False)
    aftercare_method = forms.ChoiceField(
        label=_("Aftercare was given"),
        choices=blank_first(Session.Given.choices, _("Not noted")),
        required=False,
        widget=forms.RadioSelect,
    )

    def offer(self, shelf: Shelf) -> None:
        """Show who works here and the lots at hand; what is on the record already stays."""
        self.fields["skin_prep_lot"].label = _("Skin preparation")
        self.fields["pain_after"].label = _("Pain afterwards, 0 to 10")
        self.fields["assistant"].offer(shelf.people, str)
        self.fields["skin_prep_lot"].offer_from(shelf)
        for name in ("assistant", "skin_prep_lot"):
            self.fields[name].keep(self[name].value())

    @property
    def says_more(self) -> bool:
        """Return whether the closed part of the chart is to be seen: something is said in it, or is wrong there."""
        said = any(self[name].value() not in (None, "", False) for name in MoreFields.base_fields)
        return said or any(self[name].errors for name in MoreFields.base_fields)
