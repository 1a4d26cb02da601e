"""The open pipeline as it was at a moment: today's rows, with what the log tells since then taken back.

Amount, currency, stage, expected close, owner, team and product are those of that moment, and so is whether a row was
there at all. Who belongs to which team, and what an actor's role reaches, are as they are now: the log does not say.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.db import connection

from crm.events.models import Event
from crm.events.types import ANY, event_types
from crm.picklists.events import STAGE
from crm.picklists.selectors import stages
from crm.queries.query import Query
from crm.tenants.context import current_tenant
from crm.users.access import can, scope_of
from crm.users.models import Membership
from opportunities.events import DELETED, RESTORED
from opportunities.models import Opportunity
from reports.cells import Money, add_money

# A field that a report asks by → its column, and for those whose changes are told how the log's JSON becomes its value.
_COLUMNS: dict[str, tuple[str, Any]] = {
    "stage": ("stage_id", lambda kept: kept and UUID(kept["id"])),
    "owner": ("owner_id", lambda kept: kept and UUID(kept["id"])),
    "team": ("team_id", lambda kept: kept and UUID(kept["id"])),
    "expected_close_on": ("expected_close_on", lambda kept: date.fromisoformat(kept) if kept else None),
    "product": ("product", lambda kept: kept or ""),
    "pipeline": ("pipeline_id", None),
}
_LOGGED = [*(field for field, (_column, read) in _COLUMNS.items() if read), "amount"]
_OF_ACCESS = {"owner", "team"}
MOST_EVENTS = 20_000  # that are gone through while somebody waits for the page

# What of a record was told first after the moment knows what it was before. Records that are alike in what is asked of
# them, then and now, are added up here: they are thousands, of a few kinds.
_ALIKE = """
WITH told AS (
    SELECT record_id, name, changes, at, id FROM events_event
     WHERE tenant_id = %(tenant)s AND record_type = %(type)s AND name = ANY (%(names)s) AND at >= %(moment)s
       AND record_id IS NOT NULL AND (changes ?| %(logged)s OR name IN (%(deleted)s, %(restored)s))
     LIMIT %(most)s + 1
), before AS (
    SELECT record_id, {first_told}, {first_amount} AS amount, {first_binned} AS binned FROM told GROUP BY record_id
), alike AS (
    SELECT before.binned, now.deleted_at IS NULL AS is_there, {asked}, now.currency AS currency_now,
           coalesce(before.amount ->> 'currency', now.currency) AS currency_then,
           sum(now.amount_minor) AS amount_now,
           sum(CASE WHEN before.amount IS NULL THEN now.amount_minor
                    ELSE (before.amount ->> 'minor')::bigint END) AS amount_then,
           count(*) AS number
      FROM before JOIN opportunities_opportunity now ON now.tenant_id = %(tenant)s AND now.id = before.record_id
     WHERE now.created_at < %(moment)s
     GROUP BY {grouped}
)
SELECT events.number, alike.* FROM (SELECT count(*) AS number FROM told) events LEFT JOIN alike ON true
"""
_FIRST = "(array_agg({what} ORDER BY at, id) FILTER (WHERE {where}))[1]"


@dataclass
class Difference:
    """What to add to the rows that are open now and were made before the moment, to get those open by then."""

    number: int
    amount: Money


@dataclass(frozen=True)
class _Kind:
    """How many records were alike in what is asked of them, then and now, with what they add up to."""

    number: int
    now: dict[str, Any]
    then: dict[str, Any]
    was_there: bool
    is_there: bool
    amount_now: tuple[str, int | None]
    amount_then: tuple[str, int | None]


def difference(actor: Membership, asked: Query, moment: datetime) -> Difference | None:
    """Return by how much what ``asked`` found at ``moment``, the open opportunities or some, differs from those of
    today's rows that were made before it.

    One statement, whatever the number of rows. None: there are more events than a page can go through.
    """
    sees_all = scope_of(actor, "view", Opportunity.type_key) == "all"
    by = {leaf.field for leaf in asked.leaves}
    if by & _OF_ACCESS or not sees_all:
        by |= _OF_ACCESS  # a record without a team is of its owner's
    kinds = _kinds(sorted(by), moment)
    if not kinds:
        return None if kinds is None else Difference(0, {})
    _put_stages_in_place([kind.then for kind in kinds])
    found, is_asked = Difference(0, {}), asked.predicate(actor)

    def add(number: int, values: dict[str, Any], amount: tuple[str, int | None]) -> None:
        row: Any = SimpleNamespace(type_key=Opportunity.type_key, **values)
        if is_asked(row) and (sees_all or can(actor, "view", row)):
            currency, minor = amount
            found.number += number
            add_money(found.amount, currency, minor if minor is None or number > 0 else -minor)

    for kind in kinds:
        if kind.is_there:
            add(-kind.number, kind.now, kind.amount_now)
        if kind.was_there:
            add(kind.number, kind.then, kind.amount_then)
    return found


def _kinds(by: list[str], moment: datetime) -> list[_Kind] | None:
    """What was made before ``moment`` and has changed since, by the fields ``by`` (the stage is one), if few have."""
    told = [field for field in by if _COLUMNS[field][1]]
    first = [_first(f"(changes #> '{{{field},0}}')::text", f"changes ? '{field}'") + f" AS {field}" for field in told]
    columns = [*(f"before.{field} AS told_{field}" for field in told), *(f"now.{_COLUMNS[field][0]}" for field in by)]
    sql = _ALIKE.format(
        first_told=", ".join(first),
        first_amount=_first("changes #> '{amount,0}'", "changes ? 'amount'"),
        first_binned=_first("name", "name IN (%(deleted)s, %(restored)s)"),
        asked=", ".join(columns),
        grouped=", ".join(str(place) for place in range(1, len(columns) + 5)),
    )
    values: dict[str, Any] = {
        "tenant": current_tenant().pk,
        "type": Opportunity.type_key,
        # By name, since an index has them so. Half of what the log tells is the making of records.
        "names": [one.name for one in event_types() if one.about in (Opportunity.type_key, ANY) and not one.creates],
        "moment": moment,
        "logged": _LOGGED,
        "deleted": DELETED.name,
        "restored": RESTORED.name,
        "most": MOST_EVENTS,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    if rows[0][0] > MOST_EVENTS:
        return None
    return [_kind(by, told, row[1:]) for row in rows if row[-1] is not None]


def _first(what: str, where: str) -> str:
    return _FIRST.format(what=what, where=where)


def _kind(by: list[str], told: list[str], row: tuple[Any, ...]) -> _Kind:
    binned, is_there, *values = row
    *values, currency_now, currency_then, amount_now, amount_then, number = values
    texts, values = values[: len(told)], values[len(told) :]
    now = {_COLUMNS[field][0]: value for field, value in zip(by, values, strict=False)}
    before = {
        column: read(json.loads(text))
        for (column, read), text in zip([_COLUMNS[field] for field in told], texts, strict=False)
        if text is not None
    }
    was_there = is_there if binned is None else binned == DELETED.name
    amounts = [(currency_now, amount_now), (currency_then, amount_then)]
    found = [(currency, None if minor is None else int(minor)) for currency, minor in amounts]
    return _Kind(number, now, now | before, was_there, is_there, *found)


def _put_stages_in_place(kept: Collection[dict[str, Any]]) -> None:
    """Put what took its place for each stage that is gone by now, which meant the same."""
    there = {one.pk for one in stages(active_only=False)}
    gone = {values["stage_id"] for values in kept if "stage_id" in values} - there
    if not gone:
        return
    told = Event.objects.filter(name=STAGE.deleted.name).order_by("-at", "-id").values_list("data", flat=True)
    instead: dict[UUID, UUID | None] = {one: one for one in there}
    for data in told:  # the last first: what took a place may be gone too
        instead[UUID(data["id"])] = instead.get(UUID(data["replacement"]["id"])) if "replacement" in data else None
    for values in kept:
        if values.get("stage_id") in gone:
            values["stage_id"] = instead.get(values["stage_id"])
