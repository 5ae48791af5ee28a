"""Recalls: opened, which takes the thing out of use, told to one patient after another, and closed.

Whom a recall is about is asked of the records each time, so a session that is written down later joins by itself. A
session that was entered in error stays on the list and says so; whoever is on it for such sessions alone need not be
reached. What follows in messages is told in `visits.recalls`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.models import Appointment
from clinic import audit, devices
from clinic.actors import Actor
from clinic.models import Device, Site
from clinic.refusals import Refusal, Refused
from patients.models import Patient
from patients.writing import clean_lines, clean_text
from stock import lots, products
from stock import rules as stock_rules
from stock.models import Lot, Product
from treatments import recall_words, tracing
from treatments.models import Recall, RecallContact
from treatments.tracing import Use

Thing = Lot | Product | Device
KINDS = {Lot: Recall.What.LOT, Product: Recall.What.PRODUCT, Device: Recall.What.DEVICE}


class OpenAlready(Refused):
    """Raised for a thing of which a recall is open. recall: that one."""

    def __init__(self, recall: Recall | None) -> None:
        words = _("A recall of it is open already. Go on with that one.")
        super().__init__(Refusal("recall.open", _("Nothing was changed"), words))
        self.recall = recall


class NotOpen(Refused):
    """Raised for a recall that was closed before."""

    def __init__(self) -> None:
        words = _("This recall was closed. Open a new one if there is more to tell.")
        super().__init__(Refusal("recall.closed", _("Nothing was changed"), words))


@dataclass(frozen=True)
class Person:
    """One patient of a recall. uses: the latest first; contacts: every try to reach them, the latest first."""

    patient: Patient
    uses: tuple[Use, ...]
    contacts: tuple[RecallContact, ...]

    @property
    def is_reached(self) -> bool:
        return any(one.is_reached for one in self.contacts)

    @property
    def is_to_be_told(self) -> bool:
        """Return whether anything was used on them, as far as is known: not only by sessions entered in error."""
        return any(not use.is_struck for use in self.uses)

    @property
    def is_waiting(self) -> bool:
        return self.is_to_be_told and not self.is_reached

    @property
    def is_mailed(self) -> bool:
        """Return whether the house wrote to them already; it does so once."""
        return any(one.by_post_of_the_house for one in self.contacts)


def people(recall: Recall) -> list[Person]:
    """Return everybody whom a recall is about, those who wait first, by name. Four queries at most."""
    uses: dict[int, list[Use]] = {}
    for use in tracing.of_recall(recall):
        uses.setdefault(use.session.patient_id, []).append(use)
    contacts: dict[int, list[RecallContact]] = {}
    for one in recall.contacts.select_related("by"):
        contacts.setdefault(one.patient_id, []).append(one)
    found = [Person(own[0].session.patient, tuple(own), tuple(contacts.get(pk, ()))) for pk, own in uses.items()]
    return sorted(found, key=lambda one: (not one.is_waiting, one.patient.search_key, one.patient.pk))


@transaction.atomic
def open(
    thing: Thing,
    *,
    site: Site,
    reason: str,
    maker_asks: str = "",
    used_from_on: date | None = None,
    used_until_on: date | None = None,
    by: Actor,
    at: datetime,
) -> Recall:
    """Open a recall and take what it is about out of use, both or neither; return it. No visit is called off.

    Raises OpenAlready, and Refused with the field at fault in values["field"].
    """
    if used_from_on and used_until_on and used_until_on < used_from_on:
        words = _("The last day lies before the first. Look at both again.")
        raise Refused(Refusal("recall.days", _("Which days?"), words, values={"field": "used_until_on"}))
    kind, reason = KINDS[type(thing)], stock_rules.reason(reason)
    said = {"reason": clean_text(Recall, "reason", reason), "maker_asks": clean_lines("maker_asks", maker_asks)}
    said |= {"used_from_on": used_from_on, "used_until_on": used_until_on}
    recall = Recall(what=kind, name=name_of(thing), site=site, opened_by=by.user, opened_at=at, **said)
    setattr(recall, kind.value, thing)
    try:
        with transaction.atomic():
            recall.save(force_insert=True)
    except IntegrityError:
        raise OpenAlready(Recall.objects.open().filter(**{kind.value: thing}).first()) from None
    audit.record("recall.opened", recall, by=by, at=at, reason=reason, fields=said)
    _take_out_of_use(thing, reason=reason, by=by, at=at)
    return recall


def name_of(thing: Thing) -> str:
    """Return how a recall calls what it is about."""
    if isinstance(thing, Lot):
        words = _("%(product)s, %(maker)s, lot %(lot)s")
        named = words % {"product": thing.product.name, "maker": thing.product.maker, "lot": thing.number}
    elif isinstance(thing, Product):
        named = f"{thing.name}, {thing.maker}"
    else:
        named = f"{thing.name}, {thing.maker} {thing.model}, {thing.serial_number}"
    return named[:250]


def _take_out_of_use(thing: Thing, *, reason: str, by: Actor, at: datetime) -> None:
    if isinstance(thing, Device):
        devices.set_in_use(thing, is_in_use=False, reason=reason, by=by, at=at)
        return
    if isinstance(thing, Product):
        products.set_in_use(thing, is_stocked=False, by=by, at=at)
    for lot in thing.lots.order_by("pk") if isinstance(thing, Product) else [thing]:
        lots.quarantine(lot, reason=reason, by=by, at=at)


def planned_with(recall: Recall, *, at: datetime) -> list[Appointment]:
    """Return the visits to come that plan the device, the next first. They stand: whoever booked them decides."""
    if recall.device is None:
        return []
    coming = Appointment.objects.standing().for_board().filter(device=recall.device, starts_at__gt=at)
    return list(coming.order_by("starts_at"))


@transaction.atomic
def contact(
    recall: Recall, patient: Patient, *, how: str, is_reached: bool, words: str = "", by: Actor, at: datetime
) -> RecallContact:
    """Write down a try to reach a patient, and whether it did. Raises NotOpen and Refused."""
    recall = _held(recall)
    if all(one.patient.pk != patient.pk for one in people(recall)):
        sentence = _("This recall is not about this patient any more. Open it again and look.")
        raise Refused(Refusal("recall.not_on_it", _("Nothing was changed"), sentence))
    said = {"how": RecallContact.How(how).value, "is_reached": is_reached}
    said["words"] = clean_text(RecallContact, "words", words)
    return _write(recall, patient, by=by, at=at, **said)


@transaction.atomic
def write_to(recall: Recall, waiting: Iterable[Person], *, how: str, by: Actor, at: datetime) -> list[RecallContact]:
    """Write down for each of these that the house writes to them now, by mail or by letter. Raises NotOpen."""
    recall = _held(recall)
    said = {"how": how, "is_reached": False, "by_post_of_the_house": how == RecallContact.How.MAIL}
    return [_write(recall, one.patient, by=by, at=at, **said) for one in waiting]


def _write(recall: Recall, patient: Patient, *, by: Actor, at: datetime, **said: Any) -> RecallContact:
    made = RecallContact.objects.create(recall=recall, patient=patient, by=by.user, at=at, **said)
    audit.record("recall.contact", made, by=by, at=at, patient=patient, fields=said)
    return made


@transaction.atomic
def write_letters(recall: Recall, letters: Mapping[str, tuple[str, str]], *, by: Actor, at: datetime) -> Recall:
    """Keep the words that go to patients. letters: by language, subject and words.

    Raises NotOpen, and Refused with the field at fault in values["field"], as in `subject_en`.
    """
    now, kept = _held(recall), {}
    for language, (subject, words) in letters.items():
        subject, words = " ".join(subject.split(" ")).strip(), words.replace("\r\n", "\n").strip()
        if found := recall_words.refusal(subject, words, names=_unsaid(now)):
            field, refusal = found
            raise Refused(replace(refusal, values={"field": f"{field}_{language}"}))
        kept[language] = {"subject": subject, "words": words}
    Recall.objects.filter(pk=now.pk).update(letters=now.letters | kept)
    audit.record("recall.letters", now, by=by, at=at, fields={"letters": kept})
    now.refresh_from_db()
    return now


def _unsaid(recall: Recall) -> list[str]:
    """Return the names that stand in no subject."""
    if recall.lot is not None:
        return [recall.lot.number, recall.lot.product.name]
    if recall.product is not None:
        return [recall.product.name]
    return [recall.device.name, recall.device.model, recall.device.serial_number]


@transaction.atomic
def close(recall: Recall, *, because: str = "", by: Actor, at: datetime) -> Recall:
    """Close a recall: everybody was reached, or `because` says why not. Raises NotOpen and Refused."""
    now = _held(recall)
    left = sum(one.is_waiting for one in people(now))
    because = clean_text(Recall, "closed_because", because) if left else ""
    if left and not because:
        words = ngettext(
            "%(n)s patient was not reached yet. Say why it is closed all the same, or reach them first.",
            "%(n)s patients were not reached yet. Say why it is closed all the same, or reach them first.",
            left,
        )
        sentence = words % {"n": left}
        raise Refused(Refusal("recall.unreached", _("Not everybody knows"), sentence, values={"field": "because"}))
    Recall.objects.filter(pk=now.pk).update(closed_at=at, closed_by=by.user, closed_because=because)
    audit.record("recall.closed", now, by=by, at=at, reason=because)
    now.refresh_from_db()
    return now


def _held(recall: Recall) -> Recall:
    """Return an open recall fresh, held until the transaction ends. Raises NotOpen."""
    beside = ("site", "lot__product", "product", "device")
    held = Recall.objects.select_for_update(of=("self",)).select_related(*beside).filter(pk=recall.pk).first()
    if held is None or not held.is_open:
        raise NotOpen
    return held
