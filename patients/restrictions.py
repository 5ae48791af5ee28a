"""Restrictions: what later layers tell booking about a patient, and what booking answers with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clinic.often import often
from clinic.refusals import Refusal
from patients.models import Patient, Restriction
from patients.rules import Stop, hardest, passed_by, short_day_words, too_soon_sentence, too_soon_title


@dataclass(frozen=True)
class DeskWord:
    """All that the desk learns of a patient's state: a kind, its words, the first open day if there is one."""

    kind: Literal["clear", "not_before", "needs_clinician"]
    text: str
    not_before: date | None = None


@transaction.atomic
def write(
    patient: Patient,
    *,
    source: str,
    service_kinds: Sequence[str],
    zone_codes: Sequence[str] = (),
    not_before: date | None,
    best_on: date | None = None,
    latest_on: date | None = None,
    counted_from: date | None = None,
    soft_days: int = 0,
    passed_by: str = "prescribe",
    words: str,
    at: datetime,
) -> Restriction:
    """Write what the source says, in the place of what it said before; see the model for the fields.

    counted_from: the day of the last session, so that a refusal can say how many days have passed.
    """
    says = {
        "patient": patient,
        "service_kinds": [str(kind) for kind in service_kinds],
        "zone_codes": list(zone_codes),
        "not_before": not_before,
        "best_on": best_on,
        "latest_on": latest_on,
        "counted_from": counted_from,
        "soft_days": soft_days,
        "passed_by": passed_by,
        "words": words,
        "written_at": at,
        "lifted_at": None,
    }
    restriction, _is_new = Restriction.objects.update_or_create(source=source, defaults=says)
    return restriction


def lift(source: str, *, at: datetime) -> None:
    """Let the restriction of that source stop nothing from now on; nothing happens if it does not stand."""
    Restriction.objects.filter(source=source, lifted_at=None).update(lifted_at=at)


def judge(patient: Patient, *, service_kind: str, on: date, at: datetime) -> Refusal | None:
    """Return why this kind of visit cannot be on that day, or None when it can. A day may be judged before it comes."""
    return judged(of_kind(_unlifted(patient), service_kind), on=on)


def judged(rows: Iterable[Restriction], *, on: date) -> Refusal | None:
    """Return why a visit that these restrictions are about cannot be on that day, or None when it can.

    The refusal names the window in its values (opens, best, closes). On the few days before the window a practitioner
    may agree ("agree_early"); else it takes who may pass the strictest of what stands on that day, which may be nobody.
    """
    stops = [as_stop(row) for row in rows]
    stop = hardest(stops, on)
    if stop is None:
        return None
    if stop.not_before is None:
        return _until_lifted(stop, passed_by(stops, on))
    return Refusal(
        rule="restriction.not_before",
        title=too_soon_title(on),
        sentence=too_soon_sentence(stop, on),
        earliest=stop.not_before,
        overridable_by=passed_by(stops, on),
        values=_window_values(stop, on),
    )


def of_kind(rows: Iterable[Restriction], service_kind: str) -> list[Restriction]:
    """Return those of the restrictions that are about this kind of visit."""
    return [row for row in rows if not row.service_kinds or service_kind in row.service_kinds]


def standing(patient: Patient, *, service_kind: str, on: date) -> list[Restriction]:
    """Return the restrictions that stop this kind of visit on that day."""
    return stopping(_unlifted(patient), service_kind=service_kind, on=on)


def stopping(rows: Iterable[Restriction], *, service_kind: str, on: date) -> list[Restriction]:
    """Return those of the restrictions that stop this kind of visit on that day."""
    return [row for row in of_kind(rows, service_kind) if as_stop(row).stops(on)]


def word_for_desk(patient: Patient, *, on: date) -> DeskWord:
    """Return what the desk may know of the patient on that day."""
    return words_for_desk([patient], on=on)[patient.pk]


def words_for_desk(patients: Iterable[Patient], *, on: date) -> dict[int, DeskWord]:
    """Return the word for each patient by its id, in one query."""
    stops: dict[int, list[Stop]] = {patient.pk: [] for patient in patients}
    for row in _unlifted_of_all(list(stops)):
        stops[row.patient_id].append(as_stop(row))
    return {pk: _desk_word(hardest(of_patient, on)) for pk, of_patient in stops.items()}


def words_by_day(asked: Iterable[tuple[int, date]]) -> dict[tuple[int, date], DeskWord]:
    """Return the word for each patient (by id) on each day that is asked about, in one query."""
    pairs = set(asked)
    stops: dict[int, list[Stop]] = {pk: [] for pk, _on in pairs}
    for row in _unlifted_of_all(list(stops)):
        stops[row.patient_id].append(as_stop(row))
    clear = _desk_word(None)
    return {(pk, on): _desk_word(hardest(stops[pk], on)) if stops[pk] else clear for pk, on in pairs}


def as_stop(row: Restriction) -> Stop:
    """Return the row as the rules read it."""
    return Stop(
        not_before=row.not_before,
        best_on=row.best_on,
        latest_on=row.latest_on,
        counted_from=row.counted_from,
        soft_days=row.soft_days,
        words=row.words,
        passed_by=row.passed_by,
    )


def _unlifted(patient: Patient) -> list[Restriction]:
    return _unlifted_of(patient.pk)


@often
def _unlifted_of(patient: int) -> QuerySet[Restriction]:
    return Restriction.objects.filter(patient=patient, lifted_at=None)


@often
def _unlifted_of_all(patients: list[int]) -> QuerySet[Restriction]:
    return Restriction.objects.filter(patient__in=patients, lifted_at=None).order_by("not_before", "pk")


def _until_lifted(stop: Stop, overridable_by: str) -> Refusal:
    return Refusal(
        rule="restriction.needs_clinician",
        title=_("A clinician decides first"),
        sentence=stop.words or _("Ask a practitioner before this visit is booked."),
        overridable_by=overridable_by,
    )


def _window_values(stop: Stop, on: date) -> dict[str, date | int | None]:
    return {
        "asked": on,
        "opens": stop.not_before,
        "best": stop.best_on,
        "closes": stop.latest_on,
        "counted_from": stop.counted_from,
    }


def _desk_word(stop: Stop | None) -> DeskWord:
    if stop is None:
        return DeskWord("clear", _("Clear"))
    if stop.not_before is None:
        return DeskWord("needs_clinician", _("Needs a clinician"))
    return DeskWord("not_before", _("Not before %(day)s") % {"day": short_day_words(stop.not_before)}, stop.not_before)
