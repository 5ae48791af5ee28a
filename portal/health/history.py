"""Allergies, medicines and earlier procedures, as the patient tells them.

What is new goes into the record, by the patient. What the patient says is no longer so is told to the clinicians in a
note and stays in the record until one of them has looked at it; only a medicine that was stopped gets its day at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from clinic.refusals import Refused, Stale
from intake import freshness, health_forms
from patients import health, notes, patients
from patients.models import Allergy, ClinicalNote, HealthFact, Medicine, Patient, Procedure
from patients.rules import fold
from portal.health.door import Visitor
from portal.health.fields import choice, day, line

CONFIRMED, CHANGED = "history", "history-changed"
ROWS = 3  # empty ones on a page; more come with a press
STILL, STOPPED, WRONG = "still", "stopped", "wrong"


@dataclass(frozen=True)
class Kind:
    """One of the three lists. ways: how a row that stands may be answered; none: words of a tick that there is none."""

    code: str
    model: type[HealthFact]
    title: Any
    help: Any
    new: Any
    plural: Any
    ways: tuple[tuple[str, Any], ...]
    fields: dict[str, tuple[Any, int]] = field(default_factory=dict)
    days: dict[str, Any] = field(default_factory=dict)
    none: Any = ""


RIGHT = (STILL, gettext_lazy("Yes, still so"))
NOT_RIGHT = (WRONG, gettext_lazy("No, or not any more"))
KINDS = {
    "allergies": Kind(
        "allergies",
        Allergy,
        gettext_lazy("Are you allergic to anything?"),
        gettext_lazy("To a medicine, a cream, a metal, latex, a plaster, food: whatever your body reacted to."),
        gettext_lazy("Allergy"),
        gettext_lazy("Allergies"),
        (RIGHT, NOT_RIGHT),
        {
            "substance": (gettext_lazy("What are you allergic to?"), 120),
            "reaction": (gettext_lazy("What happens then?"), 250),
            "since": (gettext_lazy("Since when?"), 40),
        },
        none=gettext_lazy("I have no allergies that I know of"),
    ),
    "medicines": Kind(
        "medicines",
        Medicine,
        gettext_lazy("Which medicines do you take, or took in the last year?"),
        gettext_lazy("Tablets, creams, injections, the pill, vitamins. Leave it empty if there are none."),
        gettext_lazy("Medicine"),
        gettext_lazy("Medicines"),
        ((STILL, gettext_lazy("I still take it")), (STOPPED, gettext_lazy("I stopped")), NOT_RIGHT),
        {"name": (gettext_lazy("Name of the medicine"), 120), "dose": (gettext_lazy("How much, how often?"), 120)},
        {
            "started_on": gettext_lazy("Started on, if you know the day"),
            "stopped_on": gettext_lazy("Stopped on, if you stopped it"),
        },
    ),
    "procedures": Kind(
        "procedures",
        Procedure,
        gettext_lazy("What was done to your skin before?"),
        gettext_lazy("Peels, laser, injections, operations in the area. Leave it empty if there was nothing."),
        gettext_lazy("Treatment"),
        gettext_lazy("Earlier treatments"),
        (RIGHT, NOT_RIGHT),
        {"name": (gettext_lazy("What was done?"), 120), "place": (gettext_lazy("Where, or by whom?"), 120)},
        {"done_on": gettext_lazy("On which day, if you know it")},
    ),
}


def standing(kind: Kind, visitor: Visitor) -> list[HealthFact]:
    """Return the rows that the page may show: the record's, or only what came with this form."""
    rows = list(kind.model.objects.standing().filter(patient=visitor.patient))
    if kind.model is Medicine:
        rows = [row for row in rows if row.stopped_on is None or _is_own(row, visitor)]
    return rows if visitor.form.shows_record else [row for row in rows if _is_own(row, visitor)]


