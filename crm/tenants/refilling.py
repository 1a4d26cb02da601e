"""For migrations: writes columns of keys (``text.py``), of the rows that are there already."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from crm.tenants.text import TAKEN_FOR_ANOTHER, sort_key

ROWS = 5000  # at once
Run = Callable[[Any, Any], None]  # what RunPython takes


def fill_keys(table: str, columns: Sequence[str]) -> Run:
    """Fill ``<column>_key`` of each of ``columns``; rows where all of those are empty are left alone."""
    return remake_keys(table, {column: f"{column}_key" for column in columns}, sort_key)


def remake_keys(table: str, columns: Mapping[str, str], make: Callable[[str], str]) -> Run:
    """Write what ``make`` gives of a text into its key column; ``columns`` names that for each column of a text."""
    names = [f"k{number}" for number in range(len(columns))]
    quoted = ", ".join(f'"{column}"' for column in columns)
    some = " OR ".join(f"\"{column}\" <> ''" for column in columns)
    sets = ", ".join(f'"{key}" = v.{name}' for key, name in zip(columns.values(), names, strict=True))
    arrays = ", ".join(["%s::uuid[]", "%s::uuid[]", *["%s::text[]"] * len(columns)])
    read = (
        f"SELECT tenant_id, id, {quoted} FROM {table} WHERE (tenant_id, id) > (%s, %s) AND ({some})"
        f" ORDER BY tenant_id, id LIMIT {ROWS}"
    )
    write = (
        f"UPDATE {table} AS t SET {sets} FROM unnest({arrays}) AS v(tenant_id, id, {', '.join(names)})"
        " WHERE t.tenant_id = v.tenant_id AND t.id = v.id"
    )

    def run(apps: Any, editor: Any) -> None:
        last = ["00000000-0000-0000-0000-000000000000"] * 2
        with editor.connection.cursor() as cursor:
            while True:
                cursor.execute(read, last)
                rows = cursor.fetchall()
                if not rows:
                    return
                tenants, ids, *texts = zip(*rows, strict=True)
                keys = [[make(text) for text in column] for column in texts]
                cursor.execute(write, [list(tenants), list(ids), *keys])
                last = [tenants[-1], ids[-1]]

    return run


def refresh_keys(table: str, column: str, unique: str = "") -> Run:
    """Bring keys in line that were made before letters such as ø and ’ counted as plain ones: a key gives the same new
    key as its text does. Where keys are ``unique`` (beside that column), one that is taken by now stays as it is."""
    taken = f" AND NOT EXISTS (SELECT 1 FROM {table} AS o WHERE o.{unique} = t.{unique} AND o.{column} = %(new)s)"
    write = f"UPDATE {table} AS t SET {column} = %(new)s WHERE {column} = %(old)s{taken if unique else ''}"

    def run(apps: Any, editor: Any) -> None:
        with editor.connection.cursor() as cursor:
            cursor.execute(f"SELECT DISTINCT {column} FROM {table} WHERE {column} ~ %s", [f"[{TAKEN_FOR_ANOTHER}]"])
            for (old,) in cursor.fetchall():
                cursor.execute(write, {"new": sort_key(old), "old": old})

    return run
