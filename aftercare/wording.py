"""The words of one message to one patient, by what was done and whom it was done to."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.utils import formats, translation

from aftercare import rules
from aftercare.models import Step, StepWords
from clinic import wall_time, words
from clinic.models import Site
from clinic.words import Letter, Words
from patients.models import Patient
from treatments.models import Session
from treatments.rules import Window

WHEN, DAY = "D j F, H:i", "D j F"
FALLBACK = "en"


class NoWords(LookupError):
    """Raised when a step has no words in the patient's language, nor in English."""


def say(step: Step, *, session: Session, site: Site, window: Window | None) -> Words:
    """Return the step's message for the patient of this session, in their language where the step has it.

    window: of the course, for a message that speaks of it. Raises NoWords, or what `clinic.words` raises for words
    that cannot be filled.
    """
    letter = _letter(step, session.patient.language)
    with translation.override(letter.language):
        values = words.late() | _values(session, site=site, window=window)
    return words.render(letter, values, _conditions(session))


def language(step: Step, patient: Patient) -> str:
    """Return the language in which a step speaks to a patient. Raises NoWords."""
    return _words_row(step, patient.language).language


def _letter(step: Step, language: str) -> Letter:
    row = _words_row(step, language)
    return words.parse(row.letter, language=row.language, code=step.code)


def _words_row(step: Step, language: str) -> StepWords:
    by_language: dict[str, StepWords] = {row.language: row for row in step.words.all()}
    row = by_language.get(language) or by_language.get(language.partition("-")[0]) or by_language.get(FALLBACK)
    if row is None:
        raise NoWords(f"{step.code} has no words in {language} or {FALLBACK}")
    return row


def _values(session: Session, *, site: Site, window: Window | None) -> dict[str, str]:
    later = rules.waits_longer(is_signed=session.is_signed, deepest_mm=_deepest_mm(session))
    allowed = rules.permissions(session.ended_at, later=later, zone=site.zone)
    values = {
        "first_name": session.patient.first_name,
        "practitioner_name": session.practitioner.short_name or session.practitioner.name,
        "treated_on": _day(wall_time.local(session.ended_at, site.zone).date()),
        "link": "",
    }
    values |= {name: _moment(wall_time.local(instant, site.zone)) for name, instant in allowed.items()}
    if window is not None:
        values |= {
            "window_opens": _day(window.opens_on),
            "window_best": _day(window.best_on),
            "window_closes": _day(window.closes_on),
        }
    return values


def _conditions(session: Session) -> frozenset[str]:
    patient = session.patient
    marks = rules.marks_easily(fitzpatrick=patient.fitzpatrick, has_pigment_history=patient.has_pigment_history)
    holds = {
        "deep": rules.is_deep(_deepest_mm(session)),
        "ibuprofen_ok": not patient.avoids_nsaids,
        "pigment_care": marks,
        "cold_sores": patient.has_cold_sores,
    }
    return frozenset(name for name, true in holds.items() if true)


def _deepest_mm(session: Session) -> Decimal | None:
    return max((zone_pass.depth_mm for zone_pass in session.zone_passes.all()), default=None)


def _moment(wall: datetime) -> str:
    return formats.date_format(wall, WHEN)


def _day(day: date) -> str:
    return formats.date_format(day, DAY)