def stands(visitor: Visitor) -> bool:
    """Return whether this patient has told it all before, so that it is only to be confirmed."""
    if not visitor.form.shows_record or not freshness.has_been_asked(visitor.patient):
        return False
    return visitor.patient.no_known_allergies or any(standing(kind, visitor) for kind in KINDS.values())


class StandsForm(forms.Form):
    """What the record has, to be confirmed as a whole."""

    is_same = choice(
        gettext_lazy("Is all of this still right?"),
        [("same", gettext_lazy("Yes, nothing has changed")), ("changed", gettext_lazy("No, something has changed"))],
    )

    def __init__(self, data: Any = None, *, visitor: Visitor) -> None:
        super().__init__(data)
        self.visitor = visitor

    @property
    def told(self) -> list[tuple[Any, list[str]]]:
        """Each list by its name, with what stands in it."""
        return [(kind.plural, [str(row) for row in standing(kind, self.visitor)]) for kind in KINDS.values()]

    def clean_is_same(self) -> str:
        if not self.cleaned_data["is_same"]:
            raise forms.ValidationError(_("Say whether it is still right."))
        return self.cleaned_data["is_same"]

    def save(self) -> bool:
        if self.cleaned_data["is_same"] == "changed":
            health_forms.save_step(self.visitor.form, CHANGED)
        return True


def _is_own(row: HealthFact, visitor: Visitor) -> bool:
    begun_at = visitor.form.begun_at
    return begun_at is not None and row.noted_at >= begun_at and row.noted_by_name == visitor.by.name


