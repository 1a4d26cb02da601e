"""What a word of a file probably means of what is here."""

from __future__ import annotations

from typing import Any

from crm.fields import kinds
from crm.fields.spec import FieldSpec
from crm.fields.targets import model_of
from crm.imports.cells import Cells
from crm.picklists import selectors as picklists
from crm.picklists.models import Stage
from crm.tenants.spellings import company_spellings
from crm.users.access import visible
from crm.users.models import Membership
from crm.users.selectors import members_called

CANDIDATES = 5  # records that a word may mean


def label_of(row: Any) -> str:
    """What tells the row from others of its name."""
    if isinstance(row, Membership):
        return f"{row.name} ({row.email})" if row.email and row.email != row.name else row.name
    if isinstance(row, Stage):
        return picklists.stage_name(row)
    if hasattr(row, "sort_name"):
        beside = next((text for name in ("domain", "city", "email") if (text := getattr(row, name, ""))), "")
        return f"{row.name} ({beside})" if beside else row.name
    return str(row)


def records_like(cells: Cells, spec: FieldSpec, texts: list[str]) -> dict[str, list[Any]]:
    """By text, the records or people that are called so, or nearly so: but for the legal form, or an umlaut."""
    kind = spec.kind
    if isinstance(kind, kinds.Person):
        return {text: same for text in texts if len(same := members_called(text)) > 1}
    if isinstance(kind, kinds.StageOf):
        return {text: [*named] for text in texts if len(named := picklists.stages_called(text)) > 1}
    if not isinstance(kind, kinds.Lookup):
        return {}
    cells.load_records(kind.key, texts)
    found = {text: cells.records_called(kind.key, text)[:CANDIDATES] for text in texts}
    model: Any = model_of(kind.key)
    missing = {text: company_spellings(text) for text in found if not found[text]}
    keys = {key for spellings in missing.values() for key in spellings}
    if keys and hasattr(model, "name_key"):
        # What is not empty: so the partial index serves a long list.
        rows = visible(cells.actor, model.objects.filter(name_key__in=keys)).exclude(name_key="")
        for row in rows.order_by("sort_name", "pk"):
            for text, spellings in missing.items():
                if row.name_key in spellings and len(found[text]) < CANDIDATES:
                    found[text].append(row)
    return found
