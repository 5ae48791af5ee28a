"""How the sessions of a course follow one another: windows counted on, and back from a day it is all for.

Pure functions over local days. The days between two sessions are the course's (C-61 to C-63); what the last session
brings is there in full four to six weeks after it (C-474).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from treatments.rules import Window


@dataclass(frozen=True)
class Spacing:
    """Whole days from one session to the next: earliest <= target <= latest, earliest at least 1."""

    earliest: int
    target: int
    latest: int

    def __post_init__(self) -> None:
        if not 1 <= self.earliest <= self.target <= self.latest:
            raise ValueError(f"no spacing: {self.earliest}, {self.target}, {self.latest} days")

    def after(self, day: date) -> Window:
        """Return when the session after one on that day falls."""
        return Window(*(day + timedelta(days=days) for days in (self.earliest, self.target, self.latest)))

    def beginning(self, first_on: date) -> Window:
        """Return a window that opens on a day, best at once, and lasts as long as any other."""
        return Window(first_on, first_on, first_on + timedelta(days=self.latest - self.earliest))


BENEFIT = Spacing(28, 35, 42)  # days from the last session until its benefit is there in full (C-474)


@dataclass(frozen=True)
class Aim:
    """What is still to be planned. sessions: how many, at least 1.

    first: when the first of them may be. may_wait: it may be later than that where an event is far.
    event_on: the day that it is all for, None when there is none.
    """

    spacing: Spacing
    sessions: int
    first: Window
    may_wait: bool = False
    event_on: date | None = None

    @property
    def first_by(self) -> date | None:
        return None if self.may_wait else self.first.closes_on


@dataclass(frozen=True)
class Backwards:
    """A plan towards a day: the days of the sessions that fit, in order.

    days_before: whole days from the last of them to the event, 0 when none fits. all_from: the day on which the first
    session would have to be so that all fit.
    """

    event_on: date
    wanted: int
    days: tuple[date, ...]
    all_from: date

    @property
    def fitting(self) -> int:
        return len(self.days)

    @property
    def all_fit(self) -> bool:
        return self.fitting == self.wanted

    @property
    def days_before(self) -> int:
        return (self.event_on - self.days[-1]).days if self.days else 0


def windows(after: date, *, sessions: int, spacing: Spacing) -> list[Window]:
    """Return the windows of the next sessions after one on that day, when each is on its best day."""
    found: list[Window] = []
    for _number in range(sessions):
        found.append(spacing.after(found[-1].best_on if found else after))
    return found


def plan_backwards(
    event_on: date, sessions: int, days: Spacing, first_possible: date, *, first_by: date | None = None
) -> Backwards:
    """Return the days on which sessions lead up to an event whose benefit is to be there in full.

    The last one is 28 to 42 days before it, each earlier one `days` before the next, none before first_possible. What
    time is missing is taken from every gap alike, and where it is missing still, fewer sessions fit. first_by: the
    first one is not later, as when its window closes; then the gaps grow as far as they may. An event too far for
    that changes nothing: the sessions keep their targets, and the last is long before it.
    """
    all_from = event_on - timedelta(days=BENEFIT.earliest + days.earliest * (sessions - 1))
    fitting = min(sessions, _fitting(event_on, days, first_possible))
    if fitting < 1:
        return Backwards(event_on, sessions, (), all_from)
    gaps = [*[days] * (fitting - 1), BENEFIT]
    ideal = event_on - timedelta(days=sum(gap.target for gap in gaps))
    first = max(first_possible, ideal if first_by is None else min(ideal, first_by))
    lengths = _fitted((event_on - first).days, gaps)
    planned = [first]
    for length in lengths[:-1]:
        planned.append(planned[-1] + timedelta(days=length))
    return Backwards(event_on, sessions, tuple(planned), all_from)


def _fitting(event_on: date, days: Spacing, first_possible: date) -> int:
    """Return how many sessions fit at the closest between a first day and the last day that still brings benefit."""
    last_day = event_on - timedelta(days=BENEFIT.earliest)
    if last_day < first_possible:
        return 0
    return (last_day - first_possible).days // days.earliest + 1


def _fitted(total: int, gaps: Sequence[Spacing]) -> list[int]:
    """Return a length for each gap, as near to its target as the total lets it be; inside its limits always.

    A total that is out of their reach leaves them at their targets.
    """
    lengths = [gap.target for gap in gaps]
    if total > sum(gap.latest for gap in gaps):
        return lengths
    for step in (-1, 1):
        room = [abs((gap.earliest if step < 0 else gap.latest) - gap.target) for gap in gaps]
        while (total - sum(lengths)) * step > 0 and any(room):
            widest = max(range(len(gaps)), key=lambda n: room[n])
            lengths[widest] += step
            room[widest] -= 1
    return lengths


def window_of(aim: Aim, chosen: Sequence[date]) -> Window | None:
    """Return when the session after those chosen may be; None when it fits no more before the event.

    Counted from the last chosen day; before an event it leaves room for those that follow.
    """
    left = aim.sessions - len(chosen)
    base = aim.spacing.after(chosen[-1]) if chosen else aim.first
    if aim.event_on is None or left < 1:
        return base if left >= 1 else None
    by = base.closes_on if chosen else aim.first_by
    plan = plan_backwards(aim.event_on, left, aim.spacing, base.opens_on, first_by=by)
    if not plan.days:
        return None
    last_day = aim.event_on - timedelta(days=BENEFIT.earliest + aim.spacing.earliest * (plan.fitting - 1))
    closes = last_day if by is None else min(by, last_day)
    soonest = aim.event_on - timedelta(days=BENEFIT.latest + aim.spacing.latest * (plan.fitting - 1))
    if soonest > closes:  # too far to be reached: the sessions keep to their own windows
        return base
    opens = max(base.opens_on, soonest)
    return Window(opens, min(max(plan.days[0], opens), closes), closes)
