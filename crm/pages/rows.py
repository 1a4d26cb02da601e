"""What a list has much of, as HTML put together here and not in a template: rows, and menus of all fields.

A page has 50 rows of ten cells: a template that loops over them takes longer than everything else in the page. Each
cell is formatted once by its look.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm import catalogue
from crm.catalogue.types import Action, RecordType
from crm.fields.kinds import Money
from crm.fields.look import look_of
from crm.fields.spec import FieldSpec
from crm.ui.icons import icon
from crm.users.models import Membership

NAME = "col-name"
NIL = UUID(int=0)  # where an address takes the record's id


@dataclass(frozen=True)
class Row:
    record: Any
    html: SafeString


def css_of(spec: FieldSpec) -> str:
    """The class of a column's cells."""
    if spec.name == "name":
        return NAME
    return "is-money" if isinstance(spec.kind, Money) else "is-number" if look_of(spec).numeric else ""


def draw_rows(
    record_type: RecordType,
    specs: tuple[FieldSpec, ...],
    records: Iterable[Any],
    actor: Membership,
    *,
    selectable: bool,
) -> list[Row]:
    """A ``<tr>`` for each of ``records``: with a box to tick if ``selectable``, the cells, and the row's buttons."""
    plan = [(look_of(spec).html, css_of(spec)) for spec in specs]
    buttons = [_button(action) for action in catalogue.row_actions(record_type)]
    select = escape(_("Select"))
    rows = []
    for record in records:
        record_id, url, name = str(record.pk), escape(catalogue.url(record)), escape(record.name)
        parts = [f'<tr data-href="{url}">']
        if selectable:
            label = f"{select} {name}"
            box = f'<input class="row-select" type="checkbox" name="id" value="{record_id}" aria-label="{label}">'
            parts.append(f'<td class="col-select">{box}</td>')
        for draw, css in plan:
            html = conditional_escape(draw(record))
            if css == NAME:
                parts.append(f'<th scope="row" class="{NAME}"><a href="{url}">{html}</a></th>')
            else:
                parts.append(f'<td class="{css}">{html}</td>' if css else f"<td>{html}</td>")
        if buttons:
            drawn = "".join(one.html(record_id, name) for one in buttons if one.action.shown(actor, record))
            parts.append(f'<td class="row-actions">{drawn and f"<div>{drawn}</div>"}</td>')
        parts.append("</tr>\n")
        rows.append(Row(record, SafeString("".join(parts))))
    return rows


@dataclass(frozen=True)
class _Button:
    """A row's button with what differs from row to row left open: the record's id, and its name."""

    action: Action
    before: str
    between: str
    after: str

    def html(self, record_id: str, name: str) -> str:
        return f"{self.before}{name}{self.between}{record_id}{self.after}"


def _button(action: Action) -> _Button:
    """A link, or a button of the form ``row-form`` below the table."""
    label = escape(str(action.label))
    start, _nil, end = reverse(action.url_name, args=[NIL]).partition(str(NIL))
    words = f'class="button button-quiet button-s button-icon" title="{label}" aria-label="{label}: '
    if action.method == "GET":
        mark = " data-dialog" if action.dialog else ""
        return _Button(action, f"<a {words}", f'" href="{start}', f'{end}"{mark}>{icon(action.icon)}</a>')
    meant = ' name="_method" value="DELETE"' if action.method == "DELETE" else ""
    rest = f'{end}"{meant}>{icon(action.icon)}</button>'
    return _Button(action, f"<button {words}", f'" form="row-form" formaction="{start}', rest)


def draw_filter_menu(specs: Iterable[FieldSpec], query: str, group: str = "") -> SafeString:
    """A link for each of ``specs``, to the form of a condition on it, in the group at the path ``group``."""
    start = escape(f"{query}&edit={group}")
    links = (
        f'<a class="menu-item" href="{start}{one.name}#filter" hx-get="{start}{one.name}">{escape(str(one.label))}</a>'
        for one in specs
    )
    return SafeString("".join(links))
