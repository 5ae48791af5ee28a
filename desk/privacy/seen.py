"""Who has seen a record: the trail's reads as people ask for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinic import audit, wall_time
from clinic.models import AuditRow, Role
from patients.models import Patient
from visits.erasing import one_person

WHAT: dict[str, Any] = {
    "patients.patient": gettext_lazy("The record"),
    "treatments.session": gettext_lazy("A treatment"),
    "outbox.notice": gettext_lazy("A message"),
    "intake.screening": gettext_lazy("Answers about health"),
    "intake.consent": gettext_lazy("A consent"),
    "intake.letter": gettext_lazy("A letter of a doctor"),
}
LINK = "link"  # the kind of actor; it also asks for the patient's own reads
DEEDS: dict[str, Any] = {
    audit.READ_TRAIL: gettext_lazy("Who has seen the record"),
    audit.EXPORT: gettext_lazy("Everything, as a file"),
}


@dataclass(frozen=True)
class Reading:
    """One look at a record. role: what the person was at that time."""

    at: datetime
    who: str
    role: str
    what: str


@dataclass(frozen=True)
class Told:
    """All that one person saw on one day, as a patient is told."""

    on: date
    who: str
    role: str
    what: str


def reads(patient: Patient) -> QuerySet[AuditRow]:
    """Return every read of the record, and of what was merged into it."""
    records = one_person(patient)
    if len(records) == 1:
        return audit.reads_of(patient.uuid)
    return audit.reads_of(*Patient.with_merged.filter(pk__in=records).values_list("uuid", flat=True))


def found(
    rows: QuerySet[AuditRow], *, who: str = "", since: date | None = None, until: date | None = None, zone: ZoneInfo
) -> QuerySet[AuditRow]:
    """Return those of the reads that are asked for. since and until: days of the site, both included."""
    if who:
        rows = rows.filter(actor_kind=LINK) if who == LINK else rows.filter(actor_id=who)
    if since:
        rows = rows.filter(at__gte=wall_time.day_bounds(since, zone)[0])
    if until:
        rows = rows.filter(at__lt=wall_time.day_bounds(until, zone)[1])
    return rows


def readers(rows: QuerySet[AuditRow]) -> list[tuple[str, str]]:
    """Return who has ever read the record: id and the name that was theirs last, in order of name."""
    everybody = rows.order_by("at", "pk").values_list("actor_kind", "actor_id", "actor_name").distinct()
    names = {LINK if kind == LINK else one: _("The patient") if kind == LINK else name for kind, one, name in everybody}
    return sorted(names.items(), key=lambda one: one[1])


def readings(rows: Iterable[AuditRow]) -> list[Reading]:
    """Return the rows in words."""
    return [Reading(row.at, who_words(row), role_words(row), what_words(row)) for row in rows]


def told(rows: Iterable[AuditRow], *, zone: ZoneInfo) -> list[Told]:
    """Return the rows as a patient reads them: one line a person and day, the latest day first."""

    def of(row: AuditRow) -> tuple[date, str, str]:
        return wall_time.local(row.at, zone).date(), who_words(row), role_words(row)

    ordered = sorted(sorted(rows, key=lambda row: of(row)[1:]), key=lambda row: of(row)[0], reverse=True)
    return [Told(*key, _counted(what_words(row) for row in group)) for key, group in groupby(ordered, key=of)]


def _counted(whats: Iterable[str]) -> str:
    """Return "The record, a treatment (3 times)"."""
    times: dict[str, int] = {}
    for what in whats:
        times[what] = times.get(what, 0) + 1
    said = [
        what
        if count == 1
        else ngettext("%(what)s (%(n)s time)", "%(what)s (%(n)s times)", count) % {"what": what, "n": count}
        for what, count in times.items()
    ]
    return ", ".join(said)


def who_words(row: AuditRow) -> str:
    """Return who read: a person by name; of the patient the trail keeps none."""
    return _("The patient") if row.actor_kind == LINK else row.actor_name


def role_words(row: AuditRow) -> str:
    """Return what the reader was: their roles at that time, or the kind of reader it was."""
    if row.actor_kind == LINK:
        return _("Through a link sent to the patient")
    if row.actor_kind == "system":
        return _("The house itself")
    roles = ", ".join(str(Role(role).label) for role in row.roles.split() if role in Role.values)
    return _("A program, for: %(roles)s") % {"roles": roles} if row.actor_kind == "token" else roles


def what_words(row: AuditRow) -> str:
    """Return what was seen; a kind that has no words of its own is called by its model's name."""
    words = DEEDS.get(row.verb) or WHAT.get(row.object_kind)
    if words is None:
        words = str(apps.get_model(row.object_kind)._meta.verbose_name).capitalize()
    return str(words)
