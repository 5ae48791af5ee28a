"""When a site is open and when somebody works: the week, from which day it holds, and single days that differ.

All of it is the wall time of the site. A change never moves a visit that is booked: the desk is shown which ones then
lie outside the hours, and a person decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from clinic import audit, wall_time
from clinic.actors import Actor
from clinic.models import OpeningHours, Shift, Site, SpecialDay, User, Weekday
from clinic.refusals import Refusal, Refused

Span = tuple[time, time]
Day = tuple[Span, ...]
Pattern = tuple[Day, ...]  # seven days, Monday first

A_DAY = timedelta(days=1)
NEVER: Pattern = ((),) * 7


@dataclass(frozen=True)
class Held:
    """One span of a weekday and the local days between which it holds, both included; None for no end."""

    weekday: int
    span: Span
    first_on: date | None = None
    last_on: date | None = None

    def holds_on(self, day: date) -> bool:
        return (self.first_on is None or self.first_on <= day) and (self.last_on is None or day <= self.last_on)


@dataclass(frozen=True)
class WeekChange:
    """What became of a week. is_new: whether anything changed. replaced: the days of planned changes that it ended."""

    from_day: date
    is_new: bool
    replaced: tuple[date, ...] = ()


# --- reading ---------------------------------------------------------------------------------------------


def read(site: Site, practitioners: Iterable[User]) -> dict[int | None, list[Held]]:
    """Return every row of the site's opening hours (under None) and of these people's weeks there, in two queries."""
    people = [person.pk for person in practitioners]
    found: dict[int | None, list[Held]] = {None: [], **{pk: [] for pk in people}}
    opening = OpeningHours.objects.filter(site=site).values_list(
        "weekday", "opens_at", "closes_at", "first_on", "last_on"
    )
    for weekday, opens_at, closes_at, first_on, last_on in opening:
        found[None].append(Held(weekday, (opens_at, closes_at), first_on, last_on))
    shifts = Shift.objects.filter(site=site, practitioner__in=people)
    columns = ("practitioner", "weekday", "starts_at", "ends_at", "first_on", "last_on")
    for pk, weekday, starts_at, ends_at, first_on, last_on in shifts.values_list(*columns):
        found[pk].append(Held(weekday, (starts_at, ends_at), first_on, last_on))
    return found


def of(practitioner: User | None, *, site: Site) -> list[Held]:
    """Return the rows of one person's week at a site; None for the site's opening hours."""
    whose = _Whose(practitioner, site)
    columns = ("weekday", whose.starts, whose.ends, "first_on", "last_on")
    return [Held(weekday, (start, end), *days) for weekday, start, end, *days in whose.rows.values_list(*columns)]


def pattern_on(rows: Iterable[Held], day: date) -> Pattern:
    """Return the week that holds on a day, whatever weekday it is."""
    week: list[list[Span]] = [[] for _weekday in range(7)]
    for row in rows:
        if row.holds_on(day):
            week[row.weekday].append(row.span)
    return tuple(tuple(sorted(spans)) for spans in week)


def changes_after(rows: Sequence[Held], day: date) -> list[tuple[date, Pattern]]:
    """Return the weeks that begin to hold after a day and differ from the one before, soonest first."""
    found, before = [], pattern_on(rows, day)
    for begins in _turns(rows):
        if begins > day and (week := pattern_on(rows, begins)) != before:
            found.append((begins, week))
            before = week
    return found


def _turns(rows: Iterable[Held]) -> list[date]:
    """Return the days on which some row begins or has just ended, in order."""
    begun = {row.first_on for row in rows if row.first_on}
    return sorted(begun | {row.last_on + A_DAY for row in rows if row.last_on})


def special_days(site: Site, *, from_day: date) -> list[SpecialDay]:
    """Return the rows of the single days from a day on, in order of day; the site's own before the people's."""
    order = ("on", F("practitioner__name").asc(nulls_first=True), "starts_at")
    return list(SpecialDay.objects.filter(site=site, on__gte=from_day).select_related("practitioner").order_by(*order))


# --- rules -----------------------------------------------------------------------------------------------


def in_words(span: Span) -> str:
    return "–".join(f"{clock.hour}:{clock:%M}" for clock in span)


def fault(spans: Iterable[Span]) -> Refusal | None:
    """Return what is wrong with the spans of one day: one that ends before it starts, or two that overlap."""
    ordered = sorted(spans)
    for span in ordered:
        if span[0] >= span[1]:
            return Refusal(
                rule="hours.empty",
                title=_("These hours end before they begin"),
                sentence=_("%(span)s is no time at all. The end must be later than the start.")
                % {"span": in_words(span)},
            )
    for one, other in pairwise(ordered):
        if other[0] < one[1]:
            return Refusal(
                rule="hours.overlap",
                title=_("These hours overlap"),
                sentence=_("%(one)s and %(other)s overlap. Make one of them shorter.")
                % {"one": in_words(one), "other": in_words(other)},
            )
    return None


def _in_order(pattern: Sequence[Iterable[Span]]) -> Pattern:
    """Return the week with each day's spans in order. Raises Refused for a day with a fault, named in its words."""
    if len(pattern) != 7:
        raise ValueError("a week has seven days")
    week = tuple(tuple(sorted(spans)) for spans in pattern)
    for weekday, spans in enumerate(week):
        if wrong := fault(spans):
            sentence = f"{Weekday(weekday).label}: {wrong.sentence}"
            raise Refused(Refusal(wrong.rule, wrong.title, sentence, values={"weekday": weekday}))
    return week


