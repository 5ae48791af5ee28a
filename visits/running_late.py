"""A practitioner runs late: the visits that are left today move on by some minutes, and those who wait are told.

A preview only reads; running it works the same out once more under the lock, and does it. One press takes it back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking import claims
from booking.models import Appointment, Change, Closure
from booking.rules import may
from clinic import wall_time
from clinic.actors import Actor
from clinic.models import Site, User
from clinic.refusals import Refusal, Refused, Stale
from visits import bookings, moving_on, putting_back
from visits.displaced import Decision, NotSettled, hold_all
from visits.moving_on import OFF_THE_GRID, Delay, Shift
from visits.putting_back import SHOWN_WITH, put_back
from visits.transactions import step

LONGEST_MINUTES = 180
TAKEN_BACK = "late.taken_back"  # the rule by which nothing is taken back twice


@dataclass(frozen=True)
class Preview:
    """What becomes of a practitioner's visits, soonest first.

    waiting: patients in the house, who keep their time and are told. in_room: the visit that runs now.
    press: once it is done, what its moves share.
    """

    practitioner: User
    minutes: int
    shifts: list[Shift] = field(default_factory=list)
    waiting: list[Appointment] = field(default_factory=list)
    in_room: list[Appointment] = field(default_factory=list)
    press: UUID | None = None

    @property
    def moving(self) -> list[Shift]:
        return [one for one in self.shifts if not one.why_not]

    @property
    def staying(self) -> list[Shift]:
        return [one for one in self.shifts if one.why_not]


def preview(practitioner: User, *, site: Site, minutes: int, by: Actor, at: datetime) -> Preview:
    """Return what `run` would do with this delay (minutes: 1 to 180); nothing is locked. Raises Refused."""
    delay = _delay(practitioner, minutes, by=by, at=at)
    return _seen(practitioner, delay, _left_today(practitioner, site, at))


@step
def run(
    practitioner: User, *, site: Site, minutes: int, versions: Mapping[int, int], by: Actor, at: datetime
) -> Preview:
    """Move on every visit that can, and return what was done.

    versions: what was shown, the version of each visit that was to move by its id. Raises NotSettled, and Stale when
    another visit could move now or one of those could not; then nothing was changed.
    """
    delay = _delay(practitioner, minutes, by=by, at=at)
    held = _can_move(_left_today(practitioner, site, at))
    hold_all([Decision(visit, visit.version, "move") for visit in held], at=at)
    visits = _left_today(practitioner, site, at)  # as they are now that nobody else changes them
    if not {visit.pk for visit in _can_move(visits)} <= {visit.pk for visit in held}:
        raise Stale(_changed_words())
    seen = replace(_seen(practitioner, delay, visits), press=uuid4())
    _must_be_as_shown(seen, versions)
    _carry_out(seen, delay)
    return seen


def _must_be_as_shown(seen: Preview, versions: Mapping[int, int]) -> None:
    for one in seen.shifts:
        if one.visit.pk in versions and one.visit.version != versions[one.visit.pk]:
            raise NotSettled(one.visit, Stale())
        if one.visit.pk in versions and one.why_not:
            raise NotSettled(one.visit, Stale(one.why_not))
    if {one.visit.pk for one in seen.moving} != set(versions):
        raise Stale(_changed_words())


def _carry_out(seen: Preview, delay: Delay) -> None:
    """Move all on: they leave their places at once, and take the new ones. Raises NotSettled."""
    claims.hand_over([hold for one in seen.moving for hold in claims.release(one.visit)])
    for one in seen.moving:
        try:
            bookings.move(
                one.visit,
                starts_at=one.starts_at,
                version=one.visit.version,
                reason=delay.reason,
                tell_patient=True,
                passes=OFF_THE_GRID,
                agreement=delay.agreement,
                press=seen.press,
                by=delay.by,
                at=delay.at,
            )
        except (Refused, Stale) as stopped:
            raise NotSettled(one.visit, stopped) from stopped


def _changed_words() -> str:
    return _("The day changed meanwhile. Look at it as it stands now, then press again.")


def reason_for(practitioner: User, minutes: int) -> str:
    """Return why visits moved on, as it is kept on each: Ana Duarte runs 20 minutes late."""
    words = ngettext("%(name)s runs %(n)s minute late", "%(name)s runs %(n)s minutes late", minutes)
    return words % {"name": practitioner.name, "n": minutes}


def waiting_for(practitioner: User, *, site: Site, at: datetime) -> list[Appointment]:
    """Return the visits whose patients sit in the house and wait for this practitioner."""
    return [one for one in _left_today(practitioner, site, at) if one.state == Appointment.State.ARRIVED]


def _delay(practitioner: User, minutes: int, *, by: Actor, at: datetime) -> Delay:
    _must_be_allowed(by)
    if not 1 <= minutes <= LONGEST_MINUTES:
        sentence = _("Write a delay of 1 to %(most)s minutes.") % {"most": LONGEST_MINUTES}
        raise Refused(Refusal("late.minutes", _("Check the minutes"), sentence))
    return Delay(minutes, reason_for(practitioner, minutes), by, at)


def _must_be_allowed(by: Actor) -> None:
    if not by.may("close_time"):
        sentence = _("Ask a colleague who may close time.")
        raise Refused(Refusal("late.may_not", _("You may not move this day on"), sentence))


def _seen(practitioner: User, delay: Delay, visits: Sequence[Appointment]) -> Preview:
    return Preview(
        practitioner,
        delay.minutes,
        shifts=moving_on.plan(_can_move(visits), delay),
        waiting=[visit for visit in visits if visit.state == Appointment.State.ARRIVED],
        in_room=[visit for visit in visits if visit.state == Appointment.State.IN_ROOM],
    )


def _can_move(visits: Sequence[Appointment]) -> list[Appointment]:
    return [visit for visit in visits if may("move", visit.state)]


def _left_today(practitioner: User, site: Site, at: datetime) -> list[Appointment]:
    """Return the practitioner's visits of today that are not over, soonest first."""
    begins, ends = wall_time.day_bounds(wall_time.local(at, site.zone).date(), site.zone)
    visits = Appointment.objects.for_board().standing().between(begins, ends)
    return [one for one in visits.filter(practitioner=practitioner, site=site) if _is_left(one, at)]


