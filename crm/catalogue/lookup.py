"""The record types that exist, and what other apps hang on to their pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import get_script_prefix

from crm.catalogue.actions import BulkAction
from crm.catalogue.types import Action, Match, Objection, Panel, RecordType
from crm.events.models import Event
from crm.fields.targets import add_target
from crm.users.access import may
from crm.users.models import Membership

_types: dict[str, RecordType] = {}
_panels: dict[str, dict[str, Panel]] = defaultdict(dict)
_actions: dict[str, dict[str, Action]] = defaultdict(dict)
_objections: dict[str, list[Callable[[Membership, dict[str, Any]], Objection | None]]] = defaultdict(list)
_bulk_actions: list[Callable[[RecordType], Iterable[BulkAction]]] = []
_events_about: list[Callable[[str, Collection[UUID], datetime], QuerySet[Event]]] = []


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
    return _types[record.type_key]


def url(record: Any) -> str:
    """The address of a record's page, inside the current workspace."""
    return f"{get_script_prefix()}{record.type_key}/{record.pk}/"


def add_panel(key: str, panel: Panel) -> None:
    """Put ``panel`` on the record page of the type ``key``."""
    _panels[key][panel.key] = panel


def panels(key: str, place: str) -> list[Panel]:
    found = [panel for panel in _panels[key].values() if panel.place == place]
    return sorted(found, key=lambda panel: panel.order)


def add_action(key: str, action: Action) -> None:
    """Put ``action`` among the buttons of the record page of the type ``key``."""
    _actions[key][action.key] = action


def add_objections(key: str, more: Callable[[Membership, dict[str, Any]], Objection | None]) -> None:
    """Let the forms for a new record of the type ``key`` tell what another type knows against it too."""
    _objections[key].append(more)


def offered(objection: Objection) -> list[tuple[RecordType, Match, list[tuple[str, str]]]]:
    """The matches of ``objection``, each with what it is and what can be done with it instead."""
    return [(type_of(match.record), match, objection.links(match)) for match in objection.matches]


def objection(record_type: RecordType, actor: Membership, values: dict[str, Any]) -> Objection | None:
    """What speaks against making a record of ``values``, of this type's own sight and of others'."""
    found = [*record_type.objections(actor, [values]), *(more(actor, values) for more in _objections[record_type.key])]
    told = [one for one in found if one is not None]
    if len(told) < 2:
        return told[0] if told else None
    return Objection(
        " ".join(one.text for one in told),
        tuple(match for one in told for match in one.matches),
        told[0].heading,
        lambda match: [link for one in told if match in one.matches for link in one.links(match)],
        any(one.is_final for one in told),
    )


def actions(key: str, actor: Membership, record: Any) -> list[Action]:
    found = [action for action in _actions[key].values() if action.shown(actor, record)]
    return sorted(found, key=lambda action: action.order)


def row_actions(key: str) -> list[Action]:
    """The actions that a list offers on a row, where ``Action.shown`` says so."""
    return sorted((one for one in _actions[key].values() if one.on_row), key=lambda action: action.order)


def add_bulk_actions(make: Callable[[RecordType], Iterable[BulkAction]]) -> None:
    """Offer what ``make`` returns for a record type over its list; it is called anew for each request."""
    _bulk_actions.append(make)


def add_events_about(find: Callable[[str, Collection[UUID], datetime], QuerySet[Event]]) -> None:
    """Have ``find`` say what happened after a moment to what stands on the records of a type with the given ids."""
    _events_about.append(find)


def events_about(key: str, ids: Collection[UUID], since: datetime) -> list[QuerySet[Event]]:
    """Of what stands on these records, not of them themselves; where, is in ``data["records"]`` of each."""
    return [find(key, ids, since) for find in _events_about]


def all_bulk_actions(key: str) -> list[BulkAction]:
    """What there is to be done to many records of the type ``key`` at once, by whomever."""
    return [action for make in _bulk_actions for action in make(_types[key])]


def bulk_actions(key: str, actor: Membership) -> list[BulkAction]:
    """What ``actor`` may do to many records of the type ``key`` at once."""
    allowed = [action for action in all_bulk_actions(key) if may(actor, action.verb, key) and action.shown(actor)]
    return sorted(allowed, key=lambda action: action.order)
