"""A record as JSON, for other programs, and what shape that has."""

from __future__ import annotations

from typing import Any

from crm.catalogue.types import RecordType

SCHEMA = "https://json-schema.org/draft/2020-12/schema"


def dump_record(record_type: RecordType, record: Any) -> dict[str, Any]:
    """Return all fields of ``record`` that ``record_type`` has, by their standard names, and its id.

    What links point at has to be hidden before from whoever may not see it (``records.hiding``).
    """
    values = {spec.name: spec.kind.dump(spec, spec.value(record)) for spec in record_type.specs_now()}
    return {"id": str(record.pk), **values}


def schema_of(record_type: RecordType) -> dict[str, Any]:
    """Return the JSON Schema of what ``dump_record`` gives, the workspace's own fields included."""
    fields = {spec.name: spec.schema() for spec in record_type.specs_now()}
    return {
        "$schema": SCHEMA,
        "title": str(record_type.label),
        "type": "object",
        "properties": {"id": {"type": "string", "format": "uuid", "readOnly": True}, **fields},
        "required": ["id", *fields],
        "additionalProperties": False,
    }
