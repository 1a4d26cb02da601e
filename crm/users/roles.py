"""The four roles that every workspace starts with. It may change them, all but the admin's right to set up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.tenants.memo import forget
from crm.users.models import Role

RECORD_KEYS = ("leads", "accounts", "contacts", "opportunities")


def grant(view: str, create: str, edit: str, delete: str) -> dict[str, str]:
    return {"view": view, "create": create, "edit": edit, "delete": delete}


@dataclass(frozen=True)
class DefaultRole:
    """A role as shipped; ``access`` maps a record type's key to ``{verb: scope}`` (see ``access.py``)."""

    key: str
    name: Any
    access: dict[str, dict[str, str]]
    can_set_up: bool = False
    can_import: bool = False
    can_export: bool = True


ADMIN = DefaultRole(
    key="admin",
    name=_("Admin"),
    access=dict.fromkeys(RECORD_KEYS, grant("all", "all", "all", "all")),
    can_set_up=True,
    can_import=True,
)

MANAGER = DefaultRole(
    key="manager",
    name=_("Manager"),
    access=dict.fromkeys(RECORD_KEYS, grant("all", "all", "team", "team")),
    can_import=True,
)

# Companies and people are everybody's knowledge. Leads and deals are the team's, with the pool of what nobody owns
# yet; a deal is moved by who owns it.
REP = DefaultRole(
    key="rep",
    name=_("Rep"),
    access={
        "leads": grant("team", "all", "team", "own"),
        "accounts": grant("all", "all", "team", "own"),
        "contacts": grant("all", "all", "team", "own"),
        "opportunities": grant("team", "all", "own", "own"),
    },
)

READ_ONLY = DefaultRole(
    key="read_only",
    name=_("Read-only"),
    access=dict.fromkeys(RECORD_KEYS, grant("all", "none", "none", "none")),
    can_export=False,
)

DEFAULT_ROLES = (ADMIN, MANAGER, REP, READ_ONLY)


def create_default_roles() -> dict[str, Role]:
    """Create the shipped roles in the current workspace, named in the active language; return them by key."""
    forget("users.roles")
    return {
        shipped.key: Role.objects.create(
            key=shipped.key,
            name=str(shipped.name),
            access={key: dict(scopes) for key, scopes in shipped.access.items()},
            can_set_up=shipped.can_set_up,
            can_import=shipped.can_import,
            can_export=shipped.can_export,
            order=order,
        )
        for order, shipped in enumerate(DEFAULT_ROLES, start=1)
    }
