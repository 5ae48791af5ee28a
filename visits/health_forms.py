"""The health form as it is lived: sent by the desk or with a first booking, taken back, and done by the patient."""

from __future__ import annotations

from datetime import datetime, timedelta

from booking import form_notices
from booking.models import Appointment
from clinic.actors import Actor
from clinic.models import Site
from intake import health_forms
from intake.models import HealthForm
from outbox import notices as outbox
from outbox.models import Notice
from patients.models import Link, Patient
from visits import notices
from visits.transactions import step

AFTER_THE_VISIT = timedelta(days=1)  # a form that was begun can be ended at the clinic


@step
def send(patient: Patient, *, site: Site, by: Actor, at: datetime) -> HealthForm:
    """Send the patient a link to their health form, or the open one once more. Raises as `health_forms.send`."""
    patient = outbox.hold(patient)
    visit = form_notices.next_visit(patient, at=at)
    until = visit.ends_at + AFTER_THE_VISIT if visit else None
    form = health_forms.send(patient, site=site, by=by, at=at, until=until)
    notices.reconcile_held(patient, at=at)
    return form


@step
def send_anew(link: Link, *, at: datetime) -> bool:
    """Send a new link in the place of one that ran out, to the address on record; return whether one was sent.

    A link is replaced once, so asking again sends nothing more. Raises as `send`.
    """
    patient = outbox.hold(link.patient)
    form = health_forms.of(patient)
    if form is None or health_forms.subject(form) != link.subject or not form.has_run_out(at):
        return False
    health_forms.send(patient, site=form.site, by=Actor.of_link(patient.name, link.uuid), at=at)
    notices.reconcile_held(patient, at=at)
    return True


@step
def take_back(form: HealthForm, *, by: Actor, at: datetime) -> HealthForm:
    """Close a form that is not done; what is still to be said of it is not."""
    patient = outbox.hold(form.patient)
    if health_forms.take_back(form, by=by, at=at):
        notices.reconcile_held(patient, at=at)
    return form


@step
def print_out(form: HealthForm, *, by: Actor, at: datetime) -> str:
    """Return the form's address for a sheet of paper; a sheet that was to be printed is settled with it."""
    outbox.hold(form.patient)
    address = health_forms.print_out(form, by=by, at=at)
    sheets = Notice.objects.for_people().filter(subject=f"{form_notices.SUBJECT}{form.pk}", kind=form_notices.FORM)
    outbox.settle_all(sheets.filter(owner="booking"), by=by, at=at)
    return address


@step
def finish(form: HealthForm, *, by: Actor, at: datetime) -> HealthForm:
    """Note that the patient is done; nobody reminds them any more."""
    patient = outbox.hold(form.patient)
    if health_forms.finish(form, by=by, at=at):
        notices.reconcile_held(patient, at=at)
    return form


def send_with_first(booked: Appointment, *, by: Actor, at: datetime) -> None:
    """Send the form with somebody's first visit, where the site wants it; its message is planned by the caller.

    Part of the step that books. Whoever had a form before, or is told nothing of the visit, gets none.
    """
    if not booked.site.sends_health_form or not booked.tell_patient:
        return
    others = Appointment.objects.filter(patient=booked.patient).exclude(pk=booked.pk)
    if not others.exists() and health_forms.of(booked.patient) is None:
        health_forms.send(booked.patient, site=booked.site, by=by, at=at, until=booked.ends_at + AFTER_THE_VISIT)
