"""What a course is planned to be, as it is typed: the plan, the depths by session, and what is done beside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from clinic.refusals import Refused
from desk.charting.fields import NumberField, blank_first, dress
from treatments.course_rules import Adjunct, DepthStep
from treatments.course_templates import Outline as TemplateOutline
from treatments.courses import CoursePlan, ReasonsMissing
from treatments.models import Concern, Course, Zone

NOTE_LENGTH = 250
ROWS_AT_MOST = 40
SPARE = 2  # blank rows below those that say something
DAYS = ("earliest_days", "target_days", "latest_days")


def count(label: Any, words: Any, **kwargs: Any) -> forms.IntegerField:
    """Return a field for a small whole number. words: what to say when it is none."""
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    messages = dict.fromkeys(("required", "invalid", "min_value", "max_value"), words)
    return forms.IntegerField(
        label=label, widget=widget, error_messages=messages, min_value=0, max_value=9999, **kwargs
    )


class OutlineForm(forms.Form):
    """What a plan and a template have in common."""

    planned_sessions = count(_("Planned sessions"), _("Write how many sessions, usually 3 to 6."))
    earliest_days = count(_("Days apart, at the earliest"), _("Write the days from one session to the next."))
    target_days = count(_("At best"), _("Write the days from one session to the next."))
    latest_days = count(_("At the latest"), _("Write the days from one session to the next."))
    review_days = forms.CharField(
        label=_("Reviews, days after the last session"),
        required=False,
        max_length=60,
        help_text=_("Such as 30, 90, 180."),
    )
    home_care = forms.CharField(
        label=_("Care at home"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)

    def clean_review_days(self) -> tuple[int, ...]:
        parts = self.cleaned_data["review_days"].replace(",", " ").split()
        if not all(part.isascii() and part.isdecimal() and len(part) <= 4 for part in parts):
            raise forms.ValidationError(_("Write days as whole numbers, such as 30, 90, 180."))
        return tuple(int(part) for part in parts)


class PlanForm(OutlineForm):
    """A course of one patient. why and version are asked where one is changed."""

    concern = forms.ModelChoiceField(
        label=_("Concern that decides the depth"),
        queryset=Concern.objects.all(),
        to_field_name="code",
        empty_label=_("Choose"),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose what the course is for.")),
    )
    also_concerns = forms.ModelMultipleChoiceField(
        label=_("Other concerns"),
        queryset=Concern.objects.all(),
        to_field_name="code",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    zones = forms.ModelMultipleChoiceField(
        label=_("Zones"),
        queryset=Zone.objects.filter(is_prohibited=False),
        to_field_name="code",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    goal = forms.CharField(label=_("Goal, in the patient's words"), required=False, max_length=NOTE_LENGTH)
    sessions_reason = forms.CharField(
        label=_("Why fewer than 3 or more than 6"), required=False, max_length=NOTE_LENGTH
    )
    price_words = forms.CharField(label=_("Price"), required=False, max_length=120)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    why = forms.CharField(label=_("Why the plan changes"), required=False, max_length=NOTE_LENGTH)

    def __init__(self, *args: Any, is_change: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_change:
            del self.fields["version"], self.fields["why"]


class TemplateForm(OutlineForm):
    """What courses for one concern begin from."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    why = forms.CharField(label=_("Why it changes"), required=False, max_length=NOTE_LENGTH)


