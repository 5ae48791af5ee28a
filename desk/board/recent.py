"""What was done last, for the rail beside the board: each step a line, and what one press did to many visits, too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from uuid import UUID

from django.db.models import OuterRef, Subquery

from booking.models import Change, Closure
from clinic.models import Site
from desk.board.changes import Together, Told, day_out, late_day, tell
from desk.board.shown import Reader
from visits import running_late

SHOWN = 5
READ = 40  # a late day is many changes and one line
FROM_LAST = timedelta(hours=12)
COLUMNS = (
    *("verb", "at", "by", "by_name", "reason", "before", "after", "undone_at", "press", "appointment__uuid"),
    *("appointment__version", "appointment__patient__name", "appointment__practitioner__name"),
)


@dataclass(frozen=True)
class Noted:
    """A recent change, and the patient's name as this screen may show it; or what one press did, all of it in one."""

    told: Told | None = None
    name: str = ""
    together: Together | None = None


def read(reader: Reader, site: Site) -> tuple[Noted, ...]:
    """Return what was done last, in one query; what one press did to the visits of somebody is one line."""
    closed = Closure.objects.filter(uuid=OuterRef("press"))
    out = {"out_name": Subquery(closed.values("practitioner__name")), "opened_at": Subquery(closed.values("lifted_at"))}
    rows = Change.objects.filter(appointment__site=site, at__gt=reader.at - FROM_LAST, undone_at=None).annotate(**out)
    rows = rows.exclude(verb="revert").select_related("appointment__patient", "appointment__practitioner")
    found = list(rows.only(*COLUMNS).order_by("-id")[:READ])
    presses: dict[object, list[tuple[Change, Told]]] = {}
    for change, told in zip(found, tell(found, site.zone), strict=True):
        presses.setdefault(_press_of(change), []).append((change, told))
    return tuple(_noted(reader, steps) for steps in islice(presses.values(), SHOWN))


def _press_of(change: Change) -> int | UUID | tuple[UUID, int]:
    """Return what a step shares with the others of its line: a late day is one practitioner's."""
    if change.press is None:
        return change.pk
    return change.press if change.out_name else (change.press, change.appointment.practitioner_id)


def _noted(reader: Reader, steps: Sequence[tuple[Change, Told]]) -> Noted:
    (change, told), *others = steps
    changes, all_told = zip(*steps, strict=True)
    if change.out_name:
        is_open_again = change.opened_at is not None
        return Noted(together=day_out(changes, all_told, name=change.out_name, is_open_again=is_open_again))
    if others:
        return Noted(together=late_day(changes, all_told, running_late.shift_of(change)))
    return Noted(told, reader.name_of(told.appointment.patient.name))
