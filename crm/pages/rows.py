"""What a list has much of, as HTML put together here and not in a template: rows, and menus of all fields.

A page has 50 rows of ten cells: a template that loops over them takes longer than everything else in the page. Each
cell is formatted once by its kind.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.fields.build import table_class
from crm.fields.kinds import Money
from crm.fields.spec import FieldSpec
from crm.records import registry
from crm.records.types import Action, RecordType
from crm.ui.icons import icon
from crm.users.models import Membership

NAME = "col-name"


@dataclass(frozen=True)
class Row:
    record: Any
    html: SafeString


def css_of(spec: FieldSpec) -> str:
    """The class of a column's cells."""
    if spec.name == "name":
        return NAME
    return "is-money" if isinstance(spec.kind, Money) else "is-number" if spec.kind.numeric else ""


def draw_rows(
    record_type: RecordType,
    specs: tuple[FieldSpec, ...],
    records: Iterable[Any],
    actor: Membership,
    *,
    selectable: bool,
) -> list[Row]:
    """A ``<tr>`` for each of ``records``: with a box to tick if ``selectable``, the cells, and the row's buttons."""
    columns = table_class(specs).base_columns.values()
    plan = [(column.spec, column.spec.kind, css_of(column.spec)) for column in columns]
    actions = registry.row_actions(record_type.key)
    select = escape(_("Select"))
    rows = []
    for record in records:
        url, name = escape(registry.url(record)), escape(record.name)
        parts = [f'<tr data-href="{url}">']
        if selectable:
            label = f"{select} {name}"
            box = f'<input class="row-select" type="checkbox" name="id" value="{record.pk}" aria-label="{label}">'
            parts.append(f'<td class="col-select">{box}</td>')
        for spec, kind, css in plan:
            html = conditional_escape(kind.html(spec, record))
            if css == NAME:
                parts.append(f'<th scope="row" class="{NAME}"><a href="{url}">{html}</a></th>')
            else:
                parts.append(f'<td class="{css}">{html}</td>' if css else f"<td>{html}</td>")
        if actions:
            parts.append(f'<td class="row-actions">{_buttons(actions, record, name, actor)}</td>')
        parts.append("</tr>\n")
        rows.append(Row(record, SafeString("".join(parts))))
    return rows


def _buttons(actions: list[Action], record: Any, name: str, actor: Membership) -> str:
    drawn = [_button(action, record, name) for action in actions if action.shown(actor, record)]
    return f"<div>{''.join(drawn)}</div>" if drawn else ""


def _button(action: Action, record: Any, name: str) -> str:
    """A link, or a button of the form ``row-form`` below the table."""
    label, address = escape(str(action.label)), reverse(action.url_name, args=[record.pk])
    words = f'class="button button-quiet button-s button-icon" title="{label}" aria-label="{label}: {name}"'
    if action.verb == "GET":
        return f'<a {words} href="{address}"{" data-dialog" if action.dialog else ""}>{icon(action.icon)}</a>'
    meant = ' name="_method" value="DELETE"' if action.verb == "DELETE" else ""
    return f'<button {words} form="row-form" formaction="{address}"{meant}>{icon(action.icon)}</button>'


def draw_filter_menu(specs: Iterable[FieldSpec], query: str) -> SafeString:
    """A link for each field that can be filtered by, to the list with the form of that filter."""
    offered = (spec for spec in specs if spec.kind.operators)
    address = escape(query)
    return SafeString(
        "".join(
            f'<a class="menu-item" href="{address}&amp;edit={spec.name}#filter">{escape(str(spec.label))}</a>'
            for spec in offered
        )
    )


def draw_column_menu(specs: Iterable[FieldSpec], shown: Iterable[FieldSpec]) -> SafeString:
    """A box to tick for each field, for the columns of the table."""
    names = {spec.name for spec in shown}
    boxes = (
        f'<input type="checkbox" name="columns" value="{spec.name}"{" checked" if spec.name in names else ""}>'
        f" {escape(str(spec.label))}"
        for spec in specs
    )
    return SafeString("".join(f'<label class="menu-item">{box}</label>' for box in boxes))
