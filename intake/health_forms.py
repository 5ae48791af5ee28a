"""The health form: sent to a patient as a link, opened with the date of birth, filled in page by page, and done."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from clinic import audit
from clinic.actors import Actor
from clinic.models import Site
from clinic.refusals import Refusal, Refused
from intake.models import HealthForm
from patients import links, opening, patients
from patients.models import Link, Patient

PURPOSE = "health"
LIFE = timedelta(days=30)
TRIES_IN_A_ROW, TRIES_IN_ALL = 5, 15  # wrong dates of birth: then a pause, then the end
PAUSE = timedelta(hours=1)


class NotYours(Refused):
    """Raised for a date of birth that opens nothing; its words are the same whatever the reason."""


@transaction.atomic
def send(patient: Patient, *, site: Site, by: Actor, at: datetime, until: datetime | None = None) -> HealthForm:
    """Give the patient a link to their form; one that is open is given once more, at the same address.

    until: it stays open so long at least, as until the day of a visit. Raises Refused for one who has died and for a
    record that is not open.
    """
    held = opening.hold(patient)
    if held.died_on is not None:
        raise Refused(_died(held))
    expires_at = max(at + LIFE, until or at)
    form = of(held)
    if form is not None and form.is_open(at):
        return _send_again(form, expires_at=max(expires_at, form.expires_at), by=by, at=at)
    if form is not None and form.done_at is None and form.closed_at is None:
        _close(form, at=at)
    form = HealthForm.objects.create(patient=held, site=site, sent_at=at, sent_by_name=by.name, expires_at=expires_at)
    links.make(patient=held, purpose=PURPOSE, subject=subject(form), expires_at=expires_at, at=at)
    audit.record("health_form.send", form, by=by, at=at, patient=held)
    return form


def _send_again(form: HealthForm, *, expires_at: datetime, by: Actor, at: datetime) -> HealthForm:
    again = {"sent_at": at, "sent_by_name": by.name, "sent_count": F("sent_count") + 1, "expires_at": expires_at}
    HealthForm.objects.filter(pk=form.pk).update(**again, wrong_dates=0, locked_until=None)
    links.extend(link_of(form), expires_at=expires_at)
    form.refresh_from_db()
    audit.record("health_form.send", form, by=by, at=at, patient=form.patient)
    return form


@transaction.atomic
def take_back(form: HealthForm, *, by: Actor, at: datetime) -> bool:
    """Close a form that is not done: its link opens nothing, what was saved stays. Return whether it was open."""
    if not _close(form, at=at):
        return False
    audit.record("health_form.take_back", form, by=by, at=at, patient=form.patient)
    return True


def _close(form: HealthForm, *, at: datetime) -> bool:
    closed = HealthForm.objects.filter(pk=form.pk, done_at=None, closed_at=None).update(closed_at=at)
    links.revoke(link_of(form), at=at)
    form.refresh_from_db()
    return bool(closed)


@transaction.atomic
def print_out(form: HealthForm, *, by: Actor, at: datetime) -> str:
    """Return the address for a sheet of paper; from now on the pages show nothing that the house knew before."""
    HealthForm.objects.filter(pk=form.pk, printed_at=None).update(printed_at=at)
    form.refresh_from_db()
    audit.record("health_form.print", form, by=by, at=at, patient=form.patient)
    return links.url(link_of(form))


def unlock(form: HealthForm, *, born_on: date, by: Actor, at: datetime) -> None:
    """Open the form to whoever gives the patient's date of birth, or is the first to give one.

    Raises NotYours, always in the same words; after five wrong dates for an hour, after fifteen for good.
    """
    if not _matches(form.pk, born_on=born_on, by=by, at=at):  # outside its transaction, which keeps the count
        raise NotYours(_not_yours())
    form.refresh_from_db()


@transaction.atomic
def _matches(pk: int, *, born_on: date, by: Actor, at: datetime) -> bool:
    form = HealthForm.objects.select_for_update().select_related("patient").get(pk=pk)
    if form.locked_until is not None and at < form.locked_until:
        return False
    known = form.patient.born_on
    if known is not None and known != born_on:
        _count_wrong_date(form, by=by, at=at)
        return False
    if known is None:
        patients.edit(form.patient, version=form.patient.version, born_on=born_on, by=by, at=at)
        form.told_birth = True
    form.wrong_dates, form.locked_until, form.begun_at = 0, None, form.begun_at or at
    form.save(update_fields=["told_birth", "wrong_dates", "locked_until", "begun_at"])
    audit.record("health_form.open", form, by=by, at=at, patient=form.patient)
    return True


def _count_wrong_date(form: HealthForm, *, by: Actor, at: datetime) -> None:
    form.wrong_dates += 1
    if form.wrong_dates % TRIES_IN_A_ROW == 0:
        form.locked_until = at + PAUSE
    form.save(update_fields=["wrong_dates", "locked_until"])
    audit.record("health_form.wrong_date", form, by=by, at=at, patient=form.patient)
    if form.wrong_dates >= TRIES_IN_ALL:
        _close(form, at=at)


@transaction.atomic
def save_step(form: HealthForm, step: str) -> None:
    """Note that a page was saved."""
    held = HealthForm.objects.select_for_update().get(pk=form.pk)
    if step not in held.steps_done:
        held.steps_done = [*held.steps_done, step]
        held.save(update_fields=["steps_done"])
    form.steps_done = held.steps_done


@transaction.atomic
def finish(form: HealthForm, *, by: Actor, at: datetime) -> bool:
    """Note that everything is filled in; return whether that is new."""
    if not HealthForm.objects.filter(pk=form.pk, done_at=None, closed_at=None).update(done_at=at):
        return False
    form.refresh_from_db()
    audit.record("health_form.done", form, by=by, at=at, patient=form.patient)
    return True


def of(patient: Patient) -> HealthForm | None:
    """Return the patient's newest form, or None."""
    return HealthForm.objects.filter(patient=patient).select_related("patient", "site").first()


def standing(form: HealthForm | None, *, at: datetime) -> str:
    """Return where a form stands: none, sent, begun, done, or over when it was taken back or ran out."""
    if form is None:
        return "none"
    if form.done_at is not None:
        return "done"
    if not form.is_open(at):
        return "over"
    return "begun" if form.begun_at else "sent"


def link_of(form: HealthForm) -> Link:
    return Link.objects.select_related("patient").get(purpose=PURPOSE, subject=subject(form))


def subject(form: HealthForm) -> str:
    """Return what the form's link is about."""
    return f"healthform:{form.uuid}"


def _not_yours() -> Refusal:
    return Refusal(
        rule="health_form.date",
        title=_("This does not open the form"),
        sentence=_("The date does not fit, or it was tried too often. Check it and try again later, or call us."),
        values={"field": "born_on"},
    )


def _died(patient: Patient) -> Refusal:
    sentence = _("The record says that %(name)s has died.") % {"name": patient.name}
    return Refusal(rule="patient.died", title=_("No form can be sent"), sentence=sentence)
