"""Owners as the rows of a table."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from crm.tenants.memo import memo
from crm.users.selectors import members, shown_name


def owner_name(owner_id: UUID | None) -> str:
    """Return the name to show for a row's ``owner_id``."""
    return _names()[owner_id] if owner_id else _("Nobody")


@memo("reports.owners")
def _names() -> dict[UUID, str]:
    return {one.pk: shown_name(one) for one in members(active_only=False)}
