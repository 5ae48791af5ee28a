"""A table of twenty thousand rows: entered in under a minute with a bar that moves, and nothing of it after a kill -9.

Beside it the control: the same death in a house that enters row by row outside a transaction leaves half a table.
STIPPLE_PROOFS=full takes twenty thousand rows, else it is two thousand.
"""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from clinic import background
from patients import imports
from patients.models import Import, ImportedRow, Patient, ReferenceSeries
from patients.tasks import work_on_imports
from tests.factories.patients import mia
from tests.patients.test_imports import as_csv
from tests.plugins.running import child_environment, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_engines]

FULL = os.environ.get("STIPPLE_PROOFS") == "full"
MANY, SECONDS = 20_000 if FULL else 2_000, 60
ROWS = 1_000  # in the table whose worker is killed
HEADER = ["ID", "First name", "Surname", "DOB", "Mobile", "E-mail"]
DIES = """
import os, signal, django
django.setup()
from patients import imports
from patients.models import ImportedRow
def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)
ImportedRow.objects.bulk_create = die
{control}
imports.work()
"""
OUTSIDE_ANY_TRANSACTION = "imports._enter = imports._enter.__wrapped__"


def rows(count: int) -> list[list[str]]:
    return [
        [
            f"{n}",
            f"{n * 104729 % 1299709:x}",
            f"{n * 7919 % 99991:x}{n:05}",
            f"{n % 28 + 1:02}/{n % 12 + 1:02}/{1940 + n % 60}",
            f"+44 7700 {900000 + n:06}",
            f"p{n}@post.example",
        ]
        for n in range(count)
    ]


@pytest.fixture
def quiet(monkeypatch):
    """Nobody hears of the work that is asked for, but whom a test starts."""
    monkeypatch.setattr(background, "ask", lambda task: None)


@pytest.fixture
def ready(quiet, max_) -> Import:
    return waiting(ROWS, max_)


def waiting(count: int, by) -> Import:
    """Return a table that is checked and waits to be entered, in a house with one patient."""
    mia()
    now = timezone.now()
    of = imports.upload(as_csv(rows(count), header=HEADER), filename="clients.csv", by=by, at=now)
    imports.match(of, mapping=of.mapping, source="Diary", dates="dmy", enters_alikes=False, by=by, at=now)
    imports.work()
    of.refresh_from_db()
    assert (of.state, of.ready_count) == ("checked", count)
    imports.start(of, by=by, at=timezone.now())
    return of


def house() -> tuple[int, int, int]:
    """Return what the house holds: patients, rows that came with a table, the last reference."""
    return Patient.with_merged.count(), ImportedRow.objects.count(), ReferenceSeries.objects.get().last


def again(of: Import, by) -> None:
    """Start a table again that stopped."""
    now = timezone.now()
    imports.match(of, mapping=of.mapping, source="Diary", dates="dmy", enters_alikes=False, by=by, at=now)
    imports.work()
    imports.start(of, by=by, at=timezone.now())


def test_all_rows_are_entered_in_under_a_minute_and_the_bar_moves(quiet, max_, monkeypatch):
    waiting(MANY, max_)
    bar, tell = [], imports._tell
    monkeypatch.setattr(imports, "_tell", lambda of, count, *, at: (tell(of, count, at=at), bar.append(count)))
    begun = time.monotonic()

    imports.work()

    took = time.monotonic() - begun
    print(f"{MANY} rows in {took:.1f} s")
    assert house() == (MANY + 1, MANY, 10001 + MANY)
    assert Patient.objects.filter(reference__startswith="~").count() == 0
    assert bar[0] == imports.EVERY
    assert bar == sorted(set(bar))
    if FULL:  # a busy machine says nothing of the house
        assert took < SECONDS


def test_a_worker_killed_while_it_reads_leaves_the_house_as_it_was_and_it_can_be_started_again(ready, celery, max_):
    before = house()
    worker = celery.worker(processes=1)
    work_on_imports.delay()
    wait_until(lambda: Import.objects.get().done_count > 0, what="the bar has moved", within=60, child=worker)

    worker.kill()

    assert house() == before
    lost(ready)
    again(ready, max_)
    imports.work()
    assert house() == (ROWS + 1, ROWS, 10001 + ROWS)


def lost(of: Import) -> None:
    """Let the lease of whoever died run out."""
    of.refresh_from_db()
    assert of.state == "running"
    imports.give_up_lost(at=timezone.now() + imports.LEASE + timedelta(seconds=1))
    of.refresh_from_db()
    assert of.state == "failed"


def die_while_entering(control: str = "") -> None:
    code = DIES.format(control=control)
    environment = child_environment() | {"DJANGO_SETTINGS_MODULE": "clinic.settings"}
    ended = subprocess.run([sys.executable, "-c", code], cwd=settings.BASE_DIR, env=environment, check=False)
    assert ended.returncode == -signal.SIGKILL


def test_a_worker_killed_while_it_enters_leaves_the_house_as_it_was(ready, max_):
    before = house()

    die_while_entering()

    assert house() == before
    lost(ready)
    again(ready, max_)
    imports.work()
    assert house() == (ROWS + 1, ROWS, 10001 + ROWS)


def test_the_control_outside_a_transaction_half_a_table_is_left(ready):
    before = house()

    die_while_entering(OUTSIDE_ANY_TRANSACTION)

    assert house()[0] > before[0]
    assert Patient.objects.filter(reference__startswith="~").exists()
