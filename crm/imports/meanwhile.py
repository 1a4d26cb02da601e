"""What was done since a dry run, by whomever: nobody has seen what the import would write over, so it is not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.catalogue.types import RecordType
from crm.events.called import shown
from crm.events.models import IMPORT, Event
from crm.events.phrases import actor_name
from crm.imports.guessing import column_label
from crm.imports.layout import Layout
from crm.imports.models import Import
from crm.records.diff import identity
from crm.records.holding import gone_among, gone_link, links_among
from crm.records.models import RecordModel

Changed = Mapping[str, tuple[str, Any]]  # by field: who, and to what
ChangedSince = dict[UUID, Changed]


def refuse_lost_columns(layout: Layout) -> None:
    """Raise ``ValidationError`` when a column or a value for all rows goes into a field that is no longer there."""
    if problem := lost_columns(layout):
        raise ValidationError(problem)


def lost_columns(layout: Layout) -> str:
    """What to say of columns and values for all rows whose field is no longer there; "" where all are."""
    if not layout.lost:
        return ""
    columns = [column_label(at, layout.headers[at]) for at, name in enumerate(layout.mapping) if name in layout.lost]
    labels = layout.type.labels()
    columns += [str(labels.get(name, text)) for name, text in layout.fixed if name in layout.lost]
    names = ", ".join(f"“{one}”" for one in columns)
    return _("The field for %(names)s is no longer there. Change the columns.") % {"names": names}


def hold(record_type: RecordType, records: Iterable[Any]) -> bool:
    """Keep others from writing ``records`` until the transaction ends; whether they still are as they were read."""
    read = {record.pk: record for record in records}
    names = [field.attname for field in record_type.model._meta.concrete_fields]
    rows = record_type.model.objects.filter(pk__in=read).order_by("pk").select_for_update(no_key=True)
    now = {row[0]: row[1:] for row in rows.values_list("pk", *names)}
    return now == {pk: tuple(getattr(record, name) for name in names) for pk, record in read.items()}


def gone_links(record_type: RecordType, rows: Iterable[tuple[int, Mapping[str, Any]]]) -> dict[int, list[str]]:
    """Hold what ``rows`` (each with its values) name, and say of which of them that was deleted meanwhile."""
    named = {
        place: links_among(record_type, {name: one for name, one in values.items() if isinstance(one, RecordModel)})
        for place, values in rows
    }
    gone = gone_among(one for links in named.values() for one in links.values())
    labels = record_type.labels()
    told = {
        place: [f"{labels[name]}: {gone_link(one)}" for name, one in links.items() if one in gone]
        for place, links in named.items()
    }
    return {place: reasons for place, reasons in told.items() if reasons}


def changed_since(run: Import, record_type: RecordType, ids: Collection[UUID]) -> ChangedSince:
    """What anything but this import has changed, after the dry run, of the records ``ids``; hold them before."""
    if run.tried_at is None or not ids:
        return {}
    events = Event.objects.filter(record_type=record_type.key, record_id__in=ids, at__gt=run.tried_at)
    found: ChangedSince = {}
    for event in events.select_related("actor", "because").order_by("at", "id"):
        assert event.record_id is not None
        if str(run.pk) in (event.data.get(IMPORT), event.because and event.because.data.get(IMPORT)):
            continue
        now = {name: (actor_name(event), change[1]) for name, change in event.changes.items()}
        found[event.record_id] = {**found.get(event.record_id, {}), **now}
    return found


def refuse_changed(record_type: RecordType, values: Mapping[str, Any], changed: Changed) -> None:
    """Raise ``ValidationError``, by field, where ``values`` would go over what was ``changed``."""
    errors = {}
    for name in values.keys() & changed.keys():
        person, now = changed[name]
        if record_type.has(name) and identity(record_type.spec(name).kind.history(values[name])) != identity(now):
            words = {"person": person, "now": shown(now)}
            errors[name] = _("%(person)s has changed it to “%(now)s” since the dry run.") % words
    if errors:
        raise ValidationError(errors)
