"""What templates can say of the values of a report."""

from __future__ import annotations

from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from reports import shown
from reports.answers import Figure
from reports.cells import Cell

CSS = {"text": "", "count": "is-number", "ratio": "is-number", "money": "is-money"}


def shown_cell(cell: Cell, css: str = "") -> SafeString:
    """``{{ figure.cell|cell("stat-number") }}``: each currency on a line, as a link to the rows behind it, if any."""
    # Put together by hand: a report has hundreds, and each format_html takes as long as all of this.
    found = "<br>".join([escape(line) for line in shown.lines(cell) or ("–",)])
    has_class = f' class="{escape(css)}"' if css else ""
    if cell.url:
        found = f'<a{has_class} href="{escape(cell.url)}">{found}</a>'
    elif css:
        found = f"<span{has_class}>{found}</span>"
    return mark_safe(found)


def changes(figure: Figure) -> list[shown.Change]:
    return shown.changes(figure)


def cell_css(kind: str) -> str:
    return CSS[kind]


FUNCTIONS: dict[str, Any] = {}
FILTERS: dict[str, Any] = {"cell": shown_cell, "changes": changes, "cell_css": cell_css}
