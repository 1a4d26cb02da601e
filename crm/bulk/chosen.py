"""What was shown is what is done: the rows behind the number of a dialog, known again when it is sent.

A dialog sends the ``mark`` of its rows back. Where the rows have another one by then, it is asked again.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import BitXor
from django.db.models import BigIntegerField, Count, F, Func, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.records.access import deleted_records, visible_records
from crm.records.types import RecordType
from crm.ui import format as formats
from crm.users.models import Membership

MOST_KEPT = 20_000  # rows of which a run keeps the ids
NAMED = 5  # rows that are gone, by their names


@dataclass(frozen=True)
class Chosen:
    """Rows of a list; where they are more than ``MOST_KEPT``, without ``ids`` but up to the one of ``last``.

    ``gone`` are the names of rows that were ticked and deleted since, ``unseen`` counts those that have no name here.
    """

    count: int
    mark: str
    ids: list[UUID]
    last: UUID | None = None
    gone: tuple[str, ...] = ()
    unseen: int = 0


def all_of(records: QuerySet[Any]) -> Chosen:
    """All rows of ``records``, one statement where they are no more than a run can keep."""
    ids = sorted(records.order_by().values_list("pk", flat=True)[: MOST_KEPT + 1])
    if len(ids) <= MOST_KEPT:
        return Chosen(len(ids), _mark(ids), ids)
    number = Func(Cast(F("pk"), TextField()), Value(0), function="hashtextextended", output_field=BigIntegerField())
    found = records.order_by().aggregate(count=Count("pk"), sum=BitXor(number))
    last = records.order_by("-pk").values_list("pk", flat=True)[0]
    return Chosen(found["count"], f"{found['count']}-{found['sum']}", [], last)


def ticked(actor: Membership, record_type: RecordType, ids: list[UUID]) -> Chosen:
    """Those of ``ids`` that are there; of the others it is told who they were, as far as ``actor`` may know."""
    there = sorted(visible_records(actor, record_type).filter(pk__in=ids).values_list("pk", flat=True))
    gone: tuple[str, ...] = ()
    missing = set(ids) - set(there)
    if missing:
        gone = tuple(record.name for record in deleted_records(actor, record_type).filter(pk__in=missing))
    return Chosen(len(there), _mark(there), there, gone=gone, unseen=len(missing) - len(gone))


def _mark(ids: list[UUID]) -> str:
    return f"{len(ids)}-{sha256(b''.join(one.bytes for one in ids)).hexdigest()[:32]}"


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
