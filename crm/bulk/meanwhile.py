"""Rows that are gone or have changed since they were chosen: they are refused, not passed over or written over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.bulk.chosen import NAMED, Chosen
from crm.bulk.models import BulkFinding, BulkRun
from crm.bulk.rows import unpacked
from crm.bulk.selection import still_chosen
from crm.events.models import Event
from crm.events.phrases import actor_name, shown
from crm.records.access import deleted_records, visible_records
from crm.records.actions import BulkAction
from crm.records.diff import identity
from crm.records.types import RecordType
from crm.ui import format as formats
from crm.users.models import Membership

FEW = 1_000  # rows whose events are looked for one by one, and not among all since then
MOST_READ = 5_000  # of these, the latest
LONGEST = timedelta(days=1)  # from choosing rows to doing something with them


def missing_by_now(
    run: BulkRun, record_type: RecordType, ids: Sequence[UUID], locked: Sequence[Any]
) -> list[BulkFinding]:
    """The rows ``ids`` that were chosen and are not there any more, or not in the list that they were chosen from."""
    actor = run.made_by
    there = {record.pk for record in locked}
    missing = set(ids) - (still_chosen(run, record_type, actor, list(ids)) & there)
    if not missing:
        return []
    seen = set(visible_records(actor, record_type).filter(pk__in=missing).values_list("pk", flat=True))
    moved = _("It has been changed meanwhile: the list that you chose from no longer shows it.")
    told = {record.pk: (record.name, moved) for record in locked if record.pk in seen}
    for record in deleted_records(actor, record_type).filter(pk__in=missing):
        told[record.pk] = (record.name, _("It has been deleted meanwhile."))
    unknown = str(record_type.label), _("It is gone, or out of your reach.")  # its own name may not be told
    rows = [(one, *told.get(one, unknown)) for one in sorted(missing)]
    return [BulkFinding(run=run, record_id=one, name=name[:300], reasons=[why]) for one, name, why in rows]


def changed_meanwhile(
    run: BulkRun, record_type: RecordType, action: BulkAction, values: Mapping[str, Any], ids: Sequence[UUID]
) -> dict[UUID, str]:
    """Return, for those of the rows ``ids``, who has set what the run would set, and to what."""
    if run.asked_at is None:
        return {}
    if action.ends:
        return _worked_on(run.made_by, record_type, run.asked_at, frozenset(ids))
    if not action.writes:
        return {}
    events = Event.objects.filter(record_id__in=ids, at__gt=run.asked_at)
    return _told_of(_by_others(events, run.made_by, record_type, action), record_type, action, values)


def told_changed(
    actor: Membership,
    record_type: RecordType,
    action: BulkAction,
    *,
    values: Mapping[str, Any],
    rows: Chosen,
    since: datetime | None,
) -> list[str]:
    """What others have set in ``rows`` after ``since`` (but not before ``LONGEST``) and the action would write over, in
    words."""
    if since is None or not (action.writes or action.ends):
        return []
    since, latest = max(since, timezone.now() - LONGEST), []
    if action.ends:
        found = _worked_on(actor, record_type, since, frozenset(unpacked(rows.packed)))
    else:
        events = Event.objects.filter(at__gt=since)
        if rows.count <= FEW:
            events = events.filter(record_id__in=unpacked(rows.packed))
        latest = list(_by_others(events, actor, record_type, action).order_by("-at", "-id")[: MOST_READ + 1])
        found = _told_of(latest[MOST_READ - 1 :: -1], record_type, action, values)
    ids = sorted(found.keys() & set(unpacked(rows.packed))) if found else []
    names = {one.pk: one.name for one in visible_records(actor, record_type).filter(pk__in=ids[:NAMED])} if ids else {}
    told = [f"{name}: {found[one]}" for one, name in names.items()]
    if more := len(ids) - len(told):
        words = {"count": formats.number(more)}
        told.append(ngettext("%(count)s more row was changed.", "%(count)s more rows were changed.", more) % words)
    if len(latest) > MOST_READ:
        told.append(_("Only the latest %(count)s changes were looked at.") % {"count": formats.number(MOST_READ)})
    return told


def is_stale(asked_at: datetime | None) -> bool:
    """Whether no list can have been drawn then from which somebody still chooses."""
    return asked_at is not None and not -LONGEST < asked_at - timezone.now() < timedelta(minutes=1)


def _by_others(
    events: QuerySet[Event], actor: Membership, record_type: RecordType, action: BulkAction
) -> QuerySet[Event]:
    """Those of others who wrote what the action writes, the oldest first."""
    others = events.filter(record_type=record_type.key, changes__has_any_keys=list(action.writes)).exclude(actor=actor)
    others = others.exclude(name=f"{record_type.noun}.created")  # who chose the row has seen it as it was made
    return others.select_related("actor").order_by("at", "id")


def _worked_on(actor: Membership, record_type: RecordType, since: datetime, ids: Set[UUID]) -> dict[UUID, str]:
    """Say of those of ``ids`` which somebody else has changed, or written something about, who that was."""
    others = Event.objects.filter(at__gt=since).exclude(actor=None).exclude(actor=actor)
    others = others.select_related("actor").order_by("-at", "-id")
    told: dict[UUID, str] = {}
    text = _("%(person)s has written something about it since you chose the rows.")
    for event in others.filter(name="activity.created")[:MOST_READ]:
        for key, text_id in event.data.get("records", ()):
            if key == record_type.key and (one := UUID(text_id)) in ids:
                told.setdefault(one, text % {"person": actor_name(event)})
    changed = others.filter(record_type=record_type.key).exclude(changes={})
    changed = changed.exclude(name=f"{record_type.noun}.created")
    if len(ids) <= FEW:
        changed = changed.filter(record_id__in=ids)
    labels = record_type.labels()
    for event in reversed(changed[:MOST_READ]):
        if event.record_id is not None and event.record_id in ids:
            names = [str(labels[name]) for name in event.changes if name in labels] or [_("other facts")]
            words = {"person": actor_name(event), "fields": ", ".join(names)}
            told[event.record_id] = _("%(person)s has changed it since you chose the rows: %(fields)s.") % words
    return told


def _told_of(
    events: Iterable[Event], record_type: RecordType, action: BulkAction, values: Mapping[str, Any]
) -> dict[UUID, str]:
    found: dict[UUID, str] = {}
    for event in events:
        for name in action.writes:
            if event.record_id and name in event.changes:
                now = event.changes[name][1]
                if name in values and identity(record_type.spec(name).kind.json(values[name])) == identity(now):
                    found.pop(event.record_id, None)  # both want the same
                    continue
                words = {"person": actor_name(event), "field": record_type.spec(name).label, "now": shown(now)}
                text = _("%(person)s has set %(field)s to “%(now)s” since you chose the rows.")
                found[event.record_id] = text % words
    return found
