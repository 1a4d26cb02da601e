"""What was shown is what is done: the rows behind the number of a dialog, known again when it is sent.

A dialog sends the ``mark`` of its rows back. Where the rows have another one by then, it is asked again.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.bulk.rows import SIZE, packed, packed_rows
from crm.catalogue.types import RecordType
from crm.records.access import deleted_records, visible_records
from crm.ui import format as formats
from crm.users.models import Membership

NAMED = 5  # rows that are gone, by their names


@dataclass(frozen=True)
class Chosen:
    """Rows of a list, by their ids.

    ``gone`` are the names of rows that were ticked and deleted since, ``unseen`` counts those that have no name here.
    """

    packed: bytes = b""
    gone: tuple[str, ...] = ()
    unseen: int = 0

    @property
    def count(self) -> int:
        return len(self.packed) // SIZE

    @property
    def mark(self) -> str:
        return f"{self.count}-{sha256(self.packed).hexdigest()[:32]}"


def all_of(records: QuerySet[Any]) -> Chosen:
    return Chosen(packed_rows(records))


def ticked(actor: Membership, record_type: RecordType, ids: list[UUID]) -> Chosen:
    """Those of ``ids`` that are there; of the others it is told who they were, as far as ``actor`` may know."""
    there = set(visible_records(actor, record_type).filter(pk__in=ids).values_list("pk", flat=True))
    gone: tuple[str, ...] = ()
    missing = set(ids) - there
    if missing:
        gone = tuple(record.name for record in deleted_records(actor, record_type).filter(pk__in=missing))
    return Chosen(packed(there), gone, len(missing) - len(gone))


def told_gone(chosen: Chosen) -> str:
    """Which of the rows that were ticked are no longer there, as a sentence; "" when all are."""
    named = ", ".join(chosen.gone[:NAMED])
    found = []
    if more := len(chosen.gone) - NAMED if len(chosen.gone) > NAMED else 0:
        words = {"names": named, "count": formats.number(more)}
        found.append(_("Deleted since you chose the rows: %(names)s, and %(count)s more.") % words)
    elif named:
        found.append(_("Deleted since you chose the rows: %(names)s.") % {"names": named})
    if chosen.unseen:
        sentence = ngettext(
            "%(count)s of the rows you chose is gone, or out of your reach.",
            "%(count)s of the rows you chose are gone, or out of your reach.",
            chosen.unseen,
        )
        found.append(sentence % {"count": formats.number(chosen.unseen)})
    return " ".join(found)


def objection(chosen: Chosen, shown: str, *, is_all: bool) -> str:
    """Why ``chosen`` is not what somebody has confirmed who was ``shown`` a mark; "" when it is.

    Ticked rows that were sent with no mark name themselves, as long as all are there.
    """
    if shown == chosen.mark or not (shown or is_all or chosen.gone or chosen.unseen):
        return ""
    before = shown.partition("-")[0]
    if not before.isdecimal() or len(before) > 9:
        return _("Check which rows are meant, and confirm.")
    words = {"before": formats.number(int(before)), "now": formats.number(chosen.count)}
    if int(before) == chosen.count:
        return _("Since this was shown, some rows have left the list and others have come in. Check and confirm again.")
    return (
        _("Since this was shown, the rows have changed: %(before)s then, %(now)s now. Check and confirm again.") % words
    )
