"""What somebody may not see is not named where something that they do see points at it: pages say "Hidden" there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import CharField, QuerySet, Value

from crm import catalogue
from crm.catalogue.types import RecordType
from crm.events.models import Event
from crm.fields.kinds import Lookup, Tags, Text
from crm.fields.spec import FieldSpec
from crm.fields.tags import TAGS_KEY
from crm.ground.ids import uuid_of
from crm.users.access import HIDDEN, HIDDEN_NAME, can, hide_from, limited_fields, scope_of
from crm.users.models import Membership

Place = tuple[str, str]  # record type and id


def hide_unseen(actor: Membership, records: Iterable[Any]) -> None:
    """Empty the fields of ``records``, all of one type, that are hidden from ``actor``, mark what they point at and
    ``actor`` may not see, and empty the fields of that. What was not fetched with them stays as it is.

    Only for showing: who writes such a record has what was emptied read again before (``services.update_record``).
    """
    rows = list(records)
    if not rows:
        return
    model: Any = type(rows[0])
    links = [one for one in _links_of(model) if _hides_some(actor, one.related_model.type_key)]
    for row in rows if links or limited_fields(actor, model.type_key, HIDDEN) else ():
        _empty(actor, row)
        for link in links:
            if link.is_cached(row) and (linked := getattr(row, link.name)) is not None:
                _empty(actor, linked)
                hide_from(actor, linked)


def _hides_some(actor: Membership, key: str) -> bool:
    """Whether there is anything of the type that ``actor`` may not see."""
    return _is_limited(actor, key) or bool(limited_fields(actor, key, HIDDEN))


def _empty(actor: Membership, record: Any) -> None:
    names = limited_fields(actor, record.type_key, HIDDEN)
    if not names or record.without:
        return
    emptied: set[str] = set()
    for spec in catalogue.type_of(record).specs_now():
        if spec.name in names:
            emptied |= _empty_field(record, spec)
    record.without = frozenset(emptied)


def _empty_field(record: Any, spec: FieldSpec) -> set[str]:
    """Empty what the field keeps, and the key by which texts are found; return the attributes."""
    kind = spec.kind
    if own := getattr(kind, "json_key", TAGS_KEY if isinstance(kind, Tags) else ""):
        record.custom = {key: kept for key, kept in record.custom.items() if key != own}
        return {"custom"}
    names = [*kind.attributes(spec), *([kind.key_of(spec)] if isinstance(kind, Text) else ()), *spec.fills]
    emptied = set()
    for name in names:
        model: Any = type(record)
        field = _model_field(model, name)
        blank = None if field is None or field.null else field.get_default()
        if field is None or (blank is None and not field.null):
            continue
        setattr(record, name, blank)
        emptied.add(field.attname)
    return emptied


def fill_in(record: Any) -> None:
    """Read what ``hide_unseen`` emptied again: the record is to be written, or judged by what is written."""
    if record.without:
        names, record.without = sorted(record.without), frozenset()
        record.refresh_from_db(fields=names, from_queryset=type(record).all_objects.all())


@cache
def _links_of(model: Any) -> tuple[Any, ...]:
    links = (one for one in model._meta.concrete_fields if one.is_relation)
    return tuple(one for one in links if hasattr(one.related_model, "all_objects"))


@cache
def _model_field(model: Any, name: str) -> Any:
    return next((one for one in model._meta.concrete_fields if name in (one.name, one.attname)), None)


def hide_names(actor: Membership, events: Iterable[Event]) -> None:
    """Let ``events``, which are only shown, not name the records that ``actor`` may not see; one statement at most."""
    told = list(events)
    _hide(told, unseen(actor, (place for event in told for place in _named_by(event))))
    _hide_changes(actor, told)


def hide_names_and_causes(actor: Membership, events: Iterable[Event]) -> None:
    """The same of events of a record that ``actor`` may see, and of what they followed from (looked up with them):
    what happened to a record that is not to be seen is no reason that can be told."""
    told = list(events)
    causes = [event.because for event in told if event.because is not None]
    happened = {(cause.record_type, str(cause.record_id)) for cause in causes}
    named = (place for event in (*told, *causes) for place in _named_by(event))
    hidden = unseen(actor, (*happened, *named))
    _hide([*told, *causes], hidden)
    _hide_changes(actor, (*told, *causes))
    for event in told:
        if event.because is not None and str(event.because.record_id) in hidden:
            event.because = None


def _hide(events: Iterable[Event], hidden: Set[str]) -> None:
    for event in events if hidden else ():
        event.changes, event.data = without(event.changes, hidden), without(event.data, hidden)


def _hide_changes(actor: Membership, events: Iterable[Event]) -> None:
    """Leave out what events tell of fields that are hidden from ``actor``."""
    for event in events:
        names = limited_fields(actor, event.record_type, HIDDEN) if event.record_type else ()
        if names and isinstance(event.changes, dict) and not names.isdisjoint(event.changes):
            event.changes = {name: pair for name, pair in event.changes.items() if name not in names}
        if names and not names.isdisjoint(event.type.tells.values()):
            event.data = {key: told for key, told in event.data.items() if event.type.tells.get(key) not in names}


def unseen(actor: Membership, places: Iterable[Place]) -> frozenset[str]:
    """Return the ids of those of ``places`` that ``actor`` may not see."""
    types = {one.key: one for one in catalogue.record_types() if _is_limited(actor, one.key)}
    ids: dict[str, set[UUID]] = {}
    for key, text in places:
        if key in types and (found := uuid_of(text)):
            ids.setdefault(key, set()).add(found)
    parts = [_rows(types[key], wanted) for key, wanted in sorted(ids.items())]
    rows = [] if not parts else parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    return frozenset(
        str(pk)
        for key, pk, owner_id, team_id in rows
        if not can(actor, "view", types[key].model(pk=pk, owner_id=owner_id, team_id=team_id))
    )


def _rows(record_type: RecordType, ids: Set[UUID]) -> QuerySet:
    rows = record_type.model.all_objects.filter(pk__in=ids).order_by()
    return rows.annotate(key=Value(record_type.key, CharField())).values_list("key", "pk", "owner_id", "team_id")


def _named_by(event: Event) -> Iterator[Place]:
    types = {one.key: one for one in catalogue.record_types()}
    if event.record_type in types and isinstance(event.changes, dict):
        for name, pair in event.changes.items():
            kind = types[event.record_type].spec(name).kind if types[event.record_type].has(name) else None
            if isinstance(kind, Lookup):
                yield from named_in(pair, kind.key)
    yield from named_in(event.data)


def named_in(value: Any, key: str = "") -> Iterator[Place]:
    """Yield what records are named in ``value``, which an event or a notification keeps: each with its ``type``, or
    under its noun, or else of the type ``key``."""
    if isinstance(value, list):
        for part in value:
            yield from named_in(part, key)
    elif isinstance(value, dict):
        if "label" in value and isinstance(value.get("id"), str):
            yield value.get("type") or key, value["id"]
        nouns = {one.noun: one.key for one in catalogue.record_types()}
        for name, part in value.items():
            yield from named_in(part, nouns.get(name, ""))


def without(value: Any, hidden: Set[str]) -> Any:
    """Return ``value`` without the names of ``hidden``."""
    if isinstance(value, list):
        return [without(part, hidden) for part in value]
    if not isinstance(value, dict):
        return value
    if value.get("id") in hidden:
        return {**value, "label": str(HIDDEN_NAME)}
    return {key: without(part, hidden) for key, part in value.items()}


def _is_limited(actor: Membership, key: str) -> bool:
    return scope_of(actor, "view", key) != "all"
