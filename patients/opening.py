"""Records that take something new: open ones. Every other says in its own words why it does not."""

from __future__ import annotations

from django.utils.translation import gettext as _

from clinic.refusals import Refusal, Refused
from patients.merging import Merged
from patients.models import Patient


class Closed(Refused):
    """Raised for a record that was closed because its patient asked to be forgotten."""

    def __init__(self) -> None:
        sentence = _("This record was closed because its patient asked for that. Nothing was changed.")
        super().__init__(Refusal("record.closed", _("This record is closed"), sentence))


def hold(patient: Patient) -> Patient:
    """Return the patient fresh, held until the transaction ends. Raises Closed and Merged."""
    held = Patient.objects.select_for_update(no_key=True).filter(pk=patient.pk).order_by().first()
    if held is None:
        raise not_open(patient)
    return held


def fresh(patient: Patient) -> Patient:
    """Return the patient as the record has them now. Raises Closed and Merged."""
    found = Patient.objects.filter(pk=patient.pk).order_by().first()
    if found is None:
        raise not_open(patient)
    return found


def not_open(patient: Patient) -> Refused:
    """Return why a record that is not open takes nothing new: it was closed, or became part of another."""
    is_closed = Patient.everybody.filter(pk=patient.pk).exclude(closed_at=None).exists()
    return Closed() if is_closed else Merged(patient)
