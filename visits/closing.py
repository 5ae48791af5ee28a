"""Closing time and opening it again, for every door alike; and taking a person out of a day with all their visits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from booking import claims, closures, reach, turns
from booking.models import Appointment, Change, Closure
from clinic import wall_time
from clinic.actors import Actor
from clinic.models import Device, Room, Site, User
from clinic.refusals import Refusal, Refused, Stale
from visits import displaced, putting_back
from visits.displaced import Decision, NotSettled, Settled
from visits.transactions import step

SAME = ("kind", "site", "practitioner", "room", "device", "starts_at", "ends_at")
LIFTED = "closure.lifted"  # the rule by which nothing is opened twice
A_MOMENT = timedelta(seconds=1)  # a closure until midnight ends on the day before


@step
def close(
    *,
    kind: str,
    site: Site,
    starts_at: datetime,
    ends_at: datetime,
    by: Actor,
    at: datetime,
    practitioner: User | None = None,
    room: Room | None = None,
    device: Device | None = None,
    words: str = "",
) -> Closure:
    """Let nothing new be booked with a person, in a room, with a device, or (none of them) at the whole site.

    Visits that stand in it stay until somebody settles them. Raises Refused for who may not, and as
    `closures.add` for a stretch that is over or ends before it starts.
    """
    _must_be_allowed(by, whole_site=practitioner is None and room is None and device is None)
    return closures.add(
        kind=kind,
        site=site,
        starts_at=starts_at,
        ends_at=ends_at,
        practitioner=practitioner,
        room=room,
        device=device,
        words=words,
        by=by,
        at=at,
    )


@step
def close_days(days: Mapping[date, str], *, site: Site, by: Actor, at: datetime) -> list[Closure]:
    """Let nothing new be booked at the whole site on any of these local days, from midnight to midnight, or on none.

    days: each with its words. One that is closed by then stays as it is; the others are returned. Raises Refused as
    `close`.
    """
    _must_be_allowed(by, whole_site=True)
    bounds = {day: wall_time.day_bounds(day, site.zone) for day in sorted(days)}
    spans = {day: dict(zip(("starts_at", "ends_at"), ends, strict=True)) for day, ends in bounds.items()}
    reached = {resource for span in spans.values() for resource in reach.of(Closure(site=site, **span))}
    turns.lock(reached, at=at)  # for all days at once, so that two who close several never wait for each other
    return [
        closures.add(kind=Closure.Kind.CLOSURE, site=site, words=days[day], **span, by=by, at=at)
        for day, span in spans.items()
        if not _is_closed(site, **span)
    ]


def _is_closed(site: Site, *, starts_at: datetime, ends_at: datetime) -> bool:
    whole = Closure.objects.standing().filter(site=site, practitioner=None, room=None, device=None)
    return whole.filter(starts_at__lte=starts_at, ends_at__gte=ends_at).exists()


@step
def lift(closure: Closure, *, by: Actor, at: datetime) -> None:
    """Open again what was closed; visits that were moved stay where they are now. Raises Refused as `close`."""
    _must_be_allowed(by, whole_site=displaced.shuts(closure) is None)
    closures.lift(closure, by=by, at=at)


@step
def close_again(closure: Closure, *, by: Actor, at: datetime) -> Closure:
    """Close once more what was lifted, for as long as it was; twice is once. Raises Refused as `close`."""
    _must_be_allowed(by, whole_site=displaced.shuts(closure) is None)
    Closure.objects.select_for_update(no_key=True).get(pk=closure.pk)  # the turn of whoever closes this one again
    what = {name: getattr(closure, name) for name in SAME}
    again = Closure.objects.standing().filter(**what).first()
    if again is not None:
        return again
    return closures.add(
        kind=closure.kind,
        site=closure.site,
        starts_at=closure.starts_at,
        ends_at=closure.ends_at,
        practitioner=closure.practitioner,
        room=closure.room,
        device=closure.device,
        words=closure.words,
        by=by,
        at=at,
    )


@step
def out_today(
    practitioner: User,
    *,
    site: Site,
    from_at: datetime,
    until: datetime,
    words: str,
    by: Actor,
    at: datetime,
    decisions: Sequence[Decision] = (),
) -> tuple[Closure, Settled]:
    """Take a practitioner out of a stretch of time and settle their visits in it, all of it or nothing.

    from_at to until: UTC, half-open. decisions: what was chosen for their visits; one without stays as it is and
    is listed with the closure. Raises NotSettled with the visit that stopped it, as one that does not stand in that
    stretch, and Refused as `close`.
    """
    _must_be_allowed(by, whole_site=False)
    chosen = displaced.hold_all(decisions, at=at, besides=[("practitioner", practitioner.pk)])
    closure = closures.add(
        kind=Closure.Kind.LEAVE,
        site=site,
        starts_at=from_at,
        ends_at=until,
        practitioner=practitioner,
        words=words,
        by=by,
        at=at,
    )
    _must_stand_in(closure, chosen, at=at)
    said = {"reason": reason_for(closure), "press": closure.uuid}
    return closure, displaced.carry_out(chosen, **said, by=by, at=at)


@step
def out_no_more(closure: Closure, *, by: Actor, at: datetime) -> list[Appointment]:
    """Take `out_today` back: open the time again and put back what it moved or called off, all of it or nothing.

    Raises NotSettled with the visit that stopped it, as one that was changed since; Refused as `lift`, by the rule
    LIFTED when it was opened before.
    """
    _must_be_allowed(by, whole_site=displaced.shuts(closure) is None)
    away = [shut] if (shut := displaced.shuts(closure)) else []
    putting_back.hold(list(steps_with(closure)), at=at, besides=away)
    steps = list(steps_with(closure))
    if not _stays_closed(closure, [one.appointment for one in steps]):
        raise Refused(_opened_again())
    closures.lift(closure, by=by, at=at)
    return putting_back.put_back(steps, by=by, at=at)


def steps_with(closure: Closure) -> QuerySet[Change]:
    """Return what still stands of that which the press that took somebody out did with their visits."""
    steps = Change.objects.filter(press=closure.uuid, undone_at=None)
    return steps.select_related(*putting_back.SHOWN_WITH).order_by("id")


@step
def settle(closure: Closure, decisions: Sequence[Decision], *, by: Actor, at: datetime) -> Settled:
    """Carry out all that was decided about visits in a closure or none of it, and plan what the patients are told.

    Raises NotSettled with the visit that stopped it, as one that does not stand in this closure; Refused for who may
    not close time, and when it was opened again.
    """
    _must_be_allowed(by, whole_site=False)
    chosen = displaced.hold_all(decisions, at=at)
    if not _stays_closed(closure, [one.visit for one in chosen]):
        raise Refused(_opened_again())
    _must_stand_in(closure, chosen, at=at)
    return displaced.carry_out(chosen, reason=reason_for(closure), by=by, at=at)


def _stays_closed(closure: Closure, visits: Sequence[Appointment]) -> bool:
    """Let nobody else lift the closure until the step ends; return whether it stands.

    Held with it, in their order, are the closures that get a part of it or of what these visits let go.
    """
    claims.hold_closures([*claims.holds_over(reach.of(closure)), *claims.holds_of(visits)])
    return Closure.objects.standing().select_for_update(no_key=True).filter(pk=closure.pk).exists()


def _must_stand_in(closure: Closure, decisions: Sequence[Decision], *, at: datetime) -> None:
    """Raise NotSettled with the first visit that does not give way to this closure; for within a step that holds it."""
    standing = {visit.pk for visit in giving_way(closure, at=at)}
    for one in decisions:
        if one.visit.pk not in standing:
            is_as_read = Appointment.objects.filter(pk=one.visit.pk, version=one.version).exists()
            raise NotSettled(one.visit, Refused(_stands_elsewhere()) if is_as_read else Stale())


def giving_way(closure: Closure, *, at: datetime) -> list[Appointment]:
    """Return the visits to come that stand in a closure, soonest first; it need not be saved yet."""
    return [visit for visit in closures.conflicts(closure) if visit.ends_at > at]


def here_in(closure: Closure, *, at: datetime) -> list[Appointment]:
    """Return the visits in a closure whose patients are in the house today: nothing of theirs is moved."""
    zone = closure.site.zone
    begins, _ends = wall_time.day_bounds(wall_time.local(at, zone).date(), zone)
    return closures.here(closure, since=begins)


def reason_for(closure: Closure) -> str:
    """Return why visits give way, as it is kept on each: Ana Duarte is away on Monday 2 March."""
    zone = closure.site.zone
    first, last = (wall_time.local(moment, zone) for moment in (closure.starts_at, closure.ends_at - A_MOMENT))
    named = closure.practitioner or closure.room or closure.device or closure.site
    words = {"name": str(named), "first": date_format(first, "l j F"), "last": date_format(last, "l j F")}
    is_person, is_one_day = closure.practitioner_id is not None, first.date() == last.date()
    if is_person and is_one_day:
        return _("%(name)s is away on %(first)s") % words
    if is_person:
        return _("%(name)s is away from %(first)s to %(last)s") % words
    if is_one_day:
        return _("%(name)s is closed on %(first)s") % words
    return _("%(name)s is closed from %(first)s to %(last)s") % words


def _must_be_allowed(by: Actor, *, whole_site: bool) -> None:
    if by.may("manage" if whole_site else "close_time"):
        return
    sentence = _("The whole clinic is closed by a manager.") if whole_site else _("Ask a colleague who may close time.")
    raise Refused(Refusal("closure.may_not", _("You may not close this"), sentence))


def _stands_elsewhere() -> Refusal:
    return Refusal(
        "closure.elsewhere",
        _("This visit stands elsewhere"),
        _("This visit does not stand in what is closed, so it stays as it is."),
    )


def _opened_again() -> Refusal:
    return Refusal(LIFTED, _("This is open again"), _("It was opened again meanwhile, so no visit has to give way."))
