"""What others have done since a dry run: nobody has seen what the import would write over, so it is not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.events.phrases import actor_name, shown
from crm.events.selectors import events_of
from crm.imports.brought import brought_fields
from crm.imports.guessing import column_label, importable
from crm.imports.left_out import NOTES
from crm.imports.meant import more_columns
from crm.imports.models import Import
from crm.records.diff import identity
from crm.records.types import RecordType


def columns_of(record_type: RecordType) -> set[str]:
    """The names of all that a column can be, but for a field that is still to be made."""
    fields = {spec.name for spec in importable(record_type)}
    return {*fields, *brought_fields(record_type), *more_columns(record_type), NOTES}


def refuse_lost_columns(job: Import, record_type: RecordType) -> None:
    """Raise ``ValidationError`` when a column or a value for all rows goes into a field that is no longer there."""
    known = columns_of(record_type) | job.planned.keys()
    lost = [
        column_label(index, job.headers[index]) for index, name in enumerate(job.mapping) if name and name not in known
    ]
    lost += [f"{text}" for name, text in job.fixed.items() if name not in known]
    if lost:
        names = ", ".join(f"“{one}”" for one in lost)
        raise ValidationError(_("The field for %(names)s is no longer there. Change the columns.") % {"names": names})


def refuse_changed_meanwhile(job: Import, record_type: RecordType, record: Any, values: Mapping[str, Any]) -> None:
    """Raise ``ValidationError``, by field, where ``values`` go over what somebody else wrote after the dry run."""
    if job.tried_at is None or record.updated_at <= job.tried_at:
        return
    errors: dict[str, str] = {}
    others = events_of(record).filter(at__gt=job.tried_at, actor__isnull=False).exclude(actor=job.made_by)
    for event in others.select_related("actor").order_by("at", "id"):
        for name in event.changes.keys() & values.keys():
            now = event.changes[name][1]
            errors.pop(name, None)
            if record_type.has(name) and identity(record_type.spec(name).kind.json(values[name])) != identity(now):
                words = {"person": actor_name(event), "now": shown(now)}
                errors[name] = _("%(person)s has changed it to “%(now)s” since the dry run.") % words
    if errors:
        raise ValidationError(errors)
