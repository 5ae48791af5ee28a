"""What a patient is told about a time that is held for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import formats, translation
from django.utils.translation import gettext as _

from booking import offers, preferences, waitlist
from booking.models import Offer
from clinic import wall_time, words
from clinic.often import often
from clinic.words import days
from outbox.models import Notice
from outbox.notices import Desired
from patients import links
from patients.models import Link, Patient

KIND = "OFFER"
SUBJECT = "offer:"
WITH = ("entry__patient", "entry__site", "entry__booking", "practitioner")


def desired(patient: Patient, *, owner: str, at: datetime) -> Iterator[Desired]:
    """Yield the message of each offer that is open to the patient now."""
    if not _any_open_to(patient.pk, at):  # the rule; the rest is wide to ask for
        return
    for offer in _open_to(patient, at).select_related(*WITH):
        link = Link.objects.get(purpose=offers.PURPOSE, subject=offers.subject(offer))
        letter = words.load(owner, patient.language, KIND)
        moved = waitlist.later_visit(offer.entry, at=offer.made_at)
        with translation.override(letter.language):
            values = words.late() | _values(offer, link, moved.starts_at if moved else offer.starts_at)
        conditions = frozenset({"link", "moves"} if moved else {"link"})
        yield Desired(
            kind=KIND,
            subject=f"{SUBJECT}{offer.pk}",
            occasion="",
            purpose=Notice.Purpose.APPOINTMENT,
            site=offer.entry.site,
            due_at=preferences.told_at(offer.made_at, offer.entry.site.zone),
            not_after=offer.expires_at,
            words=words.render(letter, values, conditions),
            language=letter.language,
        )


def _open_to(patient: Any, at: Any) -> QuerySet[Offer]:
    return Offer.objects.filter(entry__patient=patient, state=Offer.State.OPEN, expires_at__gt=at)


@often
def _any_open_to(patient: int, at: datetime) -> QuerySet[Offer]:
    return _open_to(patient, at).values_list("pk")[:1]


def still_wanted(notice: Notice, *, at: datetime) -> str:
    """Return why this offer should not be told any more, judged from how it stands now; "" when it should."""
    offer = Offer.objects.select_related(*WITH).filter(pk=notice.subject.removeprefix(SUBJECT)).first()
    if offer is None:
        return _("There is no such offer.")
    if offer.state == Offer.State.OPEN and waitlist.has_lost_its_visit(offer.entry, at=at):
        return _("The visit that it would move is cancelled or over.")
    if offer.state == Offer.State.OPEN:
        return "" if at < offer.expires_at else _("The time is no longer held.")
    return {
        Offer.State.ACCEPTED: _("The time was taken."),
        Offer.State.DECLINED: _("The patient does not want the time."),
        Offer.State.WITHDRAWN: _("The offer was withdrawn."),
        Offer.State.EXPIRED: _("The time is no longer held."),
    }[Offer.State(offer.state)]


def _values(offer: Offer, link: Link, was: datetime) -> dict[str, str]:
    zone = offer.entry.site.zone
    return {
        "first_name": offer.entry.patient.first_name,
        "practitioner_name": offer.practitioner.short_name or offer.practitioner.name,
        "appointment_when": _when(wall_time.local(offer.starts_at, zone)),
        "appointment_until": formats.date_format(wall_time.local(offer.ends_at, zone), "H:i"),
        "appointment_where": "{clinic_address}",
        "appointment_was": _when(wall_time.local(was, zone)),
        "held_until": _when(wall_time.local(offer.expires_at, zone)),
        "link": links.placeholder(link),
    }


def _when(wall: datetime) -> str:
    return days.moment(wall)
