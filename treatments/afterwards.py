"""What happened already: whether it can have been at this visit, and which gates it went past."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from booking.models import Appointment
from clinic import wall_time
from clinic.models import Service, Site
from clinic.refusals import Refusal
from intake import agreeing, consents
from intake.models import Screening
from intake.texts import NoConsentText
from patients.models import Patient
from treatments import gates
from treatments.models import Session


def refusal(
    appointment: Appointment, *, started_at: datetime, needling_ended_at: datetime, at: datetime
) -> Refusal | None:
    """Return why a session cannot be recorded as one that happened at this visit already, or None.

    Only what is over: who has not needled yet goes through the gates.
    """
    if appointment.service.kind != Service.Kind.NEEDLING or _has_session(appointment):
        return gates.visit_refusal(appointment)
    title, zone = _("Check the visit and the time."), appointment.site.zone
    if appointment.state in (Appointment.State.CANCELLED, Appointment.State.NO_SHOW):
        sentence = _("This visit is marked as one that did not take place. Take that back first.")
        return Refusal("afterwards.no_visit", title, sentence)
    if started_at > at:
        return Refusal("afterwards.future", title, _("This time has not come yet."), values={"field": "started_at"})
    if wall_time.local(started_at, zone).date() != wall_time.local(appointment.starts_at, zone).date():
        sentence = _("The session is recorded on the day of its visit.")
        return Refusal("afterwards.other_day", title, sentence, values={"field": "started_at"})
    where = {"field": "needling_ended_at"}
    if needling_ended_at > at:
        sentence = _("Only what is over is recorded here. This time has not come yet.")
        return Refusal("afterwards.not_over", title, sentence, values=where)
    if needling_ended_at <= started_at:
        return Refusal("afterwards.order", title, _("It was over after it began; check both times."), values=where)
    return None


def _has_session(appointment: Appointment) -> bool:
    return Session.objects.standing().filter(appointment=appointment).exists()


def checks(patient: Patient, *, site: Site, started_at: datetime, at: datetime) -> list[Screening]:
    """Return what was asked on the day of a session that happened already, for no other session.

    The last check before it began comes first, then those that were asked later.
    """
    opens, closes = wall_time.day_bounds(wall_time.local(started_at, site.zone).date(), site.zone)
    of_the_day = Screening.objects.short().filter(
        patient=patient, session=None, asked_at__gte=opens, asked_at__lt=closes, asked_at__lte=at
    )
    asked = list(of_the_day.order_by("asked_at", "pk"))
    before = [check for check in asked if check.asked_at <= started_at]
    return before[-1:] + asked[len(before) :]


def passed_by(
    appointment: Appointment, *, checks: Sequence[Screening], started_at: datetime, at: datetime
) -> list[Refusal]:
    """Return every gate that would have stopped a session which happened already, for its incident.

    checks: those of its day, as `checks` has them. What was answered stays with the check: a lead may read an incident
    who does not read answers.
    """
    patient, day = appointment.patient, wall_time.local(started_at, appointment.site.zone).date()
    found = [
        *_checks_passed_by(appointment, checks, started_at),
        gates.visit_age_refusal(appointment, on=day),
        gates.full_refusal(patient, on=day, known_at=started_at),
        gates.undecided_refusal(appointment, on=day),
        _consent_refusal(appointment, started_at),
        gates.restriction_refusal(appointment, on=day, at=at),
    ]
    signed = consents.standing(patient)
    if signed is not None and not consents.was_given_by(signed, started_at, appointment.site):
        found.append(Refusal("consent.late", _("There was no consent yet."), _("It was signed after the session.")))
    return [one for one in found if one is not None]


def _checks_passed_by(appointment: Appointment, checks: Sequence[Screening], started_at: datetime) -> Iterator[Refusal]:
    if not checks:
        sentence = _("Nothing was asked about health before this session.")
        yield Refusal("screening.none", _("The check was left out."), sentence)
    elif checks[0].asked_at > started_at:
        sentence = _("The questions about health were asked after the session had begun.")
        yield Refusal("screening.late", _("The check came late."), sentence)
    for check in checks:
        if check.outcome == Screening.Outcome.BLOCKED:
            clock = date_format(wall_time.local(check.asked_at, appointment.site.zone), "H:i")
            sentence = _("The check at %(clock)s said: no session today. Its answers stand on the record.")
            yield Refusal("screening.blocked", _("No session today."), sentence % {"clock": clock})


def _consent_refusal(appointment: Appointment, started_at: datetime) -> Refusal | None:
    """Return why there was no consent; where nothing is set up to be signed, there was none either."""
    patient, day = appointment.patient, wall_time.local(started_at, appointment.site.zone).date()
    needed = agreeing.purposes_needed(appointment.service.beside)
    try:
        return gates.consent_refusal(patient, needed=needed, site=appointment.site, on=day)
    except NoConsentText:
        return gates.unsigned_refusal(patient, list(needed))
