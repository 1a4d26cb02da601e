"""Typed values in the workspace's own row, which every request has read already: what a person chose (``Setting``,
crm/preferences) and what the product has to remember (``State``).

Whoever reads one gets a value of its type, whatever stands in the database: what cannot be read is the default.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Protocol, TypeVar
from uuid import UUID

import structlog
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from crm.ground.writes import service
from crm.tenants.context import current_tenant
from crm.tenants.memo import memo
from crm.tenants.models import Tenant
from crm.ui.format import number

FROM_TO = _("Give a number from %(least)s to %(most)s.")
T = TypeVar("T")
C = TypeVar("C", bound=TextChoices)
S = TypeVar("S", bound="Stored[Any]")
MISSING: Final = object()
BROKEN = (ValidationError, ValueError, TypeError, LookupError, AttributeError)

logger = structlog.get_logger(__name__)


class Kind(Generic[T]):
    """What values there are, and how one is kept as JSON."""

    def load(self, kept: Any) -> T:
        """Return what was kept; raise one of ``BROKEN`` where it is none of these values."""
        raise NotImplementedError

    def dump(self, value: T) -> Any:
        return value

    def check(self, value: T) -> None:
        """Raise ``ValidationError`` with words for who chose ``value``, where it cannot be."""

    def history(self, value: T) -> Any:
        """``value`` as JSON for an event, to be read long after what it names is gone."""
        return self.dump(value)

    def words(self) -> Mapping[Any, Any]:
        """What people call the values that stand in an event; others are shown as they are."""
        return {}

    def __str__(self) -> str:
        return type(self).__name__.strip("_").lower()


class Flag(Kind[bool]):
    def load(self, kept: Any) -> bool:
        return _of_type(bool, kept)


@dataclass(frozen=True)
class Whole(Kind[int]):
    """A whole number. ``refusal`` may name ``least`` and ``most``."""

    least: int
    most: int
    refusal: Any = FROM_TO

    def load(self, kept: Any) -> int:
        self.check(kept)
        return kept

    def check(self, value: int) -> None:
        if type(value) is not int or not self.least <= value <= self.most:  # True is an int too
            raise ValidationError(self.refusal, params={"least": number(self.least), "most": number(self.most)})

    def __str__(self) -> str:
        return f"whole number, {self.least} to {self.most}"


@dataclass(frozen=True)
class Maybe(Kind[T | None]):
    """None, or what ``kind`` has."""

    kind: Kind[T]

    def load(self, kept: Any) -> T | None:
        return None if kept is None else self.kind.load(kept)

    def dump(self, value: T | None) -> Any:
        return None if value is None else self.kind.dump(value)

    def check(self, value: T | None) -> None:
        if value is not None:
            self.kind.check(value)

    def __str__(self) -> str:
        return f"{self.kind}, or none"


@dataclass(frozen=True)
class OneOf(Kind[C]):
    choices: type[C]

    def load(self, kept: Any) -> C:
        return self.choices(kept)

    def dump(self, value: C) -> str:
        return str(self.choices(value))

    def words(self) -> Mapping[Any, Any]:
        return dict(self.choices.choices)

    def __str__(self) -> str:
        return f"one of {', '.join(self.choices.values)}"


class Word(Kind[str]):
    """Text that no person types."""

    def load(self, kept: Any) -> str:
        return _of_type(str, kept)


class Words(Kind[frozenset[str]]):
    def load(self, kept: Any) -> frozenset[str]:
        return frozenset(_of_type(str, one) for one in _of_type(list, kept))

    def dump(self, value: frozenset[str]) -> list[str]:
        return sorted(value)


class Id(Kind[UUID]):
    def load(self, kept: Any) -> UUID:
        return UUID(_of_type(str, kept))

    def dump(self, value: UUID) -> str:
        return str(value)


@dataclass(frozen=True)
class OfColumn(Kind[str]):
    """What the column ``name`` of the workspace takes, and ``use`` can be called with."""

    name: str
    use: Callable[[str], Any] = str
    called: Callable[[], Mapping[Any, Any]] = field(default=dict)

    def load(self, kept: Any) -> str:
        self.use(_of_type(str, kept))
        return kept

    def check(self, value: str) -> None:
        Tenant._meta.get_field(self.name).clean(value.strip() if isinstance(value, str) else value, None)  # type: ignore[union-attr]

    def words(self) -> Mapping[Any, Any]:
        return self.called()

    def __str__(self) -> str:
        return "text"


class Place(Protocol):
    """Where in the workspace's row a value stands."""

    def column(self, key: str) -> str: ...

    def read(self, tenant: Tenant, key: str) -> Any:
        """What is kept, or ``MISSING``."""

    def write(self, tenant: Tenant, key: str, kept: Any) -> None: ...


