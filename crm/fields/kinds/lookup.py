"""A link to another record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Case, F, Q, When
from django.utils.translation import gettext as _

from crm.fields.kinds.base import REFERENCE, id_in, read_uuids
from crm.fields.parsing import ParseContext
from crm.fields.spec import FieldSpec, Kind, Predicate
from crm.fields.targets import model_of
from crm.ground.text import sort_key
from crm.ui.paging import Ordering
from crm.users.access import can, reach, visible
from crm.users.models import Membership

SHOWN_WHEN_AMBIGUOUS = 10


def find_record(actor: Membership, key: str, name: str, record_id: UUID | None = None) -> Any:
    """Return the record that ``actor`` may see of that id and name, or the only one of that name."""
    visible_records = visible(actor, model_of(key).objects.all())
    same_name = visible_records.filter(sort_name=sort_key(name))
    if record_id is not None:
        picked = visible_records.filter(pk=record_id).first()
        if picked is not None and sort_key(picked.name) == sort_key(name):
            return picked
    found = list(same_name[: SHOWN_WHEN_AMBIGUOUS + 1])
    if len(found) == 1:
        return found[0]
    if not found:
        _refuse_deleted(actor, key, name)
        raise ValidationError(_("Nothing is called “%(name)s”. Pick one from the list.") % {"name": name})
    raise ValidationError(
        _("%(count)s are called “%(name)s”. Pick one from the list.") % {"count": len(found), "name": name}
    )


def _refuse_deleted(actor: Membership, key: str, name: str) -> None:
    """Raise, saying by whom, when what is called ``name`` lies in the recycle bin and ``actor`` could see it."""
    deleted = model_of(key).all_objects.exclude(deleted_at=None).filter(sort_name=sort_key(name))
    record = visible(actor, deleted).select_related("deleted_by").order_by("-deleted_at").first()
    if record is not None:
        words = {"name": record.name, "person": record.deleted_by or _("a workflow")}
        text = _("“%(name)s” was deleted by %(person)s. Bring it back from the recycle bin, or pick another.")
        raise ValidationError(text % words)


class Lookup(Kind):
    """A foreign key to a record of the type ``key``."""

    grouping = "{}_id"

    def __init__(self, key: str) -> None:
        self.key = key

    def text(self, spec: FieldSpec, record: Any) -> str:
        target = self.value(spec, record)
        return "" if target is None else target.shown_name

    def dump(self, spec: FieldSpec, value: Any) -> Any:
        return None if value is None else {"id": str(value.pk), "label": value.shown_name}

    def load(self, spec: FieldSpec, sent: Any, actor: Membership) -> Any:
        if sent is None:
            return None
        record_id = id_in(sent)
        record = visible(actor, model_of(self.key).objects.filter(pk=record_id)).first()
        if record is None:
            raise ValidationError(_("There is no record with the id “%(text)s”.") % {"text": record_id})
        return record

    def schema(self, spec: FieldSpec) -> dict[str, Any]:
        return REFERENCE | {"description": f"One of the {self.key}."}

    def history(self, value: Any) -> Any:
        return None if value is None else {"id": str(value.pk), "label": value.name}

    def restored(self, kept: Any) -> Any:
        if kept is None:
            return None
        record = model_of(self.key).objects.filter(pk=kept["id"]).first()
        if record is None:
            raise ValidationError(_("What it was before is gone by now."))
        return record

    def parse(self, spec: FieldSpec, text: str, context: ParseContext) -> Any:
        return context.record(self.key, text)

    def related(self, spec: FieldSpec) -> tuple[str, ...]:
        return (spec.column,)

    def order(self, spec: FieldSpec) -> tuple[str, ...]:
        return (f"{spec.column}__sort_name",)

    def ordering(
        self, spec: FieldSpec, descending: bool, filters: Sequence[tuple[str, list[str]]], actor: Membership
    ) -> Ordering:
        """Those that point at what ``actor`` may not see stand as empty ones."""
        return replace(super().ordering(spec, descending, filters, actor), shown=self._seen(spec, actor))

    def compare(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        """What ``actor`` may not see is as what does not exist: no filter by its id finds what points at it."""
        same = Q(**{f"{spec.column}_id__in": self.read(values, actor)})
        if (seen := self._seen(spec, actor)) is not None:
            same &= seen
        return Q(**{f"{spec.column}_id__isnull": True}) | ~same if operator == "not" else same

    def grouped_by(self, spec: FieldSpec, actor: Membership) -> Any:
        column, seen = super().grouped_by(spec, actor), self._seen(spec, actor)
        return column if not column or seen is None else Case(When(seen, then=F(column)))

    def q(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        """What points at what ``actor`` may not see is as empty as it stands in the order."""
        found = super().q(spec, operator, values, actor)
        seen = self._seen(spec, actor) if operator in ("empty", "filled") else None
        if seen is None:
            return found
        return found | ~seen if operator == "empty" else found & seen

    def predicate(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Predicate:
        holds = super().predicate(spec, operator, values, actor)
        if operator not in ("empty", "filled") or self._seen(spec, actor) is None:
            return holds
        return lambda record: self._sees(spec, record, actor) == (operator == "filled")

    def _sees(self, spec: FieldSpec, record: Any, actor: Membership) -> bool:
        return not self.is_empty(spec, record) and can(actor, "view", self.value(spec, record))

    def is_empty(self, spec: FieldSpec, record: Any) -> bool:
        return getattr(record, f"{spec.column}_id") is None

    def matching(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Predicate:
        """Names among the values are looked up."""
        wanted, sees_all = set(self.read(values, actor)), self._seen(spec, actor) is None

        def points_at_one(record: Any) -> bool:
            found = getattr(record, f"{spec.column}_id") in wanted
            return found and (sees_all or can(actor, "view", self.value(spec, record)))

        return lambda record: points_at_one(record) != (operator == "not")

    def _seen(self, spec: FieldSpec, actor: Membership) -> Q | None:
        """The condition for records that point at what ``actor`` may see; None: they may see all of the type."""
        return reach(actor, self.key, path=f"{spec.column}__")

    def read(self, values: list[str], actor: Membership) -> list[UUID]:
        """The ids in ``values``, and those of the records that they name."""
        try:
            return read_uuids(values)
        except ValidationError:
            named = visible(actor, model_of(self.key).objects.filter(sort_name__in=[sort_key(one) for one in values]))
            found = list(named.values_list("pk", flat=True))
            if not found:
                raise
            return found

    def split(self, text: str) -> list[str]:
        """Ids may be joined by commas, a name may hold some."""
        parts = text.split(",")
        try:
            read_uuids(parts)
        except ValidationError:
            return [text]
        return parts
