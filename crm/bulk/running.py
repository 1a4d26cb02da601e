"""Going through the records of a run, a batch at a time.

Each row is done by the service that a page would call, and undone alone: what is refused leaves nothing behind and
keeps no other row back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from psycopg.errors import ForeignKeyViolation, LockNotAvailable

from crm import catalogue
from crm.bulk import asking
from crm.bulk.asking import Companions, tries_undo
from crm.bulk.forms import values_of
from crm.bulk.giving_back import to_give_back
from crm.bulk.meanwhile import changed_meanwhile, missing_by_now
from crm.bulk.models import BulkFinding, BulkMemory, BulkOutcome, BulkRun
from crm.bulk.rows import next_rows
from crm.bulk.selectors import action_of
from crm.catalogue.actions import BulkAction, LeftOutError, Outcome, Rehearse
from crm.catalogue.types import RecordType
from crm.ground.writes import apart, are_collected, gathered, insert_many, undo_on_error
from crm.records.holding import note_held
from crm.records.refusals import reasons_of
from crm.runs.kinds import Do
from crm.runs.steps import GaveUpError
from crm.tenants.stored import read_again
from crm.undo.keeping import keeping
from crm.undo.rows import many_at_once
from crm.users.access import can

BATCH = 50
TRIED = 200  # rows that are tried at once: what is asked once in a batch is asked less often
PATIENCE = "2s"  # of a page, with rows that somebody else holds
TRIES = 2  # of a row that the database refuses: two runs may have met in a deadlock


@dataclass
class Memory:
    """What a process keeps of a run from batch to batch; ``BulkMemory`` is for the one that goes on."""

    rehearsal: Rehearse | None = None
    companions: Companions | None = None  # of the rows that an undoing tries
    is_page: bool = False  # somebody waits for it, who can be asked again


@dataclass
class Batch:
    """What became of the rows of one batch."""

    run: BulkRun
    record_type: RecordType
    action: BulkAction
    counts: Counter[str] = field(default_factory=Counter)
    done: int = 0
    findings: list[BulkFinding] = field(default_factory=list)
    outcomes: list[BulkOutcome] = field(default_factory=list)
    is_page: bool = False
    unseen: dict[UUID, str] = field(default_factory=dict)  # rows that somebody else has changed meanwhile, and how

    def find(self, record: Any, reasons: list[str], *, is_refused: bool = True) -> None:
        name = record.name[:300]
        finding = BulkFinding(run=self.run, record_id=record.pk, name=name, is_refused=is_refused, reasons=reasons)
        self.findings.append(finding)

    def leave(self, record: Any, doubts: list[str]) -> None:
        self.find(record, doubts)
        self.findings[-1].is_left = True
        self.counts["left"] += 1

    def take(self, record: Any, outcome: Outcome) -> None:
        self.counts.update(outcome.counts)
        if outcome.doubts:
            self.find(record, list(outcome.doubts), is_refused=False)
        if outcome.became:
            became = [one.as_json() for one in outcome.became]
            self.outcomes.append(BulkOutcome(run=self.run, record_id=record.pk, name=record.name[:300], became=became))


def work_in_batches(*, is_page: bool = False) -> Do:
    """What does the next batch of a run each time."""
    return partial(work_on, memory=Memory(is_page=is_page))


def hold_rows(run: BulkRun) -> bool:
    """Lock the rows of a small ``run``; False, with none locked, when somebody else holds one of them for seconds."""
    if _is_read_only(run):
        return True
    record_type = catalogue.record_type(run.record_type)
    if run.undoes_id:
        rows = to_give_back(run, record_type, run.made_by)
    else:
        rows = record_type.model.objects.filter(pk__in=next_rows(run, run.total))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout')")
            before = cursor.fetchone()[0]
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
            _wait_for_others(run, list(_locking(rows.order_by("pk"), run)))
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [before])
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        return False
    return True


def work_on(run: BulkRun, memory: Memory) -> bool:
    """Do the next batch of ``run``; False when there is nothing left to do."""
    actor, record_type = run.made_by, catalogue.record_type(run.record_type)
    action = action_of(run)
    if action is None or not actor.is_active:
        raise GaveUpError(_("%(name)s may no longer do this.") % {"name": actor.name})
    try:
        values = values_of(run, action, actor)
        ids = _next_ids(run, record_type, action, values, memory)
        do = partial(_do_rows, run, action, values, memory)
        batch = (_try_to_undo(run, ids, do, memory) if tries_undo(run) else do(ids)) if ids else None
    except ValidationError as error:
        raise GaveUpError(" ".join(error.messages)) from error
    if batch is None:
        if run.undoes_id:
            asking.refuse_missing(run)  # what has gone in the meantime
            run.save(update_fields=["refused_count", "done_count"])
        if tries_undo(run) and not asking.asks(run):
            asking.go_ahead(run)
            return True
        _refuse_unknown_rows(run)
        return False
    if memory.rehearsal is not None and (news := memory.rehearsal.news()):
        insert_many(BulkMemory, [BulkMemory(run=run, data=news)])
    _keep(run, batch, ids[-1])
    return True


def _do_rows(run: BulkRun, action: BulkAction, values: dict[str, Any], memory: Memory, ids: Sequence[UUID]) -> Batch:
    """Do the rows ``ids``, or rehearse them. What an action for batches writes is written for all of them together."""
    if not action.apply_to_batch or _is_read_only(run):
        return _do_each(run, action, values, memory, ids)
    try:
        with transaction.atomic(), many_at_once() if run.undoes_id else gathered():
            return _do_each(run, action, values, memory, ids)
    except DatabaseError:  # of some row, which is found out one by one
        if _is_broken():
            raise
        return _do_each(run, action, values, memory, ids)


def _do_each(run: BulkRun, action: BulkAction, values: dict[str, Any], memory: Memory, ids: Sequence[UUID]) -> Batch:
    record_type = catalogue.record_type(run.record_type)
    batch = Batch(run, record_type, action, is_page=memory.is_page)
    records = _records(run, record_type, ids)
    if not run.undoes_id:
        batch.findings += missing_by_now(run, record_type, ids, records)
    left_out = {one.record_id for one in batch.findings}
    rows = [one for one in (reversed(records) if action.backwards else records) if one.pk not in left_out]
    if _is_read_only(run):
        return _gone_through(rows, _rehearsing(memory, batch, records), batch)
    _wait_for_others(run, records)
    batch.unseen = changed_meanwhile(run, record_type, action, values, ids)
    return _gone_through(rows, _applying(values, batch, records), batch)


def _try_to_undo(run: BulkRun, ids: list[UUID], do: Callable[[Sequence[UUID]], Batch], memory: Memory) -> Batch:
    """Find out which of the rows cannot be taken back. If those were all of the run, and nothing stays, it is done."""
    is_whole = run.cursor is None and run.position + len(ids) == run.total
    batch = asking.attempt(run, lambda: do(ids), lambda done: is_whole and not asking.asks(run, done.findings))
    refused = {finding.record_id for finding in batch.findings}
    if not refused or run.cursor is None or not tries_undo(run):
        return batch
    if memory.companions is None:
        assert run.undoes is not None
        memory.companions = Companions.of(run.undoes)
    last, is_backwards = run.cursor, batch.action.backwards
    before = memory.companions.before(refused, lambda pk: pk >= last if is_backwards else pk <= last)
    if before:
        again = asking.attempt(run, lambda: do([*before, *ids]))
        batch.findings = [finding for finding in again.findings if finding.record_id in refused]
        batch.done = len(ids) - len(batch.findings)
    return batch


def _refuse_unknown_rows(run: BulkRun) -> None:
    """A run of an older version may not know which rows were chosen: it kept the view alone."""
    if run.undoes_id is None and run.position < run.total:
        raise GaveUpError(_("It is no longer known which rows were chosen. Choose them again."))


def _next_ids(
    run: BulkRun, record_type: RecordType, action: BulkAction, values: dict[str, Any], memory: Memory
) -> list[UUID]:
    if _is_read_only(run) and memory.rehearsal is None:
        assert action.rehearse is not None
        memory.rehearsal = action.rehearse(run.made_by, values)
        for news in BulkMemory.objects.filter(run=run).order_by("pk").values_list("data", flat=True).iterator():
            memory.rehearsal.recall(news)
    most = TRIED if run.is_dry_run else BATCH
    if run.undoes_id is None:
        return next_rows(run, most)
    told = BulkFinding.objects.filter(run=run).values("record_id")
    records = to_give_back(run, record_type, run.made_by).exclude(pk__in=told)
    if run.cursor is not None:
        records = records.filter(**{"pk__lt" if action.backwards else "pk__gt": run.cursor})
    return list(records.order_by("-pk" if action.backwards else "pk").values_list("pk", flat=True)[:most])


def _is_read_only(run: BulkRun) -> bool:
    """Whether ``run`` only says what would be done. An undoing is tried by doing it."""
    return run.is_dry_run and not run.undoes_id


def _records(run: BulkRun, record_type: RecordType, ids: Sequence[UUID]) -> list[Any]:
    """The rows, locked in the order of their ids, so that two runs over the same ones wait and not deadlock."""
    rows = record_type.model.all_objects if run.undoes_id else record_type.model.objects
    found = record_type.with_related(rows.filter(pk__in=ids), record_type.fields).order_by("pk")
    records = list(found if _is_read_only(run) else _locking(found, run))
    if _deletes(run) and not run.is_dry_run:
        note_held(records)
    return records


def _wait_for_others(run: BulkRun, records: list[Any]) -> None:
    """Let who does the same to what ``records`` are about come before or after, as the action says."""
    action = action_of(run)
    if action is not None and action.wait is not None and run.undoes_id is None:
        action.wait(*records)


def _locking(rows: QuerySet, run: BulkRun) -> QuerySet:
    """As ``get_record`` does: who deletes waits for those who write what names the rows."""
    return rows.select_for_update(of=("self",), no_key=not _deletes(run))


def _deletes(run: BulkRun) -> bool:
    action = action_of(run)
    return action is not None and action.verb == "delete" and run.undoes_id is None


def _gone_through(rows: list[Any], do: Callable[[Any], None], batch: Batch) -> Batch:
    for record in rows:
        _do_row(record, do, batch)
    return batch


def _applying(values: dict[str, Any], batch: Batch, records: list[Any]) -> Callable[[Any], None]:
    actor, event, action = batch.run.made_by, batch.run.event, batch.action
    assert event is not None
    apply = action.apply_to_batch(records, actor, values) if action.apply_to_batch else action.apply
    # What has its own way back keeps what it needs; and what a way back writes is not taken back.
    is_kept = batch.run.undoes_id is None and batch.action.take_back is None

    def do(record: Any) -> None:
        alone = nullcontext() if are_collected() else apart()
        with alone, undo_on_error(), keeping(batch.run.pk, record.pk) if is_kept else nullcontext():
            done = apply(batch.record_type, record, actor=actor, values=values, because=event)
        batch.take(record, done if isinstance(done, Outcome) else Outcome(done or {}))

    return do


def _rehearsing(memory: Memory, batch: Batch, records: list[Any]) -> Callable[[Any], None]:
    rehearsal = memory.rehearsal
    assert rehearsal is not None
    rehearsal.expect(records)

    def do(record: Any) -> None:
        batch.take(record, rehearsal(record))

    return do


def _do_row(record: Any, do: Callable[[Any], None], batch: Batch) -> None:
    if not can(batch.run.made_by, batch.action.verb, record):
        return batch.find(record, [_("You may not do this to it.")])
    if reason := batch.unseen.get(record.pk):
        return batch.find(record, [reason])
    for left in reversed(range(TRIES)):
        try:
            do(record)
        except LeftOutError as error:
            return batch.leave(record, error.messages)
        except ValidationError as error:
            return batch.find(record, reasons_of(error, batch.record_type))
        except Http404:
            return batch.find(record, [_("It is gone, or out of your reach.")])
        except DatabaseError as error:
            if _is_told(record, error, batch, is_last=not left):
                return None
            record.refresh_from_db(from_queryset=type(record)._base_manager.all())
        else:
            batch.done += 1
            return None
    return None


def _is_told(record: Any, error: DatabaseError, batch: Batch, *, is_last: bool) -> bool:
    """Whether the row is refused now; what it was to get may have been deleted meanwhile. A page asks again then, and a
    job looks anew before the next batch."""
    if _is_broken():
        raise error
    if isinstance(error.__cause__, ForeignKeyViolation):
        if batch.is_page:
            raise error
        read_again()
        batch.find(record, [_("The value to set was deleted meanwhile.")])
        return True
    if is_last:
        batch.find(record, [_("The database refused to write it.")])
    return is_last


def _is_broken() -> bool:
    """Whether nothing more can be asked in this transaction."""
    return connection.needs_rollback or connection.connection is None or connection.connection.closed


def _keep(run: BulkRun, batch: Batch, last: UUID) -> None:
    insert_many(BulkFinding, batch.findings)
    insert_many(BulkOutcome, batch.outcomes)
    refused = sum(finding.is_refused for finding in batch.findings)
    run.cursor = last
    run.done_count += batch.done
    run.refused_count += refused
    run.doubt_count += len(batch.findings) - refused
    run.counts = dict(Counter(run.counts) + batch.counts)
