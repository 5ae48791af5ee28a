"""What is asked to write a message of aftercare, to publish a version, and to look at words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from aftercare import lettering, protocols, step_rules
from aftercare.models import Step
from clinic import words

HOURS, DAYS = "hours", "days"
WORDS = "words_"  # and the language


class StepForm(forms.Form):
    """A message: when it leaves, after whose sessions, and its words, one field a language.

    revision: of the draft as the writer read it, 0 where there was none.
    """

    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    title = forms.CharField(label=_("What it is for"), max_length=80)
    offset = forms.IntegerField(label=_("Leaves after"), min_value=0, max_value=step_rules.MOST_DAYS)
    unit = forms.ChoiceField(
        label=_("Counted in"),
        choices=[(HOURS, _("hours after the treatment ended")), (DAYS, _("days on the calendar"))],
        widget=forms.RadioSelect,
    )
    not_after_hours = forms.IntegerField(
        label=_("At most so many hours late"),
        help_text=_("Later than this it would say what is no longer true: it is listed for you, and not sent."),
        min_value=step_rules.SOONEST_STALE,
        max_value=step_rules.LATEST_STALE,
    )
    every_session = forms.BooleanField(
        label=_("After every session of a course; without the tick after the first alone"), required=False
    )
    only_if = forms.MultipleChoiceField(label=_("Only if"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        meanings = words.meanings("conditions")
        self.fields["only_if"].choices = [(name, meanings[name]) for name in step_rules.CONDITIONS]
        for name in ("title", "offset", "not_after_hours"):
            self.fields[name].widget.attrs |= {"class": "form-control", "autocomplete": "off"}
        for code, label in settings.LANGUAGES:
            attrs = {"rows": 26, "class": "form-control letter-words", "lang": code, "autocomplete": "off"}
            self.fields[f"{WORDS}{code}"] = forms.CharField(
                label=label,
                required=False,
                strip=False,
                max_length=2 * lettering.LONGEST,
                widget=forms.Textarea(attrs=attrs | {"spellcheck": "true"}),
            )

    @classmethod
    def of(cls, step: Step, *, revision: int) -> StepForm:
        """Return the form as a step stands."""
        is_hours = step.offset_hours is not None
        facts = {name: getattr(step, name) for name in ("title", "not_after_hours", "every_session", "only_if")}
        letters = {f"{WORDS}{code}": text for code, text in protocols.letters_of(step).items()}
        offset = step.offset_hours if is_hours else step.offset_days
        return cls(
            initial={**facts, **letters, "offset": offset, "unit": HOURS if is_hours else DAYS, "revision": revision}
        )

    def facts(self) -> dict[str, Any]:
        """Return what was chosen, as `aftercare.protocols` takes it."""
        data = self.cleaned_data
        facts = {name: data[name] for name in ("title", "not_after_hours", "every_session", "only_if")}
        is_hours = data["unit"] == HOURS
        return {
            **facts,
            "offset_hours": data["offset"] if is_hours else None,
            "offset_days": None if is_hours else data["offset"],
        }

    def letters(self) -> dict[str, str]:
        """Return what was written, by language."""
        return {code: self.cleaned_data[f"{WORDS}{code}"].replace("\r\n", "\n") for code, _label in settings.LANGUAGES}

    def when_fields(self) -> list[forms.BoundField]:
        """Return the fields beside the words, in the order of the page."""
        names = ("purpose", "title", "offset", "unit", "not_after_hours", "every_session", "only_if")
        return [self[name] for name in names if name in self.fields]

    def in_languages(self) -> list[tuple[str, forms.BoundField]]:
        return [(code, self[f"{WORDS}{code}"]) for code, _label in settings.LANGUAGES]


class NewStepForm(StepForm):
    """A message of the clinic's own. purpose: care, or a word about the next visit, a review or maintenance."""

    purpose = forms.ChoiceField(
        label=_("Kind"), choices=Step.Purpose.choices, widget=forms.Select(attrs={"class": "form-select"})
    )


class PublishForm(forms.Form):
    """Publishing the draft. revision: as it was read; note: what changes and why."""

    revision = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("What changes, and why"),
        required=False,
        max_length=250,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
