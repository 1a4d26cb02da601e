"""Which field a column probably is."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from crm.fields.spec import FieldSpec
from crm.records.types import RecordType
from crm.tenants.text import sort_key

# The columns that the file of refused rows has beside those of the import. Standard names: in every language they
# are known again, left out, and not written twice when the mended file is refused again.
REFUSED_ROW, REFUSED_BECAUSE = "refused row", "refused because"


def plain(text: str) -> str:
    """A header as compared: ``Close_Date`` and ``close date`` are the same."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", sort_key(text)).split())


def column_label(index: int, header: str) -> str:
    """What a column is called on pages: one without a name by its place."""
    return header or _("Column %(number)s") % {"number": index + 1}


def importable(record_type: RecordType) -> list[FieldSpec]:
    return [spec for spec in record_type.specs_now() if spec.importable]


def is_of_refusals(header: str) -> bool:
    """Whether the column is one that Angler has put into a file of refused rows."""
    return plain(header) in (REFUSED_ROW, REFUSED_BECAUSE)


def guess_mapping(record_type: RecordType, headers: list[str]) -> list[str]:
    """Return a field's name for each header, "" where none fits; each field is given once, the surest first."""
    own, other = _names(record_type)
    mapping = [""] * len(headers)
    for names in (own, other):
        for index, header in enumerate(headers):
            name = names.get(plain(header), "")
            if name and not mapping[index] and name not in mapping and not is_of_refusals(header):
                mapping[index] = name
    return mapping


def known_names(record_type: RecordType) -> set[str]:
    """Everything that a column may be called, as ``plain``."""
    own, other = _names(record_type)
    return {*own, *other}


def _names(record_type: RecordType) -> tuple[dict[str, str], dict[str, str]]:
    """The fields by what they are called, and by what else a file may call them."""
    own: dict[str, str] = {}
    other: dict[str, str] = {}
    for spec in importable(record_type):
        for name in (spec.name, str(spec.label)):
            own.setdefault(plain(name), spec.name)
        synonyms = [f"{record_type.noun} {spec.name}", *spec.synonyms]
        if spec.name == "name":
            synonyms += [record_type.noun, str(record_type.label)]
        if spec.name == "external_id":
            synonyms.append(f"{record_type.noun} id")
        for name in synonyms:
            other.setdefault(plain(name), spec.name)
    return own, other
