"""A time that is held for one who waits: offered, taken up, declined, withdrawn, or over by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from booking import appointments, claims, preferences, turns
from booking.appointments import SlotTaken
from booking.claims import Locked, Taken
from booking.models import Appointment, Claim, Offer, WaitlistEntry
from booking.waitlist import must_wait
from booking.wishes import Wish
from clinic import audit
from clinic.actors import Actor
from clinic.models import Site, User
from clinic.refusals import Refusal, Refused
from patients import links

State = Offer.State
PURPOSE = "offer"
GOES_ON_FOR = timedelta(minutes=10)  # a time that nobody wanted is offered on at once or not at all


class Gone(Refused):
    """Raised when an offer can no longer be taken up: over, withdrawn, or answered before."""


@transaction.atomic
def make(entry: WaitlistEntry, *, practitioner: User, starts_at: datetime, by: Actor, at: datetime) -> Offer:
    """Hold a time for somebody who waits, with everything their visit needs, and make the link that takes it.

    Raises SlotTaken, Refused by a rule of the diary or when they wait no more, and when the time is too near for an
    answer to come. One offer at a time: a second one is refused.
    """
    must_wait(entry, at=at)
    wish = Wish(
        entry.service, entry.site, practitioner, starts_at, entry.patient, at, needling_minutes=entry.needling_length
    )
    until = _held_until(entry.site, starts_at, at=at)
    if until is None:
        raise Refused(_too_near(entry))
    locked = turns.lock(wish.page.resources, at=at)
    free = wish.granted()
    offer = Offer(
        entry=entry,
        practitioner=practitioner,
        room=free.room,
        chair=free.chair,
        device=free.device,
        starts_at=free.starts_at,
        ends_at=free.ends_at,
        made_at=at,
        made_by_name=by.name,
        expires_at=until,
    )
    _hold(offer, wish, locked)
    links.make(patient=entry.patient, purpose=PURPOSE, subject=subject(offer), expires_at=offer.ends_at, at=at)
    audit.record("offer", offer, by=by, at=at, patient=entry.patient, fields={"starts_at": starts_at.isoformat()})
    return offer


def can_be_answered(site: Site, starts_at: datetime, *, at: datetime) -> bool:
    """Return whether a time that is offered now can still be answered; else it is a telephone call."""
    return _held_until(site, starts_at, at=at) is not None


def _held_until(site: Site, starts_at: datetime, *, at: datetime) -> datetime | None:
    return preferences.held_until(at, starts_at, minutes=site.offer_minutes, zone=site.zone)


def _hold(offer: Offer, wish: Wish, locked: Locked) -> None:
    """Write the offer and hold its time. Raises SlotTaken, and Refused for a second open offer."""
    try:
        with transaction.atomic():
            offer.save()
    except IntegrityError as twice:
        raise Refused(_offered_already(offer.entry)) from twice
    try:
        claims.take(
            locked, appointments.holds_of(offer), kind=Claim.Kind.HOLD, offer=offer, expires_at=offer.expires_at
        )
    except Taken as taken:
        raise SlotTaken(wish) from taken


def subject(offer: Offer) -> str:
    """Return what the offer's link and its message are about."""
    return f"offer:{offer.uuid}"


@transaction.atomic
def take_up(offer: Offer, *, by: Actor, at: datetime) -> None:
    """Mark an offer as accepted and let go of its time, which the caller books in the same transaction.

    Raises Gone when it is over or was answered before: of two who accept, one passes.
    """
    still_open = Offer.objects.filter(pk=offer.pk, state=State.OPEN, expires_at__gt=at)
    if not still_open.update(state=State.ACCEPTED, closed_at=at):
        raise Gone(_gone())
    claims.release_offer(offer)
    audit.record("offer.accept", offer, by=by, at=at, patient=offer.entry.patient)
    offer.refresh_from_db(fields=["state", "closed_at"])


def became(offer: Offer, appointment: Appointment) -> None:
    """Note which visit an accepted offer became."""
    offer.appointment = appointment
    offer.save(update_fields=["appointment"])


@transaction.atomic
def close(offer: Offer, *, state: str, by: Actor, at: datetime) -> bool:
    """End an open offer as declined, withdrawn or expired, free its time, and return whether it was open."""
    if not Offer.objects.filter(pk=offer.pk, state=State.OPEN).update(state=state, closed_at=at):
        return False
    claims.release_offer(offer)
    audit.record(f"offer.{state}", offer, by=by, at=at, patient=offer.entry.patient)
    offer.refresh_from_db(fields=["state", "closed_at"])
    return True


def expired(*, at: datetime) -> list[Offer]:
    """Return the offers that ran out and are still marked as open."""
    late = Offer.objects.filter(state=State.OPEN, expires_at__lte=at).order_by("expires_at")
    return list(late.select_related("entry__patient"))


def to_offer_on(*, at: datetime) -> list[Offer]:
    """Return the offers that ended a moment ago and whose time was offered to nobody since.

    They were declined, ran out, or fell away together with the waiting, as when the visit that was to become earlier
    is called off. What the desk took back is the desk's.
    """
    since = Offer.objects.filter(
        practitioner=OuterRef("practitioner"),
        made_at__gte=OuterRef("closed_at"),
        starts_at__lt=OuterRef("ends_at"),
        ends_at__gt=OuterRef("starts_at"),
    )
    fell_away = Q(state=State.WITHDRAWN, closed_at=F("entry__ended_at"))
    over = Offer.objects.filter(Q(state__in=[State.DECLINED, State.EXPIRED]) | fell_away)
    chosen = over.filter(~Exists(since), closed_at__gt=at - GOES_ON_FOR, starts_at__gt=at).order_by("closed_at", "pk")
    return list(chosen.select_related("entry__site", "practitioner"))


def asked_before(offer: Offer) -> set[int]:
    """Return the entries that were offered a time of this stretch before."""
    same = Offer.objects.filter(
        practitioner=offer.practitioner_id, starts_at__lt=offer.ends_at, ends_at__gt=offer.starts_at
    )
    return set(same.values_list("entry", flat=True))


def no_longer_sooner() -> Refusal:
    """Return the refusal of an offer that would move a visit back: it was moved since, to a sooner time."""
    return Refusal(
        rule="offer.not_sooner",
        title=_("This time is no sooner any more"),
        sentence=_("The appointment was moved meanwhile and is earlier than this time. It stays where it is."),
    )


def nothing_to_move() -> Refusal:
    """Return the refusal of an offer whose visit, the one that it would move, is cancelled or over by now."""
    return Refusal(
        rule="offer.nothing_to_move",
        title=_("There is no appointment to move"),
        sentence=_("The appointment that was to become earlier is cancelled or over. Call us, and we book a new one."),
    )


def _gone() -> Refusal:
    return Refusal(
        rule="offer.gone",
        title=_("This time has gone"),
        sentence=_("The time is no longer held. Please call us, and we look for another one together."),
    )


def _too_near(entry: WaitlistEntry) -> Refusal:
    sentence = _("There is no time left for an answer. Call %(name)s, and book it at once.")
    return Refusal(
        rule="offer.too_near", title=_("Too near to be offered"), sentence=sentence % {"name": entry.patient.first_name}
    )


def _offered_already(entry: WaitlistEntry) -> Refusal:
    sentence = _("Another time is held for %(name)s already. Withdraw it first, or wait for the answer.")
    return Refusal(
        rule="offer.twice", title=_("One offer at a time"), sentence=sentence % {"name": entry.patient.first_name}
    )
