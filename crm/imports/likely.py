"""What a word of a file probably means of what is here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from crm.catalogue import find_type
from crm.catalogue import record_type as type_of_key
from crm.events.selectors import name_of_deleted
from crm.fields import kinds
from crm.fields.spec import FieldSpec
from crm.fields.targets import model_of
from crm.ground.addresses import domain_key
from crm.ground.text import sort_key
from crm.imports.answers import used_id
from crm.imports.cells import Cells
from crm.imports.misspelt import one_letter_off
from crm.keys.spellings import company_spellings, person_spellings
from crm.picklists import selectors as picklists
from crm.picklists.models import Stage
from crm.records.hiding import hide_unseen
from crm.users.access import visible
from crm.users.models import Membership
from crm.users.selectors import member_by_name_or_email, members_called

CANDIDATES = 5  # records that a word may mean
MOST_KEYS = 100_000  # of one statement; for each text there are some 55 times as many as it has letters


def label_of(row: Any) -> str:
    """What tells the row from others of its name."""
    if isinstance(row, Membership):
        told = [row.email] if row.email and row.email != row.name else []
        told += [_("deactivated")] if is_deactivated(row) else []
        return f"{row.name} ({', '.join(told)})" if told else row.name
    if isinstance(row, Stage):
        return picklists.stage_name(row)
    record_type = find_type(getattr(row, "type_key", ""))
    if record_type is not None:
        beside = next(filter(None, (_beside(spec, row) for spec in record_type.specs(record_type.told_apart_by))), "")
        return f"{row.name} ({beside})" if beside else row.name
    return str(row)


def _beside(spec: FieldSpec, row: Any) -> str:
    """What stands in the field: of a web address the domain, of a link what was looked up with the row."""
    if isinstance(spec.kind, kinds.Lookup) and not row._meta.get_field(spec.column).is_cached(row):
        return ""
    return domain_key(spec.value(row)) if isinstance(spec.kind, kinds.Url) else spec.words(row)


def is_deactivated(value: Any) -> bool:
    """Whether it is a person who has left, and not one who only came by a file and never could sign in."""
    return isinstance(value, Membership) and not value.is_active and value.user_id is not None


def told_deactivated(person: Membership) -> str:
    return _("%(name)s is deactivated.") % {"name": person.name}


def name_of_gone(actor: Membership, spec: FieldSpec, answer: str) -> str:
    """What ``use:…`` stood for, which can be used no more; "" where nobody knows, or ``actor`` may not."""
    row_id = used_id(answer)
    if row_id is None:
        return ""
    if isinstance(spec.kind, kinds.Lookup):
        record = visible(actor, model_of(spec.kind.key).all_objects.filter(pk=row_id)).first()
        return str(record.name) if record is not None else ""
    return name_of_deleted(str(row_id))


def records_like(cells: Cells, spec: FieldSpec, texts: list[str]) -> dict[str, list[Any]]:
    """By text, the records or people that are called so, or nearly so: but for a legal form, an umlaut, or a letter."""
    kind = spec.kind
    if isinstance(kind, kinds.Person):
        people = {text: members_called(text) or [*filter(None, [member_by_name_or_email(text)])] for text in texts}
        return {text: same for text, same in people.items() if len(same) > 1 or any(map(is_deactivated, same))}
    if isinstance(kind, kinds.StageOf):
        return {text: [*named] for text in texts if len(named := picklists.stages_called(text)) > 1}
    if not isinstance(kind, kinds.Lookup):
        return {}
    cells.load_records(kind.key, texts)
    found = {text: cells.records_called(kind.key, text)[:CANDIDATES] for text in texts}
    model: Any = model_of(kind.key)
    column, spellings = "name_key" if hasattr(model, "name_key") else "sort_name", spellings_of(spec)
    missing = {text: spellings(text) for text in texts if not found[text]}
    found |= _called(cells.actor, model, column, missing)
    for misspelt in _misspelt({text: keys[0] for text, keys in missing.items() if keys and not found[text]}):
        found |= _called(cells.actor, model, column, misspelt)
    record_type, alike = type_of_key(kind.key), [row for rows in found.values() for row in rows]
    if alike and (links := record_type.related(record_type.links_beside())):
        prefetch_related_objects(alike, *links)
        hide_unseen(cells.actor, alike)
    return found


def spellings_of(spec: FieldSpec) -> Callable[[str], tuple[str, ...]]:
    """How a name of the field can be written otherwise: the key by which it is compared first."""
    is_company = isinstance(spec.kind, kinds.Lookup) and hasattr(model_of(spec.kind.key), "name_key")
    return company_spellings if is_company else _person


def _person(text: str) -> tuple[str, ...]:
    return (sort_key(text), *sorted(person_spellings(text)))


def _misspelt(keys: Mapping[str, str]) -> Iterator[dict[str, set[str]]]:
    """By text, what its key may have been meant to be; as many texts at once as one statement can well ask for."""
    found: dict[str, set[str]] = {}
    for text, key in keys.items():
        found[text] = one_letter_off(key)
        if sum(map(len, found.values())) > MOST_KEYS:
            yield found
            found = {}
    yield found


def _called(actor: Membership, model: Any, column: str, wanted: Mapping[str, Collection[str]]) -> dict[str, list[Any]]:
    """By text, the records in whose ``column`` one of its keys stands."""
    found: dict[str, list[Any]] = {text: [] for text in wanted}
    keys = {key for some in wanted.values() for key in some}
    if keys:
        # What is not empty: so the partial index serves a long list.
        rows = visible(actor, model.objects.filter(**{f"{column}__any_of": keys})).exclude(**{column: ""})
        for row in rows.order_by("sort_name", "pk"):
            for text, some in wanted.items():
                if getattr(row, column) in some and len(found[text]) < CANDIDATES:
                    found[text].append(row)
    return found
