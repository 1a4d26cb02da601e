"""The record types that exist, and what other apps hang on to their pages."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.urls import get_script_prefix

from crm.fields.targets import add_target
from crm.records.types import Action, Panel, RecordType
from crm.users.models import Membership

_types: dict[str, RecordType] = {}
_panels: dict[str, dict[str, Panel]] = defaultdict(dict)
_actions: dict[str, dict[str, Action]] = defaultdict(dict)


def register(record_type: RecordType) -> None:
    _types[record_type.key] = record_type
    add_target(record_type.key, record_type.model)


def record_type(key: str) -> RecordType:
    """Return the type; raise ``KeyError`` for an unknown key."""
    return _types[key]


def record_types() -> list[RecordType]:
    """All types in the funnel's order."""
    order = {"leads": 0, "accounts": 1, "contacts": 2, "opportunities": 3}
    return sorted(_types.values(), key=lambda one: (order.get(one.key, 9), one.key))


def type_of(record: Any) -> RecordType:
    return _types[record._meta.app_label]


def url(record: Any) -> str:
    """The address of a record's page, inside the current workspace."""
    return f"{get_script_prefix()}{record._meta.app_label}/{record.pk}/"


def add_panel(key: str, panel: Panel) -> None:
    """Put ``panel`` on the record page of the type ``key``."""
    _panels[key][panel.key] = panel


def panels(key: str, place: str) -> list[Panel]:
    found = [panel for panel in _panels[key].values() if panel.place == place]
    return sorted(found, key=lambda panel: panel.order)


def add_action(key: str, action: Action) -> None:
    """Put ``action`` among the buttons of the record page of the type ``key``."""
    _actions[key][action.key] = action


def actions(key: str, actor: Membership, record: Any) -> list[Action]:
    found = [action for action in _actions[key].values() if action.shown(actor, record)]
    return sorted(found, key=lambda action: action.order)
