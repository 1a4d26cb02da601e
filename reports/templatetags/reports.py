"""``{% load reports %}``: the values of a report in its page."""

from __future__ import annotations

from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from reports import shown
from reports.answers import Figure
from reports.cells import Cell

register = template.Library()
CSS = {"text": "", "count": "is-number", "ratio": "is-number", "money": "is-money"}


@register.simple_tag
def value(cell: Cell, css: str = "") -> SafeString:
    """The value, each currency on a line of its own, as a link to the rows behind it where there are any."""
    # Put together by hand: a report has hundreds, and each format_html takes as long as all of this.
    found = "<br>".join([escape(line) for line in shown.lines(cell) or ("–",)])
    has_class = f' class="{escape(css)}"' if css else ""
    if cell.url:
        found = f'<a{has_class} href="{escape(cell.url)}">{found}</a>'
    elif css:
        found = f"<span{has_class}>{found}</span>"
    return mark_safe(found)


@register.filter
def changes(figure: Figure) -> list[shown.Change]:
    return shown.changes(figure)


@register.filter
def cell_css(kind: str) -> str:
    return CSS[kind]
