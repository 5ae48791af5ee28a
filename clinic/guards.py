"""Guards in the database: what no code path, no migration and no SQL by hand may do.

Each app lists its guards in `<app>/guards.py`. Django's SQLite schema editor rebuilds tables and drops their triggers
without a word, so all guards are dropped before migrating and installed afterwards, on both engines; the house does
not serve when what is installed differs from what is listed.

    pre_migrate  -> drop all        migrate        post_migrate -> install all        start -> check
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.apps import AppConfig, apps
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.module_loading import module_has_submodule

from clinic import belongings

REGISTER = "clinic_guard"  # our own list of what stands in the database: name and digest


@dataclass(frozen=True)
class Guard:
    """One promise about one table, kept by statements on each engine.

    name: lower-case words with underscores, unique in the house. table: the guarded table. sqlite and postgres:
    statements that put it up; each trigger, function and constraint in them is named `name` or `name__something`.
    asks: other tables that they read; without them, as half-way through the migrations, it does not stand.
    """

    name: str
    table: str
    sqlite: tuple[str, ...]
    postgres: tuple[str, ...]
    asks: tuple[str, ...] = ()

    def can_stand(self, tables: set[str]) -> bool:
        return {self.table, *self.asks} <= tables

    def statements(self, vendor: str) -> tuple[str, ...]:
        return self.sqlite if vendor == "sqlite" else self.postgres

    def digest(self, vendor: str) -> str:
        return hashlib.sha256("\n".join(self.statements(vendor)).encode()).hexdigest()[:32]


def refuse(
    name: str,
    table: str,
    *,
    on: str,
    when: str = "",
    message: str,
    sqlite_when: str | None = None,
    postgres_when: str | None = None,
    asks: tuple[str, ...] = (),
) -> Guard:
    """Return a guard that refuses INSERT, UPDATE or DELETE (`on`, several with commas) where `when` holds.

    when: an SQL condition over OLD and NEW that both engines understand; the engine's own wording may be given
    instead. Empty means always. What is about a patient may be deleted all the same under that patient's purge.
    """
    kinds = [kind.strip().upper() for kind in on.split(",")]
    lite = when if sqlite_when is None else sqlite_when
    post = when if postgres_when is None else postgres_when
    return Guard(
        name=name,
        table=table,
        sqlite=tuple(_sqlite_trigger(name, table, kind, _unless_purged(table, kind, lite), message) for kind in kinds),
        postgres=tuple(
            statement
            for kind in kinds
            for statement in _postgres_trigger(name, table, kind, _unless_purged(table, kind, post), message)
        ),
        asks=asks,
    )


def _unless_purged(table: str, kind: str, when: str) -> str:
    """Return the condition of a guard, which lets go what a person approved to be deleted (`clinic.models.Purge`)."""
    whose = _patient_of(table) if kind == "DELETE" else ""
    if not whose:
        return when
    purged = (
        "EXISTS (SELECT 1 FROM clinic_purge purge WHERE purge.approved_at IS NOT NULL AND purge.done_at IS NULL "
        f"AND purge.patient_pk = {whose})"
    )
    return f"({when}) AND NOT {purged}" if when else f"NOT {purged}"


def _patient_of(table: str) -> str:
    """Return the SQL that finds the patient of an old row, "" for a table that is about nobody."""
    model = next((one for one in apps.get_models(include_auto_created=True) if one._meta.db_table == table), None)
    way = belongings.way(model) if model else None
    if way is None:
        return ""
    found = f"OLD.{way[0].column}" if way else "OLD.id"
    for step in way[1:]:
        found = f"(SELECT upon.{step.column} FROM {step.model._meta.db_table} upon WHERE upon.id = {found})"
    return found


def append_only(table: str, *, message: str) -> Guard:
    """Return a guard under which rows of a table are only ever added."""
    return refuse(f"{table}_append_only", table, on="UPDATE, DELETE", message=message)


def _sqlite_trigger(name: str, table: str, kind: str, when: str, message: str) -> str:
    condition = f"WHEN {when} " if when else ""
    return (
        f'CREATE TRIGGER "{name}__{kind.lower()}" BEFORE {kind} ON "{table}" {condition}'
        f"BEGIN SELECT RAISE(ABORT, '{_quoted(message)}'); END"
    )


def _postgres_trigger(name: str, table: str, kind: str, when: str, message: str) -> Iterator[str]:
    function = f"{name}__{kind.lower()}"
    body = f"RAISE EXCEPTION USING MESSAGE = '{_quoted(message)}', ERRCODE = '23514';"
    row = "OLD" if kind == "DELETE" else "NEW"
    if when:
        body = f"IF {when} THEN {body} END IF; RETURN {row};"
    yield (
        f'CREATE OR REPLACE FUNCTION "{function}"() RETURNS trigger LANGUAGE plpgsql AS $guard$ '
        f"BEGIN {body} END $guard$"
    )
    yield f'CREATE TRIGGER "{function}" BEFORE {kind} ON "{table}" FOR EACH ROW EXECUTE FUNCTION "{function}"()'
    if kind == "DELETE":
        yield from _postgres_truncate(name, table, message)


def _postgres_truncate(name: str, table: str, message: str) -> Iterator[str]:
    """Yield what refuses to empty a table from which not every row may go."""
    function = f"{name}__truncate"
    yield (
        f'CREATE OR REPLACE FUNCTION "{function}"() RETURNS trigger LANGUAGE plpgsql AS $guard$ '
        f"BEGIN RAISE EXCEPTION USING MESSAGE = '{_quoted(message)}', ERRCODE = '23514'; END $guard$"
    )
    yield (
        f'CREATE TRIGGER "{function}" BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT EXECUTE FUNCTION "{function}"()'
    )


def _quoted(message: str) -> str:
    return message.replace("'", "''")


def listed() -> list[Guard]:
    """Return every guard that the apps list, bottom up."""
    found: list[Guard] = []
    for config in apps.get_app_configs():
        if config.name != "clinic" and module_has_submodule(config.module, "guards") and _is_ours(config):
            found += import_module(f"{config.name}.guards").GUARDS
    return [*OWN, *found]


def _is_ours(config: AppConfig) -> bool:
    return "site-packages" not in config.path


def install_all(using: str = DEFAULT_DB_ALIAS) -> None:
    """Put up every listed guard whose table exists, replacing what stands."""
    connection = connections[using]
    drop_all(using)
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {REGISTER} (name varchar(120) PRIMARY KEY, digest varchar(32))")
        for guard in listed():
            if guard.can_stand(tables):
                _put_up(cursor, connection, guard)


def _put_up(cursor: Any, connection: BaseDatabaseWrapper, guard: Guard) -> None:
    for statement in guard.statements(connection.vendor):
        cursor.execute(statement)
    cursor.execute(
        f"INSERT INTO {REGISTER} (name, digest) VALUES (%s, %s)", [guard.name, guard.digest(connection.vendor)]
    )


def drop_all(using: str = DEFAULT_DB_ALIAS) -> None:
    """Take down every guard that stands, whether still listed or not."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if REGISTER not in connection.introspection.table_names(cursor):
            return
        cursor.execute(f"SELECT name FROM {REGISTER}")
        for (name,) in cursor.fetchall():
            _take_down(cursor, connection, name)


