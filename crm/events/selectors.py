"""Reading the log and the outbox."""

from __future__ import annotations

from uuid import UUID

from django.db import connection, models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from crm.events.models import Event, HandlerRun, OutboxMessage
from crm.events.phrases import actor_name, importer_of
from crm.events.types import event_types
from crm.tenants.models import TenantModel
from crm.ui.seen import Change


def events_of(record: TenantModel) -> models.QuerySet[Event]:
    """Return what happened to ``record``, the latest first, actors and causes with it."""
    return events_about(record.type_key, record.pk)


def events_about(record_type: str, record_id: UUID) -> models.QuerySet[Event]:
    """``events_of`` the record of that type and id."""
    of_record = Event.objects.filter(record_type=record_type, record_id=record_id)
    return of_record.select_related("actor", "because", "because__actor").order_by("-at", "-id")


def said_by_a_person() -> models.Q:
    """Events in which a person said how it is to be: in a form, for many rows at once, or by a file.

    A workflow and the calendar act for nobody, and what an undo puts back is what was there before.
    """
    return acted_by_a_person() & still_stands()


def acted_by_a_person() -> models.Q:
    """Like ``said_by_a_person``, of events that are known to stand."""
    undoing = [one.name for one in event_types() if one.undoes]
    return models.Q(actor__isnull=False) & ~models.Q(because__name__in=undoing)


def still_stands() -> models.Q:
    """Events that were not taken back, and that take back none: ``data["undoes"]`` of an event is the id of another."""
    of_record = Event.objects.filter(
        record_type=models.OuterRef("record_type"), record_id=models.OuterRef("record_id"), data__has_key="undoes"
    )
    undone = of_record.annotate(undone=KeyTextTransform("undoes", "data"))
    is_undone = models.Exists(undone.filter(undone=Cast(models.OuterRef("pk"), models.TextField())))
    return ~models.Q(data__has_key="undoes") & ~models.Q(is_undone)


def last_change(record: TenantModel, field: str) -> Change | None:
    """Return who changed ``field`` of ``record`` last."""
    return _told(events_of(record).filter(changes__has_key=field))


def last_change_of_setting(setting: TenantModel | None, name: str) -> Change | None:
    """Return who changed ``name`` of a row of the setup (None: of the workspace itself) last."""
    latest = Event.objects.select_related("actor").order_by("-at", "-id")
    if setting is None:
        itself = [one.name for one in event_types() if not one.about and not one.payload]  # what others name is no part
        return _told(latest.filter(record_type="", name__in=itself, changes__has_key=name))
    pk = str(setting.pk)
    named = models.Q(record_type="") & (models.Q(data__id=pk) | models.Q(data__field=pk))
    of_it = latest.filter(named | models.Q(record_type=setting.type_key, record_id=setting.pk))
    return _told(of_it.filter(changes__has_key=name)) or _told(of_it)


def name_of_deleted(entry_id: str) -> str:
    """Return what an entry of a list was called that was deleted, alone or with the field whose list it was, or ""."""
    deletions = [one.name for one in event_types() if one.deletes]
    events = Event.objects.filter(record_type="", name__in=deletions).order_by("-at")
    alone = events.filter(data__id=entry_id).first()
    if alone is not None:
        return str(alone.data.get("label", ""))
    with_field = events.filter(data__choices__has_key=entry_id).first()
    return str(with_field.data["choices"][entry_id]) if with_field is not None else ""


def _told(events: models.QuerySet[Event]) -> Change | None:
    event = events.first()
    if event is None:
        return None
    # What a file or a run over many rows did is named as such, to who started it too
    by_hand = not (event.because_id or importer_of(event))
    return Change(actor_name(event), event.at, event.actor_id if by_hand else None)


def is_waiting(handler: str) -> bool:
    """Whether something has happened on which the handler of that key has still to act."""
    return OutboxMessage.objects.filter(handler=handler, failed_at=None).exists()


def failed_messages() -> models.QuerySet[OutboxMessage]:
    """Return the messages that were given up: an admin looks at these and retries."""
    return OutboxMessage.objects.exclude(failed_at=None).select_related("event").order_by("-failed_at", "-id")


def runs() -> models.QuerySet[HandlerRun]:
    """Return the run log, the latest first."""
    return HandlerRun.objects.select_related("event", "event__actor").order_by("-at", "-id")


def outbox_lag_seconds() -> float:
    """Return for how long the oldest due message of any workspace has been waiting; 0 when none is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT outbox_lag_seconds()")
        return float(cursor.fetchone()[0])


def tenants_due(most: int) -> list[UUID]:
    """Return the ids of up to ``most`` workspaces with due messages, the longest waiting first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM outbox_tenants_due(%s)", [most])
        return [row[0] for row in cursor.fetchall()]
