"""The look of text, and of what is written as text."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html, linebreaks
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from crm.fields import kinds
from crm.fields.look.base import Look
from crm.fields.look.inputs import EmailField, TextField, UrlField
from crm.fields.look.markup import marked
from crm.ground.addresses import in_own_letters
from crm.users.models import Membership


class TextLook(Look):
    kind: kinds.Text

    def form_field(self, actor: Membership) -> forms.Field:
        return TextField(max_length=self.kind.max_length, required=self.spec.required)

    def describe(self, values: list[str], actor: Membership) -> str:
        return _(" or ").join(values)


class LongTextLook(TextLook):
    wide = True

    def form_field(self, actor: Membership) -> forms.Field:
        widget = forms.Textarea(attrs={"rows": 4})
        return TextField(max_length=self.kind.max_length, required=self.spec.required, widget=widget)

    def html(self, record: Any) -> str:
        value = self.value(record)
        return mark_safe(linebreaks(value, autoescape=True)) if value else ""


class EmailLook(TextLook):
    def form_field(self, actor: Membership) -> forms.Field:
        return EmailField(max_length=254, required=self.spec.required)

    def html(self, record: Any) -> str:
        value = self.value(record)
        return marked('<a href="mailto:{}">{}</a>', value, in_own_letters(value)) if value else ""


class PhoneLook(TextLook):
    kind: kinds.Phone

    def form_field(self, actor: Membership) -> forms.Field:
        return TextField(max_length=50, required=self.spec.required, widget=forms.TextInput(attrs={"type": "tel"}))

    def html(self, record: Any) -> str:
        value = self.value(record)
        if not value:
            return ""
        return marked('<a href="tel:{}">{}</a>', self.kind.dialled(record, value), value)


class UrlLook(TextLook):
    def form_field(self, actor: Membership) -> forms.Field:
        return UrlField(
            max_length=500,
            required=self.spec.required,
            assume_scheme="https",
            widget=forms.TextInput(attrs={"inputmode": "url"}),
        )

    def html(self, record: Any) -> str:
        value = self.value(record)
        if not value.startswith(("http://", "https://")):
            return super().html(record)
        shown = value.split("://", 1)[1].rstrip("/")
        return format_html('<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>', value, shown)
