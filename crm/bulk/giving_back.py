"""What taking a run back does, and to which records: it brings back, gives old values, or as the action itself says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm import catalogue
from crm.bulk.actions import CHANGED, DELETE
from crm.bulk.models import BulkRun
from crm.catalogue.actions import BulkAction
from crm.catalogue.types import RecordType
from crm.events.models import Event
from crm.events.phrases import actor_name
from crm.records.access import deleted_records, visible_records
from crm.records.events import DELETED
from crm.records.taking_back import take_back
from crm.undo.changes import changes_of, forget_act
from crm.undo.taking_back import bring_rows_back, look_at_rows
from crm.users.models import Membership


def _restore(
    record_type: RecordType, record: Any, /, *, actor: Membership, values: dict[str, Any], because: Event
) -> dict[str, int]:
    record_type.restore(record, actor=actor, because=because)
    return {"restored": 1}


def _bring_back(
    run: BulkRun,
    record_type: RecordType,
    record: Any,
    /,
    *,
    actor: Membership,
    values: dict[str, Any],
    because: Event,
) -> dict[str, int]:
    """Bring back what ``run`` has deleted; not what lies in the bin because somebody has deleted it anew since."""
    deletions = Event.objects.filter(
        record_type=record_type.key, record_id=record.pk, name=DELETED.of(record_type).name
    )
    latest = deletions.select_related("actor").order_by("-at", "-id").first()
    if latest is not None and latest.because_id != run.event_id:
        raise ValidationError(gettext("%(person)s has deleted it anew since.") % {"person": actor_name(latest)})
    with _rows_beside(run, record, actor, because):
        return _restore(record_type, record, actor=actor, values=values, because=because)


@contextmanager
def _rows_beside(run: BulkRun, record: Any, actor: Membership, because: Event) -> Iterator[bool]:
    """Bring back what ``run`` wrote for ``record``, exactly, when inside it has got its fields back by its services,
    which tell of that; gives whether there is anything."""
    entries = changes_of(run.pk, record.pk)
    changed = look_at_rows(entries, record, actor)
    yield bool(entries)
    bring_rows_back(entries, changed, record, actor=actor, because=because)
    forget_act(run.pk, record.pk)


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
    if run.action == DELETE.key:
        return replace(RESTORE, apply=partial(_bring_back, run))
    action = _shipped(run)
    own = action.take_back if action else None

    def give_back(
        record_type: RecordType, record: Any, /, *, actor: Membership, values: dict[str, Any], because: Event
    ) -> dict[str, int]:
        events = (changes_by(run) if own is None else Event.objects.filter(because=run.event_id)).order_by("at", "id")
        done = events.filter(record_type=record_type.key, record_id=record.pk).first()
        if own is not None and done is not None:
            return dict(own(record_type, record, done, actor))
        with _rows_beside(run, record, actor, because) as is_changed:
            back = None if done is None else take_back(record, done, actor=actor, because=because)
        return {"changed" if is_changed or back else "same": 1}

    texts = action or BulkAction
    return BulkAction(
        "give_back",
        _("Undo"),
        "undo-2",
        texts.undo_heading,
        give_back,
        verb=texts.verb,
        done=texts.undone,
        tells=CHANGED,
        backwards=True,  # what several rows wrote is as it was before the first of them
    )


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
    done = Event.objects.filter(because=run.undoes.event_id, record_type=record_type.key)
    there = visible_records(actor, record_type).order_by().values("pk")
    missing = done.exclude(record_id__in=there).exclude(
        record_id__in=to_give_back(run, record_type, actor).values("pk")
    )
    return sorted({one for one in missing.values_list("record_id", flat=True) if one is not None})


def to_give_back(run: BulkRun, record_type: RecordType, actor: Membership) -> QuerySet:
    """The records that ``run`` is to give back and ``actor`` can reach by now, in no order."""
    assert run.undoes is not None
    done = Event.objects.filter(because=run.undoes.event_id, record_type=record_type.key)
    if puts_away(run.undoes):
        return deleted_records(actor, record_type).order_by().filter(pk__in=done.values("record_id"))
    return visible_records(actor, record_type).filter(pk__in=done.values("record_id"))
