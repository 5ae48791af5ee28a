"""The rules of a visit: how a service is cut into holds, and which step may follow which."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from booking.models import Appointment
from clinic.models import Phase

State = Appointment.State
NEEDLING_MINUTES = 30  # C-16
NEEDLING_BY_ZONES = ((2, 20), (4, 25))  # at most so many zones, so many minutes
HELD = ("practitioner", "room", "chair", "device", "patient")  # what a phase may hold


class PhaseLike(Protocol):
    """What a phase must tell to be cut: its kind, its length and what it holds."""

    kind: str
    minutes: int
    holds_practitioner: bool
    holds_room: bool
    holds_chair: bool
    holds_device: bool
    holds_patient: bool


@dataclass(frozen=True)
class Line:
    """One hold of a visit before it has a date.

    resource: practitioner, room, chair, device or patient. starts and ends: whole minutes after the visit's start,
    half-open. phase_kind: the phase the hold begins with.
    """

    resource: str
    phase_kind: str
    starts: int
    ends: int

    @property
    def column(self) -> str:
        return column_of(self.resource)


def column_of(resource: str) -> str:
    """Return the claim's key for it: a chair is a room of its own kind."""
    return "room" if resource == "chair" else resource


def cut(phases: Iterable[PhaseLike], *, needling_minutes: int | None = None) -> tuple[Line, ...]:
    """Return the holds of a run of phases, each resource's neighbouring holds made one, in order of start.

    needling_minutes: the length of the needling in the place of the service's own.
    """
    open_lines: dict[str, Line] = {}
    done: list[Line] = []
    clock = 0
    for phase in phases:
        minutes = phase.minutes
        if needling_minutes and phase.kind == Phase.Kind.NEEDLING:
            minutes = needling_minutes
        for resource in HELD:
            held = open_lines.pop(resource, None)
            if getattr(phase, f"holds_{resource}"):
                line = held or Line(resource, phase.kind, clock, clock)
                open_lines[resource] = replace(line, ends=clock + minutes)
            elif held:
                done.append(held)
        clock += minutes
    return tuple(sorted([*done, *open_lines.values()], key=lambda line: (line.starts, HELD.index(line.resource))))


def needling_minutes(zones: int) -> int:
    """Return the minutes that needling is planned for: 20 for one or two zones, 25 for three or four, 30 beyond.

    zones: how many are planned, at least 1; raises ValueError below. Source: docs/clinical.md C-16, 20 to 30 minutes.
    """
    if zones < 1:
        raise ValueError(f"needling is planned for at least one zone, not {zones}")
    return next((minutes for most, minutes in NEEDLING_BY_ZONES if zones <= most), NEEDLING_MINUTES)


def patient_minutes(lines: Iterable[Line]) -> int:
    """Return whole minutes from the visit's start until nothing holds the patient any more.

    Raises ValueError when no phase holds the patient: nobody would come.
    """
    ends = [line.ends for line in lines if line.resource == "patient"]
    if not ends:
        raise ValueError("no phase of this service holds the patient")
    return max(ends)


@dataclass(frozen=True)
class Step:
    """What a verb does to a visit: the states it may be in, and the state it gets (empty: it keeps its own)."""

    comes_from: frozenset[str]
    leads_to: str = ""


TRANSITIONS: dict[str, Step] = {
    "move": Step(frozenset({State.BOOKED, State.CONFIRMED})),
    "confirm": Step(frozenset({State.BOOKED}), State.CONFIRMED),
    "late": Step(frozenset({State.BOOKED, State.CONFIRMED})),
    "note": Step(frozenset(State) - {State.CANCELLED}),
    "arrive": Step(frozenset({State.BOOKED, State.CONFIRMED}), State.ARRIVED),
    "enter_room": Step(frozenset({State.BOOKED, State.CONFIRMED, State.ARRIVED}), State.IN_ROOM),
    "finish": Step(frozenset({State.ARRIVED, State.IN_ROOM}), State.DONE),
    "no_show": Step(frozenset({State.BOOKED, State.CONFIRMED}), State.NO_SHOW),
    "cancel": Step(frozenset({State.BOOKED, State.CONFIRMED, State.ARRIVED}), State.CANCELLED),
    "revert": Step(frozenset({State.BOOKED, State.CONFIRMED, State.ARRIVED, State.NO_SHOW, State.CANCELLED})),
}

RECEIVING = frozenset({"arrive", "enter_room"})
RELEASING = frozenset({"no_show", "cancel"})
REVERTIBLE = frozenset({"move", "confirm", "late", "arrive", "no_show", "cancel"})


def may(verb: str, state: str) -> bool:
    """Return whether a visit in this state may take this step."""
    return state in TRANSITIONS[verb].comes_from


def steps_from(state: str) -> tuple[str, ...]:
    """Return the verbs that a visit in this state may take, in the order of the table."""
    return tuple(verb for verb in TRANSITIONS if may(verb, state))
