"""What taking a run back does, and to which records: it brings back, gives old values, or as the action itself says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from crm import catalogue
from crm.bulk.actions import CHANGED, DELETE
from crm.bulk.models import BulkFinding, BulkRun
from crm.catalogue.actions import Apply, BulkAction, TakeBack
from crm.catalogue.types import RecordType
from crm.events.models import Event
from crm.events.phrases import actor_name
from crm.fields.tags import TAGS_KEY, tag_by_id
from crm.ground.text import sort_key
from crm.ground.writes import saved_last
from crm.records.access import deleted_records, visible_records
from crm.records.events import DELETED
from crm.records.taking_back import later_events, take_back
from crm.undo.changes import TAG, Entry, changes_by_part, forget_act
from crm.undo.models import Change
from crm.undo.rows import Rows
from crm.undo.taking_back import bring_rows_back, look_at_rows
from crm.users.models import Membership


class _Together:
    """What is known of some records that ``run`` has changed, looked up for all of them at once."""

    def __init__(self, run: BulkRun, record_type: RecordType, records: Sequence[Any]) -> None:
        self.run = run
        ids = [record.pk for record in records]
        self.entries = changes_by_part(run.pk, ids)
        self.rows = Rows(self.entries, records)
        done = changes_by(run).filter(record_type=record_type.key, record_id__in=ids).order_by("-at", "-id")
        self.done = {event.record_id: event for event in done}  # the first of each
        self.later = later_events(self.done.values())
        self.deletions: dict[UUID, Event] = {}
        if run.action == DELETE.key:
            deleted = Event.objects.filter(name=DELETED.of(record_type).name, record_type=record_type.key)
            latest = deleted.filter(record_id__in=ids).order_by("record_id", "-at", "-id").distinct("record_id")
            self.deletions = {one.record_id: one for one in latest.select_related("actor") if one.record_id}

    @contextmanager
    def beside(self, record: Any, actor: Membership, because: Event) -> Iterator[Callable[[], bool]]:
        """Bring back what the run wrote for ``record``, exactly, when inside it has got its fields back by its
        services, which tell of that; gives what tells, after that, whether there was anything to bring back."""
        entries, is_brought = self.entries.get(record.pk, []), False
        changed = look_at_rows(entries, record, actor, self.rows)
        try:
            yield lambda: is_brought
            is_brought = bring_rows_back(entries, changed, record, actor=actor, because=because, rows=self.rows)
        except DatabaseError:  # it may be tried again
            self.rows.forget(entries, but=record.pk)
            raise
        forget_act(self.run.pk, record.pk)

    def restore(
        self, record_type: RecordType, record: Any, /, *, actor: Membership, values: dict[str, Any], because: Event
    ) -> dict[str, int]:
        """Bring back what the run has deleted; not what lies in the bin because somebody has deleted it anew since."""
        latest = self.deletions.get(record.pk)
        if latest is not None and latest.because_id != self.run.event_id:
            raise ValidationError(gettext("%(person)s has deleted it anew since.") % {"person": actor_name(latest)})
        with self.beside(record, actor, because):
            return _restore(record_type, record, actor=actor, values=values, because=because)

    def give_back(
        self, record_type: RecordType, record: Any, /, *, actor: Membership, values: dict[str, Any], because: Event
    ) -> dict[str, int]:
        with self.beside(record, actor, because) as is_brought:
            done, back = self.done.get(record.pk), None
            if done is not None:
                _call_tags_as_now(record_type, record, done, self.entries.get(record.pk, ()))
                later = self.later.get(record.pk, ())
                is_read = self.rows.is_shared((record._meta.label_lower, record.pk))
                with nullcontext() if is_read else saved_last(record):
                    back = take_back(record, done, actor=actor, because=because, later=later)
                self.rows.forget(self.entries.get(record.pk, ()), but=record.pk)
        return {"changed" if is_brought() or back else "same": 1}


def _call_tags_as_now(record_type: RecordType, record: Any, done: Event, entries: Sequence[Entry]) -> None:
    """Let ``done`` tell of tags as they are called now: it has names, and what was written has ids."""
    own = next((entry for entry in entries if entry.pk == record.pk), None)
    if own is None or "tags" not in done.changes:
        return
    before = dict.fromkeys(record.custom.get(TAGS_KEY, ()), True)
    before |= {name.removeprefix(TAG): bool(was) for name, was in own.before.items() if name.startswith(TAG)}
    tags = [tag_by_id(tag_id) for tag_id, was_there in before.items() if was_there]
    names = tuple(sorted((tag.name for tag in tags if tag is not None), key=sort_key))
    spec = record_type.spec("tags")
    done.changes = done.changes | {"tags": [spec.kind.history(names), spec.kind.history(spec.value(record))]}


def _restore(
    record_type: RecordType, record: Any, /, *, actor: Membership, values: dict[str, Any], because: Event
) -> dict[str, int]:
    record_type.restore(record, actor=actor, because=because)
    return {"restored": 1}


# Not offered over lists: it is how a deletion is undone.
RESTORE = BulkAction(
    "restore",
    _("Bring back"),
    "undo-2",
    _("Bring back %(count)s %(records)s"),
    _restore,
    verb="delete",
    done=_("%(count)s %(records)s brought back"),
    tells={"restored": _("brought back")},
)


def undoing(run: BulkRun) -> BulkAction:
    """The action that takes back what ``run`` did: it brings back, gives old values, or as the action itself says."""
    record_type = catalogue.record_type(run.record_type)
    if run.action == DELETE.key:
        return replace(
            RESTORE, apply_to_batch=lambda records, actor, values: _Together(run, record_type, records).restore
        )
    action = _shipped(run)
    own = action.take_back if action else None
    texts = action or BulkAction
    return BulkAction(
        "give_back",
        _("Undo"),
        "undo-2",
        texts.undo_heading,
        _in_its_own_way(run, own) if own else _nothing,
        verb=texts.verb,
        done=texts.undone,
        tells=CHANGED,
        already=ngettext_lazy("%(count)s was as before already.", "%(count)s were as before already.", "n"),
        apply_to_batch=None if own else lambda records, actor, values: _Together(run, record_type, records).give_back,
        backwards=True,  # what several rows wrote is as it was before the first of them
    )


def _nothing(
    record_type: RecordType, record: Any, /, *, actor: Membership, values: dict[str, Any], because: Event
) -> dict[str, int]:
    return {}


def _in_its_own_way(run: BulkRun, take_back: TakeBack) -> Apply:
    def back(
        record_type: RecordType, record: Any, /, *, actor: Membership, values: dict[str, Any], because: Event
    ) -> dict[str, int]:
        done = Event.objects.filter(because=run.event_id, record_type=record_type.key, record_id=record.pk)
        first = done.order_by("at", "id").first()
        return {"same": 1} if first is None else dict(take_back(record_type, record, first, actor))

    return back


def _shipped(run: BulkRun) -> BulkAction | None:
    every = catalogue.all_bulk_actions(run.record_type, run.made_by)
    return next((one for one in every if one.key == run.action), None)


def puts_away(run: BulkRun) -> bool:
    """Whether what ``run`` did left its records in the recycle bin."""
    action = _shipped(run)
    return action is not None and action.verb == "delete"


def changes_by(run: BulkRun) -> QuerySet[Event]:
    """What ``run`` did to the records themselves, not what followed from that."""
    return Event.objects.filter(because=run.event_id).exclude(changes={})


def out_of_reach(run: BulkRun, record_type: RecordType, actor: Membership) -> list[UUID]:
    """Return the records that ``run`` is to give back and ``actor`` cannot reach by now.

    What somebody else has brought back from the bin already is not among them.
    """
    assert run.undoes is not None
    there = visible_records(actor, record_type).order_by().values("pk")
    missing = _left_of(run.undoes).exclude(record_id__in=there)
    missing = missing.exclude(record_id__in=to_give_back(run, record_type, actor).values("pk"))
    return sorted({one for one in missing.values_list("record_id", flat=True) if one is not None})


def to_give_back(run: BulkRun, record_type: RecordType, actor: Membership) -> QuerySet:
    """The records that ``run`` is to give back and ``actor`` can reach by now, in no order."""
    assert run.undoes is not None
    ids = _left_of(run.undoes).values("record_id")
    if puts_away(run.undoes):
        return deleted_records(actor, record_type).order_by().filter(pk__in=ids)
    return visible_records(actor, record_type).filter(pk__in=ids)


def is_left(run: BulkRun) -> bool:
    """Whether there is something of ``run`` that was not taken back."""
    return _left_of(run).exists()


def _left_of(run: BulkRun) -> QuerySet[Event]:
    """What ``run`` did to records, but for those for which it was taken back."""
    done = Event.objects.filter(because=run.event_id, record_type=run.record_type)
    action = _shipped(run)
    if action is None or action.take_back is None:  # of what was taken back nothing is kept any more
        return done.filter(record_id__in=Change.objects.filter(act=run.pk).values("part"))
    for undoing in BulkRun.objects.filter(undoes=run, is_dry_run=False).exclude(cursor=None):  # it goes backwards
        stayed = BulkFinding.objects.filter(run=undoing, is_refused=True).values("record_id")
        done = done.exclude(Q(record_id__gte=undoing.cursor) & ~Q(record_id__in=stayed))
    return done
