"""The rows that a run has refused, as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from crm.ui.spreadsheets import defuse


@dataclass(frozen=True)
class File:
    name: str
    content: bytes
    content_type: str


def csv_file(name: str, rows: Iterable[Iterable[Any]], separator: str = ",") -> File:
    """``rows`` in a file that a spreadsheet opens; no text in it passes for a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=separator)
    for row in rows:
        writer.writerow([defuse(cell) if isinstance(cell, str) else cell for cell in row])
    return File(name, ("\ufeff" + buffer.getvalue()).encode(), "text/csv; charset=utf-8")


def download(file: File) -> HttpResponse:
    """Answer with ``file``, to be saved under its name."""
    response = HttpResponse(file.content, content_type=file.content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=file.name)
    return response
