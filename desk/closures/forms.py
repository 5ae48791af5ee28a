"""What is asked to close time, to take somebody out of a day, and to move a late day on."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from booking.models import Closure
from clinic import wall_time
from clinic.models import Device, Room, Site, User
from desk.booking.forms import PersonChoice

FARTHEST = timedelta(days=730)


class DayInput(forms.DateInput):
    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d", attrs={"type": "date"})


class TimeInput(forms.TimeInput):
    def __init__(self) -> None:
        super().__init__(format="%H:%M", attrs={"type": "time"})


def words_field() -> forms.CharField:
    return forms.CharField(
        label=_("Why"),
        required=False,
        max_length=120,
        help_text=_("Shown on the board, so nothing about anybody's health."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ClosureForm(forms.Form):
    """What is closed and when; whole days unless times are given."""

    what = forms.ChoiceField(label=_("What is closed"), error_messages={"required": _("Choose what is closed.")})
    from_day = forms.DateField(
        label=_("From"),
        widget=DayInput(),
        help_text=_("The first day that is closed."),
        error_messages={"required": _("Choose the first day.")},
    )
    from_time = forms.TimeField(
        label=_("From time"), required=False, widget=TimeInput(), help_text=_("Empty: from the morning on.")
    )
    to_day = forms.DateField(
        label=_("Until"), required=False, widget=DayInput(), help_text=_("Empty: the same day. The day is included.")
    )
    to_time = forms.TimeField(
        label=_("Until time"), required=False, widget=TimeInput(), help_text=_("Empty: to the evening.")
    )
    words = words_field()

    def __init__(self, *args: Any, site: Site, today: date, may_shut: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site, self.today = site, today
        self.found: dict[str, Any] = {}
        self.fields["what"].choices = self._things(may_shut)
        for name in ("from_time", "to_time", "to_day"):
            self.fields[name].is_implied = True  # the words under them say what empty means
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def _things(self, may_shut: bool) -> list[Any]:
        groups = [
            (_("People"), "practitioner", User.objects.practitioners().order_by("name")),
            (_("Rooms and chairs"), "room", Room.objects.filter(site=self.site)),
            (_("Devices"), "device", Device.objects.filter(site=self.site)),
        ]
        choices: list[Any] = [("", _("Choose"))]
        if may_shut:
            choices.append(("site", _("The whole clinic")))
        for label, name, rows in groups:
            offered = {f"{name}-{one.pk}": one for one in rows}
            self.found |= offered
            if offered:
                choices.append((label, [(value, one.name) for value, one in offered.items()]))
        return choices

    def clean_from_day(self) -> date:
        return self._near(self.cleaned_data["from_day"])

    def clean_to_day(self) -> date | None:
        day = self.cleaned_data["to_day"]
        return self._near(day) if day else None

    def _near(self, day: date) -> date:
        if abs(day - self.today) > FARTHEST:
            raise forms.ValidationError(_("Choose a day within two years of today."))
        return day

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if not given.get("from_day") or "to_day" in self.errors:
            return given
        given["to_day"] = given.get("to_day") or given["from_day"]
        if {"from_time", "to_time"} & set(self.errors):
            return given
        given["starts_at"], given["ends_at"] = self._bounds(given)
        if given["to_day"] < given["from_day"]:
            self.add_error("to_day", _("The last day is before the first."))
        elif given["starts_at"] >= given["ends_at"]:
            self.add_error("to_time", _("The end is before the start."))
        return given

    def _bounds(self, given: dict[str, Any]) -> tuple[datetime, datetime]:
        zone = self.site.zone
        starts_at = wall_time.instant(given["from_day"], given.get("from_time") or time.min, zone)
        if given.get("to_time"):
            return starts_at, wall_time.instant(given["to_day"], given["to_time"], zone)
        return starts_at, wall_time.day_bounds(given["to_day"], zone)[1]

    @property
    def closed(self) -> dict[str, Any]:
        """What was said, as `visits.closing.close` takes it."""
        given = self.cleaned_data
        name, _dash, _pk = given["what"].partition("-")
        kinds = {"practitioner": Closure.Kind.LEAVE, "device": Closure.Kind.SERVICING}
        named = {name: self.found[given["what"]]} if given["what"] in self.found else {}
        return {
            "kind": kinds.get(name, Closure.Kind.CLOSURE),
            "site": self.site,
            "starts_at": given["starts_at"],
            "ends_at": given["ends_at"],
            "words": given["words"].strip(),
            **named,
        }


class AwayForm(forms.Form):
    """Who is out, and for how long from now on."""

    SPANS = (("rest", _("The rest of today")), ("day", _("All of today")), ("until", _("Until a day, included")))

    practitioner = PersonChoice(
        queryset=User.objects.none(),
        empty_label=_("Choose"),
        label=_("Who is out"),
        error_messages={"required": _("Choose who is out.")},
    )
    span = forms.ChoiceField(choices=SPANS, label=_("How long"), widget=forms.RadioSelect)
    until_day = forms.DateField(label=_("Last day"), required=False, widget=DayInput())
    words = words_field()

    def __init__(self, *args: Any, site: Site, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site, self.at = site, at
        self.today = wall_time.local(at, site.zone).date()
        self.fields["practitioner"].queryset = User.objects.practitioners().order_by("name")
        self.fields["until_day"].is_implied = True  # it is asked for only where it is needed

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("span") == "until" and "until_day" not in self.errors:
            day = given.get("until_day")
            if day is None:
                self.add_error("until_day", _("Choose the last day."))
            elif not self.today <= day <= self.today + FARTHEST:
                self.add_error("until_day", _("Choose a day from today on, within two years."))
        return given

    @property
    def away(self) -> Closure:
        """What would be closed, not saved: from now, or from this morning, to the end of the last day."""
        given = self.cleaned_data
        morning, midnight = wall_time.day_bounds(self.today, self.site.zone)
        ends_at = midnight
        if given["span"] == "until":
            ends_at = wall_time.day_bounds(given["until_day"], self.site.zone)[1]
        return Closure(
            site=self.site,
            kind=Closure.Kind.LEAVE,
            practitioner=given["practitioner"],
            starts_at=morning if given["span"] == "day" else self.at.replace(second=0, microsecond=0),
            ends_at=ends_at,
            words=given["words"].strip(),
        )


class LateForm(forms.Form):
    """Who runs late, and by how much."""

    practitioner = PersonChoice(
        queryset=User.objects.none(), label=_("Who runs late"), error_messages={"required": _("Choose who runs late.")}
    )
    minutes = forms.IntegerField(
        label=_("By how many minutes"),
        min_value=1,
        max_value=180,
        error_messages={
            "required": _("Write how many minutes."),
            "invalid": _("Write the minutes as a number, such as 25."),
            "min_value": _("Write a delay of 1 to 180 minutes."),
            "max_value": _("Write a delay of 1 to 180 minutes."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["practitioner"].queryset = User.objects.practitioners().order_by("name")