class StepForm(forms.Form):
    """From which session on a zone is needled how deep. A row that says nothing is no row."""

    number = count(_("From session"), _("Write from which session on."), required=False)
    zone = forms.ChoiceField(label=_("Zone"), required=False)
    depth_mm = NumberField(label=_("Depth, mm"), words=_("Write the depth in mm, such as 1.50."), decimal_places=2)
    reason = forms.CharField(label=_("Why, where the rules ask"), required=False, max_length=NOTE_LENGTH)

    def __init__(self, *args: Any, zones: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = blank_first(zones, _("Every zone"))
        dress(self)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if any(self[name].data for name in self.fields):
            for name in ("number", "depth_mm"):
                if cleaned.get(name) is None and name not in self.errors:
                    self.add_error(name, self.fields[name].error_messages["invalid"])
        return cleaned


class AdjunctForm(forms.Form):
    """Something that is done beside the needling, with its own days."""

    kind = forms.ChoiceField(label=_("What"), choices=blank_first(Course.Adjunct.choices, _("Nothing")), required=False)
    days = count(_("Days apart"), _("Write how many days lie between two of them."), required=False)
    from_session = count(_("From session"), _("Write from which session on."), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("kind") and cleaned.get("days") is None and "days" not in self.errors:
            self.add_error("days", self.fields["days"].error_messages["invalid"])
        return cleaned


def rows_of(form: type[forms.Form]) -> type[forms.BaseFormSet]:
    return forms.formset_factory(form, extra=SPARE, max_num=ROWS_AT_MOST, absolute_max=ROWS_AT_MOST)


Steps, Adjuncts = rows_of(StepForm), rows_of(AdjunctForm)


def _counted(data: QueryDict) -> QueryDict:
    """Return what was sent with its rows counted anew, so that none is lost where the page's own count is."""
    counted = data.copy()
    for prefix in ("steps", "adjuncts"):
        found = [int(one[1]) for key in data if (one := re.fullmatch(rf"{prefix}-([0-9]{{1,2}})-[a-z_]+", key))]
        counted[f"{prefix}-TOTAL_FORMS"] = str(min(max(found, default=0) + 1, ROWS_AT_MOST))
        counted[f"{prefix}-INITIAL_FORMS"] = "0"
    return counted


class Outline:
    """The forms of a plan together. main: the form of the fields; initial: what stands in it, by its name."""

    def __init__(self, make: Any, *, data: QueryDict | None, initial: Mapping[str, Any], **kwargs: Any) -> None:
        data = _counted(data) if data is not None else None
        zones = list(Zone.objects.filter(is_prohibited=False).values_list("code", "label"))
        self.main = make(data, initial=initial.get("main"), **kwargs)
        known = {"initial": initial.get("steps", []), "form_kwargs": {"zones": zones}}
        self.steps = Steps(data, prefix="steps", **known)
        self.adjuncts = Adjuncts(data, prefix="adjuncts", initial=initial.get("adjuncts", []))

    def is_valid(self) -> bool:
        return all([self.main.is_valid(), self.steps.is_valid(), self.adjuncts.is_valid()])

    @property
    def outline(self) -> dict[str, Any]:
        """Return what plans and templates have in common, as the actions take it."""
        said = self.main.cleaned_data
        steps, adjuncts = self._said(self.steps, "depth_mm"), self._said(self.adjuncts, "kind")
        return {
            "planned_sessions": said["planned_sessions"],
            "days": tuple(said[name] for name in DAYS),
            "review_days": said["review_days"],
            "home_care": said["home_care"],
            "depth_steps": tuple(DepthStep(one["number"], one["zone"], one["depth_mm"]) for one in steps),
            "step_reasons": tuple(one["reason"] for one in steps),
            "adjuncts": tuple(Adjunct(one["kind"], one["days"], one["from_session"] or 1) for one in adjuncts),
        }

    @property
    def template(self) -> TemplateOutline:
        return TemplateOutline(**self.outline)

    @property
    def plan(self) -> CoursePlan:
        said = self.main.cleaned_data
        plain = {name: said[name] for name in ("concern", "goal", "sessions_reason", "price_words")}
        sets = {name: tuple(said[name]) for name in ("zones", "also_concerns")}
        return CoursePlan(**plain, **sets, **self.outline)

    @staticmethod
    def _said(rows: forms.BaseFormSet, needs: str) -> list[dict[str, Any]]:
        return [form.cleaned_data for form in Outline._counting(rows, needs)]

    @staticmethod
    def _counting(rows: forms.BaseFormSet, needs: str) -> list[forms.Form]:
        return [form for form in rows if form.cleaned_data.get(needs) not in (None, "")]

    def refuse(self, refused: Refused) -> None:
        """Show what an action refused at the field that it is about, else above the form."""
        if isinstance(refused, ReasonsMissing):
            rows = self._counting(self.steps, "depth_mm")
            for row, words in refused.missing.items():
                for sentence in words:
                    rows[row].add_error("reason", sentence)
            return
        where = refused.refusal.values
        form: forms.Form = self.main
        if "row" in where:
            sets = {"depth_steps": (self.steps, "depth_mm"), "adjuncts": (self.adjuncts, "kind")}
            form = self._counting(*sets[where["field"]])[where["row"]]
        field = where.get("part") or where.get("field")
        form.add_error(field if field in form.fields else None, str(refused))

    def issues(self) -> list[tuple[str, str]]:
        """Return every problem with the place that it leads to."""
        found = [("#main", str(error)) for error in self.main.non_field_errors()]
        for form in (self.main, *self.steps, *self.adjuncts):
            for field in form.visible_fields():
                found += [(f"#at-{field.html_name}", str(error)) for error in field.errors]
        return found


def initial_of(plan: CoursePlan, **more: Any) -> dict[str, Any]:
    """Return how a plan stands in the forms."""
    main = {name: getattr(plan, name) for name in ("goal", "sessions_reason", "price_words")}
    main |= {name: [one.code for one in getattr(plan, name)] for name in ("zones", "also_concerns")}
    return outline_initial(plan, concern=plan.concern.code, **main, **more)


def outline_initial(plan: CoursePlan | TemplateOutline, **more: Any) -> dict[str, Any]:
    """Return how what a plan and a template have in common stands in the forms."""
    main = {"planned_sessions": plan.planned_sessions, "home_care": plan.home_care}
    main |= dict(zip(DAYS, plan.days or (), strict=False))
    main["review_days"] = ", ".join(str(day) for day in plan.review_days)
    steps = [
        {"number": one.number, "zone": one.zone, "depth_mm": as_typed(one.depth_mm), "reason": reason}
        for one, reason in zip(plan.depth_steps, plan.step_reasons, strict=True)
    ]
    return {"main": main | more, "steps": steps, "adjuncts": [vars(one) for one in plan.adjuncts]}


def as_typed(depth_mm: Decimal) -> str:
    return f"{depth_mm:.2f}"
