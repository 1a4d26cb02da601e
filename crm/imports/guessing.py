"""Which field a column probably is."""

from __future__ import annotations

import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from django.utils.translation import gettext as _

from crm.catalogue.types import RecordType
from crm.ground.text import sort_key
from crm.imports.labelled import with_place_for_mobiles
from crm.imports.mappable import NAME_PARTS, OWN_ID, Mappable, mappable
from crm.imports.split import one_field_each, split_of
from crm.records.headers import PREFIXES, SURE, names_of
from crm.records.natural import FIRST_AND_LAST
from crm.ui.dialect import standard

# The columns that the file of refused rows has beside those of the import. Standard names: in every language they
# are known again, left out, and not written twice when the mended file is refused again.
REFUSED_ROW, REFUSED_BECAUSE = "refused row", "refused because"


LONGEST_HEADER = 300
JOB_TITLE = "job_title"
UNSURE = 100  # behind the sure ones
_PREFIX = re.compile(r"\s*(.+?)\s*(?: - |: ?|\()\s*(.+)")
CURRENCIES = (
    "currency", "currency code", "currency iso code", "currency of value", "währung", "währung von wert",
    "betrag währung", "devise", "devise de valeur", "devise du montant", "moneda", "moneda de valor", "divisa",
    "divisa de importe",
)  # fmt: skip


def plain(text: str) -> str:
    """A header as compared: ``Close_Date`` and ``close date`` are the same."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", sort_key(text)).split())


def column_label(index: int, header: str) -> str:
    """What a column is called on pages: one without a name by its place."""
    return header or _("Column %(number)s") % {"number": index + 1}


def is_of_refusals(header: str) -> bool:
    """Whether the column is one that Angler has put into a file of refused rows."""
    return plain(header) in (REFUSED_ROW, REFUSED_BECAUSE)


def guess_mapping(record_type: RecordType, headers: list[str]) -> list[str]:
    """Return a field's name for each header, "" where none fits; each field is given once, to the surest column."""
    names = _Names(record_type)
    fitting = [
        (rank, index, name)
        for index, header in enumerate(headers)
        for name, rank in ({} if is_of_refusals(header) else names.fields(header)).items()
    ]
    mapping = [""] * len(headers)
    for _rank, index, name in sorted(fitting, key=lambda one: one[:2]):
        if not mapping[index] and name not in mapping:
            mapping[index] = name
    _settle_names(mapping, headers, names)
    _settle_titles(mapping, headers)
    completed = names.can_be.completed | {split.spec.name: split.by for split in record_type.splits if split.needs_by}
    mapping = [name if completed.get(name, name) in mapping else "" for name in mapping]
    return with_place_for_mobiles(record_type, headers, one_field_each(record_type, mapping))


def _settle_names(mapping: list[str], headers: list[str], names: _Names) -> None:
    """Where the whole name is there in its parts, it is left out; and what may be it ("Persona - Nombre") is one of
    them where the file has the other."""
    missing = [part for part in FIRST_AND_LAST if part not in mapping]
    if "name" not in mapping or len(missing) == 2:
        return
    at = mapping.index("name")
    if not missing:
        mapping[at] = ""
    elif missing[0] in names.behind_prefix(headers[at]):
        mapping[at] = missing[0]


def _settle_titles(mapping: list[str], headers: list[str]) -> None:
    """Of two columns of one name, the first is how somebody is addressed: in French, Outlook calls both "Titre"."""
    if JOB_TITLE in mapping:
        at = mapping.index(JOB_TITLE)
        same = [place for place, header in enumerate(headers) if header_key(header) == header_key(headers[at])]
        mapping[at], mapping[same[-1]] = mapping[same[-1]], JOB_TITLE


def is_known(record_type: RecordType) -> Callable[[str], bool]:
    """A test whether a text is what a column may be called."""
    names = _Names(record_type)
    return lambda text: header_key(text) in names.ranks


def _name_key(name: str) -> str:
    """The ``header_key`` of a name in a table; of one with a star, which stands for anything, its words."""
    if "*" not in name:
        return header_key(name)
    before, _star, after = name.partition("*")
    space_before, space_after = " " * before.endswith(" "), " " * after.startswith(" ")
    return f"{plain(before)}{space_before}*{space_after}{plain(after)}"


def header_key(text: str) -> str:
    """A header as compared: ``AnnualRevenue``, ``annual_revenue`` and ``Annual Revenue`` are the same."""
    return plain(text).replace(" ", "")


class _Names:
    """What the fields of a type may be called in files."""

    def __init__(self, record_type: RecordType) -> None:
        self.can_be = mappable(record_type)
        self.ranks = _ranks(self.can_be)
        self.prefixes = {plain(name) for name in names_of(record_type.headers, PREFIXES)}
        self.patterns = {key: fields for key, fields in self.ranks.items() if "*" in key}

    def fields(self, header: str) -> dict[str, int]:
        """The fields that a column may be, with how sure that is; the less the surer."""
        key = header_key(header)
        if found := self.ranks.get(key):
            return found
        if found := self.behind_prefix(header):
            return {name: rank + UNSURE for name, rank in found.items()}
        words = plain(header)
        for pattern, fields in self.patterns.items():
            if fnmatchcase(words, pattern):
                return {name: rank + UNSURE for name, rank in fields.items()}
        return {}

    def behind_prefix(self, header: str) -> dict[str, int]:
        """The fields that the column may be by what stands behind the name of a record, such as "Deal - "."""
        parts = _PREFIX.fullmatch(header) if len(header) <= LONGEST_HEADER else None
        return self.ranks.get(header_key(parts[2]), {}) if parts and plain(parts[1]) in self.prefixes else {}


def _ranks(can_be: Mappable) -> dict[str, dict[str, int]]:
    """By header: the fields that it may be, with how sure that is; the less the surer."""
    record_type = can_be.type
    found: dict[str, dict[str, int]] = {}
    for spec in can_be.fields.values():
        names = [spec.name, *_called(spec.label), *names_of(record_type.headers, f"{SURE}{spec.name}")]
        others = [
            *names_of(record_type.headers, spec.name),
            spec.name.removeprefix("custom_"),
            f"{record_type.noun} {spec.name}",
        ]
        if spec.name == "name":
            others += [record_type.noun, *_called(record_type.label)]
        for rank, name in [*((0, name) for name in names), *enumerate(others, start=1)]:
            found.setdefault(_name_key(name), {}).setdefault(spec.name, rank)
    with standard():
        shipped = can_be.more
    for rank, (name, label) in enumerate(can_be.more.items()):
        if name != OWN_ID:  # what the ids are is for their values to tell
            others = [*CURRENCIES]
            if name in NAME_PARTS or split_of(record_type, name):
                others = names_of(record_type.headers, name)
            for header in (name, label, shipped[name], *others):  # of several amounts, the first
                found.setdefault(header_key(header), {}).setdefault(name, rank)
    found.pop("", None)  # names in scripts that are not compared
    return found


def _called(label: Any) -> tuple[str, str]:
    """A label in the words of the workspace, and as the product ships it: files come from both."""
    with standard():
        shipped = str(label)
    return str(label), shipped
