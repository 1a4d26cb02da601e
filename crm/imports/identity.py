"""Which rows of a file are about the same one, as far as their cells tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from crm.imports.meant import OWN_ID
from crm.records.natural import whole_name
from crm.records.types import RecordType
from crm.tenants.countries import country_of
from crm.tenants.firm_domains import firm_domain
from crm.tenants.text import domain_key, sort_key

EXTERNAL_ID = "external_id"
_COMPARED_BY: dict[str, Callable[[str], str]] = {  # others as texts
    "country": country_of,
    "website": lambda text: firm_domain(domain_key(text)),
}


def cells_of(record_type: RecordType, place: dict[str, int], row: list[str]) -> dict[str, str]:
    """The cells by field; ``place`` says in which column each field is. One that is split counts as all its fields."""
    cells = {name: row[index] for name, index in place.items()}
    for split in record_type.splits:
        if text := cells.get(split.spec.name):
            cells |= {name: text for name in split.fields if not cells.get(name)}
    return cells


def keys_of(record_type: RecordType, place: dict[str, int], row: list[str]) -> Iterator[tuple[str, ...]]:
    """What rows about the same one share; others may share it as well."""
    cells = cells_of(record_type, place, row)
    if cells.get(OWN_ID):
        yield (OWN_ID, cells[OWN_ID])
    if cells.get(EXTERNAL_ID):
        yield (EXTERNAL_ID, cells[EXTERNAL_ID])
    for natural in record_type.natural_keys:
        if natural.within is not None and (key := natural.key(cells)):
            yield (natural.column, key)


def identity_of(record_type: RecordType, place: dict[str, int], row: list[str]) -> Iterator[tuple[str, ...]]:
    """What only rows about the same one share, the surest first; last in each what it is, in words."""
    cells = cells_of(record_type, place, row)
    for name in (OWN_ID, EXTERNAL_ID):
        if cells.get(name):
            yield (name, cells[name], cells[name])
            return
    for natural in record_type.natural_keys:
        if natural.within is not None and (key := natural.key(cells)):
            yield (natural.column, key, *(_as_compared(name, cells.get(name, "")) for name in natural.within), key)


def as_written(cells: dict[str, str], key: str) -> str:
    """How the row itself writes ``key``, by which it is compared: for people to read."""
    return next((cell for cell in cells.values() if cell.casefold() == key), "") or whole_name(cells) or key


def _as_compared(name: str, text: str) -> str:
    return _COMPARED_BY.get(name, sort_key)(text)
