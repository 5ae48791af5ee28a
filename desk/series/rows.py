"""The sessions of a series as the desk reads them: windows, times to choose among, and why one has none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.free_times import FreeTime
from clinic.refusals import Refused
from clinic.wall_time import local
from desk.booking.offers import aloud, offer_value
from desk.series.forms import BY_HAND, OWN
from patients.rules import day_words, short_day_words
from treatments.planning import BENEFIT
from treatments.rules import Window
from visits.series import Proposal, Proposed, SomeRefused


@dataclass(frozen=True)
class Option:
    """One time to choose. beside: what else to know of it, as on which day after the last session it is."""

    value: str
    starts_at: datetime
    ends_at: datetime
    practitioner: str
    room: str
    beside: str
    aloud: str
    is_chosen: bool = False
    is_written: bool = False


@dataclass(frozen=True)
class Row:
    """One session. says: why it has no time, or that its time is another one now; tone: "", note or warn.

    against: what stops the time that was written, in words; may_write: another one may be written, which is asked for
    as `own` while it cannot be had.
    """

    number: int
    window: Window | None
    counted_from: date | None
    window_words: str
    options: tuple[Option, ...]
    says: str = ""
    tone: str = ""
    against: tuple[str, ...] = ()
    may_write: bool = False
    own: str = ""

    @property
    def chosen(self) -> Option | None:
        return next((one for one in self.options if one.is_chosen), None)

    @property
    def chosen_on(self) -> date | None:
        return self.chosen.starts_at.date() if self.chosen else None


def rows(proposal: Proposal, zone: ZoneInfo, said: Mapping[str, str]) -> list[Row]:
    """Return the sessions still to come; the first says when its window is over. said: what the form says."""
    found = [_row(one, proposal, zone, said) for one in proposal.sessions]
    last_on = proposal.standing.last_on
    if found and found[0].window and last_on and not found[0].says:
        missed = proposal.wanted.spacing.after(last_on)
        if missed.closes_on < found[0].window.opens_on:
            found[0] = replace(found[0], says=_overdue(missed), tone="warn", window_words="", counted_from=None)
    return found


def _overdue(missed: Window) -> str:
    days = {"opens": day_words(missed.opens_on), "closes": day_words(missed.closes_on)}
    return _("Its window was %(opens)s to %(closes)s; it is late, and the next ones are counted from it.") % days


def _row(one: Proposed, proposal: Proposal, zone: ZoneInfo, said: Mapping[str, str]) -> Row:
    says, tone = _says(one, proposal)
    by_hand = one.chosen if one.why == "written" else None
    return Row(
        number=one.number,
        window=one.window,
        counted_from=one.counted_from,
        window_words=window_words(one.window),
        options=tuple(marked(options(one.times, one.chosen, one.window, one.counted_from, zone), by_hand)),
        says=says,
        tone=tone,
        against=tuple(str(refusal.sentence) for refusal in one.refusals),
        may_write=one.window is not None and one.why not in ("far", "waits"),
        own=not_had(said.get(f"{OWN}{one.number}", ""), one.chosen, zone),
    )


def not_had(text: str, chosen: FreeTime | None, zone: ZoneInfo) -> str:
    """Return what was written, or nothing once it is the time that is chosen."""
    return "" if chosen and f"{local(chosen.starts_at, zone):%Y-%m-%dT%H:%M}" == text else text


def marked(found: Iterable[Option], by_hand: FreeTime | None) -> Iterable[Option]:
    """Return the times, with the one that was written told from those that were offered."""
    for one in found:
        if by_hand is None or not one.is_chosen:
            yield one
        else:
            yield replace(one, value=f"{BY_HAND}{one.value}", is_written=True)


def options(
    times: Iterable[FreeTime], chosen: FreeTime | None, window: Window | None, after: date | None, zone: ZoneInfo
) -> Iterable[Option]:
    """Return free times to choose among; after: the day of the session before, None for a first one."""
    for free in times:
        starts_at = local(free.starts_at, zone)
        day = starts_at.date()
        beside = [_("day %(n)s") % {"n": (day - after).days}] if after else []
        if window and not window.holds(day):
            beside.append(_("after the window") if day > window.closes_on else _("before the window"))
        yield Option(
            value=offer_value(free.starts_at, free.practitioner.pk),
            starts_at=starts_at,
            ends_at=local(free.ends_at, zone),
            practitioner=free.practitioner.short_name,
            room=free.room.name if free.room else "",
            beside=", ".join(beside),
            aloud=aloud(free.starts_at, free.ends_at, free.practitioner, zone),
            is_chosen=free == chosen,
        )


def window_words(window: Window | None) -> str:
    if window is None:
        return ""
    days = {
        "opens": short_day_words(window.opens_on),
        "closes": short_day_words(window.closes_on),
        "best": short_day_words(window.best_on),
    }
    return _("%(opens)s to %(closes)s, best around %(best)s") % days


def _says(one: Proposed, proposal: Proposal) -> tuple[str, str]:
    """Return why a session has no time, or what to know of the one it has, and the tone of that."""
    wanted = proposal.wanted
    if one.why == "waits":
        return _("Its time follows once the session before it has one."), "note"
    if one.why == "event":
        return _("No time is left for it before %(day)s.") % {"day": day_words(wanted.event_on)}, "warn"
    if one.why == "far":
        on = one.window.opens_on - timedelta(days=wanted.service.maximum_advance_days)
        return _("This is too far ahead to book. It can be booked from %(day)s.") % {"day": day_words(on)}, "note"
    if one.why == "open":
        return _("Left open: nothing is booked for it now."), "note"
    if one.why == "full" and one.chosen is None:
        return _nothing_free(one, proposal), "warn"
    if one.why == "written" and one.chosen is None:
        return _("The time that you wrote cannot be had. Choose one of these, or write another."), "warn"
    if one.is_late and one.window and _is_after(one, wanted.site.zone):
        return _("This is after the window. It is possible, and those that follow are counted from it."), "warn"
    if one.was_replaced:
        return _("The time picked before does not fit any more; this one does."), "note"
    return "", ""


def _nothing_free(one: Proposed, proposal: Proposal) -> str:
    person = proposal.wanted.practitioner
    if not one.times:
        return _("Nothing is free in this window, nor in the four weeks after it.")
    if person:
        name = {"name": person.short_name}
        return _("%(name)s has no free time in this window. The nearest ones are below; choose one.") % name
    return _("Nothing is free in this window. The nearest times are below; choose one.")


def _is_after(one: Proposed, zone: ZoneInfo) -> bool:
    return local(one.chosen.starts_at, zone).date() > one.window.closes_on


def event_words(proposal: Proposal) -> tuple[str, str]:
    """Return how the sessions lie before the event, and the tone of that; empty without an event."""
    plan, zone = proposal.backwards, proposal.wanted.site.zone
    if plan is None:
        return "", ""
    event, all_from = day_words(plan.event_on), day_words(plan.all_from)
    if plan.fitting == 0:
        words = _("No session fits before %(event)s: its benefit takes four to six weeks.")
        return words % {"event": event}, "warn"
    if not plan.all_fit:
        words = _("Only %(fitting)s of %(wanted)s fit before %(event)s; for all, the first would be by %(from)s.")
        return words % {"fitting": plan.fitting, "wanted": plan.wanted, "event": event, "from": all_from}, "warn"
    days = [local(one.chosen.starts_at, zone).date() for one in proposal.bookable]
    last_on = days[-1] if len(days) == plan.wanted else plan.days[-1]
    before = (plan.event_on - last_on).days
    words = ngettext(
        "%(count)s session fits: on %(last)s, %(days)s days before %(event)s.",
        "%(count)s sessions fit: the last on %(last)s, %(days)s days before %(event)s.",
        plan.wanted,
    )
    said = words % {"count": plan.wanted, "last": day_words(last_on), "days": before, "event": event}
    if before > BENEFIT.latest:
        said += " " + _("The full benefit is there well before.")
    return said, "ok"


def conflicts_of(refused: Refused | None) -> list[str]:
    """Return what stops each of several visits, in order; nothing for any other refusal."""
    stopped = refused.refusals.values() if isinstance(refused, SomeRefused) else ()
    return list(dict.fromkeys(str(one.sentence) for one in stopped))
