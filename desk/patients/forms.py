"""What is asked about a patient: few things to enter someone, a few more to keep the record right."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Layout
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from clinic.refusals import Refused
from patients import twins
from patients.models import Patient
from patients.writing import NotUsable, clean_email, clean_phone

BORN_FORMATS = ["%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d %m %Y", "%d %B %Y", "%d %b %Y", "%Y-%m-%d"]


class FindForm(forms.Form):
    """What is typed to find a patient."""

    q = forms.CharField(max_length=80, required=False, strip=True)


class ContactForm(forms.Form):
    """How to reach someone: all that the desk needs to enter and book them."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        help_text=_("As the patient says it, first name first."),
        error_messages={"required": _("Write the name.")},
    )
    phone = forms.CharField(
        label=_("Phone"), max_length=40, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    email = forms.CharField(
        label=_("E-mail"), max_length=254, required=False, widget=forms.TextInput(attrs={"inputmode": "email"})
    )
    born_on = forms.DateField(
        label=_("Date of birth"),
        required=False,
        input_formats=BORN_FORMATS,
        help_text=_("Day, month, year: 21/05/1994"),
        widget=forms.DateInput(format="%d/%m/%Y", attrs={"inputmode": "numeric", "class": "input-short"}),
        error_messages={"invalid": _("Write the date of birth as 21/05/1994.")},
    )
    called = forms.CharField(label=_("Called"), max_length=60, required=False, help_text=_("If not by the first name."))

    LAYOUT = (
        Field("name", autofocus=True),
        Div("phone", "email", css_class="two"),
        Div("born_on", "called", css_class="two"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(Div(*self.LAYOUT, css_class="fields"))
        for name in ("phone", "email"):
            self.fields[name].is_implied = True  # one of them is needed, so neither is optional
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")  # a shared computer

    def clean_phone(self) -> Any:
        return _or_error(clean_phone, self.cleaned_data["phone"])

    def clean_email(self) -> str:
        return _or_error(clean_email, self.cleaned_data["email"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        unreachable = not cleaned.get("phone") and not cleaned.get("email")
        if unreachable and not {"phone", "email"} & self.errors.keys():
            self.add_error("phone", _("Write a phone number or an e-mail address."))
        return cleaned

    def refuse(self, refused: Refused) -> None:
        """Show what an action refused at the field it is about, else above the form."""
        field = refused.refusal.values.get("field")
        self.add_error(field if field in self.fields else None, str(refused))

    def look_alikes(self, besides: Patient | None = None) -> list[twins.LookAlike]:
        """Return who may be the same person, judged by what is valid so far."""
        typed = {name: str(self.cleaned_data.get(name) or "") for name in ("name", "phone", "email")}
        return twins.look_alikes(**typed, born_on=self.cleaned_data.get("born_on"), besides=besides)


class NewPatientForm(ContactForm):
    """Someone new. seen: the references of the look-alikes that were shown, so that a hint is given once."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput())


class PatientForm(ContactForm):
    """The record's own fields, as it stood at `version`."""

    former_names = forms.CharField(
        label=_("Former names"),
        max_length=250,
        required=False,
        help_text=_("Separated by commas. The patient is found by them; they are shown nowhere else."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    wants_appointment_mail = forms.BooleanField(label=_("E-mails about appointments"), required=False)
    wants_aftercare_mail = forms.BooleanField(
        label=_("E-mails with aftercare and follow-ups"),
        required=False,
        help_text=_("Without e-mail each message becomes a printed sheet or a call."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput())

    LAYOUT = (
        *ContactForm.LAYOUT,
        "former_names",
        Div("language", css_class="two"),
        "wants_appointment_mail",
        "wants_aftercare_mail",
        "version",
    )


class ClinicalPatientForm(PatientForm):
    """The same with what only clinicians may read and write."""

    fitzpatrick = forms.TypedChoiceField(
        label=_("Skin type (Fitzpatrick)"),
        choices=[("", _("Not known")), *Patient.SkinType.choices],
        coerce=int,
        empty_value=None,
        required=False,
    )
    has_pigment_history = forms.BooleanField(label=_("Marks darken easily"), required=False)
    has_cold_sores = forms.BooleanField(label=_("Cold sores before"), required=False)
    avoids_nsaids = forms.BooleanField(label=_("No anti-inflammatories"), required=False)

    LAYOUT = (
        *PatientForm.LAYOUT,
        HTML("{% load i18n %}<h2 class='title-sm'>{% translate 'For clinicians' %}</h2>"),
        Div("fitzpatrick", css_class="two"),
        "has_pigment_history",
        "has_cold_sores",
        "avoids_nsaids",
    )


def _or_error(clean: Any, value: str) -> Any:
    try:
        return clean(value)
    except NotUsable as refused:
        raise forms.ValidationError(str(refused)) from None
