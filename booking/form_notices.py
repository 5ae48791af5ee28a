"""What a patient is told about their health form: that it is there, and before a visit that it is still open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from booking import telling
from booking.models import Appointment
from booking.telling import Hours
from clinic import wall_time, words
from clinic.often import often
from clinic.words import days
from intake import health_forms
from intake.models import HealthForm
from outbox.models import Notice
from outbox.notices import Desired
from patients import links
from patients.models import Patient

FORM, REMINDER = "HEALTH_FORM", "HEALTH_FORM_REMINDER"
# An address goes on paper, a word goes by phone, where no mail does.
PURPOSES = {FORM: Notice.Purpose.FORM, REMINDER: Notice.Purpose.APPOINTMENT}
SUBJECT = "healthform:"


def desired(patient: Patient, *, owner: str, at: datetime) -> Iterator[Desired]:
    """Yield the messages about the patient's open form, whether they have left already or not."""
    form = _open_form.first(patient.pk, at)
    if form is None:
        return
    form.patient = patient
    visit = next_visit(form.patient, at=at)
    for kind, occasion, hours in _plan(form, visit):
        letter = words.load(owner, patient.language, kind)
        with translation.override(letter.language):
            values = words.late() | _values(form, visit)
        yield Desired(
            kind=kind,
            subject=f"{SUBJECT}{form.pk}",
            occasion=occasion,
            purpose=PURPOSES[kind],
            site=form.site,
            due_at=hours.due_at,
            not_after=hours.not_after,
            words=words.render(letter, values, frozenset({"visit"} if visit else ())),
            language=letter.language,
        )


@often
def _open_form(patient_pk: int, at: datetime) -> QuerySet[HealthForm]:
    return HealthForm.objects.open(at).filter(patient=patient_pk).select_related("site").order_by()


def still_wanted(notice: Notice, *, at: datetime) -> str:
    """Return why this message should not leave any more, judged from how the form stands now; "" when it should."""
    form = HealthForm.objects.select_related("patient", "site").filter(pk=notice.subject.removeprefix(SUBJECT)).first()
    if form is None:
        return _("There is no such form.")
    if form.done_at is not None:
        return _("The form is done.")
    if not form.is_open(at):
        return _("The form was taken back, or its time is over.")
    planned = {(kind, occasion) for kind, occasion, _hours in _plan(form, next_visit(form.patient, at=at))}
    return "" if (notice.kind, notice.occasion) in planned else _("There is no visit to prepare for.")


def next_visit(patient: Patient, *, at: datetime) -> Appointment | None:
    """Return the visit that a form prepares for: the next that is booked."""
    coming = Appointment.objects.standing().filter(patient=patient, starts_at__gt=at)
    return coming.select_related("site").order_by("starts_at").first()


def _plan(form: HealthForm, visit: Appointment | None) -> Iterator[tuple[str, str, Hours]]:
    """Yield kind, occasion and hours of each message; the occasion is how often the form was sent by then."""
    over = form.expires_at
    yield FORM, str(form.sent_count), Hours(form.sent_at + telling.GRACE, over)
    hours = visit and telling.form_reminder_hours(form.sent_at, visit.starts_at, visit.site.zone)
    if hours and hours.due_at < over:
        yield REMINDER, "", Hours(hours.due_at, min(hours.not_after, over))


def _values(form: HealthForm, visit: Appointment | None) -> dict[str, str]:
    when = wall_time.local(visit.starts_at, visit.site.zone) if visit else None
    return {
        "first_name": form.patient.first_name,
        "appointment_when": days.moment(when) if when else "-",
        "link": links.placeholder(health_forms.link_of(form)),
    }
