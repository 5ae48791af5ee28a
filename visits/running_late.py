"""A practitioner runs late: the visits that are left today move on by some minutes, and those who wait are told.

The preview is the very step, taken back: what it shows is what would happen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking import appointments, claims, diary
from booking.models import Appointment, Claim
from booking.rules import may
from clinic import wall_time
from clinic.actors import Actor
from clinic.capabilities import roles_with
from clinic.models import Role, Site, User
from clinic.refusals import Refusal, Refused, Stale
from treatments import gates
from visits import bookings
from visits.displaced import Decision, NotSettled, hold_all
from visits.judging import Agreement
from visits.transactions import step

LONGEST_MINUTES = 180
OFF_THE_GRID = frozenset({diary.GRID, diary.NOTICE})  # a visit that is pushed on begins at whatever minute it can


@dataclass(frozen=True)
class Shift:
    """One visit and where it goes.

    starts_at, ends_at: its new time, in UTC. why_not: why it stays where it is. is_outside_hours: whoever presses
    answers for that.
    """

    visit: Appointment
    starts_at: datetime
    ends_at: datetime
    why_not: str = ""
    is_outside_hours: bool = False


@dataclass(frozen=True)
class Preview:
    """What becomes of a practitioner's visits, soonest first.

    waiting: patients in the house, who keep their time and are told. in_room: the visit that runs now.
    """

    practitioner: User
    minutes: int
    shifts: list[Shift] = field(default_factory=list)
    waiting: list[Appointment] = field(default_factory=list)
    in_room: list[Appointment] = field(default_factory=list)

    @property
    def moving(self) -> list[Shift]:
        return [one for one in self.shifts if not one.why_not]

    @property
    def staying(self) -> list[Shift]:
        return [one for one in self.shifts if one.why_not]


@step
def preview(practitioner: User, *, site: Site, minutes: int, by: Actor, at: datetime) -> Preview:
    """Return what `run` would do with this delay (minutes: 1 to 180), and leave all as it is. Raises Refused."""
    seen = _shift_all(practitioner, site=site, minutes=minutes, by=by, at=at)
    transaction.set_rollback(True)
    return seen


@step
def run(
    practitioner: User, *, site: Site, minutes: int, versions: Mapping[int, int], by: Actor, at: datetime
) -> Preview:
    """Move on every visit that can, and return what was done.

    versions: what was shown, the version of each visit that was to move by its id. Raises NotSettled, and Stale when
    another visit could move now or one of those could not; then nothing was changed.
    """
    done = _shift_all(practitioner, site=site, minutes=minutes, by=by, at=at)
    for one in done.shifts:
        if one.visit.pk in versions and one.visit.version != versions[one.visit.pk]:
            raise NotSettled(one.visit, Stale())
        if one.visit.pk in versions and one.why_not:
            raise NotSettled(one.visit, Stale(one.why_not))
    if {one.visit.pk for one in done.moving} != set(versions):
        raise Stale(_("The day changed meanwhile. Look at it as it stands now, then press again."))
    return done


def reason_for(practitioner: User, minutes: int) -> str:
    """Return why visits moved on, as it is kept on each: Ana Duarte runs 20 minutes late."""
    words = ngettext("%(name)s runs %(n)s minute late", "%(name)s runs %(n)s minutes late", minutes)
    return words % {"name": practitioner.name, "n": minutes}


def waiting_for(practitioner: User, *, site: Site, at: datetime) -> list[Appointment]:
    """Return the visits whose patients sit in the house and wait for this practitioner."""
    return [one for one in _left_today(practitioner, site, at) if one.state == Appointment.State.ARRIVED]


def _shift_all(practitioner: User, *, site: Site, minutes: int, by: Actor, at: datetime) -> Preview:
    if not by.may("close_time"):
        sentence = _("Ask a colleague who may close time.")
        raise Refused(Refusal("late.may_not", _("You may not move this day on"), sentence))
    if not 1 <= minutes <= LONGEST_MINUTES:
        sentence = _("Write a delay of 1 to %(most)s minutes.") % {"most": LONGEST_MINUTES}
        raise Refused(Refusal("late.minutes", _("Check the minutes"), sentence))
    visits = _left_today(practitioner, site, at)
    left = [visit for visit in visits if may("move", visit.state)]
    hold_all([Decision(visit, visit.version, "move") for visit in left], at=at)
    return Preview(
        practitioner,
        minutes,
        shifts=_together(left, minutes, reason=reason_for(practitioner, minutes), by=by, at=at),
        waiting=[visit for visit in visits if visit.state == Appointment.State.ARRIVED],
        in_room=[visit for visit in visits if visit.state == Appointment.State.IN_ROOM],
    )


def _left_today(practitioner: User, site: Site, at: datetime) -> list[Appointment]:
    """Return the practitioner's visits of today that are not over, soonest first."""
    begins, ends = wall_time.day_bounds(wall_time.local(at, site.zone).date(), site.zone)
    visits = Appointment.objects.for_board().standing().between(begins, ends)
    return [one for one in visits.filter(practitioner=practitioner, site=site) if _is_left(one, at)]