def _take_down(cursor: Any, connection: BaseDatabaseWrapper, name: str) -> None:
    for statement in _standing(cursor, connection.vendor, name):
        cursor.execute(statement)
    cursor.execute(f"DELETE FROM {REGISTER} WHERE name = %s", [name])


def _standing(cursor: Any, vendor: str, name: str) -> list[str]:
    """Return the statements that take down what stands under a guard's name."""
    pattern = re.escape(name) + r"(__[a-z_]+)?"
    if vendor == "sqlite":
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return [f'DROP TRIGGER "{found}"' for (found,) in cursor.fetchall() if re.fullmatch(pattern, found)]
    statements = []
    cursor.execute(
        "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal"
    )
    statements += [f'DROP TRIGGER "{t}" ON "{table}"' for t, table in cursor.fetchall() if re.fullmatch(pattern, t)]
    cursor.execute(
        "SELECT n.conname, c.relname FROM pg_constraint n JOIN pg_class c ON c.oid = n.conrelid WHERE n.contype = 'x'"
    )
    statements += [
        f'ALTER TABLE "{table}" DROP CONSTRAINT "{n}"' for n, table in cursor.fetchall() if re.fullmatch(pattern, n)
    ]
    cursor.execute("SELECT proname FROM pg_proc JOIN pg_namespace s ON s.oid = pronamespace WHERE s.nspname = 'public'")
    statements += [f'DROP FUNCTION "{f}"()' for (f,) in cursor.fetchall() if re.fullmatch(pattern, f)]
    return statements


