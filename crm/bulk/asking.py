"""Undo asks first where it cannot take back all: it is tried before, by what will do it, and put on again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from crm import catalogue, events
from crm.bulk.events import STARTED
from crm.bulk.forgetting import forget_results
from crm.bulk.giving_back import out_of_reach, to_give_back
from crm.bulk.models import BulkFinding, BulkOutcome, BulkRun
from crm.bulk.selectors import action_of
from crm.bulk.telling import heading
from crm.catalogue.actions import BulkAction
from crm.ground.writes import insert_many
from crm.runs.kinds import kind_of
from crm.runs.steps import make_new
from crm.tenants.memo import forget
from crm.undo.models import Change
from crm.users.models import Membership

T = TypeVar("T")
AGREED = "agreed"  # in a run's data: the mark of what stays, as somebody was told and said to go on
MOST_TOGETHER = 500  # rows that are tried once more before one that hangs on them


def tries_undo(run: BulkRun) -> bool:
    """Whether ``run`` only finds out so far what it cannot take back."""
    return run.undoes_id is not None and run.is_dry_run


def asks(run: BulkRun, more: Iterable[BulkFinding] = ()) -> bool:
    """Whether something stays, with ``more`` that was found just now, and nobody has said to go on with the others."""
    stays = mark(run, more)
    return bool(stays) and stays != run.data.get(AGREED)


def mark(run: BulkRun, more: Iterable[BulkFinding] = ()) -> str:
    """By which what stays is known again; "" when nothing does."""
    ids = set(BulkFinding.objects.filter(run=run, is_refused=True).values_list("record_id", flat=True))
    ids |= {finding.record_id for finding in more if finding.is_refused}
    return sha256(b"".join(one.bytes for one in sorted(ids))).hexdigest()[:32] if ids else ""


def tell_start(run: BulkRun, actor: Membership, action: BulkAction) -> Any:
    """What the changes will be because of."""
    record_type = catalogue.record_type(run.record_type)
    data = {"action": heading(action, record_type, run.total), "type": run.record_type, "rows": run.total}
    return events.record(STARTED, record=run, actor=actor, data=data)


def begin_anew(run: BulkRun) -> None:
    """Set ``run``, which is saved, to its first row; what is gone by now, or out of reach, is refused already."""
    forget_results(run)
    make_new(kind_of("bulk"), run)
    record_type = catalogue.record_type(run.record_type)
    refuse_missing(run)
    run.total = to_give_back(run, record_type, run.made_by).count() + run.refused_count


def refuse_missing(run: BulkRun) -> None:
    """Name what ``run`` is to give back and is gone by now, or out of reach."""
    record_type = catalogue.record_type(run.record_type)
    told = set(BulkFinding.objects.filter(run=run).values_list("record_id", flat=True))
    missing = [one for one in out_of_reach(run, record_type, run.made_by) if one not in told]
    name, reasons = str(record_type.label), [_("It is gone, or out of your reach.")]  # its own name may not be told
    insert_many(BulkFinding, [BulkFinding(run=run, record_id=one, name=name, reasons=reasons) for one in missing])
    run.refused_count += len(missing)
    run.done_count = max(0, min(run.done_count, run.total - run.refused_count))  # it may have been tried with success


def go_ahead(run: BulkRun) -> None:
    """Nothing stays, or somebody has agreed to it: from now on it is done for real."""
    action = action_of(run)
    assert action is not None
    begin_anew(run)
    run.is_dry_run = False
    run.event = tell_start(run, run.made_by, action)


class _PutOnAgain(Exception):
    pass


def attempt(run: BulkRun, do: Callable[[], T], may_stay: Callable[[T], bool] = lambda done: False) -> T:
    """Have ``do`` take something back, and the database as it was before; unless what came of it ``may_stay``: then the
    run is for real."""
    action = action_of(run)
    assert action is not None
    done: list[T] = []
    try:
        with transaction.atomic():
            run.event = tell_start(run, run.made_by, action)
            done.append(do())
            if not may_stay(done[0]):
                raise _PutOnAgain
            run.is_dry_run = False
    except _PutOnAgain:
        run.event = None
        forget()
    return done[0]


@dataclass
class Companions:
    """Rows of a run that are taken back one before the other: they were given something together."""

    groups: dict[UUID, list[frozenset[UUID]]] = field(default_factory=dict)

    @staticmethod
    def of(run: BulkRun) -> Companions:
        """Those of what ``run`` did: both wrote the same row, or have become the same record."""
        shared = Change.objects.filter(act=run.pk).values("table", "row").annotate(count=Count("pk"))
        found = [frozenset(parts) for parts in shared.filter(count__gt=1).values_list(ArrayAgg("part"), flat=True)]
        became: dict[str, set[UUID]] = {}
        for record_id, records in BulkOutcome.objects.filter(run=run).values_list("record_id", "became"):
            for one in records:
                became.setdefault(one["id"], set()).add(record_id)
        found += [frozenset(ids) for ids in became.values() if len(ids) > 1]
        groups: dict[UUID, list[frozenset[UUID]]] = {}
        for group in found:
            for one in group:
                groups.setdefault(one, []).append(group)
        return Companions(groups)

    def before(self, ids: Collection[UUID], is_before: Callable[[UUID], bool]) -> set[UUID]:
        """Those that hang together with ``ids``, also by others, as far as they come before; none where those are more
        than can be tried again."""
        found: set[UUID] = set()
        ahead = list(ids)
        while ahead:
            near = {one for group in self.groups.get(ahead.pop(), ()) for one in group}
            new = {one for one in near - found - set(ids) if is_before(one)}
            if len(found) + len(new) > MOST_TOGETHER:
                return set()
            found |= new
            ahead += new
        return found
