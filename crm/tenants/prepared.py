"""Statements whose text is made once.

Django makes the text of a query anew whenever it is asked, and that takes several times as long as sending it and
reading its rows. What is asked on nearly every page is therefore prepared: a function that returns a queryset, with
``@prepared`` over it, is called once, the text is kept, and later calls only put their values in::

    @prepared
    def _files_of(record_type: str, /, *, record_id: UUID) -> QuerySet[StoredFile]:
        return StoredFile.objects.filter(record_type=record_type, record_id=record_id).select_related("owner")

    files = _files_of(record.type_key, record_id=record.pk)  # a list

Arguments by position are part of the text: there is one for each of them. Arguments by name are values: a UUID, a text,
a whole number, a day or a moment, or a tuple (for ``__in``) or list (for ``__any_of``) of such. That one is None or a
flag, and how many a tuple holds, changes the text too, and is seen to here.

The database keeps its plan as well, from the sixth time on that a connection sends it (``PREPARED_STATEMENTS``).

The function must depend on nothing else, least of all on the person or the moment (pass them as values): the tests
compare each call with the queryset that it stands for (``tests/prepared.py``). The wall stays where it is: the
text has the tenant's condition, in which the current tenant is put each time.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, update_wrapper
from itertools import count
from typing import Any, Generic, ParamSpec, TypeVar
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models import QuerySet
from django.db.models.query import ModelIterable, get_related_populators
from psycopg.sql import Literal

from crm.tenants.context import current_tenant_id, has_tenant
from crm.tenants.models import TenantModel

P = ParamSpec("P")
Row = TypeVar("Row")
MOST_TEXTS = 64  # of one function; should it need more, it starts again

# What of a queryset is its query, or goes with it; ``_for_write`` says which database is asked, and there is one.
_OF_QUERY = ("_query", "_iterable_class", "_fields", "_sticky_filter", "_for_write")
_TENANT = object()  # in the place of a parameter: the current tenant


@dataclass(frozen=True)
class _Place:
    """Where a parameter comes from: the argument ``name``, of a tuple the ``index``-th value."""

    name: str
    index: int | None = None
    convert: Callable[[Any], Any] | None = None  # what the field makes of a number: psycopg's ``Int4``

    def value(self, arguments: dict[str, Any]) -> Any:
        found = arguments[self.name]
        if self.index is not None:
            found = found[self.index]
        return found if self.convert is None else self.convert(found)


@dataclass(frozen=True)
class _Text:
    """A statement's text, and what it takes to send it and to make rows of what comes back."""

    rows: Any  # the queryset
    compiler: Any
    sql: str
    parameters: tuple[Any, ...]  # a ``_Place``, ``_TENANT``, or what it is in every call
    converters: dict[int, Any]

    def parameters_of(self, arguments: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(
            one.value(arguments) if one.__class__ is _Place else current_tenant_id() if one is _TENANT else one
            for one in self.parameters
        )

    def _values_of(self, arguments: dict[str, Any]) -> list[Any]:
        return [one.value(arguments) if one.__class__ is _Place else current_tenant_id() for one in self._varying]

    @cached_property
    def _varying(self) -> list[Any]:
        return [one for one in self.parameters if one.__class__ is _Place or one is _TENANT]

    @cached_property
    def _sent(self) -> str:
        """The text with what is the same in each call in it: a kept plan uses the index of what is "not empty" only if
        it knows that this is always asked."""
        left = iter(self.parameters)
        return re.sub("%[%s]", lambda mark: mark[0] if mark[0] == "%%" else _written(next(left)), self.sql)

    def ask(self, arguments: dict[str, Any]) -> list[Any]:
        compiler = copy.copy(self.compiler)
        connection = compiler.connection = connections[self.rows.db]  # of this thread
        found = _send(connection, self._sent, self._values_of(arguments))
        if self.rows._iterable_class is ModelIterable:
            return self._instances(compiler.apply_converters(found, self.converters) if self.converters else found)
        compiler.execute_sql = lambda *_args, **_options: [found]
        compiler.get_converters = lambda _expressions: self.converters
        query: Any = copy.copy(self.rows.query)
        query.get_compiler = lambda *_args, **_options: compiler
        rows = self.rows.__class__(self.rows.model, query, self.rows._db)
        rows._iterable_class, rows._fields = self.rows._iterable_class, self.rows._fields
        return list(rows)

    def _instances(self, rows: Iterable[Any]) -> list[Any]:
        """What ``ModelIterable`` makes of them; it looks up the columns anew each time, longer than it makes a row."""
        model, names, start, end, related, extra = self._columns
        db, instances = self.rows.db, []
        for row in rows:
            instance = model.from_db(db, names, row[start:end])
            for one in related:
                one.populate(row, instance)
            for name, position in extra:
                setattr(instance, name, row[position])
            instances.append(instance)
        return instances

    @cached_property
    def _columns(self) -> tuple[Any, ...]:
        select, info = self.compiler.select, self.compiler.klass_info
        start, end = info["select_fields"][0], info["select_fields"][-1] + 1
        names = [column.target.attname for column, _sql, _alias in select[start:end]]
        related = get_related_populators(info, select, self.rows.db)  # type: ignore[call-arg]
        return info["model"], names, start, end, related, [*(self.compiler.annotation_col_map or {}).items()]


def _written(parameter: Any) -> str:
    if parameter.__class__ is _Place or parameter is _TENANT:
        return "%s"
    return Literal(parameter).as_string().replace("%", "%%")


class _Cursor(ServerBindingCursor):
    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        answer = super().execute(query, params, **options)
        if self._query is None:  # type: ignore[has-type]  # sent by the name of its plan alone; the log asks for the text
            self._query = self._convert_query(query, params)  # type: ignore[attr-defined]
        return answer


def _send(connection: Any, sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    """Ask with the parameters beside the text, and not in it as Django does: so the database knows it again."""
    connection.ensure_connection()
    with connection.wrap_database_errors:
        made = _Cursor(connection.connection)  # type: ignore[call-arg]
    with connection._prepare_cursor(made) as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


class Prepared(Generic[P, Row]):
    """A function that returns the rows of a queryset whose text is made once; see the module's text."""

    def __init__(self, make: Callable[P, QuerySet[Any, Row]]) -> None:
        self.make: Any = make
        self._texts: dict[Any, _Text | None] = {}
        update_wrapper(self, make)

    def __call__(self, *shape: P.args, **arguments: P.kwargs) -> list[Row]:
        text = self.text(shape, arguments)
        return [] if text is None else text.ask(arguments)

    def statement(self, *shape: P.args, **arguments: P.kwargs) -> tuple[str, tuple[Any, ...]] | None:
        """The text and its parameters, to be part of a larger statement; None: no row can meet it."""
        text = self.text(shape, arguments)
        return None if text is None else (text.sql, text.parameters_of(arguments))

    def text(self, shape: tuple[Any, ...], arguments: dict[str, Any]) -> _Text | None:
        """The text for arguments like these; None: no row can meet them."""
        key = (shape, *[(name, _form(value)) for name, value in arguments.items()])
        try:
            return self._texts[key]
        except KeyError:
            pass
        if len(self._texts) >= MOST_TEXTS:
            self._texts = {}
        found = self._texts[key] = self._prepare(shape, arguments)
        return found

    def _prepare(self, shape: tuple[Any, ...], arguments: dict[str, Any]) -> _Text | None:
        numbers = count(20_000)  # such as a small integer can hold
        stand_ins = {name: _stand_in(value, numbers) for name, value in arguments.items()}
        rows = self.make(*shape, **stand_ins)
        self._refuse_more_than_a_query(rows)
        compiler = rows.query.get_compiler(using=rows.db)
        try:
            sql, found = compiler.as_sql()
        except EmptyResultSet:
            return None
        places = dict(_places(stand_ins))
        parameters = tuple(_parameter(one, places) for one in found)
        self._refuse_lost(places.values(), parameters)
        if issubclass(rows.model, TenantModel) and _TENANT not in parameters:
            raise TypeError(f"{self.make.__qualname__} asks past the wall.")
        converters = compiler.get_converters([one for one, _sql, _alias in compiler.select])
        return _Text(rows, compiler, sql, parameters, converters)

    def _refuse_more_than_a_query(self, rows: QuerySet) -> None:
        """What a queryset holds beside its query would be the first caller's for ever: for whom it hides fields."""
        plain = vars(QuerySet(rows.model))
        for name, value in vars(rows).items():
            if name not in _OF_QUERY and value != plain.get(name):
                raise TypeError(f"{self.make.__qualname__} keeps {name} beside its query.")

    def _refuse_lost(self, places: Iterable[_Place], parameters: tuple[Any, ...]) -> None:
        put_in = {(one.name, one.index) for one in parameters if isinstance(one, _Place)}
        for place in places:
            if (place.name, place.index) not in put_in:
                raise TypeError(f"{self.make.__qualname__}: {place.name} is no parameter of its statement.")


def _form(value: Any) -> Any:
    """What the text depends on of a value."""
    if isinstance(value, tuple):
        return tuple(_form(one) for one in value)
    return value if value is None or isinstance(value, bool) else value.__class__


def _stand_in(value: Any, numbers: Iterator[int]) -> Any:
    """A value of the same kind, which is nowhere else in a statement."""
    if isinstance(value, (tuple, list)):
        some = value if isinstance(value, tuple) else value[:1] or [""]  # a list is one parameter, whatever it holds
        return value.__class__(_stand_in(one, numbers) for one in some)
    if value is None or isinstance(value, bool):
        return value
    for kind, stand_in in _STAND_INS.items():
        if isinstance(value, kind):
            return stand_in(next(numbers))
    raise TypeError(f"A {value.__class__.__name__} is no value that can be put into a text.")


_STAND_INS: dict[type, Callable[[int], Any]] = {
    UUID: lambda number: UUID(int=number),
    str: lambda number: f"prepared {number}",
    int: lambda number: number,
    datetime: lambda number: datetime(1900, 1, 1, tzinfo=UTC) + timedelta(seconds=number),
    date: lambda number: date(1900, 1, 1) + timedelta(days=number),
}


def _places(stand_ins: dict[str, Any]) -> Iterator[tuple[Any, _Place]]:
    """Where each of ``stand_ins`` is from, by what is to be found among the parameters."""
    for name, value in stand_ins.items():
        if isinstance(value, tuple):
            yield from ((one, _Place(name, index)) for index, one in enumerate(value) if not _is_text(one))
        elif not _is_text(value):
            yield _key(value), _Place(name)


def _is_text(value: Any) -> bool:
    return value is None or isinstance(value, bool)


def _key(parameter: Any) -> Any:
    return tuple(parameter) if isinstance(parameter, list) else parameter


def _parameter(found: Any, places: dict[Any, _Place]) -> Any:
    if has_tenant() and found == current_tenant_id():
        return _TENANT
    place = places.get(_key(found)) if isinstance(found, (*_STAND_INS, list)) else None
    if place is None:
        return found
    is_converted = isinstance(found, int) and found.__class__ is not int
    return replace(place, convert=found.__class__) if is_converted else place


def prepared(make: Callable[P, QuerySet[Any, Row]]) -> Prepared[P, Row]:
    """Let ``make`` return a list of the rows of its queryset, whose text is made once."""
    return Prepared(make)
