"""A recall and what follows from it in messages: written on a press, each patient once, taken back when it is over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from clinic.actors import Actor
from clinic.models import Site
from clinic.words import Words
from outbox import notices as outbox
from outbox.models import Notice
from outbox.notices import Desired, Reach
from patients.models import Patient
from treatments import recall_words, recalls
from treatments.models import Recall, RecallContact
from treatments.recalls import Person, Thing
from visits.transactions import step

OWNER, KIND = "recalls", "RECALL"
SUBJECT = "recall:"
IN_VAIN_AFTER = timedelta(days=14)
BY_MAIL = Notice.Purpose.AFTERCARE  # who does not want it by mail gets it on paper


@step
def open(thing: Thing, *, site: Site, by: Actor, at: datetime, **said: Any) -> Recall:
    """Open a recall and take its thing out of use. Raises as `treatments.recalls.open`."""
    return recalls.open(thing, site=site, by=by, at=at, **said)


@step
def contact(recall: Recall, patient: Patient, *, by: Actor, at: datetime, **said: Any) -> RecallContact:
    """Write down a try to reach a patient; a mail that has not left is not needed any more once it did.

    Raises as `treatments.recalls.contact`.
    """
    outbox.hold(patient)
    made = recalls.contact(recall, patient, by=by, at=at, **said)
    if made.is_reached:
        reconcile(patient, at=at)
    return made


@step
def write_letters(recall: Recall, letters: Mapping[str, tuple[str, str]], *, by: Actor, at: datetime) -> Recall:
    """Keep the words that go to patients. Raises as `treatments.recalls.write_letters`."""
    return recalls.write_letters(recall, letters, by=by, at=at)


@step
def mail(recall: Recall, *, by: Actor, at: datetime) -> int:
    """Write to everybody who waits and can be mailed, each once for this recall; return how many. Raises NotOpen."""
    waiting = sorted(to_be_mailed(recalls.people(recall)), key=lambda one: one.patient.pk)
    for one in waiting:
        outbox.hold(one.patient)
    recalls.write_to(recall, waiting, how=RecallContact.How.MAIL, by=by, at=at)
    for one in waiting:
        reconcile(one.patient, at=at)
    return len(waiting)


@step
def post(recall: Recall, *, by: Actor, at: datetime) -> int:
    """Write down that everybody who waits was sent a letter; return how many. Raises NotOpen."""
    waiting = [one for one in recalls.people(recall) if one.is_waiting and is_there(one.patient)]
    return len(recalls.write_to(recall, waiting, how=RecallContact.How.LETTER, by=by, at=at))


@step
def close(recall: Recall, *, because: str = "", by: Actor, at: datetime) -> Recall:
    """Close a recall and take back what has not left. Raises as `treatments.recalls.close`."""
    closed = recalls.close(recall, because=because, by=by, at=at)
    told = Notice.objects.open().filter(owner=OWNER, subject=_subject(closed)).select_related("patient")
    for notice in told.order_by("patient"):
        reconcile(notice.patient, at=at)
    return closed


def to_be_mailed(people: list[Person]) -> list[Person]:
    """Return those who wait, can be mailed, wish to be, and were not written to before."""
    waiting = (one for one in people if one.is_waiting and not one.is_mailed and is_open_to_mail(one.patient))
    return [one for one in waiting if Reach.of(one.patient).channel(BY_MAIL) == Notice.Channel.MAIL]


def is_open_to_mail(patient: Patient) -> bool:
    """Return whether a patient has an address, wants mail about care, and is there to read it."""
    return bool(is_there(patient) and patient.email and patient.wants_aftercare_mail)


def is_there(patient: Patient) -> bool:
    """Return whether somebody can be written to at all: their record is open, and they live."""
    return patient.closed_at is None and patient.died_on is None


def reconcile(patient: Patient, *, at: datetime) -> None:
    """Bring what the outbox has to say about recalls in line with how they stand."""
    outbox.reconcile(owner=OWNER, patient=patient, desired=list(desired(patient)), at=at)


def desired(patient: Patient) -> Iterator[Desired]:
    """Yield the mails about recalls that are open and of which the patient was not reached."""
    sent = RecallContact.objects.filter(patient=patient, by_post_of_the_house=True, recall__closed_at=None)
    reached = RecallContact.objects.filter(patient=patient, is_reached=True).values("recall")
    for one in sent.exclude(recall__in=reached).select_related("recall__site").order_by("pk"):
        letter = recall_words.letter(one.recall.letters, patient.language).to(patient.first_name)
        yield Desired(
            kind=KIND,
            subject=_subject(one.recall),
            occasion=str(one.pk),  # a row that a merge moves stays the same message
            purpose=BY_MAIL,
            site=one.recall.site,
            due_at=one.at,
            not_after=one.at + IN_VAIN_AFTER,
            words=Words(letter.subject, letter.words, ""),
            language=letter.language,
        )


def still_wanted(notice: Notice, *, at: datetime) -> str:
    """Return why a patient need not be written to any more; "" while they should."""
    contact = RecallContact.objects.select_related("recall").filter(pk=notice.occasion).first()
    if contact is None or not contact.recall.is_open:
        return _("The recall is closed.")
    reached = contact.recall.contacts.filter(patient=contact.patient_id, is_reached=True)
    return _("The patient was reached.") if reached.exists() else ""


def _subject(recall: Recall) -> str:
    return f"{SUBJECT}{recall.pk}"
