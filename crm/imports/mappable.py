"""What the columns of a file can be: fields of its records, and what goes into one of them or comes along."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from crm.catalogue import find_type, seen_type
from crm.catalogue.types import RecordType
from crm.fields import kinds
from crm.fields.kinds.number import CURRENCY_SUFFIX
from crm.fields.spec import FieldSpec
from crm.imports.models import NOTES
from crm.users.models import Membership

OWN_ID = "id"  # as a column: the id that a record has here
EXTERNAL_ID = "external_id"
# As a column, and the field that it adds to: what address books keep apart and a name here has in it.
NAME_PARTS = {"middle_name": "first_name", "name_suffix": "last_name"}
NOTED_IN = "description"  # the field to which columns are added that have none of their own

Brought = dict[str, tuple[str, FieldSpec]]


@dataclass(frozen=True)
class Mappable:
    """By their names in a mapping: ``fields`` of the record that a file can write, ``brought`` (``account.website``: a
    link, and the field of the record that comes along by it), and ``completed``, by the name of a column that adds to
    the value of a field, that field. ``noted`` is the one to which columns are added that have none of their own; None
    where whoever imports may not write it."""

    type: RecordType
    fields: dict[str, FieldSpec]
    completed: dict[str, str]
    brought: Brought
    noted: FieldSpec | None

    @property
    def names(self) -> set[str]:
        """The names of all that a column can be, but for a field that is still to be made."""
        return {*self.fields, *self.brought, *self.more, *([NOTES] if self.noted else [])}

    @property
    def more(self) -> dict[str, str]:
        """What a column can be beside a field, with its label: the id of a record here, the currency of an amount, a
        part of a name, or one of two fields."""
        found = {OWN_ID: _("Id of the record here")}
        found |= {split.spec.name: str(split.spec.label) for split in self.type.splits}
        parts = {
            "middle_name": _("Middle name (added to the first name)"),
            "name_suffix": _("Suffix (added to the last name)"),
        }
        for name, field in self.completed.items():
            found[name] = parts.get(name) or _("%(field)s: currency") % {"field": self.type.spec(field).label}
        return found


def mappable(record_type: RecordType, actor: Membership | None = None) -> Mappable:
    """Return what a column of a file of ``record_type`` can be; what comes along, as far as ``actor`` may write it."""
    fields = {spec.name: spec for spec in record_type.specs_now() if spec.importable}
    completed = {f"{name}{CURRENCY_SUFFIX}": name for name, one in fields.items() if isinstance(one.kind, kinds.Money)}
    completed |= NAME_PARTS if record_type.has("first_name") else {}
    completed = {name: field for name, field in completed.items() if not record_type.has(name)}
    brought = _brought_along(record_type, actor) if actor is not None else {}
    return Mappable(record_type, fields, completed, brought, fields.get(NOTED_IN))


def _brought_along(record_type: RecordType, actor: Membership) -> Brought:
    """Of several links to records of one type the first is meant."""
    links: dict[str, str] = {}
    for spec in record_type.fields:
        if spec.importable and isinstance(spec.kind, kinds.Lookup) and spec.kind.key != record_type.key:
            links.setdefault(spec.kind.key, spec.name)
    found: Brought = {}
    for key, link in links.items():
        if find_type(key) is not None:
            linked = seen_type(key, actor)
            specs = (spec for spec in linked.specs(linked.brought_along) if spec.importable)
            found |= {f"{link}.{spec.name}": (link, spec) for spec in specs}
    return found
