"""A type of record as a role sees it: without the fields that are hidden, and with those that may only be read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from django.utils.translation import gettext as _

from crm.catalogue.types import RecordType


def narrowed(record_type: RecordType, hidden: frozenset[str], read_only: frozenset[str]) -> RecordType:
    """The type as it is for people who do not see the fields ``hidden`` and may not change those ``read_only``."""
    fields = (one.as_seen(hidden, read_only) for one in record_type.fields)
    seen = tuple(one for one in fields if one is not None)
    derived = tuple(one for one in record_type.derived if one.as_seen(hidden, frozenset()))
    names = {one.name for one in (*seen, *derived)}
    hidden |= {one.name for one in (*record_type.fields, *record_type.derived)} - names
    sort = record_type.sort if record_type.sort.removeprefix("-") in names else "name"
    board, kept = record_type.board, hidden | read_only
    if board is not None and board.amount in hidden:
        board = replace(board, amount="")
    step = record_type.next_step if kept.isdisjoint(record_type.next_step or ()) else None
    splits = tuple(one for one in record_type.splits if kept.isdisjoint(one.fields))
    found = replace(record_type, fields=seen, derived=derived, sort=sort, board=board, next_step=step)
    return replace(found, splits=splits, hidden=hidden, read_only=read_only)


def why_unmade(record_type: RecordType, unwritable: Collection[str]) -> str:
    """Why who may not write the fields ``unwritable`` could create no records of the type; "": they could.

    No other field is in the way: what is always needed is always seen, has a default, or is the workspace's own, and
    nobody needs to give what they may not write.
    """
    needed = record_type.specs(record_type.one_needed)
    if not needed or any(spec.name not in unwritable for spec in needed):
        return ""
    words = {"records": record_type.in_text_plural, "fields": ", ".join(str(spec.label) for spec in needed)}
    text = _(
        "People of this role could create no %(records)s: each needs one of %(fields)s. Let them change one of these "
        "fields, or do not let them create %(records)s."
    )
    return text % words
