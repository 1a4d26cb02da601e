"""Many lookups in one statement: for each who asks, the first rows that fulfil a condition, however many do.

Every condition is an equality or a prefix on an indexed key column, so that a workspace with a million records answers
as quickly as a small one; and each asks for its own first rows (``LATERAL``), so that what is read is bounded by who
asks.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db.models import BooleanField, F, Func, QuerySet
from django.db.models.expressions import RawSQL

from crm.ground.statements import cursor_for_once

Texts = Sequence[str]
LOOKED_AT = 10  # rows that a lookup finds, where it does not say how many


@dataclass(frozen=True)
class Lookup:
    """The first ``most`` rows (None: all) that fulfil ``condition``, in which ``wanted`` is a row of what somebody asks
    for: ``a``, ``b`` and ``c`` are lists of texts. ``gives`` is the column that is read.

    ``of_these`` leaves some of these first rows (and no others are looked at): it calls their ``columns``
    ``hit.column``.
    """

    condition: str = "TRUE"
    most: int | None = LOOKED_AT
    gives: str = "pk"
    order: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    of_these: str = ""

    def found_in(self, rows: QuerySet) -> QuerySet:
        condition = RawSQL(self.condition, (), output_field=BooleanField())
        found = rows.filter(condition).order_by(*self.order).select_related(None)
        found = found.values_list(self.gives, *self.columns)
        if self.gives != "pk":
            found = found.exclude(**{self.gives: None}).distinct()
        return found[: self.most]

    def hits_of(self, sql: str) -> str:
        where = f" WHERE {self.of_these}" if self.of_these else ""
        return f"({sql}) AS hit({', '.join(('found', *self.columns))}){where}"


def is_wanted(path: str, at: str) -> Func:
    """The condition that what stands in the field ``path`` is in the list ``at`` of ``wanted``."""
    cast = "::uuid[]" if path.endswith("_id") else ""
    return Func(F(path), template=f"%(expressions)s = ANY (wanted.{at}{cast})", output_field=BooleanField())


def is_filled(path: str) -> Func:
    # Of values that it does not know PostgreSQL does not see that a partial index serves.
    return Func(F(path), template="%(expressions)s <> ''", output_field=BooleanField())


Statement = tuple[str, tuple[Any, ...]]
# A lookup, in which rows (or what ``found_in`` makes of them, as SQL; None: nothing may be seen), who asks with what.
Asked = tuple[Lookup, QuerySet | Statement | None, Iterable[tuple[Any, Sequence[Texts]]]]


def look_up(asked: Iterable[Asked]) -> list[dict[Any, list[UUID]]]:
    """Return for each of ``asked`` what is found, by who asks."""
    found: list[dict[Any, list[UUID]]] = []
    askers: list[list[Any]] = []
    parts: list[str] = []
    params: list[Any] = []
    for lookup, rows, values in asked:
        found.append(defaultdict(list))
        askers.append([])
        wanted: list[dict[str, Any]] = []
        for of, texts in values:
            wanted.append({"of": len(wanted), **dict(zip("abc", texts, strict=False))})
            askers[-1].append(of)
        if not wanted or rows is None:
            continue
        try:
            sql, its_params = rows if isinstance(rows, tuple) else lookup.found_in(rows).query.sql_with_params()
        except EmptyResultSet:  # nothing of it may be seen
            continue
        parts.append(
            f"SELECT {len(found) - 1}, wanted.of, hit.found FROM json_to_recordset(%s)"
            f" AS wanted(of int, a text[], b text[], c text[]) CROSS JOIN LATERAL {lookup.hits_of(sql)}"
        )
        params += [json.dumps(wanted), *its_params]
    if parts:
        with cursor_for_once() as cursor:
            cursor.execute(" UNION ALL ".join(parts), params)
            for number, of, pk in cursor.fetchall():
                found[number][askers[number][of]].append(pk)
    return found
