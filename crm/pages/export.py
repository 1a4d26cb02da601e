"""A list as a file: CSV, or a workbook of Excel."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from crm.catalogue.types import RecordType
from crm.fields.spec import FieldSpec
from crm.pages.listing import read_listing
from crm.records.access import visible_records
from crm.tenants.clock import today
from crm.tenants.context import current_tenant
from crm.ui import format as formats
from crm.ui.http import go
from crm.ui.paging import capped_count
from crm.ui.spreadsheets import Workbook, cell_text, defuse
from crm.ui.toasts import say
from crm.users.http import WorkspaceRequest, require

MOST_ROWS = 50_000
ALL = "all"  # in the place of the columns' names
PAGE = 1_000  # records in memory at once
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export_page(request: WorkspaceRequest, record_type: RecordType) -> HttpResponse:
    """``GET /<type>/export/?<the list's query>``: all rows of the list in its order, its columns under their
    standard names, as CSV. Money has two columns, an amount and its currency. ``columns=all``: every field, so that the
    file can be imported again as it is.
    """
    return _export(request, record_type, "csv")


def export_workbook(request: WorkspaceRequest, record_type: RecordType) -> HttpResponse:
    """``GET /<type>/export.xlsx?<the list's query>``: the same with numbers and days as such."""
    return _export(request, record_type, "xlsx")


def _export(request: WorkspaceRequest, record_type: RecordType, kind: str) -> HttpResponse:
    require(request.actor.role.can_export)
    listing = read_listing(request, record_type)
    specs = record_type.specs_now() if ALL in request.GET.getlist("columns") else listing.query.specs
    records = listing.records()
    problem = " ".join([_("Nothing was exported."), *listing.problems]) if listing.problems else ""
    # Counted before, which costs little: to put a million in order does not
    is_too_much = not problem and capped_count(records, cap=MOST_ROWS).capped
    ids = [] if problem or is_too_much else listing.query.ids(records, request.actor, MOST_ROWS + 1)
    if is_too_much or len(ids) > MOST_ROWS:
        problem = _("An export holds at most %(limit)s rows: filter the list first.") % {
            "limit": formats.number(MOST_ROWS)
        }
    if problem:
        say(request, problem, tone="warning")
        return go(request, f"{request.META['SCRIPT_NAME']}/{record_type.key}/{listing.state.address()}")
    rows = _rows(request, record_type, specs, ids)
    content, content_type = (_csv(rows), "text/csv; charset=utf-8") if kind == "csv" else (_xlsx(rows), XLSX)
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{record_type.key}-{today().isoformat()}.{kind}"'
    return response


def _rows(
    request: WorkspaceRequest, record_type: RecordType, specs: tuple[FieldSpec, ...], ids: list[UUID]
) -> Iterator[list[Any]]:
    """The names of the columns, then the values; a page of records at a time."""
    yield ["id", *(header for spec in specs for header in spec.kind.headers(spec))]
    records = record_type.with_related(visible_records(request.actor, record_type), specs)
    for start in range(0, len(ids), PAGE):
        some = ids[start : start + PAGE]
        found = records.in_bulk(some)
        page = [found[record_id] for record_id in some if record_id in found]  # the others were deleted meanwhile
        yield from ([str(record.pk), *_cells(specs, record)] for record in page)


def _cells(specs: tuple[FieldSpec, ...], record: Any) -> Iterator[Any]:
    for spec in specs:
        yield from spec.kind.exported(spec, record)


def _csv(rows: Iterator[list[Any]]) -> bytes:
    with io.BytesIO() as raw:
        text = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
        writer = csv.writer(text)
        for row in rows:
            writer.writerow(defuse(cell) if isinstance(cell, str) else cell_text(cell) for cell in row)
        text.flush()
        return raw.getvalue()


def _xlsx(rows: Iterator[list[Any]]) -> bytes:
    book = Workbook(current_tenant().zone)
    for row in rows:
        book.add(row)
    return book.content()
