"""Which of several late messages of one plan speaks: the newest, and for the ones before it. No database, no clock."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Turn:
    """One message of a plan and its time: it leaves from due_at on and never after not_after (UTC instants)."""

    code: str
    due_at: datetime
    not_after: datetime

    def is_open(self, at: datetime) -> bool:
        """Whether it may leave at this moment."""
        return self.due_at <= at <= self.not_after


def must_ask(turns: Collection[Turn], *, at: datetime) -> bool:
    """Return whether it matters here which messages have left: two came due, and one can still be said."""
    came_due = [turn for turn in turns if turn.due_at <= at]
    return len(came_due) > 1 and any(turn.not_after >= at for turn in turns)


def is_overtaken(turn: Turn, turns: Sequence[Turn], *, left: Collection[str], at: datetime) -> bool:
    """Return whether a newer message has left before this one, or is due now and takes its place.

    turns: all of the plan, by due_at. left: the codes of those that have left.
    """
    if turn.code in left:
        return False
    newer = turns[turns.index(turn) + 1 :]
    return any(one.code in left or one.is_open(at) for one in newer)


def spoken_for(turn: Turn, turns: Sequence[Turn], *, left: Collection[str], at: datetime) -> frozenset[str]:
    """Return the codes of the older messages that never left and whose facts this one carries.

    Those that ran out of time, and where this one is due itself, all before it.
    """
    older = turns[: turns.index(turn)]
    is_due = turn.due_at <= at
    return frozenset(one.code for one in older if one.code not in left and (is_due or one.not_after < at))
