"""The states of a course and the steps between them: one table, read by the actions and by the pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from treatments.models import Course

State = Course.State

GOING_ON = frozenset({State.PLANNED, State.RUNNING})  # visits are booked for it
OPEN = frozenset({*GOING_ON, State.PAUSED})  # at most one of a patient
OVER = frozenset(State) - OPEN


@dataclass(frozen=True)
class Step:
    """What a verb does to a course: the states it may be in, and those it may get (none: it keeps its own)."""

    comes_from: frozenset[State]
    leads_to: frozenset[State] = frozenset()


TRANSITIONS: dict[str, Step] = {
    "change": Step(OPEN),
    "begin": Step(frozenset({State.PLANNED}), frozenset({State.RUNNING})),
    "pause": Step(GOING_ON, frozenset({State.PAUSED})),
    "resume": Step(frozenset({State.PAUSED}), GOING_ON),
    "finish": Step(frozenset({State.RUNNING}), frozenset({State.FINISHED})),
    "reopen": Step(frozenset({State.FINISHED}), frozenset({State.RUNNING})),
    "finish_early": Step(frozenset({*OPEN, State.LAPSED}), frozenset({State.EARLY})),
    "lapse": Step(GOING_ON, frozenset({State.LAPSED})),
    "take_up": Step(frozenset({State.LAPSED}), GOING_ON),
    "waive": Step(frozenset({State.LAPSED}), GOING_ON),
    "maintain": Step(frozenset({State.FINISHED, State.EARLY}), frozenset({State.MAINTENANCE})),
    "end_maintenance": Step(frozenset({State.MAINTENANCE}), frozenset({State.FINISHED})),
}


def may(verb: str, state: str) -> bool:
    """Return whether a course in this state may take this step."""
    return state in TRANSITIONS[verb].comes_from


def steps_from(state: str) -> tuple[str, ...]:
    """Return the verbs that a course in this state may take, in the order of the table."""
    return tuple(verb for verb in TRANSITIONS if may(verb, state))


def led_to(verb: str, *, was: str, begun: bool) -> State:
    """Return the state that a step brings. begun: whether a session of the course was started ever.

    A course that goes on again is what it was: running once it had a session, else planned. Raises ValueError for a
    step that this state may not take.
    """
    if not may(verb, was):
        raise ValueError(f"no {verb} from {was}")
    ways = TRANSITIONS[verb].leads_to
    if not ways:
        return State(was)
    if ways == GOING_ON:
        return State.RUNNING if begun else State.PLANNED
    return next(iter(ways))


def has_lapsed(counted_from: date, *, on: date, after_days: int) -> bool:
    """Return whether a course without a session since that day has lapsed on another, both local days.

    The last of the days still counts as in time (C-66, C-76).
    """
    return (on - counted_from).days > after_days
