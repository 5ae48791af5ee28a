"""What is asked and written often: the ORM writes the statement once, and it runs with other values ever after.

    @often
    def _by_digest(digest: str) -> QuerySet[ApiToken]:
        return ApiToken.objects.select_related("user").filter(digest=digest, revoked_at=None)

    token = _by_digest.first(digest)

To have a statement written costs several times what running it does. The function is called with places in the stead of
the values, once for each engine and, where lists cannot be handed over whole, for each of their lengths; so all it may
do is hand them on to lookups.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import cache, partial, update_wrapper
from inspect import getattr_static
from itertools import count
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from django.db import connection, models, transaction
from django.db.models import QuerySet
from django.db.models.base import ModelState
from django.db.models.expressions import Expression
from django.db.models.fields.related_descriptors import ForeignKeyDeferredAttribute
from django.db.models.query import ModelIterable, RelatedPopulator, get_related_populators

R = TypeVar("R")
M = TypeVar("M", bound=models.Model)

WHOLE = "(ANY %s)"  # the place of a list that is handed over as one value, until the statement is written
NOTHING = "(NULL) IS TRUE"  # of a list of nothing: never so, and the planner sees it, which it does not of an array


class Often(Generic[R]):
    """A question that is written once. Called with its values, it returns what it found as a list."""

    def __init__(self, build: Callable[..., QuerySet[Any]]) -> None:
        update_wrapper(self, build)
        self.build = build
        self._written: dict[tuple[str | int | None, ...], _Written] = {}

    def __call__(self, *values: Any) -> list[R]:
        sizes = tuple(_size(value) if isinstance(value, list) else None for value in values)
        shape = (connection.vendor, *sizes)
        if shape not in self._written:
            self._written[shape] = _Written(self.build(*map(_Place, count(), sizes)))
        return self._written[shape].ask(values)

    def first(self, *values: Any) -> R | None:
        """Return the first that is found, or None; a question of more than one says how many it wants."""
        found = self(*values)
        return found[0] if found else None


def often(build: Callable[..., QuerySet[Any]]) -> Often[Any]:
    """Return a question whose statement is written once. build: takes a value or a list for each of its arguments."""
    return Often(build)


def _size(values: list[Any]) -> int:
    """Return how many places a list has in a statement: one where an engine takes it whole, none for nothing."""
    return min(len(values), 1) if connection.vendor == "postgresql" else len(values)


class _Place(Expression):
    """Where the value of an argument goes, or the values of one that is a list."""

    def __init__(self, argument: int, size: int | None) -> None:
        super().__init__(output_field=models.Field())
        self.argument, self.size = argument, size

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[_Value]]:
        if self.size is None:
            return "%s", [_Value(self.argument, None)]
        if connection.vendor == "postgresql":
            return (WHOLE, [_Value(self.argument, None)]) if self.size else (NOTHING, [])
        places = ", ".join(["%s"] * self.size)  # SQLite takes a list of nothing, too
        return f"({places})", [_Value(self.argument, index) for index in range(self.size)]


class _Value(NamedTuple):
    """Which argument's value is to be put in, and which item of it where it is a list."""

    argument: int
    index: int | None

    def of(self, values: Sequence[Any]) -> Any:
        value = values[self.argument]
        return _as_taken(value if self.index is None else value[self.index])


def _as_taken(value: Any) -> Any:
    """Return a value as this engine takes it. Raises TypeError for one of a kind that no question had yet."""
    if isinstance(value, list):
        return [_as_taken(item) for item in value]
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return connection.ops.adapt_integerfield_value(value, "BigIntegerField")
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    raise TypeError(f"a question cannot be asked with {value!r}")


