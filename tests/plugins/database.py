"""The databases of the tests: migrated once in a run, copied for each process, emptied after each test that commits.

The guards stand in all of them, all the time: the clean-up alone gets past them.
"""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import django.conf
import pytest
from django.db import connection, transaction
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from clinic import guards

PROCESS = os.environ.get("PYTEST_XDIST_WORKER", "alone")
RUN = Path(os.environ["VAR_DIR"]) if PROCESS == "alone" else Path(os.environ["VAR_DIR"]).parent
MADE = RUN / "template.made"
ON_SQLITE, ON_POSTGRES = str(RUN / "template.sqlite3"), "stipple_tests"
WRITTEN_BY_MIGRATE = {"django_content_type", "auth_permission"}


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Keep the test database in a file, as the clinic does, and close each thread's connection after its request."""
    ours = django.conf.settings.DATABASES["default"]
    ours["CONN_MAX_AGE"] = 0
    ours["TEST"]["NAME"] = ON_SQLITE if connection.vendor == "sqlite" else ON_POSTGRES


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, django_db_modify_db_settings: None
) -> Iterator[None]:
    given = connection.settings_dict["NAME"]
    with django_db_blocker.unblock(), alone("template"):
        if not MADE.exists():
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            connection.close()
            MADE.touch()
        copy_template()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _test: empty())
        yield
    with django_db_blocker.unblock():
        connection.creation.destroy_test_db(given, verbosity=0)


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Let the processes of one run through one by one."""
    with (RUN / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def copy_template() -> None:
    """Go on with a copy of the template, which nobody may be using meanwhile."""
    ours = connection.settings_dict
    ours["NAME"] = ours["TEST"]["NAME"]
    connection.creation.clone_test_db(PROCESS, verbosity=0)
    ours["NAME"] = connection.creation.get_test_db_clone_settings(PROCESS)["NAME"]


def empty() -> None:
    """Leave nothing of what a test has committed."""
    if connection.vendor == "sqlite":
        _write_over_with(ON_SQLITE)
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_emptying())


def fill(name: str, tell: Callable[[], str]) -> str:
    """Commit what `tell` writes into the empty database, and return its words.

    name: under which it is kept, so that it is told once in a run; then its file is copied, which SQLite alone allows.
    """
    kept, words = RUN / f"{name}.sqlite3", RUN / f"{name}.txt"
    with alone(name):
        if not words.exists():
            said = tell()
            with closing(sqlite3.connect(kept)) as file:
                connection.connection.backup(file)
            words.write_text(said)
    _write_over_with(str(kept))
    return words.read_text()


def _write_over_with(path: str) -> None:
    connection.ensure_connection()
    with closing(sqlite3.connect(path)) as file:
        file.backup(connection.connection)


def _emptying() -> str:
    """Return what deletes every row: a fiftieth of the time that TRUNCATE takes, and that guards take to rebuild."""
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False))
    guarded = sorted({guard.table for guard in guards.listed()} & tables)
    steps = [f'ALTER TABLE "{table}" DISABLE TRIGGER USER;' for table in guarded]
    steps += [f'DELETE FROM "{table}";' for table in sorted(tables - WRITTEN_BY_MIGRATE)]
    steps += [
        "SET CONSTRAINTS ALL IMMEDIATE;"
    ]  # all is gone by now, and nothing may be pending when a table is altered
    steps += [f'ALTER TABLE "{table}" ENABLE TRIGGER USER;' for table in guarded]
    return f"DO $$ BEGIN {' '.join(steps)} END $$"


@pytest.fixture
def bare_database(transactional_db: None) -> Iterator[None]:
    """The test plays where there is no table yet, as in a house that has never been set up."""
    ours, own = connection.settings_dict, connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        connection.close()
        ours["NAME"] = str(RUN / f"bare_{PROCESS}.sqlite3")
        yield
        connection.creation.destroy_test_db(own, verbosity=0)
    else:
        with connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA bare")
            cursor.execute("SET search_path TO bare")
        yield
        with connection.cursor() as cursor:
            cursor.execute("SET search_path TO DEFAULT")
            cursor.execute("DROP SCHEMA bare CASCADE")
