"""What is asked at the start, on the chart, at the end and beside a sealed record.

The forms read what was typed; whether it may be recorded is for the actions to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from decimal import Decimal
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinic.models import Device
from desk.charting.fields import NumberField, PickField, Shelf, blank_first, clock, dress, lots_of, scale
from desk.charting.more import MoreFields, person
from desk.charting.prp import PrpFields
from desk.screening import fields as asking
from intake import agreeing
from intake import rules as rules_of_asking
from intake.models import Purpose, Question
from intake.screenings import Given
from stock.models import Product
from treatments import course_templates, drafts, rules
from treatments.courses import CoursePlan
from treatments.judging import Finding
from treatments.models import Concern, SerumUse, Session, Zone, ZonePass

NO_COURSE = "none"
ELSEWHERE = "-"  # before the code of a finding whose reason stands elsewhere
ROWS_AT_MOST = 30
LEAST = Decimal("0.1")  # millilitres or grams that can be measured


# --- the start -----------------------------------------------------------------------------------------------


class StartForm(forms.Form):
    """Who is here, what was asked today, what is planned beside the needling, and the course where there is none."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    identity_name = forms.CharField(
        label=_("Name"), error_messages={"required": _("Confirm the name.")}, max_length=120
    )
    identity_born_on = forms.DateField(
        label=_("Born"), input_formats=["%Y-%m-%d"], error_messages={"required": _("Confirm the date of birth.")}
    )
    beside = forms.MultipleChoiceField(
        choices=[(code, Purpose(code).label) for code in agreeing.BESIDE],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    concern = forms.ChoiceField(label=_("Concern"), required=False)
    planned_sessions = forms.TypedChoiceField(
        label=_("Planned sessions"),
        coerce=int,
        empty_value=None,
        required=False,
        choices=[(count, count) for count in range(rules.COURSE_SESSIONS[0], rules.COURSE_SESSIONS[1] + 1)],
        widget=forms.RadioSelect,
    )
    goal = forms.CharField(label=_("Goal, in the patient's words"), max_length=250, required=False)

    def __init__(
        self,
        *args: Any,
        questions: list[Question],
        has_course: bool,
        is_prescriber: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.questions, self.has_course = questions, has_course
        self.is_prescriber = is_prescriber
        for question in questions:
            self.fields |= asking.fields_of(question)
            self.fields[f"reason_{question.code}"] = forms.CharField(
                label=_("Why the session goes on"), required=False, max_length=asking.NOTE_LENGTH
            )
        self.concerns = [] if has_course else list(Concern.objects.all())
        chosen = [(one.code, one.label) for one in self.concerns]
        self.fields["concern"].choices = [("", _("Choose")), (NO_COURSE, _("No course, a single session")), *chosen]
        dress(self)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.has_course and not cleaned.get("concern"):
            self.add_error("concern", _("Choose what the course is for, or a single session."))
        elif cleaned.get("concern") not in ("", NO_COURSE, None) and not cleaned.get("planned_sessions"):
            self.add_error("planned_sessions", _("Choose how many sessions are planned."))
        return cleaned

    def answers(self) -> dict[str, Given]:
        """Return what was answered, by the question's code; open questions are left out."""
        found = {}
        for one in self.questions:
            reply = asking.reply_from(one, self.cleaned_data)
            if reply is not None:
                is_yes, reason = reply.option != one.ways[0]["code"], self.cleaned_data[f"reason_{one.code}"]
                found[one.code] = Given(is_yes, reply.note, reason, reply.option, reply.on)
        return found

    def course_plan(self) -> CoursePlan | None:
        """Return the course to begin, or None for a single session or a course that runs."""
        cleaned = self.cleaned_data
        chosen = [one for one in self.concerns if one.code == cleaned["concern"]]
        if not chosen:
            return None
        return course_templates.begun_at_once(chosen[0], cleaned["planned_sessions"], goal=cleaned["goal"])

    def asked(self) -> list[dict[str, Any]]:
        """Return the questions with their fields, as the page shows them."""
        return [
            {
                "question": one,
                "may_decide": any(
                    rules_of_asking.may_decide(
                        way.get("on_dark_skin") or way["action"], is_prescriber=self.is_prescriber
                    )
                    for way in one.ways
                ),
                "goes_on": one.action in (Question.Action.NOTE, Question.Action.REOPEN),
                "answer": self[f"answer_{one.code}"],
                "on": self[f"on_{one.code}"] if asking.asks_day(one) else None,
                "note": self[f"note_{one.code}"],
                "reason": self[f"reason_{one.code}"],
            }
            for one in self.questions
        ]


# --- the chart -----------------------------------------------------------------------------------------------


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


# --- the end and after ---------------------------------------------------------------------------------------


class EndForm(forms.Form):
    """When the treatment ended, on the day it began."""

    ended_at = forms.TimeField(
        label=_("The treatment ended at"),
        widget=clock(),
        error_messages={"required": _("Write when the treatment ended."), "invalid": _("Write the time as 14:30.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)

    @classmethod
    def proposing(cls, now: time) -> EndForm:
        return cls(initial={"ended_at": now})


class AddendumForm(forms.Form):
    """A correction or a remark beside a sealed record."""

    reason = forms.CharField(
        label=_("Why"), max_length=120, error_messages={"required": _("Say why the addendum is written.")}
    )
    words = forms.CharField(
        label=_("Addendum"),
        max_length=10000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write what the addendum says.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
