"""What is asked where a consent is signed; whether it can be kept is for the action to say."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from desk.patients.forms import DayField, ScanField
from intake.agreeing import NAME_AT_MOST, RELATION_AT_MOST
from intake.models import Consent, ConsentText
from intake.signatures import LARGEST_DRAWING, LARGEST_PAPER, Signature


class WhoSignsForm(forms.Form):
    """Who signs, and which words they have read. text: the version that was on the page."""

    text = forms.ModelChoiceField(ConsentText.objects.all(), widget=forms.HiddenInput)
    signer = forms.ChoiceField(
        label=_("Who signs"),
        choices=Consent.Signer.choices,
        widget=forms.RadioSelect,
        initial=Consent.Signer.PATIENT,
        error_messages={"required": _("Say who signs.")},
    )
    relation = forms.CharField(
        label=_("How related"),
        max_length=RELATION_AT_MOST,
        required=False,
        help_text=_("Only for a parent or guardian: mother, father, guardian."),
    )
    name = forms.CharField(
        label=_("Full name"),
        max_length=NAME_AT_MOST,
        error_messages={"required": _("Write the name of who signs.")},
    )

    LAYOUT: tuple[Any, ...] = ("signer", Div("name", "relation", css_class="two"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(Div(*self.LAYOUT, css_class="fields"))
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")  # a shared tablet

    def signature(self) -> Signature:
        """Return what was filled in, as the action is told of it."""
        raise NotImplementedError

    def refuse(self, field: str, sentence: str) -> None:
        """Show what the action refused at its field."""
        self.add_error(field if field in self.fields else None, sentence)


class SignForm(WhoSignsForm):
    """Read on the screen and signed there: the typed name is the signature, a drawing stands beside it."""

    drawing = forms.CharField(required=False, max_length=LARGEST_DRAWING, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text = _("Your typed name is your signature.")

    def signature(self) -> Signature:
        cleaned = self.cleaned_data
        return Signature(
            how=Consent.How.DRAWN if cleaned["drawing"] else Consent.How.TYPED,
            name=cleaned["name"],
            signer=cleaned["signer"],
            relation=cleaned["relation"],
            drawing=cleaned["drawing"],
        )


class PaperForm(WhoSignsForm):
    """A paper that was signed with a pen and scanned in."""

    signed_on = DayField(
        label=_("Day on the paper"),
        required=True,
        help_text=_("Day, month, year: 21/05/2026"),
        error_messages={
            "required": _("Write the day that stands on the paper."),
            "invalid": _("Write the day as 21/05/2026."),
        },
    )
    paper = ScanField(label=_("The scan"), error_messages={"required": _("Choose the scan of the signed paper.")})

    LAYOUT = ("signer", Div("name", "relation", css_class="two"), "signed_on", "paper")

    def signature(self) -> Signature:
        cleaned = self.cleaned_data
        scan = cleaned["paper"]
        return Signature(
            how=Consent.How.PAPER,
            name=cleaned["name"],
            signer=cleaned["signer"],
            relation=cleaned["relation"],
            paper=scan.read(LARGEST_PAPER + 1),
            signed_on=cleaned["signed_on"],
        )


class WithdrawForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=250, required=False)
