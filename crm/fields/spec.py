"""A field, declared once: form, column, filter, import cell, history value and export are built from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from crm.fields.kinds.base import Kind


@dataclass(frozen=True)
class FieldSpec:
    """A field of a record type.

    ``name`` is the standard name in URLs, imports, exports, events and the API; it never changes with the tenant.
    ``attr`` is the model's attribute when it differs (the kind may add to it, as Money does).
    ``default`` gives the value of a new record whose maker did not say.
    ``on_create`` / ``on_edit`` say on which form it stands; a field on neither is computed or set by an action.
    ``asked_by``: the field of the record, and those of its choices, that alone ask for this one; ``only_of`` says in
    words of which records it is then.
    """

    name: str
    label: Any
    kind: Kind
    attr: str = ""
    required: bool = False
    help: Any = ""
    default: Callable[[], Any] | None = None
    on_create: bool = True
    on_edit: bool = True
    importable: bool = True
    asked_by: tuple[str, Callable[[], Iterable[UUID]]] | None = None
    only_of: Any = ""

    @property
    def column(self) -> str:
        return self.attr or self.name

    @property
    def is_stamp(self) -> bool:
        """Whether it holds when the record came into its state: on no form."""
        return self.kind.is_moment and not (self.on_create or self.on_edit)

    def told(self, kept: Any) -> str:
        """What an event keeps of a value (``Kind.json``), as plain text in the person's language."""
        return self.kind.told(kept)

    def value(self, record: Any) -> Any:
        return self.kind.value(self, record)

    def html(self, record: Any) -> str:
        return self.kind.html(self, record)

    def text(self, record: Any) -> str:
        return self.kind.text(self, record)


def specs_by_name(specs: tuple[FieldSpec, ...]) -> dict[str, FieldSpec]:
    return {spec.name: spec for spec in specs}
