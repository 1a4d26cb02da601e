"""``{% load reports %}``: the values of a report in its page."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from reports import shown
from reports.answers import Figure
from reports.cells import Cell

register = template.Library()
BREAK = mark_safe("<br>")
CSS = {"text": "", "count": "is-number", "ratio": "is-number", "money": "is-money"}


@register.simple_tag
def value(cell: Cell, css: str = "") -> SafeString:
    """The value, each currency on a line of its own, as a link to the rows behind it where there are any."""
    found = format_html_join(BREAK, "{}", ((line,) for line in shown.lines(cell) or ("–",)))
    if cell.url:
        return format_html('<a class="{}" href="{}">{}</a>', css, cell.url, found) if css else _link(cell.url, found)
    return format_html('<span class="{}">{}</span>', css, found) if css else found


def _link(url: str, found: SafeString) -> SafeString:
    return format_html('<a href="{}">{}</a>', url, found)


@register.filter
def changes(figure: Figure) -> list[shown.Change]:
    return shown.changes(figure)


@register.filter
def cell_css(kind: str) -> str:
    return CSS[kind]
