"""What a type of record must keep to, so that nothing of it breaks later, or is lost on a page."""

from __future__ import annotations

import re

from crm.catalogue.types import RecordType

_KEY = re.compile(r"[a-z][a-z0-9_]{0,29}")


def refuse_unfit(record_type: RecordType) -> None:
    """Raise ``ValueError`` for a declaration that cannot be kept: it stops the product from starting."""
    key, board = record_type.key, record_type.board
    if not _KEY.fullmatch(key):
        kept = "a letter, then letters, digits and underscores, all small and plain, 30 at most"
        raise ValueError(f"A record type cannot have the key {key!r}: it is {kept}.")
    if board and record_type.model._meta.get_field(record_type.spec(board.column).column).null:
        lost = f"those without {board.column!r} would stand in no column"
        raise ValueError(f"The board of {key!r} would not show all records: {lost}. Its field must not be null.")
