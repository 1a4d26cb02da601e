"""Numbers of records that the database keeps added up, so that no page goes through all records for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class KeptSums:
    """``model`` has rows that say by how much the records that are alike in ``fields`` grew or shrank: their
    ``number``, how many of them are ``valued`` (have an amount), and what they add up to in its ``currency``.

    Its columns of the fields are called as those of the record are. ``told_by_them`` are fields of which conditions ask
    by those columns alone: a pipeline by its stages. ``groups`` are those by which lines can be told
    apart, ``measures`` what can be told of them: by the name of each, its column.
    """

    model: type[Any]
    fields: frozenset[str]
    told_by_them: frozenset[str]
    groups: frozenset[str]
    measures: Mapping[str, str]
