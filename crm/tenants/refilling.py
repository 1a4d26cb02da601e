"""For migrations with ``atomic = False``: writes columns, mostly of keys, of rows that are there already.

Some rows at a time, each lot a transaction of its own: whoever works in the table waits for one lot at most. What
stopped half way is run again; rows whose keys are right are not written, and neither is one whose text changed after
it was read: who changed it has written its key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from crm.ground.text import TAKEN_FOR_ANOTHER, sort_key

ROWS = 5000  # at once
Run = Callable[[Any, Any], None]  # what RunPython takes


def fill_keys(table: str, columns: Sequence[str]) -> Run:
    """Fill ``<column>_key`` of each of ``columns``; rows where all of those are empty are left alone."""
    return remake_keys(table, {column: f"{column}_key" for column in columns}, sort_key)


def remake_keys(table: str, columns: Mapping[str, str], make: Callable[[str], str]) -> Run:
    """Write what ``make`` gives of a text into its key column; ``columns`` names that for each column of a text."""
    some = " OR ".join(f"\"{column}\" <> ''" for column in columns)
    return _rewrite(table, columns, make, some=some)


def refresh_keys(table: str, column: str, unique: bool = False) -> Run:
    """Bring keys in line that were made before letters such as ø and ’ counted as plain ones: a key gives the same new
    key as its text does. Where keys are ``unique`` in a workspace, one that is taken by now stays as it is."""
    free = f"NOT EXISTS (SELECT 1 FROM {table} AS o WHERE o.tenant_id = t.tenant_id AND o.{column} = v.k0)"
    some = f"\"{column}\" ~ '[{TAKEN_FOR_ANOTHER}]'"
    if unique:  # one by one, as two of a lot may get the same
        return _rewrite(table, {column: column}, sort_key, some=some, where=free, rows=1)
    return _rewrite(table, {column: column}, sort_key, some=some)


def remake_address_keys(table: str, column: str, key: str, make: Callable[[str], str], longest: int) -> Run:
    """Bring in line what ``make`` gave before of hosts with letters beyond a–z, or with those written as ``xn--``."""
    some = f'octet_length("{column}") <> char_length("{column}") OR "{column}" ILIKE \'%%xn--%%\''
    return _rewrite(table, {column: key}, lambda text: make(text)[:longest], some=some)


def copy_column(table: str, column: str, source: str) -> Run:
    """Fill ``column``, where it is empty, with what stands in ``source``."""
    statement = (
        f"WITH lot AS (SELECT tenant_id, id FROM {table} WHERE (tenant_id, id) > (%s, %s)"
        f" ORDER BY tenant_id, id LIMIT {ROWS}),"
        f' filled AS (UPDATE {table} AS t SET "{column}" = t."{source}" FROM lot'
        f' WHERE t.tenant_id = lot.tenant_id AND t.id = lot.id AND t."{column}" IS NULL)'
        " SELECT tenant_id, id FROM lot ORDER BY tenant_id DESC, id DESC LIMIT 1"
    )

    def run(apps: Any, editor: Any) -> None:
        last: Any = ["00000000-0000-0000-0000-000000000000"] * 2
        with editor.connection.cursor() as cursor:
            while last is not None:
                cursor.execute(statement, last)
                last = cursor.fetchone()

    return run


def _rewrite(
    table: str,
    columns: Mapping[str, str],
    make: Callable[[str], str],
    *,
    some: str,
    where: str = "true",
    rows: int = ROWS,
) -> Run:
    names = [f"k{number}" for number in range(len(columns))]
    read_as = [f"t{number}" for number in range(len(columns))]
    pairs = list(zip(columns.values(), names, strict=True))
    same = " AND ".join(f't."{column}" = v.{name}' for column, name in zip(columns, read_as, strict=True))
    quoted = ", ".join(f'"{column}"' for column in columns)
    sets = ", ".join(f'"{key}" = v.{name}' for key, name in pairs)
    differs = " OR ".join(f't."{key}" IS DISTINCT FROM v.{name}' for key, name in pairs)
    arrays = ", ".join(["%s::uuid[]", "%s::uuid[]", *["%s::text[]"] * 2 * len(columns)])
    read = (
        f"SELECT tenant_id, id, {quoted} FROM {table} WHERE (tenant_id, id) > (%s, %s) AND ({some})"
        f" ORDER BY tenant_id, id LIMIT {rows}"
    )
    write = (
        f"UPDATE {table} AS t SET {sets} FROM unnest({arrays}) AS v(tenant_id, id, {', '.join(names + read_as)})"
        f" WHERE t.tenant_id = v.tenant_id AND t.id = v.id AND {same} AND ({differs}) AND {where}"
    )

    def run(apps: Any, editor: Any) -> None:
        last = ["00000000-0000-0000-0000-000000000000"] * 2
        with editor.connection.cursor() as cursor:
            while True:
                cursor.execute(read, last)
                found = cursor.fetchall()
                if not found:
                    return
                tenants, ids, *texts = zip(*found, strict=True)
                keys = [[make(text) for text in column] for column in texts]
                texts_read = [list(column) for column in texts]
                cursor.execute(write, [list(tenants), list(ids), *keys, *texts_read])
                last = [tenants[-1], ids[-1]]

    return run
