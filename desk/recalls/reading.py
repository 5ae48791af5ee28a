"""A recall as this reader may see it: who is on it for whoever keeps the shelf, where it was used only for clinicians.

Where a clinic lets practitioners open the records of their own patients only, the rest of a list says who somebody is
and how to reach them, and nothing of what was done or said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest

from clinic import audit
from patients.models import Patient
from treatments.recalls import Person
from treatments.tracing import Use
from visits import access, recalls

LISTED = "recall.listed"  # somebody's name and number left the house on a list, and nothing of their record


@dataclass(frozen=True)
class Row:
    """One patient of a recall. reads_words: what was said when they were tried; sees_zones: where it was used."""

    person: Person
    reads_words: bool
    sees_zones: bool

    @property
    def patient(self) -> Patient:
        return self.person.patient


@dataclass(frozen=True)
class Found:
    """Everybody on a recall. closed_count: of records that were closed, which are shown to nobody here."""

    rows: tuple[Row, ...]
    closed_count: int

    @property
    def waiting(self) -> list[Row]:
        return [row for row in self.rows if row.person.is_waiting]

    @property
    def reached_count(self) -> int:
        return sum(row.person.is_reached for row in self.rows)

    @property
    def to_write_to(self) -> list[Row]:
        """Return those who wait for a letter: the living."""
        return [row for row in self.waiting if recalls.is_there(row.patient)]

    @property
    def to_mail_count(self) -> int:
        rows = (row for row in self.waiting if not row.person.is_mailed)
        return sum(recalls.is_open_to_mail(row.patient) for row in rows)


def found(request: HttpRequest, people: Iterable[Person]) -> Found:
    """Return the people of a recall as this reader may see them."""
    people = list(people)
    open_ones = [one for one in people if one.patient.closed_at is None]
    own = own_of(request, [one.patient for one in open_ones])
    may_see = sees_zones(request)
    rows = (Row(one, one.patient.pk in own, may_see and one.patient.pk in own) for one in open_ones)
    return Found(tuple(rows), len(people) - len(open_ones))


def sees_zones(request: HttpRequest) -> bool:
    """Return whether this reader may know where it was used, on patients whose records are open to them."""
    return request.whole_actor.may("see_clinical")


def own_of(request: HttpRequest, patients: list[Patient]) -> set[int]:
    """Return whose records are not closed to this reader."""
    pks = {one.pk for one in patients}
    if not (request.whole_actor.own_only and sees_zones(request)):
        return pks
    theirs = Patient.objects.filter(access.theirs(request.user, at=request.now))
    return pks & set(theirs.values_list("pk", flat=True))


def tell_the_trail(request: HttpRequest, rows: Iterable[Row], *, verb: str = audit.READ) -> None:
    """Write that these records were read, or taken out of the house, before the answer leaves.

    Of records that are closed to this reader only names and numbers leave; that is told of them, and no reading.
    """
    rows = list(rows)
    told = {verb: [row.patient for row in rows if row.reads_words]}
    if verb == audit.EXPORT:
        told[LISTED] = [row.patient for row in rows if not row.reads_words]
    for what, patients in told.items():
        audit.record_each(what, patients, by=request.actor, at=request.now, fields={})


@dataclass(frozen=True)
class Line:
    """One session of a look-back. zones: in words, "" for a reader who may not know."""

    use: Use
    zones: str


def lines(request: HttpRequest, uses: Iterable[Use]) -> list[Line]:
    """Return the sessions of open records as this reader may see them, and write that they were read."""
    shown = [use for use in uses if use.session.patient.closed_at is None]
    own = own_of(request, [use.session.patient for use in shown])
    read = {use.session.patient_id: use.session.patient for use in shown if use.session.patient_id in own}
    audit.record_each(audit.READ, list(read.values()), by=request.actor, at=request.now, fields={})
    may_see = sees_zones(request)
    return [Line(use, ", ".join(use.zones) if may_see and use.session.patient_id in own else "") for use in shown]
