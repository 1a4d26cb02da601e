"""Which currencies are offered, and how: those in use in the workspace first, then all others in use today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from crm.fields.reading.amounts import known_codes
from crm.tenants.context import current_tenant
from crm.tenants.memo import memo
from crm.users.choices import currencies, currency_name

Group = tuple[str, list[tuple[str, str]]]


@dataclass(frozen=True)
class _Source:
    """A column of currencies. ``per``: the foreign key that stands before it in the index that leads to them."""

    model: Any
    column: str
    per: str
    where: str
    groups: str


_sources: dict[str, _Source] = {}


def find_currencies_in(
    model: Any, column: str = "currency", *, per: str = "", where: str = "deleted_at IS NULL", groups: str = "TRUE"
) -> None:
    """Count the currencies in ``column`` as in use, of the rows ``where`` that holds.

    There must be an index on (tenant, ``per``, ``column``); ``groups`` says which rows ``per`` points at matter.
    """
    _sources[model._meta.label] = _Source(model, column, per, where, groups)


def known_currency(code: str) -> str:
    """Return ``code``, one that is or was a currency; a record keeps one that has gone out of use."""
    if code not in known_codes():
        raise ValidationError(_("“%(text)s” is not a currency.") % {"text": code[:20]})
    return code


@memo("fields.currencies")
def currencies_in_use() -> list[str]:
    """Return the workspace's own currency, and then those of its records by code; one statement per request."""
    # The first one of each index, then the next larger one …: as many looks as there are, however many rows have them.
    parts = [_next_larger(source) for source in _sources.values()]
    found: list[str] = []
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ".join(parts))
            found = sorted(code for (code,) in cursor.fetchall() if code in known_codes())
    return list(dict.fromkeys((current_tenant().currency, *found)))


def _next_larger(source: _Source) -> str:
    meta, quoted = source.model._meta, connection.ops.quote_name
    table, column = quoted(meta.db_table), quoted(meta.get_field(source.column).column)
    groups, same = "(SELECT NULL::uuid AS id)", "TRUE"
    if source.per:
        key = meta.get_field(source.per)
        groups, same = quoted(key.related_model._meta.db_table), f"{quoted(key.column)} = one.id"
    look = f"SELECT {column} FROM {table} WHERE {same} AND {source.where} AND {column} > %s ORDER BY {column} LIMIT 1"
    first, next_one = look % "''", look % "one.code"
    return (
        f"(WITH RECURSIVE used(id, code) AS (SELECT id, ({first}) FROM {groups} AS one WHERE {source.groups} UNION ALL "
        f"SELECT id, ({next_one}) FROM used AS one WHERE code IS NOT NULL) SELECT code FROM used WHERE code <> '')"
    )


def currency_groups(present: str = "") -> list[Group]:
    """What a select offers, by code and name: what is in use here, then the others in use today; and ``present``, which
    a record has already, wherever it stands."""
    here = currencies_in_use()
    if present and present not in here:
        here = [*here, present]
    others = [(code, label) for code, label in currencies() if code not in here]
    return [(_("In use here"), [(code, currency_name(code)) for code in here]), (_("Others"), others)]
