"""The records that a person opened last, kept in the session: newest first, of this workspace."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from crm.catalogue.types import RecordType
from crm.users.http import WorkspaceRequest

KEPT = 12


def _key(request: WorkspaceRequest) -> str:
    return f"recent.{request.tenant.pk}"


def remember(request: WorkspaceRequest, record_type: RecordType, record: Any) -> None:
    entry = [record_type.key, str(record.pk)]
    known = request.session.get(_key(request), [])
    if known[:1] != [entry]:
        request.session[_key(request)] = [entry, *(one for one in known if one != entry)][:KEPT]


def recent_places(request: WorkspaceRequest) -> list[tuple[str, UUID]]:
    """Return type and id of those records; some may be gone or out of sight by now."""
    return [(key, UUID(record_id)) for key, record_id in request.session.get(_key(request), [])]
