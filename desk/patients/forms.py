"""What is asked about a patient: few things to enter someone, a few more to keep the record right."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Layout
from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from clinic.refusals import Refused
from patients import twins
from patients.writing import NotUsable, clean_email, clean_phone

BORN_FORMATS = ["%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d %m %Y", "%d %B %Y", "%d %b %Y", "%Y-%m-%d"]


class PhoneField(forms.CharField):
    """A phone number as somebody writes it; what comes out is E.164."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 40, "required": False, "widget": _keyboard("tel")} | kwargs)

    def clean(self, value: Any) -> Any:
        return _or_error(clean_phone, super().clean(value))


class MailField(forms.CharField):
    """An e-mail address, in the house's own words when it is none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 254, "required": False, "widget": _keyboard("email")} | kwargs)

    def clean(self, value: Any) -> Any:
        return _or_error(clean_email, super().clean(value))


class DayField(forms.DateField):
    """A day of the past, written as people write it."""

    default_error_messages = {"invalid": _("Write the date as 21/05/1994.")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {"required": False, "help_text": _("Day, month, year: 21/05/1994")} | kwargs
        widget = forms.DateInput(format="%d/%m/%Y", attrs={"inputmode": "numeric", "class": "input-short"})
        super().__init__(input_formats=BORN_FORMATS, widget=widget, **kwargs)


class ScanField(forms.FileField):
    """A paper that came in from outside, as it was scanned or sent; what is in it is judged by the action."""

    default_error_messages = {"empty": _("This file is empty.")}

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"})
        super().__init__(help_text=_("A PDF, JPEG or PNG of at most 15 MB."), widget=widget, **kwargs)


def _keyboard(kind: str) -> forms.TextInput:
    return forms.TextInput(attrs={"inputmode": kind})


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
    phone = PhoneField(label=_("Phone"))
    email = MailField(label=_("E-mail"))
    born_on = DayField(
        label=_("Date of birth"), error_messages={"invalid": _("Write the date of birth as 21/05/1994.")}
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

    def look_alikes(self) -> list[twins.LookAlike]:
        """Return who may be the same person, judged by what is valid so far."""
        typed = {name: str(self.cleaned_data.get(name) or "") for name in ("name", "phone", "email")}
        return twins.look_alikes(**typed, born_on=self.cleaned_data.get("born_on"))


class NewPatientForm(ContactForm):
    """Someone new. seen: the references of the look-alikes that were shown, so that a hint is given once."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput())


def _heading(words: Any) -> HTML:
    return HTML(format_lazy("<h2 class='title-sm'>{}</h2>", words))


class PatientForm(ContactForm):
    """The record's own fields, as it stood at `version`; what is clinical has a page of its own."""

    legal_name = forms.CharField(
        label=_("Legal name"), max_length=120, required=False, help_text=_("If papers say another name.")
    )
    former_names = forms.CharField(
        label=_("Former names"),
        max_length=250,
        required=False,
        help_text=_("Separated by commas. The patient is found by them; they are shown nowhere else."),
    )
    pronouns = forms.CharField(label=_("Pronouns"), max_length=40, required=False, help_text=_("Such as she/her."))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    address = forms.CharField(
        label=_("Address"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    country = forms.CharField(label=_("Country"), max_length=60, required=False)
    wants_appointment_mail = forms.BooleanField(label=_("About appointments"), required=False)
    wants_aftercare_mail = forms.BooleanField(label=_("Aftercare and check-ins"), required=False)
    wants_recall_mail = forms.BooleanField(label=_("That the next session is due"), required=False)
    wants_marketing_mail = forms.BooleanField(label=_("News and offers"), required=False)
    emergency_name = forms.CharField(label=_("Name"), max_length=120, required=False)
    emergency_relation = forms.CharField(label=_("Who that is"), max_length=60, required=False)
    emergency_phone = PhoneField(label=_("Phone"))
    guardian_name = forms.CharField(label=_("Name"), max_length=120, required=False)
    guardian_relation = forms.CharField(label=_("Who that is"), max_length=60, required=False)
    guardian_phone = PhoneField(label=_("Phone"))
    guardian_email = MailField(label=_("E-mail"))
    archived_on = DayField(
        label=_("No longer comes since"),
        help_text=_("The patient is not asked back. The record stays and can be found, and booked."),
    )
    died_on = DayField(label=_("Died"), help_text=_("Nothing is sent or booked any more."))
    version = forms.IntegerField(widget=forms.HiddenInput())

    LAYOUT = (
        *ContactForm.LAYOUT,
        Div("legal_name", "pronouns", css_class="two"),
        "former_names",
        Div("address", css_class="whole"),
        Div("country", "language", css_class="two"),
        _heading(_("What may be e-mailed")),
        HTML(format_lazy("<p class='help'>{}</p>", _("What is not e-mailed becomes a printed sheet or a call."))),
        Div("wants_appointment_mail", "wants_aftercare_mail", "wants_recall_mail", "wants_marketing_mail"),
        _heading(_("In an emergency")),
        Div("emergency_name", "emergency_relation", css_class="two"),
        Div("emergency_phone", css_class="two"),
        _heading(_("Guardian of a minor")),
        Div("guardian_name", "guardian_relation", css_class="two"),
        Div("guardian_phone", "guardian_email", css_class="two"),
        _heading(_("If they no longer come")),
        Div("archived_on", "died_on", css_class="two"),
        "version",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].is_implied = True


def _or_error(clean: Any, value: str) -> Any:
    try:
        return clean(value)
    except NotUsable as refused:
        raise forms.ValidationError(str(refused)) from None