@dataclass(frozen=True)
class Json:
    """Under its key in the JSON column ``name``."""

    name: str

    def column(self, key: str) -> str:
        return self.name

    def read(self, tenant: Tenant, key: str) -> Any:
        found = getattr(tenant, self.name)
        return found.get(key, MISSING) if isinstance(found, dict) else MISSING

    def write(self, tenant: Tenant, key: str, kept: Any) -> None:
        found = getattr(tenant, self.name)
        setattr(tenant, self.name, {**(found if isinstance(found, dict) else {}), key: kept})


class Column:
    """In a column of its own, which is called like it."""

    def column(self, key: str) -> str:
        return key

    def read(self, tenant: Tenant, key: str) -> Any:
        return getattr(tenant, key)

    def write(self, tenant: Tenant, key: str, kept: Any) -> None:
        setattr(tenant, key, kept)


SETTINGS, STATE = Json("settings"), Json("state")


@dataclass(frozen=True, eq=False)
class Stored(Generic[T]):
    """A value of the workspace. ``key`` stays the same for ever."""

    key: str
    kind: Kind[T]
    default: T
    place: Place = SETTINGS

    def value(self) -> T:
        """Return what the current workspace has."""
        return self.read(current_tenant())

    def read(self, tenant: Tenant) -> T:
        """Return what ``tenant``, a row of the current workspace, has."""
        try:
            kept = self.place.read(tenant, self.key)
            return self.default if kept is MISSING else self.kind.load(kept)
        except BROKEN:
            _warn_of_broken(self.key)
            return self.default

    def is_kept(self) -> bool:
        """Whether the workspace has one of its own, be it the default."""
        return self.place.read(current_tenant(), self.key) is not MISSING

    def keep(self, value: T) -> None:
        """Write ``value``; nothing tells of it."""
        keep_all({self: value})


@dataclass(frozen=True, eq=False)
class State(Stored[T]):
    """What the product has to remember of a workspace between two runs of something; no person chooses it."""

    place: Place = STATE


@service
def keep_all(values: Mapping[S, Any]) -> None:
    """Write these values. Others may be writing other ones of the workspace at the same time: none is lost."""
    tenant = current_tenant()
    row = Tenant.objects.select_for_update(no_key=True).get(pk=tenant.pk)  # rows that point here go on being written
    for stored, value in values.items():
        stored.place.write(row, stored.key, stored.kind.dump(value))
    columns = {stored.place.column(stored.key) for stored in values}
    row.save(update_fields=sorted(columns))
    for column in columns:
        setattr(tenant, column, getattr(row, column))


def read_again() -> None:
    """Read anew what others may have written since the workspace's row was read."""
    current_tenant().refresh_from_db(fields=["settings", "state"])


def _of_type(kind: type[T], kept: Any) -> T:
    if not isinstance(kept, kind):
        raise TypeError(kept)
    return kept


@memo("stored.broken")
def _warn_of_broken(key: str) -> None:
    """Log it, once in a request: the value is asked for again and again."""
    logger.warning("stored_value_is_broken", key=key)
