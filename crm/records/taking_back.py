"""Taking back what was done to a record: it gets the values of before, unless somebody has changed them since."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm import catalogue
from crm.catalogue.types import RecordType
from crm.events.called import shown
from crm.events.models import Event
from crm.ground.writes import service
from crm.records.diff import identity
from crm.records.hiding import fill_in
from crm.records.versions import ConflictError, refuse_unseen, told
from crm.users.models import Membership

_lasting: list[Callable[[QuerySet[Event]], str]] = []


@service
def take_back(
    record: Any,
    event: Event,
    *,
    actor: Membership | None,
    because: Event | None = None,
    later: Collection[Event] | None = None,
) -> Event | None:
    """Give ``record``, which must be locked, the values that it had before ``event``; return the event of that.

    Of fields that ``actor`` may not write, those alone follow that a move has written along (``set_by_move``); where
    ``event`` has changed another one, nothing is taken back.
    Raises ``ConflictError`` keyed by field where it has another value by now than ``event`` gave it, and
    ``ValidationError`` where the old one can no longer be had. None: it has its old values already. ``later`` are the
    record's ``later_events``, where many have been looked up together.
    """
    fill_in(record)
    record_type = catalogue.type_of(record)
    seen = record_type if actor is None else catalogue.seen(record_type, actor)
    pairs = {name: pair for name, pair in event.changes.items() if _is_written(seen, name)}
    if event.type.creates or not pairs:
        raise ValidationError(_("There is nothing to take back."))
    _refuse_limited(record_type, seen, event)
    values = {name: record_type.spec(name).kind.restored(old) for name, (old, _new) in pairs.items()}
    given = {name: new for name, (_old, new) in pairs.items()}
    refuse_unseen(record_type, record, values, given, hidden=seen.hidden)
    _refuse_set_again(record_type, record, event, values, hidden=seen.hidden, later=later)
    if record_type.move_back is not None and record_type.set_by_move[0] in values:
        return record_type.move_back(record, event=event, values=values, actor=actor, because=because)
    return record_type.update(record, actor=actor, values=values, because=because)


def _refuse_limited(record_type: RecordType, seen: RecordType, event: Event) -> None:
    """Half a change is not taken back: the actor's role may have lost one of its fields since."""
    lost = [one for one in event.changes if _is_written(record_type, one) and not _is_written(seen, one)]
    if any(name in seen.hidden for name in lost):
        raise ValidationError(_("It has changed a field that you may not see."))
    if lost:
        raise ValidationError({name: _("You may not change this field.") for name in lost})


def later_events(events: Collection[Event]) -> dict[UUID, list[Event]]:
    """Return, by record, what was changed of the records of ``events``, all of one type, since the first of these."""
    if not events:
        return {}
    ids = {event.record_id for event in events}
    since = min(event.at for event in events)
    rows = Event.objects.filter(record_type=next(iter(events)).record_type, record_id__in=ids, at__gt=since)
    found: dict[UUID, list[Event]] = {}
    for row in rows.exclude(changes={}).only("record_id", "at", "because_id", "changes").order_by():
        if row.record_id is not None:
            found.setdefault(row.record_id, []).append(row)
    return found


def _refuse_set_again(
    record_type: RecordType,
    record: Any,
    event: Event,
    values: dict[str, Any],
    *,
    hidden: Collection[str],
    later: Collection[Event] | None,
) -> None:
    """Raise ``ConflictError`` for fields that others have set since ``event``, be it to the value that it gave them."""
    different = [name for name, old in values.items() if not _is_now(record_type, record, name, old)]
    if not different:
        return
    if later is None:
        later = later_events([event]).get(record.pk, ())
    own = {event.pk, event.because_id} - {None}  # what followed from it, and what was done together
    touched = {name for one in later if one.at > event.at and one.because_id not in own for name in one.changes}
    errors = {}
    for name in different:
        if name in touched:
            spec = record_type.spec(name)
            errors[name] = told(record, name, None if name in hidden else shown(spec.kind.history(spec.value(record))))
    if errors:
        raise ConflictError(errors)


def _is_now(record_type: RecordType, record: Any, name: str, value: Any) -> bool:
    spec = record_type.spec(name)
    return identity(spec.kind.history(spec.value(record))) == identity(spec.kind.history(value))


def what_stays(*, events: QuerySet[Event]) -> list[str]:
    """Say what was made because of ``events``, and is still there once they were taken back: tasks, mailing lists."""
    followed = Event.objects.filter(because__in=events)
    return [words for tell in _lasting if (words := tell(followed))]


def tells_what_stays(tell: Callable[[QuerySet[Event]], str]) -> Callable[[QuerySet[Event]], str]:
    """Have ``tell`` say what of the events that followed is still there once their cause was taken back ("": none)."""
    _lasting.append(tell)
    return tell


def _is_written(record_type: RecordType, name: str) -> bool:
    """Whether people set the field; all others follow from those."""
    return name in record_type.set_by_move or (record_type.has(name) and record_type.spec(name).on_edit)
