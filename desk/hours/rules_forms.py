"""What is asked about the rules of booking: the site's, a service's, a new room."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from clinic import holidays
from clinic.models import Device, Phase, Room, Service, Site, User
from clinic.services import RESOURCES, Stretch
from intake import agreeing
from intake.models import Purpose

GRIDS = [(5, _("5 minutes")), (10, _("10 minutes")), (15, _("15 minutes")), (30, _("30 minutes"))]
A_YEAR = 366
A_WEEK_OF_MINUTES = 7 * 24 * 60


def number(label: Any, least: int, most: int, help_text: Any = "") -> forms.IntegerField:
    """Return a field for a whole number between two bounds, with one sentence for whatever is wrong."""
    sentence = format_lazy(_("Write a whole number from {least} to {most}."), least=least, most=most)
    field = forms.IntegerField(
        label=label,
        help_text=help_text,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "input-short"}),
        error_messages={"required": sentence, "invalid": sentence},
    )
    field.validators += [MinValueValidator(least, sentence), MaxValueValidator(most, sentence)]
    return field


def helper_of(*layout: Any) -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(Div(*layout, css_class="fields"))
    return helper


class SiteRulesForm(forms.Form):
    """The site's own rules. The regions offered are those of the country that is chosen."""

    hours_words = forms.CharField(
        label=_("Opening hours in words"),
        max_length=160,
        help_text=_("As patients read them in messages: Mon to Fri 9:00 to 18:00."),
        error_messages={"required": _("Write the opening hours as patients read them.")},
    )
    country = forms.ChoiceField(label=_("Country"), required=False, help_text=_("For its public holidays."))
    region = forms.ChoiceField(label=_("Region"), required=False, help_text=_("Where it has holidays of its own."))
    travel_minutes = number(
        _("Way from another site, minutes"), 0, 480, _("Kept free between visits of one person here and elsewhere.")
    )
    late_cancel_hours = number(
        _("Late cancellation, hours"), 0, 336, _("A visit called off later than this before it counts as late.")
    )
    consent_cooling_days = number(
        _("Between consent and treatment, days"), 0, 90, _("Time to think it over; 0 asks for none.")
    )
    minimum_age = number(
        _("Youngest age for a session, years"),
        0,
        30,
        _("Below it a prescriber decides for each visit. Below 18, whatever it is, the guardian on record signs."),
    )
    offer_minutes = number(_("Offered time is held, minutes"), 5, 2880, _("For the one on the waitlist who is asked."))
    report_minutes = number(
        _("Until a report that nobody took on is told to the leads, minutes"),
        5,
        1440,
        _("What patients tell from their recovery page; what is urgent is told at once."),
    )
    nsaid_policy = forms.ChoiceField(
        label=_("Ibuprofen and its like after a treatment"),
        choices=Site.NsaidPolicy.choices,
        help_text=_("What aftercare says. Where an answer or an allergy speaks against it, it is never named."),
    )
    policy_words = forms.CharField(
        label=_("What is said about missed visits"),
        max_length=250,
        required=False,
        help_text=_("Read to the patient at booking; empty says nothing."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    consultation_first = forms.BooleanField(label=_("A consultation before the first needling"), required=False)
    feeds_show_initials = forms.BooleanField(
        label=_("Initials of patients in calendar feeds"),
        required=False,
        help_text=_("Calendars on phones are read by others too; without this they show the service only."),
    )
    keep_years = number(
        _("Records are kept, years"), 1, 100, _("After the last entry; longer for those who were under 18 then.")
    )
    own_patients_only = forms.BooleanField(
        label=_("Practitioners open only the records of their own patients"),
        required=False,
        help_text=_(
            "Those they treated or have a visit with. For any other they break the glass: a reason, an hour, and a "
            "manager looks at it."
        ),
    )
    sends_health_form = forms.BooleanField(
        label=_("The health form goes out with a first booking"),
        required=False,
        help_text=_("Unless the patient is told nothing of that visit. It can be sent by hand at any time."),
    )
    sheets_show_initials = forms.BooleanField(
        label=_("Initials only on the day sheets saved each evening"),
        required=False,
        help_text=_("Without names, dates of birth and phone numbers, where the printed sheet lies open."),
    )

    def __init__(self, data: Any = None, *, site: Site) -> None:
        super().__init__(data, initial={name: getattr(site, name) for name in self.base_fields})
        country = str(self["country"].value() or "")
        known = [(code, f"{name} ({code})") for code, name in holidays.countries()]
        self.fields["country"].choices = [("", _("Not chosen")), *known]
        self.fields["region"].choices = [("", _("All of the country")), *holidays.regions(country)]
        for name in ("country", "region"):
            self.fields[name].is_implied = True  # "not chosen" is among the choices
        self.fields["region"].error_messages["invalid_choice"] = _("Choose a region of that country.")
        self.helper = helper_of(
            "hours_words",
            Div("country", "region", css_class="two"),
            Div("travel_minutes", "late_cancel_hours", "offer_minutes", css_class="three"),
            Div("report_minutes", "nsaid_policy", css_class="two"),
            "policy_words",
            Div("consent_cooling_days", "minimum_age", css_class="three"),
            "consultation_first",
            "sends_health_form",
            "feeds_show_initials",
            "sheets_show_initials",
            "own_patients_only",
            "keep_years",
        )


class PeopleField(forms.ModelMultipleChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.CheckboxSelectMultiple, **kwargs)


class ServiceForm(forms.Form):
    """A service: how it is booked, who gives it, and where and with what."""

    name = forms.CharField(label=_("Name"), max_length=80, error_messages={"required": _("Write the name.")})
    is_offered = forms.BooleanField(
        label=_("Offered"), required=False, help_text=_("When not, nothing new is booked; what is booked stays.")
    )
    beside = forms.MultipleChoiceField(
        label=_("Done beside the needling"),
        choices=[(code, Purpose(code).label) for code in agreeing.BESIDE],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The patient signs for each of these by itself before the session."),
    )
    start_grid_minutes = forms.TypedChoiceField(label=_("Starts every"), choices=GRIDS, coerce=int)
    minimum_notice_minutes = number(
        _("Shortest notice, minutes"), 0, A_WEEK_OF_MINUTES, _("0 lets it be booked until it starts.")
    )
    maximum_advance_days = number(_("Furthest ahead, days"), 1, 3 * A_YEAR)
    practitioners = PeopleField(label=_("Who gives it"), queryset=User.objects.none())
    rooms = PeopleField(label=_("Rooms"), queryset=Room.objects.none())
    chairs = PeopleField(label=_("Numbing chairs"), queryset=Room.objects.none())
    devices = PeopleField(label=_("Devices"), queryset=Device.objects.none())

    def __init__(self, data: Any = None, *, service: Service, site: Site) -> None:
        own = ("name", "beside", "is_offered", "start_grid_minutes", "minimum_notice_minutes", "maximum_advance_days")
        places = list(service.rooms.all())
        ticked = {
            "practitioners": service.practitioners.all(),
            "rooms": [place for place in places if place.kind == Room.Kind.ROOM],
            "chairs": [place for place in places if place.kind == Room.Kind.CHAIR],
            "devices": service.devices.all(),
        }
        super().__init__(data, initial={name: getattr(service, name) for name in own} | ticked)
        if service.kind != Service.Kind.NEEDLING:
            del self.fields["beside"]
        here = Room.objects.filter(site=site)
        self.fields["practitioners"].queryset = User.objects.practitioners().order_by("name")
        self.fields["rooms"].queryset = here.filter(kind=Room.Kind.ROOM)
        self.fields["chairs"].queryset = here.filter(kind=Room.Kind.CHAIR)
        self.fields["devices"].queryset = Device.objects.filter(site=site)
        for name in ("practitioners", "rooms", "chairs", "devices"):
            self.fields[name].is_implied = True
            if not self.fields[name].queryset.exists():
                self.fields[name].help_text = _("None yet; add it under Booking rules.")
        self.helper = helper_of(
            "name",
            "is_offered",
            *(["beside"] if service.kind == Service.Kind.NEEDLING else []),
            Div("start_grid_minutes", "minimum_notice_minutes", "maximum_advance_days", css_class="three"),
        )
        self.who_helper = helper_of(Div("practitioners", "rooms", "chairs", "devices", css_class="cols"))
        self.helper.template = self.who_helper.template = "desk/hours/_fields.html"


class PhaseForm(forms.Form):
    """One phase; a row without a kind is no phase."""

    kind = forms.ChoiceField(label=_("Phase"), choices=[("", _("None")), *Phase.Kind.choices], required=False)
    minutes = number(_("Minutes"), 1, 480)
    practitioner = forms.BooleanField(label=_("Practitioner"), required=False)
    room = forms.BooleanField(label=_("Room"), required=False)
    chair = forms.BooleanField(label=_("Numbing chair"), required=False)
    device = forms.BooleanField(label=_("Device"), required=False)
    patient = forms.BooleanField(label=_("Patient"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["minutes"].required = False
        self.fields["minutes"].widget.attrs["class"] = "form-control"
        self.fields["kind"].widget.attrs["class"] = "form-select"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("kind") and not cleaned.get("minutes") and "minutes" not in self.errors:
            self.add_error("minutes", _("Write how many minutes this phase takes."))
        return cleaned

    @property
    def boxes(self) -> list[forms.BoundField]:
        return [self[name] for name in RESOURCES]

    @property
    def stretch(self) -> Stretch | None:
        """The phase that is said, or None for a row that says none."""
        given = self.cleaned_data
        if not given.get("kind"):
            return None
        return Stretch(given["kind"], given["minutes"], frozenset(name for name in RESOURCES if given[name]))


class BasePhases(forms.BaseFormSet):
    """The phases in the order of their numbers."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        order = {"class": "form-control", "inputmode": "numeric", "autocomplete": "off"}
        form.fields["ORDER"].widget = forms.TextInput(attrs=order)

    @property
    def stretches(self) -> list[Stretch]:
        rows = [row for row in self.forms if row.cleaned_data and row.stretch]
        rows.sort(key=lambda row: (row.cleaned_data.get("ORDER") is None, row.cleaned_data.get("ORDER") or 0))
        return [row.stretch for row in rows]


Phases = forms.formset_factory(PhaseForm, formset=BasePhases, extra=1, can_order=True, max_num=12, validate_max=True)


def phases_of(service: Service) -> list[dict[str, Any]]:
    """Return the phases of a service as the rows of the form show them."""
    stretches = [Stretch.of(phase) for phase in service.phases.order_by("position")]
    return [
        {"kind": one.kind, "minutes": one.minutes, **{name: name in one.holds for name in RESOURCES}}
        for one in stretches
    ]


class PlaceForm(forms.Form):
    """A new room or numbing chair."""

    kind = forms.ChoiceField(label=_("What"), choices=Room.Kind.choices)
    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        error_messages={"required": _("Write a name, such as Room 2 or Chair 1.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="place_%s", **kwargs)
        self.helper = helper_of(Div("kind", "name", css_class="two"))
