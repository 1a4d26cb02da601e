"""What the pages of an import share."""

from __future__ import annotations

from uuid import UUID

from crm import catalogue
from crm.catalogue.types import RecordType
from crm.imports import selectors
from crm.imports.models import Import
from crm.users.http import WorkspaceRequest, require


def import_of(request: WorkspaceRequest, run_id: UUID) -> tuple[Import, RecordType]:
    """Return the import that the address names, and the type of its records; 404 for whoever may not see it."""
    require(request.actor.role.can_import)
    found = selectors.get_import(request.actor, run_id)
    return found, catalogue.seen_type(found.record_type, request.actor)
