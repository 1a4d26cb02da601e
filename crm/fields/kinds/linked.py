"""One of few that stands at a linked record."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Case, F, Q, When

from crm.fields.kinds.choice import OneOf
from crm.fields.spec import FieldSpec, Predicate
from crm.users.access import can, reach
from crm.users.models import Membership


class OfLinked(OneOf):
    """Mixed into a kind of ``OneOf``: what the record of the type ``key`` has that the field's column leads to
    (``account__type``).

    A record without a link, or with one to what lies in the recycle bin or out of the viewer's sight, has none. A
    filter knows what its actor may see, and nothing else.
    """

    sortable = False

    def __init__(self, key: str, *args: Any) -> None:
        super().__init__(*args)
        self.key = key

    def row_id(self, spec: FieldSpec, record: Any) -> UUID | None:
        linked = getattr(record, _link(spec))
        return None if linked is None or linked.is_hidden else self._held(spec, linked)

    def related(self, spec: FieldSpec) -> tuple[str, ...]:
        return (_link(spec),)

    def grouped_by(self, spec: FieldSpec, actor: Membership) -> Any:
        return Case(When(self.seen(spec, actor), then=F(f"{spec.column}_id")))

    def seen(self, spec: FieldSpec, actor: Membership) -> Q:
        """The condition for records with a link to what is not in the recycle bin, and what ``actor`` may see."""
        link = _link(spec)
        there = Q(**{f"{link}_id__isnull": False, f"{link}__deleted_at__isnull": True})
        within = reach(actor, self.key, path=f"{link}__")
        return there if within is None else there & within

    def q(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        seen = self.seen(spec, actor)
        if operator in ("empty", "filled"):
            return seen if operator == "filled" else ~seen
        same = seen & Q(**{f"{spec.column}_id__in": self.read(values, actor)})
        return ~same if operator == "not" else same

    def predicate(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Predicate:
        wanted = None if operator in ("empty", "filled") else set(self.read(values, actor))

        def holds(record: Any) -> bool:
            linked = getattr(record, _link(spec))
            held = self._held(spec, linked) if linked is not None and can(actor, "view", linked) else None
            return held is not None and (wanted is None or held in wanted)

        return lambda record: holds(record) != (operator in ("empty", "not"))

    def _held(self, spec: FieldSpec, linked: Any) -> UUID | None:
        found: UUID | None = getattr(linked, f"{spec.column.rpartition('__')[2]}_id")
        return found if linked.deleted_at is None else None


def _link(spec: FieldSpec) -> str:
    return spec.column.rpartition("__")[0]
