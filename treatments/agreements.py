"""What a patient is to sign for what lies ahead: the visits that are booked, and the course as it was last done."""

from __future__ import annotations

from datetime import datetime

from booking.models import Appointment
from clinic.models import Service
from intake import agreeing
from patients.models import Patient
from treatments import courses, drafts


def ahead(patient: Patient, *, at: datetime) -> tuple[str, ...]:
    """Return the purposes that the patient's next sessions need, the procedure's first.

    What a booked service does beside the needling, and what was done and used in the last session of the course that
    runs. Who has nothing booked yet is asked for the procedure.
    """
    booked = Appointment.objects.standing().filter(
        patient=patient, starts_at__gte=at, service__kind=Service.Kind.NEEDLING
    )
    beside = {code for codes in booked.values_list("service__beside", flat=True) for code in codes}
    course = courses.running_for(patient)
    last = courses.last_session(course) if course else None
    if last is None:
        return agreeing.purposes_needed(beside)
    uses = [lot.product.use for _where, lot in drafts.of(last).lots()]
    return agreeing.purposes_needed({*beside, *last.beside}, uses)