class _Written:
    """One statement as the ORM wrote it, and how its rows are read: as the ORM does."""

    def __init__(self, asked: QuerySet[Any]) -> None:
        self.compiler = asked.query.get_compiler(connection=connection)
        written, self.params = self.compiler.as_sql()
        self.sql = written.replace(f"IN {WHOLE}", "= ANY(%s)")
        self.holds_rows = asked.query.select_for_update
        self.row = self._model if asked._iterable_class is ModelIterable else tuple
        self.converters = self.compiler.get_converters([column for column, *_ in self.compiler.select])
        if self.row is not tuple:
            known = self.compiler.klass_info
            columns = known["select_fields"]
            self.model, self.begins, self.ends = known["model"], columns[0], columns[-1] + 1
            self.names = [column.target.attname for column, *_ in self.compiler.select[self.begins : self.ends]]
            joined = get_related_populators(known, self.compiler.select, connection.alias)
            self.related = [_made_quickly(populator) for populator in joined]

    def ask(self, values: Sequence[Any]) -> list[Any]:
        if self.holds_rows and not connection.in_atomic_block:
            raise transaction.TransactionManagementError("rows are held until a transaction ends, and there is none")
        params = [part.of(values) if isinstance(part, _Value) else part for part in self.params]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, params)
            found = cursor.fetchall()
        if self.converters:
            found = self.compiler.apply_converters(found, self.converters)
        return [self.row(row) for row in found]

    def _model(self, row: Sequence[Any]) -> models.Model:
        found = _from_row(self.model, connection.alias, self.names, row[self.begins : self.ends])
        for related in self.related:
            related.populate(row, found)
        for name, column in self.compiler.annotation_col_map.items():
            setattr(found, name, row[column])
        return found


def _from_row(model: type[M], alias: str, names: Sequence[str], values: Sequence[Any]) -> M:
    """Return a row as `Model.from_db` makes it, in a fifth of its time: it looks at no column that was not asked for.

    So no signal is sent for it, and a model that had an `__init__` of its own would not see it called.
    """
    made = model.__new__(model)
    made._state = ModelState()
    made._state.adding, made._state.db = False, alias
    made.__dict__.update(zip(names, values, strict=True))
    for name in _read_on(model) & made.__dict__.keys():
        setattr(made, name, made.__dict__[name])
    return made


@cache
def _read_on(model: type[models.Model]) -> frozenset[str]:
    """Return the columns that are made into something else when they are set, as phone numbers are."""
    found = {field.attname: getattr_static(model, field.attname) for field in model._meta.concrete_fields}
    return frozenset(
        name
        for name, attribute in found.items()
        if hasattr(attribute, "__set__") and not isinstance(attribute, ForeignKeyDeferredAttribute)
    )


class _Maker:
    """Stands in for a model where Django fills in what was joined."""

    def __init__(self, model: type[models.Model]) -> None:
        self.from_db = partial(_from_row, model)


def _made_quickly(populator: RelatedPopulator) -> RelatedPopulator:
    populator.model_cls = _Maker(populator.model_cls)
    for further in populator.related_populators:
        _made_quickly(further)
    return populator


def insert(rows: Sequence[M], *, but_known: bool = False) -> Sequence[M]:
    """Write new rows of one model, in one statement, and return them with their keys.

    but_known: leave out what the database has already by a unique key; then no keys are told.
    """
    if not rows:
        return rows
    fields = _fields_of(type(rows[0]))
    values = [
        field.get_db_prep_save(field.pre_save(row, True), connection=connection) for row in rows for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(_insertion(type(rows[0]), len(rows), but_known, connection.vendor), values)
        keys = cursor.fetchall()
    if but_known:
        return rows
    for row, (key,) in zip(rows, keys, strict=True):
        row.pk = key
        row._state.adding, row._state.db = False, connection.alias
    return rows


@cache
def _fields_of(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return [field for field in model._meta.local_concrete_fields if not field.primary_key]


@cache
def _insertion(model: type[models.Model], rows: int, but_known: bool, vendor: str) -> str:
    quoted = connection.ops.quote_name
    columns = ", ".join(quoted(field.column) for field in _fields_of(model))
    places = ", ".join(["(" + ", ".join(["%s"] * len(_fields_of(model))) + ")"] * rows)
    table, key = quoted(model._meta.db_table), quoted(model._meta.pk.column)
    known = "ON CONFLICT DO NOTHING" if but_known else ""
    return f"INSERT INTO {table} ({columns}) VALUES {places} {known} RETURNING {key}"  # noqa: S608 - names of our own models
