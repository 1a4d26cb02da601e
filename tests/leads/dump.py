"""The whole workspace as plain values, to compare before and after."""

from __future__ import annotations

from typing import Any

from crm.events.models import Event, HandlerRun, OutboxMessage
from crm.fields.models import CustomValue, TagLink
from crm.tenants.models import TenantModel
from crm.tenants.wall import tenant_foreign_keys, tenant_models
from crm.undo.models import Change
from leads.models import Conversion
from opportunities.models import OpportunitySum

# The log grows by every deed, also by those that are taken back.
LOG = (Event, OutboxMessage, HandlerRun, Conversion, Change)
# Written anew from the record's JSON whenever that changes: the same rows with other ids.
DERIVED = (CustomValue, TagLink)
# Added to by triggers with whatever is written: tests/opportunities/test_sums.py.
KEPT = (OpportunitySum,)


def living_rows(*but: type[TenantModel]) -> dict[str, dict[str, Any]]:
    """Return every row of the workspace, without the log, ``but`` and the recycle bin with what hangs on it."""
    binned = [model for model in tenant_models() if any(field.name == "deleted_at" for field in model._meta.fields)]
    deleted = {row.pk for model in binned for row in model._base_manager.exclude(deleted_at=None)}
    found: dict[str, dict[str, Any]] = {}
    for model in tenant_models():
        if issubclass(model, (*LOG, *KEPT, *but)):
            continue
        keys = ["id", "record_id", *(key.attname for key in tenant_foreign_keys(model))]
        for row in model._base_manager.all():
            values = {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields}
            if not deleted & {values.get(key) for key in keys}:
                name = values.pop("id") if not issubclass(model, DERIVED) else _content(values)
                found[f"{model._meta.label_lower} {name}"] = values
    return found


def _content(values: dict[str, Any]) -> str:
    del values["id"]
    return " ".join(str(value) for value in values.values())
