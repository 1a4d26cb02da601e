"""Tags: words that a workspace's people make up as they go, on records of any type."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.html import format_html_join
from django.utils.translation import gettext as _

from crm.fields.kinds.base import Kind, read_uuids
from crm.fields.models import TagLink
from crm.fields.parsing import ParseContext
from crm.fields.spec import FieldSpec
from crm.fields.tags import TAGS_KEY, all_tags, ensure_tags, split_names, tag_by_id
from crm.tenants.text import sort_key
from crm.users.models import Membership

SUGGESTED = 200


class TagsWidget(forms.TextInput):
    """A text with the known tags beside it (static/js/tags.js offers them for each word)."""

    template_name = "fields/tags.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        words = f"{context['widget']['attrs'].get('id', name)}_words"
        context["widget"]["attrs"] |= {"list": words, "autocomplete": "off", "data-tags": True}
        context["widget"] |= {"words": words, "known": [tag.name for tag in all_tags()[:SUGGESTED]]}
        return context


class TagsField(forms.CharField):
    """Names with commas between them; cleans to a tuple of names."""

    widget = TagsWidget

    def to_python(self, value: Any) -> Any:
        return split_names(super().to_python(value) or "")

    def validate(self, value: Any) -> None:
        super().validate(value or None)

    def run_validators(self, value: Any) -> None:
        for name in value:
            super().run_validators(name)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, tuple) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        before = {sort_key(name) for name in initial or ()}
        return before != {sort_key(name) for name in split_names(data or "")}


class Tags(Kind):
    """The tags of a record, as a tuple of names in their order."""

    operators = ("is", "not", "empty", "filled")
    longest = 10_000  # 50 of 50 letters, and some that come twice
    sortable = False
    wide = True

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

    def form_field(self, spec: FieldSpec, actor: Membership) -> forms.Field:
        return TagsField(required=spec.required)

    def html(self, spec: FieldSpec, record: Any) -> str:
        names = ((name,) for name in self.value(spec, record))
        return format_html_join(" ", '<span class="badge tone-neutral">{}</span>', names)

    def text(self, spec: FieldSpec, record: Any) -> str:
        return ", ".join(self.value(spec, record))

    def json(self, value: tuple[str, ...]) -> Any:
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

    def describe(self, spec: FieldSpec, values: list[str], actor: Membership) -> str:
        tags = [tag_by_id(str(tag_id)) for tag_id in read_uuids(values)]
        return ", ".join(tag.name if tag else _("a tag that is gone") for tag in tags)

    def options(self, spec: FieldSpec, actor: Membership) -> list[tuple[str, str]]:
        return [(str(tag.pk), tag.name) for tag in all_tags()]
