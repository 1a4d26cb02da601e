"""The four roles that every workspace starts with. It may change them, all but the admin's right to set up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.tenants.memo import forget
from crm.users.models import Role

Grant = Mapping[str, str]  # scope by verb (see ``access.py``)


def grant(view: str, create: str, edit: str, delete: str) -> Grant:
    return {"view": view, "create": create, "edit": edit, "delete": delete}


@dataclass(frozen=True)
class DefaultRole:
    """A role as shipped. ``usual`` is what it may do with records of a type that does not say otherwise."""

    key: str
    name: Any
    usual: Grant
    can_set_up: bool = False
    can_import: bool = False
    can_export: bool = True


ADMIN = DefaultRole(
    key="admin",
    name=_("Admin"),
    usual=grant("all", "all", "all", "all"),
    can_set_up=True,
    can_import=True,
)

MANAGER = DefaultRole(
    key="manager",
    name=_("Manager"),
    usual=grant("all", "all", "team", "team"),
    can_import=True,
)

# Companies and people are everybody's knowledge.
REP = DefaultRole(
    key="rep",
    name=_("Rep"),
    usual=grant("all", "all", "team", "own"),
)

READ_ONLY = DefaultRole(
    key="read_only",
    name=_("Read-only"),
    usual=grant("all", "none", "none", "none"),
    can_export=False,
)

DEFAULT_ROLES = (ADMIN, MANAGER, REP, READ_ONLY)
_USUAL = {role.key: role.usual for role in DEFAULT_ROLES}
_of_types: dict[str, Mapping[str, Grant]] = {}  # by the type's key and the role's
_limitable: dict[str, Callable[[], Collection[str]]] = {}
_unmade: dict[str, Callable[[Collection[str]], str]] = {}


def declare_type(
    key: str,
    grants: Mapping[str, Grant],
    limitable: Callable[[], Collection[str]],
    unmade: Callable[[Collection[str]], str],
) -> None:
    """Note that there are records of the type ``key``; ``grants`` by the keys of shipped roles, where not as usual.

    ``limitable`` gives the fields that a role can be kept from in the current workspace; ``unmade`` says why who may
    not write some of them could create no records, or "".
    """
    _of_types[key], _limitable[key], _unmade[key] = grants, limitable, unmade


def limitable_fields(key: str) -> frozenset[str]:
    return frozenset(_limitable[key]())


def why_unmade(key: str, limited: Collection[str]) -> str:
    """Why who may not write the fields ``limited`` could create no records of the type; "": they could."""
    return _unmade[key](limited) if key in _unmade else ""


def type_keys() -> list[str]:
    return list(_of_types)


def shipped_grant(role_key: str, type_key: str) -> Grant:
    """What the shipped role may do with records of the type, while nobody has said otherwise; {} for others.

    A type that comes with a release is there for the roles of old workspaces too.
    """
    if type_key not in _of_types:
        return {}
    return _of_types[type_key].get(role_key) or _USUAL.get(role_key, {})


def create_default_roles() -> dict[str, Role]:
    """Create the shipped roles in the current workspace, named in the active language; return them by key."""
    forget("users.roles")
    return {
        shipped.key: Role.objects.create(
            key=shipped.key,
            name=str(shipped.name),
            access={key: dict(shipped_grant(shipped.key, key)) for key in type_keys()},
            can_set_up=shipped.can_set_up,
            can_import=shipped.can_import,
            can_export=shipped.can_export,
            order=order,
        )
        for order, shipped in enumerate(DEFAULT_ROLES, start=1)
    }
