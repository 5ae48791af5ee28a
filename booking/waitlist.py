"""Those who would come sooner: entered, asked when a time that suits them is free, and gone from the list by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from booking import preferences, telling
from booking.models import Appointment, Offer, WaitlistEntry
from clinic import audit, wall_time
from clinic.actors import Actor
from clinic.models import Service, Site, User
from clinic.refusals import Refusal, Refused
from patients.models import Patient

Ended, State = WaitlistEntry.Ended, Appointment.State
A_SLIP = timedelta(days=1)  # so long the place of who was taken off by hand is theirs still
WITH = ("patient", "service", "practitioner", "site", "booking")


@dataclass(frozen=True)
class Wants:
    """What somebody who waits would come for, and when; see the model for the fields."""

    service: Service
    practitioner: User | None = None
    needling_minutes: int | None = None
    weekdays: tuple[int, ...] = ()
    part: str = ""
    earliest_on: date | None = None
    latest_on: date | None = None
    is_urgent: bool = False
    note: str = ""

    def as_columns(self) -> dict[str, Any]:
        """Return the columns of an entry; the weekdays sorted."""
        columns = {field.name: getattr(self, field.name) for field in fields(self)}
        return columns | {"weekdays": sorted(self.weekdays), "note": self.note.strip()}


@transaction.atomic
def enter(
    *, patient: Patient, site: Site, wants: Wants, by: Actor, at: datetime, booking: Appointment | None = None
) -> WaitlistEntry:
    """Put a patient on the list. booking: the later visit that they have; an offer moves it.

    Raises Refused for a last day that lies before the first one or has passed, for somebody who waits for the same
    service already, and for a visit that is not theirs or not to come.
    """
    _judge(wants, site, at=at)
    if patient.died_on is not None:
        raise Refused(_died(patient))
    if WaitlistEntry.objects.waiting().filter(patient=patient, service=wants.service, site=site).exists():
        raise Refused(_waits_already(patient, wants.service))
    if booking is not None and not _is_theirs(booking, patient, at=at):
        raise Refused(_not_to_come())
    entry = WaitlistEntry.objects.create(
        site=site, patient=patient, booking=booking, entered_at=at, entered_by=by.user, **wants.as_columns()
    )
    audit.record("waitlist.enter", entry, by=by, at=at, patient=patient, fields=wants.as_columns())
    return entry


@transaction.atomic
def edit(entry: WaitlistEntry, *, wants: Wants, by: Actor, at: datetime) -> WaitlistEntry:
    """Change what somebody waits for. Raises Refused as `enter` does, and when they wait no more.

    While a time is held for them it is held for this service: another one is refused until the offer is over.
    """
    current = WaitlistEntry.objects.select_related(*WITH).get(pk=entry.pk)
    if current.ended_at is not None:
        raise Refused(waits_no_more(current))
    _judge(wants, current.site, at=at)
    others = WaitlistEntry.objects.waiting().exclude(pk=entry.pk)
    if others.filter(patient=current.patient, service=wants.service, site=current.site).exists():
        raise Refused(_waits_already(current.patient, wants.service))
    is_other_visit = (wants.service, wants.needling_minutes) != (current.service, current.needling_minutes)
    if is_other_visit and Offer.objects.filter(entry=entry, state=Offer.State.OPEN).exists():
        raise Refused(_held_for_another(current))
    before, now = {name: getattr(current, name) for name in wants.as_columns()}, wants.as_columns()
    for name, value in now.items():
        setattr(current, name, value)
    current.save(update_fields=list(now))
    changed = {name: value for name, value in now.items() if before[name] != value}
    audit.record("waitlist.edit", current, by=by, at=at, patient=current.patient, fields=changed)
    return current


@transaction.atomic
def end(entry: WaitlistEntry, *, why: str, by: Actor, at: datetime) -> bool:
    """Take an entry off the list and return whether it stood there. why: one of WaitlistEntry.Ended."""
    if not WaitlistEntry.objects.filter(pk=entry.pk, ended_at=None).update(ended_at=at, ended_why=why):
        return False
    audit.record("waitlist.end", entry, by=by, at=at, patient=entry.patient, fields={"why": why})
    entry.ended_at, entry.ended_why = at, why
    return True


@transaction.atomic
def put_back(entry: WaitlistEntry, *, by: Actor, at: datetime) -> bool:
    """Put somebody who was taken off the list back, where they stood; return whether they were off it.

    Raises Refused for one who left it in another way or more than a day ago, who died, who waits for the service in
    another entry by now, and whose visit that was to become earlier is not to come any more.
    """
    current = WaitlistEntry.objects.select_related(*WITH).get(pk=entry.pk)
    if current.ended_at is None:
        return False
    if current.ended_why != Ended.WITHDRAWN or current.ended_at <= at - A_SLIP:
        raise Refused(waits_no_more(current))
    if current.patient.died_on is not None:
        raise Refused(_died(current.patient))
    alike = {"patient": current.patient, "service": current.service, "site": current.site}
    if WaitlistEntry.objects.waiting().filter(**alike).exists():
        raise Refused(_waits_already(current.patient, current.service))
    if has_lost_its_visit(current, at=at):
        raise Refused(_not_to_come())
    WaitlistEntry.objects.filter(pk=entry.pk).update(ended_at=None, ended_why="")
    audit.record("waitlist.put_back", current, by=by, at=at, patient=current.patient)
    entry.ended_at, entry.ended_why = None, ""
    return True


def taken_off(site: Site, *, at: datetime) -> list[WaitlistEntry]:
    """Return who was taken off the list of late and can be put back where they stood, the last first."""
    alike = {name: OuterRef(name) for name in ("patient", "service", "site")}
    by_hand = WaitlistEntry.objects.filter(site=site, ended_why=Ended.WITHDRAWN, ended_at__gt=at - A_SLIP)
    found = by_hand.filter(~Exists(WaitlistEntry.objects.filter(**alike, ended_at=None)), patient__died_on=None)
    listed = found.select_related(*WITH).order_by("-ended_at", "-id")
    return [entry for entry in listed if not has_lost_its_visit(entry, at=at)]


@transaction.atomic
def note_visit(entry: WaitlistEntry, booking: Appointment, *, by: Actor, at: datetime) -> bool:
    """Note the later visit that somebody who waits has by now, so that an offer moves it; return whether it is so.

    It is not when they wait no more or for another visit already, and when the visit is not to come any more.
    """
    current = WaitlistEntry.objects.select_related(*WITH).get(pk=entry.pk)
    visit = Appointment.objects.get(pk=booking.pk)
    if current.ended_at is not None or current.would_move or not _is_theirs(visit, current.patient, at=at):
        return False
    WaitlistEntry.objects.filter(pk=entry.pk).update(booking=visit)
    audit.record("waitlist.visit", entry, by=by, at=at, patient=entry.patient, fields={"booking": visit.pk})
    entry.booking = visit
    return True


def over(*, at: datetime) -> list[tuple[WaitlistEntry, str]]:
    """Return the entries that have nothing to wait for any more, each with why."""
    found = ((entry, _why_over(entry, visits, at=at)) for entry, visits in _booked_since(at=at))
    return [(entry, why) for entry, why in found if why]


def later_booked(*, at: datetime) -> list[tuple[WaitlistEntry, Appointment]]:
    """Return who waits on although they were booked since, each with the first of these visits: none suits them."""
    return [
        (entry, visits[0])
        for entry, visits in _booked_since(at=at)
        if visits and visits[0].site_id == entry.site_id and not _why_over(entry, visits, at=at)
    ]


def _booked_since(*, at: datetime) -> list[tuple[WaitlistEntry, list[Appointment]]]:
    """Return who waits, each with the visits to come that were booked since; none for one whose visit would move."""
    entries = list(WaitlistEntry.objects.waiting().select_related("site", "patient", "booking"))
    asked = [entry for entry in entries if entry.would_move is None]
    booked: dict[tuple[int, int], list[Appointment]] = {}
    if asked:
        whose = {"patient__in": {one.patient_id for one in asked}, "service__in": {one.service_id for one in asked}}
        for visit in Appointment.objects.filter(**whose, starts_at__gt=at).standing().order_by("starts_at", "id"):
            booked.setdefault((visit.patient_id, visit.service_id), []).append(visit)

    def since(entry: WaitlistEntry) -> list[Appointment]:
        theirs = [] if entry.would_move else booked.get((entry.patient_id, entry.service_id), [])
        return [visit for visit in theirs if visit.booked_at >= entry.entered_at]

    return [(entry, since(entry)) for entry in entries]


def _why_over(entry: WaitlistEntry, booked: Iterable[Appointment], *, at: datetime) -> str:
    why = what_became_of(entry.would_move, at=at) if entry.would_move else ""
    if why or any(_is_what_they_wait_for(entry, visit) for visit in booked):
        return why or Ended.BOOKED
    today = wall_time.local(at, entry.site.zone).date()
    return Ended.OVER if entry.latest_on and entry.latest_on < today else ""


def _is_what_they_wait_for(entry: WaitlistEntry, visit: Appointment) -> bool:
    """Return whether a visit ends the waiting: it suits them, or no time that suits them could be sooner."""
    wall = wall_time.local(visit.starts_at, entry.site.zone)
    if entry.earliest_on and wall.date() < entry.earliest_on:
        return True
    return entry.practitioner_id in (None, visit.practitioner_id) and preferences.suits(entry, wall)


def what_became_of(booking: Appointment, *, at: datetime) -> str:
    """Return why nobody waits for this visit to become earlier any more; "" while somebody may.

    A visit that was called off counts once that has stood for as long as it may be taken back without a word, and one
    of which nobody said whether the patient came, at its end.
    """
    if booking.state == State.CANCELLED:
        return Ended.CANCELLED if booking.changed_at + telling.GRACE <= at else ""
    if booking.state == State.NO_SHOW:
        return Ended.MISSED
    has_come = booking.state in (State.ARRIVED, State.IN_ROOM, State.DONE)
    return Ended.CAME if has_come or booking.ends_at <= at else ""


def waiting_for(visit: Appointment) -> WaitlistEntry | None:
    """Return who waits for this visit to become earlier, or None. is_offered: a time is held for them."""
    held = Offer.objects.filter(entry=OuterRef("pk"), state=Offer.State.OPEN)
    found = WaitlistEntry.objects.waiting().filter(booking=visit, service=visit.service_id)
    return found.annotate(is_offered=Exists(held)).first()


def later_visit(entry: WaitlistEntry, *, at: datetime) -> Appointment | None:
    """Return the visit that would become earlier, while it is to come and of the same service."""
    later = entry.would_move
    return later if later is not None and _is_theirs(later, entry.patient, at=at) else None


def has_lost_its_visit(entry: WaitlistEntry, *, at: datetime) -> bool:
    """Return whether somebody waited for a visit to become earlier that is not to come any more."""
    return entry.would_move is not None and later_visit(entry, at=at) is None


def must_wait(entry: WaitlistEntry, *, at: datetime) -> None:
    """Raise Refused when somebody is off the list, or the visit that was to become earlier is not to come any more."""
    if entry.ended_at is not None:
        raise Refused(waits_no_more(entry))
    if has_lost_its_visit(entry, at=at):
        raise Refused(_not_to_come())


def _is_theirs(booking: Appointment, patient: Patient, *, at: datetime) -> bool:
    to_come = booking.state in (State.BOOKED, State.CONFIRMED) and booking.starts_at > at
    return booking.patient_id == patient.pk and to_come


def _judge(wants: Wants, site: Site, *, at: datetime) -> None:
    if wants.latest_on is None:
        return
    today = wall_time.local(at, site.zone).date()
    if wants.latest_on < today:
        raise Refused(_wrong_day(_("The last day is over. Choose a day to come, or leave it empty.")))
    if wants.earliest_on and wants.latest_on < wants.earliest_on:
        raise Refused(_wrong_day(_("The last day lies before the first one. Change one of the two.")))


def _wrong_day(sentence: str) -> Refusal:
    title = _("These days do not fit together")
    return Refusal(rule="waitlist.days", title=title, sentence=sentence, values={"field": "latest_on"})


def _waits_already(patient: Patient, service: Service) -> Refusal:
    sentence = _("%(name)s waits for %(service)s already. Change that entry instead.")
    return Refusal(
        rule="waitlist.twice",
        title=_("On the list already"),
        sentence=sentence % {"name": patient.name, "service": service.name},
    )


def _held_for_another(entry: WaitlistEntry) -> Refusal:
    sentence = _("A time for %(service)s is held for %(name)s now. Withdraw it first, or wait for the answer.")
    return Refusal(
        rule="waitlist.offered",
        title=_("A time is held"),
        sentence=sentence % {"name": entry.patient.first_name, "service": entry.service.name},
        values={"field": "service"},
    )


def _died(patient: Patient) -> Refusal:
    sentence = _("The record says that %(name)s has died.") % {"name": patient.name}
    return Refusal(rule="patient.died", title=_("Nobody can be offered a time"), sentence=sentence)


def _not_to_come() -> Refusal:
    sentence = _("The visit that was to become earlier is over, cancelled or somebody else's.")
    return Refusal(rule="waitlist.booking", title=_("That visit is not to come"), sentence=sentence)


def waits_no_more(entry: WaitlistEntry) -> Refusal:
    """Return the refusal of anything about an entry that has ended."""
    sentence = _("%(name)s is no longer on the list: %(why)s.")
    return Refusal(
        rule="waitlist.ended",
        title=_("Off the list already"),
        sentence=sentence % {"name": entry.patient.name, "why": entry.get_ended_why_display().lower()},
    )
