"""The look of tags."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html_join
from django.utils.translation import gettext as _

from crm.fields.kinds.base import read_uuids
from crm.fields.look.base import Look
from crm.fields.tags import all_tags, split_names, tag_by_id
from crm.ground.text import sort_key
from crm.users.models import Membership

SUGGESTED = 200


class TagsLook(Look):
    wide = True

    def form_field(self, actor: Membership) -> forms.Field:
        return TagsField(required=self.spec.required)

    def html(self, record: Any) -> str:
        names = ((name,) for name in self.value(record))
        return format_html_join(" ", '<span class="badge tone-neutral">{}</span>', names)

    def describe(self, values: list[str], actor: Membership) -> str:
        tags = [tag_by_id(str(tag_id)) for tag_id in read_uuids(values)]
        return ", ".join(tag.name if tag else _("a tag that is gone") for tag in tags)

    def options(self, actor: Membership) -> list[tuple[str, str]]:
        return [(str(tag.pk), tag.name) for tag in all_tags()]


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