class HistoryForm(forms.Form):
    """The rows that stand, each to be confirmed, and empty ones below them."""

    def __init__(self, data: Any = None, *, kind: Kind, visitor: Visitor) -> None:
        super().__init__(data)
        self.kind, self.visitor = kind, visitor
        self.facts = {str(row.pk): row for row in standing(kind, visitor)}
        for key, row in self.facts.items():
            self.fields[f"is_{key}"] = choice(str(row), list(kind.ways), initial=_way(row))
            if kind.model is Medicine:
                self.fields[f"when_{key}"] = day(gettext_lazy("Stopped on, if you stopped it"), initial=row.stopped_on)
        for number in range(1, ROWS + 1):
            for name, (label, longest) in kind.fields.items():
                self.fields[f"{name}_{number}"] = line(label, longest)
            for name, label in kind.days.items():
                self.fields[f"{name}_{number}"] = day(label)
        if kind.none:
            initial = visitor.patient.no_known_allergies and visitor.form.shows_record
            self.fields["none"] = forms.BooleanField(label=kind.none, required=False, initial=initial)

    @property
    def told(self) -> Iterator[tuple[HealthFact, list[forms.BoundField]]]:
        """The rows that stand, with what is asked about each."""
        for key, row in self.facts.items():
            yield row, [self[name] for name in (f"is_{key}", f"when_{key}") if name in self.fields]

    @property
    def rows(self) -> Iterator[tuple[int, list[forms.BoundField]]]:
        """The empty rows, by number."""
        for number in range(1, ROWS + 1):
            yield number, [self[f"{name}_{number}"] for name in (*self.kind.fields, *self.kind.days)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        new, what = list(self._new(cleaned)), self.kind.model.WHAT
        for number, row in new:
            if not row[what]:
                self.add_error(f"{what}_{number}", _("Write what it is, or empty the rest of this row."))
        stands = [key for key in self.facts if cleaned.get(f"is_{key}") != WRONG]
        if self.kind.none and cleaned.get("none") and (new or stands):
            self.add_error("none", _("You named one above. Take the tick away, or take that back."))
        elif self.kind.none and not cleaned.get("none") and not (new or self.facts) and not self.errors:
            self.add_error("none", _("Write what you are allergic to, or tick that there is nothing."))
        return cleaned

    def _new(self, cleaned: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
        for number in range(1, ROWS + 1):
            row = {name: cleaned.get(f"{name}_{number}") for name in (*self.kind.fields, *self.kind.days)}
            if any(row.values()):
                yield number, row

    def save(self) -> bool:
        """Keep all of it or nothing, and return whether it could be; else the form says what is wrong."""
        try:
            with transaction.atomic():
                self._keep()
        except Stale:
            self.add_error(None, _("The clinic changed one of these a moment ago. Look at them and go on."))
        except _Wrong as wrong:
            self.add_error(wrong.field if wrong.field in self.fields else None, str(wrong))
        return not self.errors

    def _keep(self) -> None:
        said = {"by": self.visitor.by, "at": self.visitor.at}
        for key, row in self.facts.items():
            way, stopped_on = self.cleaned_data[f"is_{key}"], self.cleaned_data.get(f"when_{key}")
            if way == WRONG:
                said_so = gettext_noop("In the health form: “%(what)s” is not so, or not any more. The record has it.")
                self._tell(said_so, [row])
            elif self.kind.model is Medicine and way == STOPPED and row.stopped_on != stopped_on and stopped_on:
                _try(f"when_{key}", health.change, row, version=row.version, stopped_on=stopped_on, **said)
            elif way == STOPPED and not stopped_on and row.stopped_on is None:
                raise _Wrong(f"when_{key}", _("Write the day as well as you remember it."))
        for number, fields in self._new(self.cleaned_data):
            self._add(number, {name: value for name, value in fields.items() if value})
        if self.cleaned_data.get("none"):
            self._say_there_is_none()

    def _add(self, number: int, fields: dict[str, Any]) -> None:
        """Note a new row; what the record has otherwise is told in a note."""
        if self._stands(fields):
            return
        try:
            with transaction.atomic():
                health.note(self.kind.model, self.visitor.patient, **fields, by=self.visitor.by, at=self.visitor.at)
        except Refused as refused:
            at = refused.refusal.values.get("field", "")
            if at != self.kind.model.WHAT or not self._named(fields):
                raise _Wrong(f"{at}_{number}", str(refused)) from refused
            self._tell(gettext_noop("In the health form: %(what)s. The record has it otherwise."), fields.values())

    def _say_there_is_none(self) -> None:
        now, said = Patient.objects.get(pk=self.visitor.patient.pk), {"by": self.visitor.by, "at": self.visitor.at}
        if Allergy.objects.standing().filter(patient=now).exists():
            self._tell(gettext_noop("In the health form: no allergies known. The record has some."))
        else:
            _try("none", patients.edit, now, version=now.version, no_known_allergies=True, **said)

    def _named(self, fields: dict[str, Any]) -> list[HealthFact]:
        """Return the rows of the record by that name."""
        rows = self.kind.model.objects.standing().filter(patient=self.visitor.patient)
        return [row for row in rows if fold(str(row)) == fold(fields[self.kind.model.WHAT])]

    def _stands(self, fields: dict[str, Any]) -> bool:
        """Return whether this very row was kept before, as when a page is sent twice."""
        return any(
            all(getattr(row, name) == fields.get(name) for name in self.kind.days) for row in self._named(fields)
        )

    def _tell(self, words: str, what: Iterable[Any] = ()) -> None:
        """Write a note for the clinicians, in the language of the house; the same of one form is written once."""
        with translation.override(settings.LANGUAGE_CODE):
            told = _(words) % {"what": " · ".join(map(str, what))}
        since = ClinicalNote.objects.filter(patient=self.visitor.patient, at__gte=self.visitor.form.sent_at)
        if not since.filter(words=told).exists():
            notes.write(ClinicalNote, self.visitor.patient, words=told, by=self.visitor.by, at=self.visitor.at)


class _Wrong(Exception):
    """Raised within a page for a field that cannot stand, so that nothing of the page is kept."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


def _try(where: str, act: Any, *args: Any, **fields: Any) -> None:
    """Do it; a refusal is shown at this field of the page."""
    try:
        act(*args, **fields)
    except Refused as refused:
        raise _Wrong(where, str(refused)) from refused


def _way(row: HealthFact) -> str:
    return STOPPED if isinstance(row, Medicine) and row.stopped_on else STILL
