"""The record types that exist, and what other apps hang on to their pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import get_script_prefix
from django.utils.translation import gettext as _

from crm.catalogue.actions import BulkAction
from crm.catalogue.declaring import refuse_unfit
from crm.catalogue.narrowing import narrowed, why_unmade
from crm.catalogue.types import Action, Match, Objection, Panel, RecordType
from crm.events.models import Event
from crm.events.types import declare_record_events
from crm.fields.spec import FieldSpec
from crm.fields.targets import add_target
from crm.ui import nav
from crm.users.access import HIDDEN, READ_ONLY, limited_fields, may
from crm.users.models import Membership
from crm.users.roles import declare_type

_types: dict[str, RecordType] = {}
_panels: list[tuple[str | Callable[[RecordType], bool], Panel]] = []
_page_facts: list[tuple[str | Callable[[RecordType], bool], Callable[[str], Mapping[str, Any]]]] = []
_actions: list[tuple[str | Callable[[RecordType], bool], Action]] = []
_objections: dict[str, list[Callable[[Membership, dict[str, Any]], Objection | None]]] = defaultdict(list)
_forwards: list[tuple[str, Callable[[Membership, UUID], Any | None]]] = []
_bulk_actions: list[Callable[[RecordType], Iterable[BulkAction]]] = []
_events_about: list[Callable[[str, Collection[UUID], datetime], QuerySet[Event]]] = []


def register(record_type: RecordType) -> None:
    """Let there be records of this type: it has its place in the bar, the "New" menu, the roles, the search …"""
    refuse_unfit(record_type)
    _types[record_type.key] = record_type
    declare_record_events(record_type)
    add_target(record_type.key, record_type.model)
    declare_type(
        record_type.key,
        record_type.grants,
        limitable=lambda: {spec.name for spec in record_type.can_be_limited()},
        unmade=partial(why_unmade, record_type),
    )
    key, order = record_type.key, record_type.order
    sees, makes = partial(may, verb="view", key=key), partial(may, verb="create", key=key)
    label, icon, phone = record_type.label_plural, record_type.icon, record_type.phone
    nav.register(nav.NavItem(key, label, icon, f"{key}:list", order, phone=phone, visible=sees))
    item = nav.NewItem(key, record_type.label, icon, f"{key}:new", order, record_type.shortcut, visible=makes)
    nav.register_new(item)


def record_type(key: str) -> RecordType:
    """Return the type; raise ``KeyError`` for an unknown key."""
    return _types[key]


def find_type(key: str) -> RecordType | None:
    return _types.get(key)


def record_types() -> list[RecordType]:
    """All types in their order."""
    return sorted(_types.values(), key=lambda one: (one.order, one.key))


def seen(record_type: RecordType, actor: Membership) -> RecordType:
    """The type as ``actor`` sees it: without the fields that are hidden from their role. Pages, forms and files, all
    that a person asks through, take this one; what the product does by itself (services, workflows, what it writes of a
    conversion) takes the whole type."""
    hidden, read_only = (limited_fields(actor, record_type.key, limit) for limit in (HIDDEN, READ_ONLY))
    if not hidden and not read_only:
        return record_type
    return _narrowed(record_type.key, hidden, read_only)


def seen_type(key: str, actor: Membership) -> RecordType:
    return seen(_types[key], actor)


def withheld(key: str, actor: Membership, names: Collection[str] = ()) -> tuple[FieldSpec, ...]:
    """The fields (of ``names``, where any are given) that others fill in and ``actor`` may not: a form that was drawn
    before may ask for them. What is hidden is called as ``label_of`` does."""
    narrow = seen_type(key, actor)
    kept = narrow.hidden | narrow.read_only
    kept = kept.intersection(names) if names else kept
    specs = (one for one in _types[key].specs_now() if one.name in kept and (one.on_create or one.on_edit))
    return tuple(replace(one, label=label_of(narrow, one.name)) if one.name in narrow.hidden else one for one in specs)


def label_of(record_type: RecordType, name: str) -> str:
    """What a field is called that may be hidden from the person who asks: that there is a phone number is no secret,
    what the workspace keeps in fields of its own may be one. Fields that they see are called as they are."""
    if name not in record_type.hidden and (seen := record_type.labels().get(name)):
        return str(seen)
    whole = _types[record_type.key]
    shipped = (spec.label for spec in (*whole.fields, *whole.derived) if spec.name == name)
    return str(next(shipped, _("A field of your workspace")))


@lru_cache(maxsize=1024)
def _narrowed(key: str, hidden: frozenset[str], read_only: frozenset[str]) -> RecordType:
    return narrowed(_types[key], hidden, read_only)


def type_of(record: Any) -> RecordType:
    return _types[record.type_key]


def url(record: Any) -> str:
    """The address of a record's page, inside the current workspace."""
    return f"{get_script_prefix()}{record.type_key}/{record.pk}/"