def missing(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Return the names of guards that do not stand in the database as listed, or stand there unlisted."""
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        wanted = {guard.name: guard for guard in listed() if guard.can_stand(tables)}
        if REGISTER not in tables:
            return sorted(wanted)
        cursor.execute(f"SELECT name, digest FROM {REGISTER}")
        standing = dict(cursor.fetchall())
        faulty = {name for name, guard in wanted.items() if standing.get(name) != guard.digest(connection.vendor)}
        faulty |= set(standing) - set(wanted)
        faulty |= {name for name, guard in wanted.items() if not _is_whole(cursor, connection.vendor, guard)}
    return sorted(faulty)


def _is_whole(cursor: Any, vendor: str, guard: Guard) -> bool:
    """Return whether everything that the guard puts up stands: each of its statements makes one thing."""
    return len(_standing(cursor, vendor, guard.name)) == len(guard.statements(vendor))


@contextmanager
def lifted(*names: str, using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Take down the named guards (all when none is named) for a while, as a proof's control needs."""
    connection = connections[using]
    chosen = [guard for guard in listed() if not names or guard.name in names]
    unknown = set(names) - {guard.name for guard in chosen}
    if unknown:
        raise LookupError(f"no such guard: {', '.join(sorted(unknown))}")
    with connection.cursor() as cursor:
        for guard in chosen:
            _take_down(cursor, connection, guard.name)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for guard in chosen:
                _put_up(cursor, connection, guard)


OWN = [
    append_only("clinic_auditrow", message="the audit trail is only ever added to"),
    append_only("clinic_auditlink", message="the audit chain is only ever added to"),
    refuse("purge_stays", "clinic_purge", on="DELETE", message="what was deleted, and that it was, stays written"),
    refuse(
        "purge_fixed",
        "clinic_purge",
        on="UPDATE",
        when="OLD.done_at IS NOT NULL OR NEW.id <> OLD.id OR NEW.patient_pk <> OLD.patient_pk",
        message="a purge is of one patient, and done once",
    ),
]


def _before_migrating(using: str, **kwargs: object) -> None:
    drop_all(using)


def _after_migrating(using: str, **kwargs: object) -> None:
    install_all(using)


def keep_through_migrations(bottom: AppConfig, top: AppConfig) -> None:
    """Drop before the first app migrates and install after the last, once each."""
    pre_migrate.connect(_before_migrating, sender=bottom, dispatch_uid="guards down")
    post_migrate.connect(_after_migrating, sender=top, dispatch_uid="guards up")


class Unguarded(Exception):
    """Raised at start-up when the database does not hold the guards that the house lists."""


def refuse_to_serve_unguarded(using: str = DEFAULT_DB_ALIAS) -> None:
    """Raise Unguarded, naming the guards, when what is installed differs from what is listed."""
    if faulty := missing(using):
        raise Unguarded(f"These guards do not stand in the database: {', '.join(faulty)}. Run manage.py migrate.")
