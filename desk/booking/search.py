"""Finding the patient for a booking: a few letters or digits, and what the desk may know of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import OuterRef, Subquery

from booking.models import Appointment
from patients import restrictions
from patients.models import Patient
from patients.restrictions import DeskWord

SHOWN = 7
LETTERS_NEEDED = 2


@dataclass(frozen=True)
class Found:
    """One patient as a row of the search."""

    patient: Patient
    word: DeskWord
    last_visit_at: datetime | None


def find(text: str, *, on: date) -> list[Found]:
    """Return the patients that hold everything typed, at most seven; nothing for fewer than two characters."""
    if len(text.strip()) < LETTERS_NEEDED:
        return []
    return _told(Patient.objects.filter(died_on=None).closest(text.strip(), SHOWN), on)


def tell(patient: Patient, *, on: date) -> Found:
    """Return one patient as the search would show them."""
    return _told([patient], on)[0]


def _told(found: list[Patient], on: date) -> list[Found]:
    ids = [one.pk for one in found]
    words = restrictions.words_for_desk(found, on=on)
    done = Appointment.objects.filter(patient=OuterRef("pk"), state=Appointment.State.DONE).order_by("-starts_at")
    last = Patient.objects.filter(pk__in=ids).values_list("pk", Subquery(done.values("starts_at")[:1]))
    last_at = dict(last)
    return [Found(one, words[one.pk], last_at.get(one.pk)) for one in found]