def _is_left(visit: Appointment, at: datetime) -> bool:
    return visit.ends_at > at or not may("move", visit.state)


def _together(visits: Sequence[Appointment], minutes: int, *, reason: str, by: Actor, at: datetime) -> list[Shift]:
    """Move on as many visits as can move together, and say of each other why it stays; soonest first.

    One comes in while the cream of another works, so they leave their places at once and take the new ones. Whoever
    finds theirs taken keeps the old one, and the rest try again around them.
    """
    staying: dict[int, Shift] = {}
    while True:
        moving = [visit for visit in visits if visit.pk not in staying]
        with transaction.atomic():
            claims.hand_over([hold for visit in moving for hold in claims.release(visit)])
            tried = [_shifted(visit, minutes, reason=reason, by=by, at=at) for visit in moving]
            stopped = {one.visit.pk: one for one in tried if one.why_not}
            transaction.set_rollback(bool(stopped))
        if not stopped:
            return sorted([*tried, *staying.values()], key=lambda one: (one.starts_at, one.visit.pk))
        staying |= stopped


def _shifted(visit: Appointment, minutes: int, *, reason: str, by: Actor, at: datetime) -> Shift:
    """Move one visit on, and say why when it cannot.

    Whoever presses answers for the hours alone: what keeps a patient from a visit is not agreed to in passing.
    """
    later = timedelta(minutes=minutes)
    starts_at, ends_at = visit.starts_at + later, visit.ends_at + later
    day = wall_time.local(starts_at, visit.site.zone).date()
    if refusal := gates.restriction_refusal(visit, on=day, at=at):
        return Shift(visit, starts_at, ends_at, why_not=str(refusal.sentence))
    try:
        with transaction.atomic():
            moved = bookings.move(
                visit,
                starts_at=starts_at,
                version=visit.version,
                reason=reason,
                tell_patient=True,
                passes=OFF_THE_GRID,
                agreement=Agreement(reason=reason),
                by=by,
                at=at,
            )
    except (Refused, Stale) as stopped:
        return Shift(visit, starts_at, ends_at, why_not=_why_not(visit, starts_at, stopped))
    passed = moved.overrides.filter(rule=diary.HOURS, at=at).exists()
    return Shift(visit, starts_at, ends_at, is_outside_hours=passed)


def _why_not(visit: Appointment, starts_at: datetime, stopped: Refused | Stale) -> str:
    if isinstance(stopped, Stale):
        return str(stopped)
    if stopped.refusal.rule == diary.HOURS:
        who = ", ".join(str(Role(role).label) for role in roles_with("book_outside_hours"))
        return _("That is outside working hours. These roles may answer for it: %(who)s.") % {"who": who}
    if stopped.refusal.rule == diary.TAKEN:
        return _what_is_taken(visit, starts_at) or str(stopped)
    return str(stopped)


def _what_is_taken(visit: Appointment, starts_at: datetime) -> str:
    """Return who or what of the visit somebody else holds at that time; empty when it cannot be told."""
    there = copy(visit)
    there.starts_at = starts_at
    for hold in appointments.holds_of(there):
        name, pk = hold.resource
        held = Claim.objects.filter(is_active=True, starts_at__lt=hold.ends_at, ends_at__gt=hold.starts_at)
        first = held.filter(**{name: pk}).exclude(appointment=visit.pk).order_by("starts_at").first()
        if first is not None:
            wall = wall_time.local(max(first.starts_at, starts_at), visit.site.zone)
            said = {"what": str(getattr(first, name)), "when": date_format(wall, "H:i")}
            return _("%(what)s is taken from %(when)s on.") % said
    return ""
