"""Tags: words that a workspace's people make up as they go, on records of any type."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from crm.fields.kinds.base import read_uuids, refuse_shape, text_in
from crm.fields.models import TagLink
from crm.fields.parsing import ParseContext
from crm.fields.spec import FieldSpec, Kind, Predicate
from crm.fields.tags import LONGEST_NAME, MOST_TAGS, TAGS_KEY, ensure_tags, new_tags, split_names, tag_by_id
from crm.ground.text import sort_key
from crm.users.models import Membership


class Tags(Kind):
    """The tags of a record, as a tuple of names in their order."""

    operators = ("is", "not", "empty", "filled")
    longest = 10_000  # 50 of 50 letters, and some that come twice
    sortable = False
    grouping = ""

    def attributes(self, spec: FieldSpec) -> tuple[str, ...]:
        return ()

    def value(self, spec: FieldSpec, record: Any) -> tuple[str, ...]:
        kept = record.custom.get(TAGS_KEY)
        if not kept:
            return ()
        found = [tag for tag in map(tag_by_id, kept) if tag is not None]
        return tuple(tag.name for tag in sorted(found, key=lambda tag: tag.name_key))

    def assign(self, spec: FieldSpec, record: Any, value: Any) -> None:
        ids = sorted(str(tag.pk) for tag in ensure_tags(tuple(value or ())))
        custom = {key: kept for key, kept in record.custom.items() if key != TAGS_KEY}
        record.custom = custom | {TAGS_KEY: ids} if ids else custom

    def text(self, spec: FieldSpec, record: Any) -> str:
        return ", ".join(self.value(spec, record))

    def dump(self, spec: FieldSpec, value: tuple[str, ...]) -> list[str]:
        return list(value)

    def load(self, spec: FieldSpec, sent: Any, actor: Membership) -> tuple[str, ...]:
        if not isinstance(sent, list):
            refuse_shape(sent, _("a list of texts"))
        names = tuple(map(text_in, sent))
        new_tags(names)
        return tuple({sort_key(name): name for name in names}.values())

    def schema(self, spec: FieldSpec) -> dict[str, Any]:
        return {
            "type": "array",
            "items": {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME},
            "maxItems": MOST_TAGS,
            "description": "A name that no tag has yet makes one.",
        }

    def history(self, value: tuple[str, ...]) -> Any:
        return list(value) or None

    def restored(self, kept: Any) -> tuple[str, ...]:
        return tuple(kept or ())

    def parse(self, spec: FieldSpec, text: str, context: ParseContext) -> tuple[str, ...]:
        names = split_names(text)
        context.tags(names)  # here, so that a row which is refused afterwards does not take them back
        return names

    def order(self, spec: FieldSpec) -> tuple[str, ...]:
        return ()

    def empty(self, spec: FieldSpec) -> Q:
        return ~Q(pk__in=TagLink.objects.values("record_id"))

    def compare(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        """``is`` any of them; ``not`` any of them."""
        links = TagLink.objects.filter(tag_id__in=read_uuids(values))
        tagged = Q(pk__in=links.values("record_id"))
        return ~tagged if operator == "not" else tagged

    def is_empty(self, spec: FieldSpec, record: Any) -> bool:
        return not self.value(spec, record)

    def matching(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Predicate:
        wanted = {str(tag_id) for tag_id in read_uuids(values)}

        def is_tagged(record: Any) -> bool:
            return any(tag_id in wanted and tag_by_id(tag_id) for tag_id in record.custom.get(TAGS_KEY, ()))

        return lambda record: is_tagged(record) != (operator == "not")
