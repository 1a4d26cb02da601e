"""The records that a person opened last, kept in the session: newest first, of this workspace."""

from __future__ import annotations

from typing import Any

from crm.records import registry
from crm.records.access import visible_records
from crm.records.types import RecordType
from crm.users.http import WorkspaceRequest

KEPT = 12


def _key(request: WorkspaceRequest) -> str:
    return f"recent.{request.tenant.pk}"


def remember(request: WorkspaceRequest, record_type: RecordType, record: Any) -> None:
    entry = [record_type.key, str(record.pk)]
    known = request.session.get(_key(request), [])
    if known[:1] != [entry]:
        request.session[_key(request)] = [entry, *(one for one in known if one != entry)][:KEPT]


def recent_records(request: WorkspaceRequest) -> list[Any]:
    """Return those records that can still be seen, with at most one query for each type."""
    entries = request.session.get(_key(request), [])
    found: dict[str, Any] = {}
    for key in dict.fromkeys(key for key, _id in entries):
        ids = [record_id for one, record_id in entries if one == key]
        for record in visible_records(request.actor, registry.record_type(key)).filter(pk__in=ids):
            found[str(record.pk)] = record
    return [found[record_id] for _key_, record_id in entries if record_id in found]
