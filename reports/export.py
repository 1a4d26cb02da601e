"""A table of a report as CSV: the same rows, with an own column for each currency and numbers that programs read."""

from __future__ import annotations

import csv
import io

from crm.fields.money import Money
from crm.ui.spreadsheets import defuse
from reports.answers import Column, Table
from reports.cells import Cell
from reports.shown import as_decimal


def table_as_csv(table: Table) -> str:
    """Return head, rows and total; money in whole units (``1234.50``), ratios in per cent (``63.15``)."""
    currencies = table.currencies
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([defuse(head) for column in table.columns for head in _heads(column, currencies)])
    for row in [*table.rows, *([table.total] if table.total else [])]:
        writer.writerow([part for cell in row for part in _parts(cell, currencies)])
    return buffer.getvalue()


def _heads(column: Column, currencies: list[str]) -> list[str]:
    if column.kind == "money":
        return [f"{column.label} {currency}" for currency in currencies]
    return [f"{column.label} %" if column.kind == "ratio" else str(column.label)]


def _parts(cell: Cell, currencies: list[str]) -> list[str]:
    if cell.kind == "money":
        return [f"{Money(cell.value[one], one).major:f}" if one in cell.value else "" for one in currencies]
    if cell.kind == "ratio":
        return ["" if cell.value is None else f"{as_decimal(cell.value) * 100:.2f}"]
    return [defuse(str(cell.value))]