def _is_left(visit: Appointment, at: datetime) -> bool:
    return visit.ends_at > at or not may("move", visit.state)


# --- taking it back --------------------------------------------------------------------------------------


def minutes_of(change: Change) -> int | None:
    """Return by how many minutes a late day moved a visit on; None for any other step."""
    return shift_of(change) if _late().filter(pk=change.pk).exists() else None


def shift_of(change: Change) -> int:
    """Return by how many minutes the move of a late day moved its visit on."""
    was, now = (parse_datetime(kept["starts_at"]) for kept in (change.before, change.after))
    return (now - was) // timedelta(minutes=1)


def moves_of(press: UUID | None) -> QuerySet[Change]:
    """Return the moves of one late day that still stand, in their order; none for None."""
    moves = Change.objects.filter(press=press, undone_at=None) if press else Change.objects.none()
    return moves.select_related(*SHOWN_WITH).order_by("id")


def moved_since(practitioner: User, minutes: int, *, site: Site, since: datetime) -> list[Change]:
    """Return by which moves a practitioner's visits went on by so many minutes since then, in their order."""
    moves = _late().filter(undone_at=None, at__gte=since)
    moves = moves.filter(appointment__site=site, appointment__practitioner=practitioner).select_related(*SHOWN_WITH)
    return [one for one in moves.order_by("id") if shift_of(one) == minutes]


def _late() -> QuerySet[Change]:
    """Return the moves of late days; what somebody's day out did is known by its closure."""
    out = Closure.objects.filter(uuid=OuterRef("press"))
    return Change.objects.filter(~Exists(out), press__isnull=False)


@step
def take_back(change: Change, *, by: Actor, at: datetime) -> list[Appointment]:
    """Put all visits of a late day back where they were, or none; change: the move of any of them.

    Who has not been told by then hears nothing of it. Raises NotSettled with the visit that stopped it, and Refused
    when there is nothing left to take back.
    """
    _must_be_allowed(by)
    moves = list(moves_of(change.press))
    putting_back.hold(moves, at=at)
    moves = list(moves_of(change.press))
    if not moves:
        raise Refused(_nothing_left())
    return put_back(moves, by=by, at=at)


def _nothing_left() -> Refusal:
    return Refusal(TAKEN_BACK, _("Nothing to take back"), _("These visits were put back already."))