def _refuse_the_past(day: date, site: Site, at: datetime) -> None:
    if day < wall_time.local(at, site.zone).date():
        raise Refused(
            Refusal(
                rule="hours.past",
                title=_("That day is over"),
                sentence=_("Hours can be changed from today on. Choose today or a later day."),
                values={"field": "day"},
            )
        )


# --- changing --------------------------------------------------------------------------------------------


@transaction.atomic
def set_week(
    practitioner: User | None,
    *,
    site: Site,
    from_day: date,
    pattern: Sequence[Iterable[Span]],
    by: Actor,
    at: datetime,
) -> WeekChange:
    """Make a week hold from a local day on, in the place of the week before and of changes planned after that day.

    practitioner: None for the site's opening hours. pattern: seven lists of (start, end), Monday first; an empty list
    is a day off. Raises Refused for spans that overlap or are empty, and for a day that is over.
    """
    week = _in_order(pattern)
    _refuse_the_past(from_day, site, at)
    whose = _Whose(practitioner, site)
    whose.lock()
    rows = of(practitioner, site=site)
    replaced = tuple(begins for begins, _week in changes_after(rows, from_day - A_DAY))
    if not any(begins != from_day for begins in replaced) and pattern_on(rows, from_day) == week:
        return WeekChange(from_day, is_new=False)
    whose.rows.filter(first_on__gte=from_day).delete()
    whose.rows.filter(Q(last_on=None) | Q(last_on__gte=from_day)).update(last_on=from_day - A_DAY)
    whose.enter(week, first_on=from_day)
    audit.record("hours.week_set", whose.who, by=by, at=at, fields={"from_day": from_day, "pattern": week})
    return WeekChange(from_day, is_new=True, replaced=replaced)


@transaction.atomic
def take_back(practitioner: User | None, *, site: Site, from_day: date, by: Actor, at: datetime) -> None:
    """Let the week before hold on, as if it had not been changed from that day. Raises Refused where it is too late."""
    _refuse_the_past(from_day, site, at)
    whose = _Whose(practitioner, site)
    whose.lock()
    rows = of(practitioner, site=site)
    turns = _turns(rows)
    if from_day not in turns:
        raise Refused(
            Refusal(
                rule="hours.unchanged",
                title=_("No change is planned for that day"),
                sentence=_("It was taken back already, or replaced by another change."),
            )
        )
    after = min((day for day in turns if day > from_day), default=None)
    whose.rows.filter(first_on=from_day).delete()
    whose.rows.filter(last_on=from_day - A_DAY).update(last_on=after - A_DAY if after else None)
    audit.record("hours.change_taken_back", whose.who, by=by, at=at, fields={"from_day": from_day})


@transaction.atomic
def set_day(
    practitioner: User | None,
    *,
    site: Site,
    on: date,
    spans: Iterable[Span],
    by: Actor,
    at: datetime,
    words: str = "",
) -> None:
    """Give one local day other hours than its week says; no span at all: not working, or the site is closed.

    Raises Refused for spans that overlap or are empty, and for a day that is over.
    """
    hours = sorted(spans)
    if wrong := fault(hours):
        raise Refused(wrong)
    _refuse_the_past(on, site, at)
    whose = _Whose(practitioner, site)
    whose.lock()
    _special(practitioner, site, on).delete()
    SpecialDay.objects.bulk_create(
        SpecialDay(site=site, practitioner=practitioner, on=on, starts_at=start, ends_at=end, words=words)
        for start, end in hours or [(None, None)]
    )
    audit.record("hours.day_set", whose.who, by=by, at=at, fields={"on": on, "hours": hours, "words": words})


@transaction.atomic
def clear_day(practitioner: User | None, *, site: Site, on: date, by: Actor, at: datetime) -> None:
    """Let the week hold again on a day that had other hours; nothing happens where it had none."""
    _refuse_the_past(on, site, at)
    whose = _Whose(practitioner, site)
    whose.lock()
    if _special(practitioner, site, on).delete()[0]:
        audit.record("hours.day_cleared", whose.who, by=by, at=at, fields={"on": on})


def _special(practitioner: User | None, site: Site, on: date) -> Any:
    return SpecialDay.objects.filter(site=site, practitioner=practitioner, on=on)


class _Whose:
    """The rows of one week, in the table that keeps them: opening hours, or somebody's shifts."""

    def __init__(self, practitioner: User | None, site: Site) -> None:
        self.practitioner, self.site = practitioner, site
        self.who = practitioner or site
        if practitioner is None:
            self.model, self.key = OpeningHours, {"site": site}
            self.starts, self.ends = "opens_at", "closes_at"
        else:
            self.model, self.key = Shift, {"site": site, "practitioner": practitioner}
            self.starts, self.ends = "starts_at", "ends_at"

    @property
    def rows(self) -> Any:
        return self.model.objects.filter(**self.key)

    def lock(self) -> None:
        """Let two changes of the same hours come one after the other."""
        type(self.who).objects.select_for_update(no_key=True).get(pk=self.who.pk)

    def enter(self, week: Pattern, *, first_on: date) -> None:
        self.model.objects.bulk_create(
            self.model(weekday=weekday, first_on=first_on, **self.key, **{self.starts: start, self.ends: end})
            for weekday, spans in enumerate(week)
            for start, end in spans
        )
