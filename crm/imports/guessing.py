"""Which field a column probably is."""

from __future__ import annotations

import re

from crm.fields.spec import FieldSpec
from crm.records.types import RecordType
from crm.tenants.text import sort_key


def plain(text: str) -> str:
    """A header as compared: ``Close_Date`` and ``close date`` are the same."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", sort_key(text)).split())


def importable(record_type: RecordType) -> list[FieldSpec]:
    return [spec for spec in record_type.specs_now() if spec.importable]


def guess_mapping(record_type: RecordType, headers: list[str]) -> list[str]:
    """Return a field's name for each header, "" where none fits; each field is given once, the surest first."""
    names: dict[str, str] = {}
    for spec in importable(record_type):
        own = f"{record_type.noun} {plain(spec.name)}"
        candidates = (spec.name, str(spec.label), own, *spec.synonyms)
        if spec.name == "name":
            candidates = (*candidates, record_type.noun, str(record_type.label))
        if spec.name == "external_id":
            candidates = (*candidates, f"{record_type.noun} id")
        for candidate in candidates:
            names.setdefault(plain(candidate), spec.name)
    mapping, used = [], set()
    for header in headers:
        name = names.get(plain(header), "")
        mapping.append("" if name in used else name)
        used.add(name)
    return mapping
