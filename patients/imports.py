"""Patients who come with a table of another system: uploaded, matched, checked, entered whole or not at all.

The rows are read and judged outside any transaction, with a progress that everybody sees; one short transaction at
the end enters all of them. Whoever dies before it leaves the database as it was; the lease runs out, and the import
can be started again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import CharField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic import audit, background, tables, vault
from clinic.actors import Actor
from clinic.refusals import Refusal, Refused
from patients import belongings, columns, likeness, patients
from patients.columns import FIRST, LAST, Row
from patients.likeness import Traits
from patients.models import Import, ImportedRow, Pair, Patient

TASK = "patients.tasks.work_on_imports"
WAITS, LEASE = timedelta(minutes=15), timedelta(minutes=2)  # for a worker; between two signs of life
KEEPS_FILE = timedelta(days=1)
EVERY, PAUSE = 100, timedelta(seconds=1)  # at least, between two signs of life: rows, and time after the first
AT_ONCE = 1000  # rows in one statement
KEPT_AT_MOST = 5000  # problems and look-alikes that are written down
COMPARED_AT_MOST = 30  # records with one phone, address or name that a row is compared with

State = Import.State
Clock = Callable[[], datetime]


class Lost(Exception):
    """Raised when an import is no longer ours: it ran out, was taken back, or somebody else goes on with it."""


# --- what a person does ----------------------------------------------------------------------------------


def upload(content: bytes, *, filename: str, by: Actor, at: datetime) -> Import:
    """Keep a table in the vault, with a guess which column is what. Raises tables.Unreadable."""
    table = tables.read(content)
    name = vault.keep(content)
    with transaction.atomic():
        made = Import.objects.create(
            filename=filename[-200:],
            file=name,
            header=table.header,
            mapping=columns.guess(table.header),
            row_count=len(table.rows),
            uploaded_at=at,
            uploaded_by=by.user,
        )
        audit.record("import.uploaded", made, by=by, at=at)
    return made


def preview(of: Import, *, most: int = 5) -> list[list[str]]:
    """Return the first rows as they stand in the file. Raises Refused when it was removed."""
    return [cells for _number, cells in _table(of).rows[:most]]


def match(
    of: Import, *, mapping: Mapping[str, int], source: str, dates: str, enters_alikes: bool, by: Actor, at: datetime
) -> None:
    """Say which column is what, and have the table checked. Raises Refused without a name or while at work."""
    if not {"name", FIRST, LAST} & mapping.keys():
        raise _refused("names", _("Choose the column of the name, or those of first and last name."))
    if not {"phone", "email"} & mapping.keys():
        raise _refused("reach", _("Choose the column of the phone or of the e-mail: everybody must be reachable."))
    said = {"mapping": dict(mapping), "source": source, "dates": dates, "enters_alikes": enters_alikes}
    _set_to_work(of, State.CHECKING, (State.NEW, State.CHECKED, State.FAILED), at=at, **said)


def start(of: Import, *, by: Actor, at: datetime) -> None:
    """Have a checked table imported. Raises Refused while it is not."""
    with transaction.atomic():
        _set_to_work(of, State.RUNNING, (State.CHECKED,), at=at)
        audit.record("import.started", of, by=by, at=at)


def _set_to_work(of: Import, state: str, allowed: Sequence[str], *, at: datetime, **said: Any) -> None:
    waiting = {"state": state, "lease_until": at + WAITS, "began_at": None, "done_count": 0, "state_reason": ""}
    if not Import.objects.filter(pk=of.pk, state__in=allowed).exclude(file="").update(**waiting, **said):
        raise _refused(
            "state", _("Somebody went on with this import a moment ago, or its file was removed. Look again.")
        )
    of.refresh_from_db()
    transaction.on_commit(lambda: background.ask(TASK))


def forget(of: Import, *, by: Actor, at: datetime) -> None:
    """Remove the file of an import that is not at work; nothing of it can be imported any more."""
    with transaction.atomic():
        held = Import.objects.select_for_update().get(pk=of.pk)
        if held.is_at_work:
            raise _refused("state", _("It is at work. Wait until it is done."))
        _remove_file(held)
        audit.record("import.forgotten", held, by=by, at=at)


def undo(of: Import, *, by: Actor, at: datetime) -> int:
    """Take everybody out again who came with it, and return how many. Raises Refused while anything hangs on them."""
    with transaction.atomic():
        held = Import.objects.select_for_update().get(pk=of.pk)
        if held.state != State.DONE:
            raise _refused("state", _("Only what was imported can be taken back."))
        came = Patient.with_merged.filter(imported_from__of=held)
        list(came.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
        if grown := _grown(came):
            names = ", ".join(f"{one.name} ({one.reference})" for one in grown)
            words = _("Something was added to these records since: %(names)s. Nothing was taken back.")
            raise _refused("grown", words % {"names": names})
        Import.objects.filter(pk=held.pk).update(state=State.UNDONE, settled_at=at)
        count = _take_out(held)
        audit.record("import.undone", held, by=by, at=at)
    return count


def _take_out(of: Import) -> int:
    """Delete who came with it, the row that says so last: the guard asks it. Nothing else hangs on them."""
    who = of.rows.values("patient")
    Pair.objects.filter(Q(low__in=who) | Q(high__in=who)).delete()
    count = Patient.with_merged.filter(pk__in=who)._raw_delete(Patient.objects.db)
    of.rows.all().delete()
    return count


def _grown(came: Any) -> list[Patient]:
    """Return some of those on whom something hangs by now, or who were edited."""
    grown = Q(version__gt=1) | Q(merged_into__isnull=False)
    for key in belongings.every_key():
        if key.model is not ImportedRow:
            held = key.model._base_manager.filter(**{f"{key.field}__in": came.order_by()})
            grown |= Q(pk__in=held.order_by().values(key.field))
    return list(came.filter(grown).order_by("pk")[:3])


# --- what a worker does ----------------------------------------------------------------------------------


def work(*, clock: Clock = timezone.now) -> int:
    """Go on with every import that waits, and return how many were; give up those whose worker is gone."""
    give_up_lost(at=clock())
    done = 0
    for pk in Import.objects.at_work().filter(began_at=None).order_by("pk").values_list("pk", flat=True):
        done += _take_up(pk, clock=clock)
    return done


def give_up_lost(*, at: datetime) -> None:
    """Say of imports whose worker gives no sign of life that they stopped; and remove files nobody came back to."""
    words = _("The work stopped in the middle. Nothing was entered; start it again.")
    lost = {"state": State.FAILED, "state_reason": words, "lease_until": None, "settled_at": at}
    Import.objects.at_work().filter(lease_until__lt=at).update(**lost)
    old = Import.objects.exclude(file="").filter(uploaded_at__lt=at - KEEPS_FILE)
    for one in old.exclude(pk__in=Import.objects.at_work().values("pk")):
        _remove_file(one)


def _take_up(pk: int, *, clock: Clock) -> int:
    at = clock()
    if not Import.objects.at_work().filter(pk=pk, began_at=None).update(began_at=at, lease_until=at + LEASE):
        return 0
    of = Import.objects.select_related("uploaded_by").get(pk=pk)
    try:
        judged = judge(of, clock=clock)
        if of.state == State.CHECKING:
            _note(of, judged, at=clock())
        else:
            _enter(of, judged, at=clock())
    except Lost:
        return 0
    except Refused as refused:
        _fail(of, str(refused), at=clock())
    except Exception:
        _fail(of, _("Something went wrong on our side. Nothing was entered; start it again."), at=clock())
        raise
    return 1


def _fail(of: Import, words: str, *, at: datetime) -> None:
    said = {"state": State.FAILED, "state_reason": words[:250], "lease_until": None, "settled_at": at}
    _mine(of).update(**said)


def _mine(of: Import) -> Any:
    return Import.objects.filter(pk=of.pk, state=of.state, began_at=of.began_at)


@dataclass
class Judged:
    """What a table says: whom it would enter, what cannot stand, who looks like whom, how many are here already."""

    ready: list[Row] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    alikes: list[dict[str, Any]] = field(default_factory=list)
    known_count: int = 0


def judge(of: Import, *, clock: Clock) -> Judged:
    """Read every row and judge it; nothing is written but how far it has come. Raises Lost and Refused."""
    judged, neighbours = Judged(), Neighbours()
    known = set(ImportedRow.objects.values_list("key", flat=True))
    seen: dict[str, int] = {}
    told_at = clock() - PAUSE
    for count, row in enumerate(_rows(of, today=timezone.localtime(clock()).date()), start=1):
        if count % EVERY == 0 and clock() >= told_at + PAUSE:
            told_at = clock()
            _tell(of, count, at=told_at)
        if row.key in known:
            judged.known_count += 1
            continue
        if row.problems:
            judged.problems += [{"row": row.number, "column": label, "words": words} for label, words in row.problems]
            continue
        if row.key in seen:
            judged.alikes.append(
                _alike(row, _("row %(row)s") % {"row": seen[row.key]}, _("the same row"), is_left=True)
            )
            continue
        seen[row.key] = row.number
        like = neighbours.closest(row)
        if like:
            judged.alikes.append(_alike(row, *like, is_left=not of.enters_alikes))
        if not like or of.enters_alikes:
            judged.ready.append(row)
    return judged


def _rows(of: Import, *, today: date) -> Iterator[Row]:
    for number, cells in _table(of).rows:
        yield columns.read(number, cells, of.mapping, source=of.source, dates=of.dates, today=today)


def _alike(row: Row, who: str, why: str, *, is_left: bool) -> dict[str, Any]:
    return {"row": row.number, "who": who, "why": why, "is_left": is_left}


class Neighbours:
    """Whom a row may be: records of the house and rows before it, found by phone, address, date of birth and name."""

    def __init__(self) -> None:
        self._by: defaultdict[tuple[str, Any], list[tuple[str, Traits]]] = defaultdict(list)
        for reference, key, phone, email, born_on in Patient.objects.order_by("pk").values_list(
            "reference", "search_key", "phone_digits", "email", "born_on"
        ):
            self._add(reference, Traits(tuple(key.split(patients.ALSO)), phone, email, born_on))

    def _add(self, who: str, of: Traits) -> None:
        for sign in _signs(of):
            self._by[sign].append((who, of))

    def closest(self, row: Row) -> tuple[str, str] | None:
        """Return who this row looks like most and why, or None; the row is a neighbour of those after it."""
        mine = _traits(row.fields)
        near = {who: of for sign in _signs(mine) for who, of in self._by[sign][:COMPARED_AT_MOST]}
        found = {who: likeness.compare(mine, of) for who, of in near.items() if likeness.are_twins(mine, of)}
        self._add(_("row %(row)s") % {"row": row.number}, mine)
        if not found:
            return None
        who = max(found, key=lambda one: found[one].score)
        return who, found[who].words


def _signs(of: Traits) -> Iterator[tuple[str, Any]]:
    signs = (("phone", of.phone), ("email", of.email), ("born", of.born_on), ("name", of.names[0]))
    return (sign for sign in signs if sign[1])


def _traits(fields: Mapping[str, Any]) -> Traits:
    derived = patients.derived(fields)
    names = tuple(derived["search_key"].split(patients.ALSO))
    return Traits(names, derived["phone_digits"], fields.get("email", ""), fields.get("born_on"))


def _tell(of: Import, count: int, *, at: datetime) -> None:
    """Say how far it has come and that somebody is alive. Raises Lost."""
    if not _mine(of).update(done_count=count, lease_until=at + LEASE):
        raise Lost


def _note(of: Import, judged: Judged, *, at: datetime) -> None:
    """Write down what a check found. Raises Lost."""
    said = {"state": State.CHECKED, "lease_until": None, "settled_at": at, "done_count": of.row_count}
    if not _mine(of).update(**said, **_found(judged)):
        raise Lost


def _found(judged: Judged) -> dict[str, Any]:
    return {
        "problems": judged.problems[:KEPT_AT_MOST],
        "alikes": judged.alikes[:KEPT_AT_MOST],
        "ready_count": len(judged.ready),
        "known_count": judged.known_count,
    }


@transaction.atomic
def _enter(of: Import, judged: Judged, *, at: datetime) -> None:
    """Enter everybody at once, in the order of the file. Raises Lost.

    References are given at the very end, so that whoever enters somebody by hand waits for a moment only.
    """
    if not _mine(of).update(lease_until=at + LEASE):
        raise Lost
    drafts = [_patient(of, place, row, at=at) for place, row in enumerate(judged.ready, start=1)]
    entered = Patient.objects.bulk_create(drafts, batch_size=AT_ONCE)
    pairs = enumerate(zip(judged.ready, entered, strict=True), start=1)
    rows = [ImportedRow(of=of, patient=one, key=row.key, row=row.number, place=place) for place, (row, one) in pairs]
    ImportedRow.objects.bulk_create(rows, batch_size=AT_ONCE)
    said = {"state": State.DONE, "lease_until": None, "settled_at": at, "entered_count": len(entered)}
    if not _mine(of).update(**said, **_found(judged), done_count=of.row_count):
        raise Lost
    by = Actor.of(of.uploaded_by)
    audit.record_each("register", entered, by=by, at=at, fields={"import": of.pk})
    audit.record("import.done", of, by=by, at=at, fields={"entered_count": len(entered)})
    _give_references(of, len(entered))
    transaction.on_commit(lambda: _remove_file(of))


def _patient(of: Import, place: int, row: Row, *, at: datetime) -> Patient:
    passing = f"~{place}.{of.pk}"[:12]
    return Patient(**row.fields, **patients.derived(row.fields), reference=passing, created_at=at)


def _give_references(of: Import, count: int) -> None:
    first = patients.take_references(count)
    place = ImportedRow.objects.filter(patient=OuterRef("pk")).values("place")[:1]  # they came a moment ago, and once
    number = Cast(Subquery(place) + Value(first - 1), CharField())
    Patient.objects.filter(imported_from__of=of).update(reference=Concat(Value("R-"), number))


def _table(of: Import) -> tables.Table:
    if not of.file:
        raise _refused("file", _("The file was removed. Upload it again."))
    try:
        return tables.read(vault.read(of.file))
    except (vault.Unreadable, FileNotFoundError) as error:
        raise _refused("file", _("The file is not there any more. Upload it again.")) from error


def _remove_file(of: Import) -> None:
    if of.file:
        Import.objects.filter(pk=of.pk).update(file="")
        vault.throw_away(of.file)


def _refused(rule: str, sentence: str) -> Refused:
    return Refused(Refusal(f"import.{rule}", _("Nothing was imported"), sentence))
