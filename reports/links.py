"""From a number to the rows behind it: the list page, filtered as the number was."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import get_script_prefix

from opportunities.models import Opportunity
from reports.filters import NOBODY, Filters
from reports.periods import Period

WON = ("name", "account", "amount", "closed_on", "owner", "product", "source")
LOST = ("name", "account", "amount", "closed_on", "loss_reason", "loss_class", "owner")
DECIDED = ("name", "account", "amount", "stage", "closed_on", "loss_reason", "loss_class", "owner")


def rows(key: str, filters: Filters, **conditions: Any) -> str:
    """Return the address of the list of the record type ``key`` with the owner and team of ``filters``, and of
    opportunities the pipeline and products.

    ``conditions``: a list filter's name (``stage``, ``closed_on__from``) → a value or several; an ``owner`` among them
    wins over that of the filters, as in a table with a row per owner.
    """
    found: dict[str, Any] = {}
    if filters.team_ids:
        found["team"] = filters.team_ids
    if key == Opportunity.type_key:
        found |= {"pipeline": filters.pipeline} if filters.pipeline else {}
        found |= {"product": list(filters.products)} if filters.products else {}
    found |= owned_by(conditions.pop("owner", filters.owner))
    found |= conditions
    # Without any, say so: the list would open on the filters of its default view.
    query: dict[str, Any] = {name: _values(value) for name, value in found.items()} or {"filters": "none"}
    if columns := _columns(key, query):
        query["columns"] = ",".join(columns)
    return f"{get_script_prefix()}{key}/?{urlencode(query, doseq=True, safe=':,')}"


def _columns(key: str, query: dict[str, Any]) -> tuple[str, ...]:
    """What tells closed opportunities apart; the list's own columns are about open ones."""
    stage = query.get("stage", "")
    if key != Opportunity.type_key or not stage.startswith("meaning:") or "meaning:open" in stage:
        return ()
    if stage == "meaning:won":
        return WON
    return LOST if stage == "meaning:lost" else DECIDED


def owned_by(owner: UUID | str | None) -> dict[str, Any]:
    """Return the list filter for one owner: an id, ``NOBODY``, or None for everybody."""
    if owner == NOBODY:
        return {"owner__empty": "yes"}
    return {"owner": owner} if owner else {}


def with_amount(currency: str) -> dict[str, Any]:
    """Return the list filter for the opportunities that a sum of ``currency`` is made of."""
    return {"currency": currency, "amount__filled": "yes"}


def within(field: str, period: Period) -> dict[str, Any]:
    """Return the list filter for a date ``field`` in ``period``."""
    ends = {f"{field}__from": period.first, f"{field}__to": period.end}
    return {name: day for name, day in ends.items() if day is not None}


def _values(value: Any) -> Any:
    """A list is sent value by value (texts may hold commas), everything else as one."""
    if isinstance(value, list):
        return value
    several = value if isinstance(value, Iterable) and not isinstance(value, str) else [value]
    return ",".join(str(one) for one in several)
