"""Reading a report's answer in tests."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.http import QueryDict

from crm.catalogue import record_type
from crm.queries.address import placed
from crm.saved_views.state import read_state
from crm.users.models import Membership
from reports.answers import Answer, Figure, Table
from reports.cells import Cell
from reports.shipped import REPORTS


def ask(key: str, actor: Membership, query: str = "period=all") -> Answer:
    report = REPORTS[key]
    return report.answer(actor, report.form(QueryDict(query), actor).filters())


def figure(answer: Answer, label: str) -> Figure:
    return next(one for one in [*answer.figures, *answer.lately] if str(one.label) == label)


def table(answer: Answer, key: str) -> Table:
    return next(one for one in answer.tables if one.key == key)


def line(found: Table, label: str) -> dict[str, Any]:
    """The line that begins with ``label`` as {column: value}."""
    rows = [*found.rows, *([found.total] if found.total else [])]
    row = next(one for one in rows if str(one[0].value) == label)
    return {str(column.label): cell.value for column, cell in zip(found.columns, row, strict=True)}


def labels(found: Table) -> list[str]:
    return [str(row[0].value) for row in found.rows]


def cells_of(answer: Answer) -> list[Cell]:
    figures = [*answer.figures, *answer.lately]
    found = [cell for one in figures for cell in (one.cell, one.extra) if cell]
    for one in answer.tables:
        found += [cell for row in [*one.rows, one.total or []] for cell in row]
    return found


def rows_behind(url: str, actor: Membership) -> int:
    """How many rows the list at ``url`` has for ``actor``; what the list could not understand of it fails the test."""
    parts = urlsplit(url)
    kind = record_type(parts.path.strip("/").rsplit("/", 1)[-1])
    data = QueryDict(parts.query)
    state, problems = read_state(kind, data, None)
    assert not problems, problems
    known = {name for name, _one in placed(state.query.conditions)} | {"filters", "columns"}
    assert set(data) <= known, f"the list ignores a filter of {url}"
    return state.query.rows(actor).count()
