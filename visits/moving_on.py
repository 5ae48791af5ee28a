"""What becomes of a late day, worked out by reading alone: who moves on together with whom, and who stays and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from booking import claims, closures, diary, free_times, refusals
from booking.busy import NOTHING_HELD, Busy
from booking.claims import Hold, Resource
from booking.diary import Diary
from booking.hours import Span
from booking.models import Appointment, Claim
from booking.models.claim import RESOURCES
from booking.reach import without
from clinic import wall_time
from clinic.actors import Actor
from clinic.capabilities import roles_with
from clinic.models import Role
from clinic.refusals import Refusal, Refused
from treatments import gates
from visits import bookings, judging
from visits.displaced import holds_of
from visits.judging import Agreement

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
class Delay:
    """By how long a day moves on. reason: kept on each visit; whoever presses answers with it for the hours alone."""

    minutes: int
    reason: str
    by: Actor
    at: datetime

    @property
    def agreement(self) -> Agreement:
        return Agreement(reason=self.reason)


def plan(visits: Sequence[Appointment], delay: Delay) -> list[Shift]:
    """Return where each visit goes when as many as can move on together, soonest first. Nothing is locked or written.

    One comes in while the cream of another works, so they leave their places at once and take the new ones. Whoever
    finds theirs taken keeps the old one, and the rest try again around them.
    """
    left = _held_by(visits)
    pages = {visit.pk: _page(visit, delay) for visit in visits}
    staying: dict[int, Shift] = {}
    while True:
        moving = [visit for visit in visits if visit.pk not in staying]
        free = [hold for visit in moving for hold in left[visit.pk]]
        taken = closures.shares_of(free)
        tried = [_shifted(visit, pages[visit.pk], free, taken, delay) for visit in moving]
        stopped = {one.visit.pk: one for one in tried if one.why_not}
        if not stopped:
            return sorted([*tried, *staying.values()], key=lambda one: (one.starts_at, one.visit.pk))
        staying |= stopped


def _held_by(visits: Iterable[Appointment]) -> dict[int, list[Hold]]:
    """Return what each visit holds, by its id, in one query."""
    found: dict[int, list[Hold]] = {visit.pk: [] for visit in visits}
    for claim in Claim.objects.filter(appointment__in=list(found), is_active=True):
        resource = next((name, pk) for name in RESOURCES if (pk := getattr(claim, f"{name}_id")))
        found[claim.appointment_id].append(Hold(resource, claim.starts_at, claim.ends_at))
    return found


def _page(visit: Appointment, delay: Delay) -> Diary:
    """Return the diary of the day on which a visit would begin."""
    return diary.read(
        service=visit.service,
        site=visit.site,
        start=wall_time.local(visit.starts_at + timedelta(minutes=delay.minutes), visit.site.zone).date(),
        days=1,
        at=delay.at,
        practitioners=[visit.practitioner],
        patient=visit.patient,
        ignore=visit,
        needling_minutes=visit.needling_minutes,
        passes=OFF_THE_GRID,
    )


def _shifted(visit: Appointment, page: Diary, free: list[Hold], taken: list[Hold], delay: Delay) -> Shift:
    """Return where one visit goes; what it takes there is added to what is taken.

    Whoever presses answers for the hours alone: what keeps a patient from a visit is not agreed to in passing.
    """
    later = timedelta(minutes=delay.minutes)
    shift = Shift(visit, visit.starts_at + later, visit.ends_at + later)
    try:
        _must_be_allowed(shift, delay)
        page = replace(page, busy=_seen(page, free, taken), _places={})
        page, is_outside = _within_hours(shift, page, delay)
    except Refused as refused:
        return replace(shift, why_not=_why_not(shift, page, refused.refusal))
    found = free_times.at_start(page, int(shift.starts_at.timestamp()), visit.practitioner)
    taken += holds_of(visit, found, page.lines)
    return replace(shift, is_outside_hours=is_outside)


def _must_be_allowed(shift: Shift, delay: Delay) -> None:
    visit = shift.visit
    bookings.must_live(visit.patient)
    day = wall_time.local(shift.starts_at, visit.site.zone).date()
    if refusal := gates.restriction_refusal(visit, on=day, at=delay.at):
        raise Refused(refusal)


def _within_hours(shift: Shift, page: Diary, delay: Delay) -> tuple[Diary, bool]:
    """Return the diary in which the visit fits, and whether somebody answers for its hours. Raises Refused."""
    refusal = _objection(shift, page)
    if refusal is None:
        return page, False
    if refusal.rule != diary.HOURS:
        raise Refused(refusal)
    judging.passed([refusal], delay.agreement, by=delay.by)
    page = replace(page, passes=page.passes | {diary.HOURS}, _places={})
    if refusal := _objection(shift, page):
        raise Refused(refusal)
    return page, True


def _objection(shift: Shift, page: Diary) -> Refusal | None:
    service, practitioner = shift.visit.service, shift.visit.practitioner
    if not (service.is_offered and page.is_for_a_patient):
        return refusals.not_offered(service.name)
    rule = page.objection(int(shift.starts_at.timestamp()), practitioner.pk)
    if rule == diary.TAKEN:
        return claims.taken()
    return refusals.of_time(rule, page, shift.starts_at, practitioner) if rule else None


# --- what is held meanwhile ------------------------------------------------------------------------------


def _seen(page: Diary, free: Iterable[Hold], taken: Iterable[Hold]) -> dict[Resource, Busy]:
    """Return what is held once some visits have left their places and others have taken theirs."""
    seen, left, come = dict(page.busy or {}), _spans(free), _spans(taken)
    for resource in left.keys() | come.keys():
        held = seen.get(resource, NOTHING_HELD)
        still = without(zip(held.starts, held.ends, strict=True), left.get(resource, ()))
        seen[resource] = Busy([*still, *come.get(resource, ())])
    return seen


def _spans(holds: Iterable[Hold]) -> dict[Resource, list[Span]]:
    """Return holds by what they hold, in whole UTC seconds, the outer ones."""
    found: dict[Resource, list[Span]] = {}
    for hold in holds:
        span = int(hold.starts_at.timestamp()), -int(-hold.ends_at.timestamp() // 1)
        found.setdefault(hold.resource, []).append(span)
    return found


# --- why one stays ---------------------------------------------------------------------------------------


def _why_not(shift: Shift, page: Diary, refusal: Refusal) -> str:
    if refusal.rule == diary.HOURS:
        who = ", ".join(str(Role(role).label) for role in roles_with("book_outside_hours"))
        return _("That is outside working hours. These roles may answer for it: %(who)s.") % {"who": who}
    if refusal.rule == diary.TAKEN:
        return _what_is_taken(shift, page) or str(refusal.sentence)
    return str(refusal.sentence)


def _what_is_taken(shift: Shift, page: Diary) -> str:
    """Return who or what of the visit is held by somebody else at that time; empty when it cannot be told."""
    start = int(shift.starts_at.timestamp())
    for line in page.lines:
        one = getattr(shift.visit, line.resource)
        held = (page.busy or {}).get((line.column, one.pk), NOTHING_HELD) if one else NOTHING_HELD
        first, last = start + line.starts * 60, start + line.ends * 60
        taken = [max(begins, first) for begins, ends in zip(held.starts, held.ends, strict=True) if ends > first]
        if taken and taken[0] < last:
            wall = wall_time.local(datetime.fromtimestamp(taken[0], UTC), shift.visit.site.zone)
            return _("%(what)s is taken from %(when)s on.") % {"what": one, "when": date_format(wall, "H:i")}
    return ""
