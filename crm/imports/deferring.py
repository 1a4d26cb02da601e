"""Links to rows that stand further down in the file: kept with each batch, set when all rows are in."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.catalogue.types import RecordType
from crm.ground.text import sort_key
from crm.ground.writes import insert_many
from crm.imports.cells import Cells
from crm.imports.findings import finding
from crm.imports.layout import Layout
from crm.imports.meanwhile import Changed, changed_since, refuse_changed
from crm.imports.models import DeferredLink, Import, RefusedRow
from crm.imports.storing import FileRow


@dataclass(frozen=True)
class Link:
    """The row at ``offset`` in its batch made or changed ``record_id``, whose ``field`` is still to be ``text``."""

    offset: int
    record_id: Any
    field: str
    text: str


def without_own(record_type: RecordType, record: Any, later: dict[str, str]) -> list[str]:
    """Take out of the links (texts by field) those of a record to itself, and say of which."""
    own = {sort_key(record.name), sort_key(record.external_id)}
    names = [name for name, text in later.items() if sort_key(text) in own]
    for name in names:
        del later[name]
    return [_("%(field)s: this is the record itself.") % {"field": record_type.spec(name).label} for name in names]


def without_circles(record_type: RecordType, later: dict[str, str], closing: Collection[str]) -> list[str]:
    """Take out of the links those of the fields ``closing``, which cannot be set, and say of which."""
    names = [name for name in later if name in closing]
    text = _("%(field)s: left empty, since it would form a circle with other rows of this file.")
    for name in names:
        del later[name]
    return [text % {"field": record_type.spec(name).label} for name in names]


def keep_links(run: Import, batch: list[FileRow], links: Iterable[Link]) -> None:
    """Keep them with the rows that they are from: who reads a refusal wants to see its row."""
    insert_many(
        DeferredLink,
        [
            DeferredLink(
                run=run,
                number=batch[link.offset].number,
                cells=finding(run, 0, batch[link.offset].as_it_stood, []).cells,
                record_id=link.record_id,
                field=link.field,
                text=link.text,
            )
            for link in links
        ],
    )


def forget_links(run: Import) -> None:
    """What is left when an import ends is never set: it has failed."""
    DeferredLink.objects.filter(run=run).delete()


def set_next_links(run: Import, layout: Layout, most: int) -> bool:
    """Set some of the links that were kept; False when there were none."""
    links = list(DeferredLink.objects.filter(run=run).order_by("number", "field")[:most])
    if not links:
        return False
    record_type, cells = layout.type, Cells(layout.actor)
    cells.load_records(record_type.key, list(dict.fromkeys(link.text for link in links)))
    ids = {link.record_id for link in links}
    rows = record_type.model.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    records = {record.pk: record for record in rows}
    changed = changed_since(run, record_type, ids)
    for link in links:
        record = records.get(link.record_id)
        if record is not None and record_type.has(link.field):
            spec = record_type.spec(link.field)
            try:
                _set_link(layout, record, link, cells, changed.get(record.pk, {}))
            except ValidationError as error:
                record.refresh_from_db()  # its other link must not try to bring this one in again
                _say(run, link, [f"{spec.label}: {message}" for message in error.messages])
    DeferredLink.objects.filter(pk__in=[link.pk for link in links]).delete()
    return True


@transaction.atomic
def _set_link(layout: Layout, record: Any, link: DeferredLink, cells: Cells, changed: Changed) -> None:
    spec = layout.type.spec(link.field)
    value = spec.kind.parse(spec, link.text, cells)
    refuse_changed(layout.type, {link.field: value}, changed)
    layout.type.update(record, actor=layout.actor, values={link.field: value})


def _say(run: Import, link: DeferredLink, reasons: list[str]) -> None:
    """Add to what was said of the row before, if anything was."""
    said = finding(run, link.number, link.cells, reasons, came_in=True)
    before = RefusedRow.objects.filter(run=run, number=link.number).first()
    if before is None:
        insert_many(RefusedRow, [said])
    else:
        before.reasons = [*before.reasons, *said.reasons]
        before.save(update_fields=["reasons"])
