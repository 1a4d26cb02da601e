"""Rows that are gone or have changed since they were chosen: they are refused, not passed over or written over."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm import catalogue
from crm.bulk.chosen import NAMED, Chosen
from crm.bulk.models import BulkFinding, BulkRun
from crm.bulk.rows import unpacked
from crm.bulk.selection import still_chosen
from crm.catalogue.actions import BulkAction
from crm.catalogue.types import RecordType
from crm.events.called import shown
from crm.events.models import Event
from crm.events.phrases import actor_name
from crm.records.access import deleted_records, visible_records
from crm.records.diff import identity
from crm.records.events import CREATED
from crm.ui import format as formats
from crm.users.models import Membership

FEW = 1_000  # rows whose events are looked for one by one, and not among all since then
MOST_READ = 5_000  # of these, the latest
LONGEST = timedelta(days=1)  # from choosing rows to doing something with them
_SET_SINCE = {  # by whether it is what the preview has gone by, and whether its value may be told
    (False, True): gettext_lazy("%(person)s has set %(field)s to “%(now)s” since you chose the rows."),
    (False, False): gettext_lazy("%(person)s has changed %(field)s since you chose the rows."),
    (True, True): gettext_lazy("%(person)s has set %(field)s to “%(now)s” since the preview."),
    (True, False): gettext_lazy("%(person)s has changed %(field)s since the preview."),
}


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
    """Return, for those of the rows ``ids``, who has set what the run would set, and to what; or what its preview has
    gone by. Where it ``ends`` them: who has done anything about them at all."""
    if run.asked_at is None:
        return {}
    if action.ends:
        return _worked_on(run.made_by, record_type, run.asked_at, ids)
    found: dict[UUID, str] = {}
    if fields := (*action.writes, *action.reads):
        events = Event.objects.filter(record_id__in=ids, at__gt=run.asked_at)
        found = _told_of(_by_others(events, run.made_by, record_type, fields), run.made_by, action, values)
    return found


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
    since, latest, ids = max(since, timezone.now() - LONGEST), [], list(unpacked(rows.packed))
    if action.ends:
        found: dict[UUID, str] = {}
        for start in range(0, len(ids), FEW):
            found |= _worked_on(actor, record_type, since, ids[start : start + FEW])
    else:
        events = Event.objects.filter(at__gt=since)
        if rows.count <= FEW:
            events = events.filter(record_id__in=ids)
        latest = list(_by_others(events, actor, record_type, action.writes).order_by("-at", "-id")[: MOST_READ + 1])
        found = _told_of(latest[MOST_READ - 1 :: -1], actor, action, values)
    changed = sorted(found.keys() & set(ids)) if found else []
    rows_now = visible_records(actor, record_type).filter(pk__in=changed[:NAMED]) if changed else ()
    told = [f"{one.name}: {found[one.pk]}" for one in rows_now]
    if more := len(changed) - len(told):
        words = {"count": formats.number(more)}
        told.append(ngettext("%(count)s more row was changed.", "%(count)s more rows were changed.", more) % words)
    if len(latest) > MOST_READ:
        told.append(_("Only the latest %(count)s changes were looked at.") % {"count": formats.number(MOST_READ)})
    return told


def is_stale(asked_at: datetime | None) -> bool:
    """Whether no list can have been drawn then from which somebody still chooses."""
    return asked_at is not None and not -LONGEST < asked_at - timezone.now() < timedelta(minutes=1)


def _by_others(
    events: QuerySet[Event], actor: Membership, record_type: RecordType, fields: Collection[str]
) -> QuerySet[Event]:
    """Those of others who wrote one of ``fields``, the oldest first."""
    others = events.filter(record_type=record_type.key, changes__has_any_keys=list(fields)).exclude(actor=actor)
    others = others.exclude(name=CREATED.of(record_type).name)  # who chose the row has seen it as it was made
    return others.select_related("actor").order_by("at", "id")


def _worked_on(actor: Membership, record_type: RecordType, since: datetime, ids: Collection[UUID]) -> dict[UUID, str]:
    """Say of those of ``ids`` which somebody else has changed, or written or done something about, who that was."""
    told: dict[UUID, str] = {}
    written = _("%(person)s has written something about it since you chose the rows.")
    done = _("%(person)s has worked on a task or entry of it since you chose the rows.")
    for about in catalogue.events_about(record_type.key, ids, since):
        for event in _of_others(about, actor):
            text = written if event.type.creates else done
            for key, record_id in event.data.get("records", ()):
                if key == record_type.key:
                    told[UUID(record_id)] = text % {"person": actor_name(event)}
    changed = Event.objects.filter(record_type=record_type.key, record_id__in=ids, at__gt=since).exclude(changes={})
    labels = record_type.labels()
    for event in _of_others(changed.exclude(name=CREATED.of(record_type).name), actor):
        if event.record_id is not None:
            names = [str(labels[name]) for name in event.changes if name in labels] or [_("other facts")]
            words = {"person": actor_name(event), "fields": ", ".join(names)}
            told[event.record_id] = _("%(person)s has changed it since you chose the rows: %(fields)s.") % words
    return {one: told[one] for one in ids if one in told}


def _of_others(events: QuerySet[Event], actor: Membership) -> QuerySet[Event]:
    return events.exclude(actor=None).exclude(actor=actor).select_related("actor").order_by("at", "id")


def _told_of(
    events: Iterable[Event], actor: Membership, action: BulkAction, values: Mapping[str, Any]
) -> dict[UUID, str]:
    found: dict[UUID, str] = {}
    for event in events:
        record_type = catalogue.record_type(event.record_type)
        for name in (*action.writes, *action.reads):
            if event.record_id and name in event.changes:
                spec, now = record_type.spec(name), event.changes[name][1]
                is_read = name in action.reads
                if not is_read and name in values and identity(spec.kind.history(values[name])) == identity(now):
                    found.pop(event.record_id, None)  # both want the same
                    continue
                is_seen = catalogue.seen(record_type, actor).has(name)  # else it is said that, but not to what
                words = {"person": actor_name(event), "field": spec.label, "now": shown(now) if is_seen else ""}
                found[event.record_id] = _SET_SINCE[is_read, is_seen] % words
    return found
