"""What somebody typed into a form, in words: for pages that give it back where the form itself cannot be drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.forms import BoundField
from django.urls import Resolver404, resolve
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.fields.build import RecordForm
from crm.fields.spec import FieldSpec
from crm.records import registry
from crm.users.models import Membership

# What the texts of forms are called that are not fields of a record.
LABELS: dict[str, Any] = {
    "body": gettext_lazy("Text"),
    "subject": gettext_lazy("Subject"),
    "task_subject": gettext_lazy("Next step"),
    "next_step": gettext_lazy("Next step"),
    "due_on": gettext_lazy("Due"),
    "task_due_on": gettext_lazy("Due"),
    "occurred_at": gettext_lazy("When it was"),
    "evidence": gettext_lazy("How do you know?"),
    "name": gettext_lazy("Name"),
    "note": gettext_lazy("Note"),
    "description": gettext_lazy("Description"),
}
# Parts of forms that nobody has typed.
_OURS = frozenset(
    {
        "seen", "moved_from", "back", "next", "idempotency_key", "_method", "record_type", "id", "action", "all", "go",
        "row", "feed", "drawn_for", "announced", "form_of", "csrfmiddlewaretoken", "kind", "reminder", "again",
        "anyway", "import", "dry_run", "update", "columns",
    }
)  # fmt: skip
_HIDDEN = ("_id", "-seen", "-rivals", "-offered", "-compared")
_PREFIX = "to-"  # of what a bulk action sets


def typed_words(path_info: str, body: Mapping[str, list[str]], actor: Membership) -> list[tuple[str, str]]:
    """What of ``body``, sent to ``path_info``, people may want to read or copy: labels, and values in words."""
    given = {name.removeprefix(_PREFIX): values for name, values in body.items()}
    specs = [spec for spec in _specs(path_info) if spec.name in given]
    form = RecordForm(specs, actor=actor, data=MultiValueDict(given))
    found = [(str(bound.label), _words(bound)) for bound in form]
    shown = {name for bound in form for name in _names(bound)}
    found += [(str(LABELS.get(name) or _("What you typed")), text) for name, text in _others(given, shown)]
    return [(label, text) for label, text in found if text.strip()]


def _specs(path_info: str) -> tuple[FieldSpec, ...]:
    """The fields of the records that the address is about."""
    try:
        match = resolve(path_info, settings.WORKSPACE_URLCONF)
    except Resolver404:
        return ()
    keys = {match.namespace, match.kwargs.get("key"), match.kwargs.get("type")}
    return next((one.specs_now() for one in registry.record_types() if one.key in keys), ())


def _names(bound: BoundField) -> set[str]:
    widget: Any = bound.field.widget
    return {bound.name, *(f"{bound.name}{name}" for name in getattr(widget, "widgets_names", ()))}


def _words(bound: BoundField) -> str:
    value, field = bound.data, bound.field
    if isinstance(field, forms.BooleanField):
        return _("Yes") if value else ""
    chosen = value if isinstance(value, list | tuple) else [value]
    if choices := dict(_flat(getattr(field, "choices", ()))):
        return ", ".join(choices[str(one)] for one in chosen if one and str(one) in choices)
    return " ".join(str(one) for one in chosen if one and not _is_code(str(one)))


def _flat(choices: Any) -> Iterator[tuple[str, str]]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield str(value), str(label)


def _others(body: Mapping[str, list[str]], shown: set[str]) -> Iterator[tuple[str, str]]:
    for name, values in body.items():
        if name not in shown and name not in _OURS and not name.endswith(_HIDDEN):
            yield name, "\n".join(value for value in values if value.strip() and not _is_code(value))


def _is_code(text: str) -> bool:
    """What stands in a form for a row or a tick."""
    if text == "on":
        return True
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
