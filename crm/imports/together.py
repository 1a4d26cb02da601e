"""What the rows of a file say together of each company that they bring along: one of them makes it, for all."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.core.exceptions import ValidationError

from crm.catalogue import seen_type
from crm.fields.spec import FieldSpec
from crm.imports.answers import meant, word_key
from crm.imports.brought import brought_fields
from crm.imports.cells import Cells
from crm.imports.models import Import
from crm.imports.reading.cells import cell_text
from crm.imports.storing import read_rows

Said = dict[str, dict[str, str]]  # by company (``word_key``) and field: the first text that can be read


def said_together(job: Import) -> Said:
    """Return what rows say of companies about which not all of them say the same; of others any row tells all."""
    brought = brought_fields(seen_type(job.record_type, job.made_by), job.made_by)
    columns = [(index, brought[name][1]) for index, name in enumerate(job.mapping) if name in brought]
    link = next((link for link, _spec in brought.values()), "")
    if not columns or link not in job.mapping:
        return {}
    at = job.mapping.index(link)

    def key_of(text: str) -> str:
        return word_key(meant(job.answers, link, text))

    differing = _differing(job, at, [index for index, _spec in columns], key_of)
    cells = Cells(job.made_by)
    found: Said = {}
    for row in read_rows(job) if differing else ():
        if row[at] and hash(key := key_of(row[at])) in differing:
            said = found.setdefault(key, {})
            said |= dict(_readable([(row[index], spec) for index, spec in columns if spec.name not in said], cells))
    return found


def _differing(job: Import, at: int, columns: list[int], key_of: Callable[[str], str]) -> set[int]:
    first: dict[int, int] = {}
    differing: set[int] = set()
    for row in read_rows(job):
        if row[at]:
            key, said = hash(key_of(row[at])), hash(tuple(row[index] for index in columns))
            if first.setdefault(key, said) != said:
                differing.add(key)
    return differing


def _readable(texts: list[tuple[str, FieldSpec]], cells: Cells) -> Iterator[tuple[str, str]]:
    for text, spec in texts:
        try:
            if text:
                spec.kind.parse(spec, cell_text(spec, text), cells)
                yield spec.name, text
        except ValidationError:  # its row is refused
            continue
