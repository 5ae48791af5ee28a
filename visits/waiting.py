"""The waitlist as it is lived: asked, answered by the patient or at the desk, and offered on by itself."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from booking import diary, fits, offers, waitlist
from booking.models import Appointment, Offer, WaitlistEntry
from booking.waitlist import Wants
from clinic import wall_time
from clinic.actors import Actor
from clinic.models import Site, User
from clinic.refusals import Refused
from outbox import notices as outbox
from patients.models import Patient
from visits import bookings, judging, notices
from visits.transactions import step

log = logging.getLogger(__name__)

State, Ended = Offer.State, WaitlistEntry.Ended
HOUSE = Actor.system("waitlist")
AS_IT_WAS_OFFERED = frozenset({diary.NOTICE})  # whoever answers in time comes, however little is left of the notice


@step
def enter(
    *, patient: Patient, site: Site, wants: Wants, by: Actor, at: datetime, booking: Appointment | None = None
) -> WaitlistEntry:
    """Put a patient on the waitlist. Raises as `waitlist.enter`."""
    patient = outbox.hold(patient)
    return waitlist.enter(patient=patient, site=site, wants=wants, booking=booking, by=by, at=at)


@step
def edit(entry: WaitlistEntry, *, wants: Wants, by: Actor, at: datetime) -> WaitlistEntry:
    """Change what somebody waits for; an open offer stands. Raises as `waitlist.edit`."""
    outbox.hold(entry.patient)
    return waitlist.edit(entry, wants=wants, by=by, at=at)


@step
def withdraw(entry: WaitlistEntry, *, by: Actor, at: datetime, why: str = Ended.WITHDRAWN) -> WaitlistEntry:
    """Take somebody off the list, and back what is offered to them."""
    patient = outbox.hold(entry.patient)
    end(entry, why=why, by=by, at=at)
    notices.reconcile(patient, at=at)
    return entry


@step
def put_back(entry: WaitlistEntry, *, by: Actor, at: datetime) -> WaitlistEntry:
    """Put somebody who was taken off the list back, where they stood; what was offered to them stays withdrawn.

    Raises as `waitlist.put_back`; nothing happens to somebody who is on the list.
    """
    outbox.hold(entry.patient)
    waitlist.put_back(entry, by=by, at=at)
    return entry


@step
def offer(entry: WaitlistEntry, *, practitioner: User, starts_at: datetime, by: Actor, at: datetime) -> Offer:
    """Hold a time for somebody and tell them. Raises as `offers.make`, and Refused by what stops the visit itself."""
    return _offer(entry, practitioner=practitioner, starts_at=starts_at, by=by, at=at)


@step
def accept(offer: Offer, *, by: Actor, at: datetime) -> Appointment:
    """Turn an offer into the visit: booked, or their later one moved here. Accepting twice is accepting once.

    Whoever takes a time gets it in writing, whatever was said when the later visit was booked.
    Raises Gone when it is over or there is no visit to move any more, and as booking does when something stops the
    visit by now; then the offer stands.
    """
    patient = outbox.hold(offer.entry.patient)
    known = Offer.objects.select_related("entry__service", "entry__site", "practitioner", "room", "device")
    current = known.get(pk=offer.pk)
    if current.state == State.ACCEPTED and current.appointment is not None:
        return current.appointment
    entry = current.entry
    entry.patient = patient
    if waitlist.has_lost_its_visit(entry, at=at):
        raise offers.Gone(offers.nothing_to_move())
    later = waitlist.later_visit(entry, at=at)
    if later is not None and later.starts_at <= current.starts_at:
        raise offers.Gone(offers.no_longer_sooner())
    offers.take_up(current, by=by, at=at)
    when = {"practitioner": current.practitioner, "starts_at": current.starts_at, "passes": AS_IT_WAS_OFFERED}
    visit = _book(
        entry, when | {"tell_patient": True}, places={"room": current.room, "device": current.device}, by=by, at=at
    )
    offers.became(current, visit)
    end(entry, why=Ended.BOOKED, by=by, at=at)
    return visit


@step
def book(entry: WaitlistEntry, *, practitioner: User, starts_at: datetime, by: Actor, at: datetime) -> Appointment:
    """Book somebody who waits without asking by message, as on the phone. Raises as booking and moving do."""
    outbox.hold(entry.patient)
    current = WaitlistEntry.objects.select_related(*waitlist.WITH).get(pk=entry.pk)
    waitlist.must_wait(current, at=at)
    _take_back_offers(current, by=by, at=at)
    visit = _book(current, {"practitioner": practitioner, "starts_at": starts_at}, places={}, by=by, at=at)
    end(current, why=Ended.BOOKED, by=by, at=at)
    return visit


@step
def decline(offer: Offer, *, by: Actor, at: datetime) -> Offer:
    """Note that the patient does not want the time; they wait on. Nothing happens when the offer is over."""
    return _close(offer, State.DECLINED, by=by, at=at)


@step
def withdraw_offer(offer: Offer, *, by: Actor, at: datetime) -> Offer:
    """Take an offer back; the time is free at once and is offered to nobody else by itself."""
    return _close(offer, State.WITHDRAWN, by=by, at=at)


def expire(*, at: datetime) -> int:
    """End the offers that nobody answered and the entries that are over, and offer freed times on; return how many.

    Who was booked since, at a time that is not what they wait for, waits on for that visit to become sooner. Each is
    a step of its own, and trouble with one is logged, so that it keeps nobody else waiting.
    """
    done = _each(offers.expired(at=at), lambda late: _expire(late, at=at))
    later = dict(waitlist.later_booked(at=at))
    done += _each(later, lambda entry: _note_visit(entry, later[entry], at=at))
    whys = dict(waitlist.over(at=at))
    done += _each(whys, lambda entry: withdraw(entry, by=HOUSE, at=at, why=whys[entry]))
    return done + _each(offers.to_offer_on(at=at), lambda free: _offer_on(free, at=at))


def _each(rows: Iterable[Model], act: Callable[[Any], object]) -> int:
    """Do it with each row and return how many came to something; what goes wrong with one is logged."""
    done = 0
    for row in rows:
        try:
            done += act(row) is not None
        except Exception:
            log.exception("The waitlist could not go on with %s %s", type(row).__name__, row.pk)
    return done


@step
def _expire(offer: Offer, *, at: datetime) -> Offer:
    return _close(offer, State.EXPIRED, by=HOUSE, at=at)


@step
def _note_visit(entry: WaitlistEntry, later: Appointment, *, at: datetime) -> WaitlistEntry | None:
    patient = outbox.hold(entry.patient)
    if not waitlist.note_visit(entry, later, by=HOUSE, at=at):
        return None
    notices.reconcile(patient, at=at)
    return entry


def _offer_on(over: Offer, *, at: datetime) -> Offer | None:
    """Offer a time that somebody did not want to the next whom it suits, until somebody can have it."""
    asked = offers.asked_before(over)
    stretch = {"practitioner": over.practitioner, "starts_at": over.starts_at, "ends_at": over.ends_at}
    for fit in fits.find(over.entry.site, **stretch, at=at):
        if fit.entry.pk in asked:
            continue
        try:
            return offer(fit.entry, practitioner=over.practitioner, starts_at=fit.free.starts_at, by=HOUSE, at=at)
        except Refused:
            continue
    return None


def _offer(entry: WaitlistEntry, *, practitioner: User, starts_at: datetime, by: Actor, at: datetime) -> Offer:
    patient = bookings.hold_living(entry.patient)
    current = WaitlistEntry.objects.select_related(*waitlist.WITH).get(pk=entry.pk)
    _judge(current, starts_at, at=at)
    made = offers.make(current, practitioner=practitioner, starts_at=starts_at, by=by, at=at)
    notices.reconcile(patient, at=at)
    return made


def _judge(entry: WaitlistEntry, starts_at: datetime, *, at: datetime) -> None:
    """Raise Refused by what would stop the visit when the offer is taken up: nothing is offered in vain."""
    day = wall_time.local(starts_at, entry.site.zone).date()
    for refusal in judging.stops(entry.patient, service=entry.service, site=entry.site, on=day, at=at):
        raise Refused(refusal)


def _book(entry: WaitlistEntry, when: dict, *, places: dict, by: Actor, at: datetime) -> Appointment:
    """Move their later visit here, else book one."""
    later = waitlist.later_visit(entry, at=at)
    if later is not None:
        why = _("A time of the waitlist")
        length = entry.needling_minutes
        return bookings.move(later, version=later.version, needling_minutes=length, reason=why, by=by, at=at, **when)
    return bookings.book(
        patient=entry.patient,
        service=entry.service,
        site=entry.site,
        needling_minutes=entry.needling_minutes,
        by=by,
        at=at,
        **when,
        **places,
    )


def end(entry: WaitlistEntry, *, why: str, by: Actor, at: datetime) -> None:
    """Take an entry off the list with whatever is held for it; part of a step."""
    _take_back_offers(entry, by=by, at=at)
    waitlist.end(entry, why=why, by=by, at=at)


def _take_back_offers(entry: WaitlistEntry, *, by: Actor, at: datetime) -> None:
    for one in Offer.objects.filter(entry=entry, state=State.OPEN).select_related("entry__patient"):
        offers.close(one, state=State.WITHDRAWN, by=by, at=at)


def _close(offer: Offer, state: str, *, by: Actor, at: datetime) -> Offer:
    patient = outbox.hold(offer.entry.patient)
    if offers.close(offer, state=state, by=by, at=at):
        notices.reconcile(patient, at=at)
    offer.refresh_from_db()
    return offer
