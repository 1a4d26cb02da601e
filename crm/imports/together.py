"""What the rows of a file say together of each company that they bring along: one of them makes it, for all."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.core.exceptions import ValidationError

from crm.fields.spec import FieldSpec
from crm.imports.answers import meant, word_key
from crm.imports.cells import Cells
from crm.imports.meant import MeantRows
from crm.imports.reading.cells import parsed

# By the link, the company (``word_key``) and the field: the first text that can be read
Said = dict[str, dict[str, dict[str, str]]]


def said_together(rows: MeantRows) -> Said:
    """Return what rows say of companies about which not all of them say the same; of others any row tells all."""
    layout = rows.layout
    links = dict.fromkeys(link for _index, link, _spec in layout.brought if link in layout.place)
    return {link: _said_of(link, rows) for link in links}


def _said_of(link: str, rows: MeantRows) -> dict[str, dict[str, str]]:
    layout = rows.layout
    columns = [(index, spec) for index, of, spec in layout.brought if of == link]
    at = layout.place[link]

    def key_of(text: str) -> str:
        return word_key(meant(rows.run.answers, link, text))

    differing = _differing(rows, at, [index for index, _spec in columns], key_of)
    cells = Cells(layout.actor)
    found: dict[str, dict[str, str]] = {}
    for row in rows if differing else ():
        if row[at] and hash(key := key_of(row[at])) in differing:
            said = found.setdefault(key, {})
            said |= dict(_readable([(row[index], spec) for index, spec in columns if spec.name not in said], cells))
    return found


def _differing(rows: MeantRows, at: int, columns: list[int], key_of: Callable[[str], str]) -> set[int]:
    first: dict[int, int] = {}
    differing: set[int] = set()
    for row in rows:
        if row[at]:
            key, said = hash(key_of(row[at])), hash(tuple(row[index] for index in columns))
            if first.setdefault(key, said) != said:
                differing.add(key)
    return differing


def _readable(texts: list[tuple[str, FieldSpec]], cells: Cells) -> Iterator[tuple[str, str]]:
    for text, spec in texts:
        try:
            if text:
                parsed(spec, text, cells)
                yield spec.name, text
        except ValidationError:  # its row is refused
            continue
