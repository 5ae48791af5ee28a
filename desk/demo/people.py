"""Who comes, as `people.toml` has them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).with_name("people.toml")


@dataclass(frozen=True)
class Course:
    """A course and its sessions, the earliest first, in days before the demo's own day.

    next_in: days until the next booked session. ends: "" while it runs, else paused (for a cause), lapsed, early or
    maintenance, `ended` days ago.
    """

    concern: str
    planned: int
    done: tuple[int, ...]
    who: str = "Ana"
    numbing: bool = True
    next_in: int | None = None
    ends: str = ""
    cause: str = ""
    ended: int = 0
    note: str = ""
    goal: str = ""


@dataclass(frozen=True)
class Comer:
    """A patient: how to reach them, what a clinician knows, and what became of them; days count back.

    remark: a note of the desk. finding: one of a clinician. plan: a course that is planned and has no session yet.
    """

    name: str
    born_on: date
    phone: str
    email: str
    called: str
    clinical: dict[str, Any]
    allergies: list[dict[str, Any]]
    medicines: list[dict[str, Any]]
    procedures: list[dict[str, Any]]
    remark: str
    finding: str
    consulted: int | None
    entered: int | None
    with_whom: str
    missed: int | None
    called_off: int | None
    turned_away: int | None
    held: str
    course: Course | None
    plan: Course | None

    @property
    def first_seen(self) -> int | None:
        """Return how many days ago the consultation was; ten days before the first session of a course."""
        return self.course.done[0] + 10 if self.course else self.consulted


def everybody() -> list[Comer]:
    """Return everyone in the order of the file."""
    return [_comer(**row) for row in tomllib.loads(SOURCE.read_text(encoding="utf-8"))["comer"]]


def _comer(
    *,
    name: str,
    born: date,
    phone: str = "",
    mail: str = "",
    called: str = "",
    skin: int | None = None,
    allergies: list[dict[str, Any]] | None = None,
    medicines: list[dict[str, Any]] | None = None,
    procedures: list[dict[str, Any]] | None = None,
    remark: str = "",
    finding: str = "",
    flags: list[str] | tuple[str, ...] = (),
    consulted: int | None = None,
    entered: int | None = None,
    with_whom: str = "Ana",
    missed: int | None = None,
    called_off: int | None = None,
    turned_away: int | None = None,
    held: str = "",
    course: dict[str, Any] | None = None,
    plan: dict[str, Any] | None = None,
) -> Comer:
    clinical = {"fitzpatrick": skin, "no_known_allergies": not allergies} | dict.fromkeys(flags, True)
    planned, only_planned = (Course(**(one | {"done": tuple(one["done"])})) if one else None for one in (course, plan))
    return Comer(
        name=name,
        born_on=born,
        phone=f"0113 496 0{phone}" if phone else "",
        email=f"{mail}@post.example" if mail else "",
        called=called,
        clinical=clinical,
        allergies=allergies or [],
        medicines=medicines or [],
        procedures=procedures or [],
        remark=remark,
        finding=finding,
        consulted=consulted,
        entered=entered,
        with_whom=planned.who if planned else with_whom,
        missed=missed,
        called_off=called_off,
        turned_away=turned_away,
        held=held,
        course=planned,
        plan=only_planned,
    )