def add_panel(where: str | Callable[[RecordType], bool], panel: Panel) -> None:
    """Put ``panel`` on the record page of the type with that key, or of those types that ``where`` says so of."""
    _panels.append((where, panel))


def all_panels(record_type: RecordType) -> list[Panel]:
    """What stands on the page of a record of the type: its own panels and those that others have added."""
    added = [panel for where, panel in _panels if _fits(where, record_type)]
    return sorted((*added, *record_type.panels), key=lambda panel: panel.order)


def panels(record_type: RecordType, place: str) -> list[Panel]:
    return [panel for panel in all_panels(record_type) if panel.place == place]


def add_page_fact(where: str | Callable[[RecordType], bool], make: Callable[[str], Mapping[str, Any]]) -> None:
    """Have the page of a record ask, in the record's own statement, what ``make`` returns for the type's key:
    annotations, by the attribute of the record that has them then. Panels that stand elsewhere too ask without it."""
    _page_facts.append((where, make))


def page_facts(record_type: RecordType) -> tuple[Callable[[str], Mapping[str, Any]], ...]:
    return tuple(make for where, make in _page_facts if _fits(where, record_type))


def add_action(where: str | Callable[[RecordType], bool], action: Action) -> None:
    """Put ``action`` among the buttons of the record page, as ``add_panel`` does."""
    _actions.append((where, action))


def add_forwarding(key: str, find: Callable[[Membership, UUID], Any | None]) -> None:
    """Let the address of a record of the type ``key`` that is gone lead to what ``find`` says it has become."""
    _forwards.append((key, find))


def forwarded(record_type: RecordType, actor: Membership, record_id: UUID) -> Any | None:
    """What the record, which is gone, has become, as far as ``actor`` may see that."""
    found = (find(actor, record_id) for key, find in _forwards if key == record_type.key)
    return next((one for one in found if one is not None), None)


def every_type(record_type: RecordType) -> bool:
    return True


def all_actions(record_type: RecordType) -> list[Action]:
    added = [action for where, action in _actions if _fits(where, record_type)]
    return sorted((*record_type.actions, *added), key=lambda action: action.order)


def _fits(where: str | Callable[[RecordType], bool], record_type: RecordType) -> bool:
    return where(record_type) if callable(where) else where == record_type.key


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


def actions(record_type: RecordType, actor: Membership, record: Any) -> list[Action]:
    """The buttons of the page of ``record``."""
    return [action for action in all_actions(record_type) if action.shown(actor, record)]


def row_actions(record_type: RecordType) -> list[Action]:
    """The actions that a list offers on a row, where ``Action.shown`` says so."""
    return [action for action in all_actions(record_type) if action.on_row]


def add_bulk_actions(make: Callable[[RecordType], Iterable[BulkAction]]) -> None:
    """Offer what ``make`` returns for a record type over its list; it is called anew for each request."""
    _bulk_actions.append(make)


def add_events_about(find: Callable[[str, Collection[UUID], datetime], QuerySet[Event]]) -> None:
    """Have ``find`` say what happened after a moment to what stands on the records of a type with the given ids."""
    _events_about.append(find)


def events_about(key: str, ids: Collection[UUID], since: datetime) -> list[QuerySet[Event]]:
    """Of what stands on these records, not of them themselves; where, is in ``data["records"]`` of each."""
    return [find(key, ids, since) for find in _events_about]


def shipped_bulk_actions(record_type: RecordType) -> list[BulkAction]:
    return [action for make in _bulk_actions for action in make(record_type)]


def all_bulk_actions(key: str, actor: Membership) -> list[BulkAction]:
    """What there is to be done to many records of the type ``key`` at once, with the fields that ``actor`` sees."""
    return shipped_bulk_actions(seen_type(key, actor))


def bulk_actions(key: str, actor: Membership) -> list[BulkAction]:
    """What ``actor`` may do to many records of the type ``key`` at once."""
    allowed = [
        action for action in all_bulk_actions(key, actor) if may(actor, action.verb, key) and action.shown(actor)
    ]
    return sorted(allowed, key=lambda action: action.order)
