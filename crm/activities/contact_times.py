"""When somebody was first and last called, met or written to.

Kept on every type of record that has the fields ``FIRST_CONTACTED`` and ``LAST_CONTACTED``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Max, Min, Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm import catalogue, events
from crm.activities.events import CHANGED, CREATED, DELETED, LINKED, RESTORED
from crm.activities.fields import FIRST_CONTACTED, LAST_CONTACTED
from crm.activities.following import follow, tell_held
from crm.activities.models import Activity, ActivityKind, ActivityLink
from crm.events.models import Event
from crm.tenants.context import tenant_context
from crm.tenants.memo import forget
from crm.tenants.models import Tenant

CONTACTS = (ActivityKind.CALL, ActivityKind.MEETING, ActivityKind.EMAIL)
COLUMNS = (FIRST_CONTACTED.column, LAST_CONTACTED.column)
LOOKED_BACK = timedelta(days=7)

Places = Iterable[tuple[str, UUID]]  # a record type's key, and the id of one of its records


def _may_be_contact(event: Event) -> bool:
    return (event.was(LINKED) or event.data.get("kind") in CONTACTS) and any(_places(event))


def _places(event: Event) -> Places:
    kept = _models()
    return ((key, UUID(record_id)) for key, record_id in event.data.get("records", ()) if key in kept)


def _models() -> dict[str, type[Model]]:
    return {one.key: one.model for one in catalogue.record_types() if one.has(LAST_CONTACTED.name)}


@events.on(
    CREATED,
    CHANGED,
    DELETED,
    RESTORED,
    LINKED,
    key="contact-times",
    label=_("Times of first and last contact"),
    when=_may_be_contact,
)
def keep_contact_times(event: Event) -> str:
    """Note it on the records of an activity."""
    changed = note_contact_times(_places(event))
    if not changed:
        return ""
    return ngettext("%(count)d record knows it", "%(count)d records know it", changed) % {"count": changed}


@follow
def contact_times_of(record: Any) -> tuple[str, ...]:
    """Bring one record's up to date."""
    key = record.type_key
    if key not in _models():
        return ()
    note_contact_times([(key, record.pk)])
    return COLUMNS


def note_contact_times(places: Places) -> int:
    """Write down of these records when they were contacted, as their activities say; return how many are changed."""
    changed = 0
    models = _models()
    for key, record_id in sorted(places):
        rows: Any = models[key]._base_manager
        record = rows.select_for_update(of=("self",), no_key=True).filter(pk=record_id).first()
        if record is None:
            continue
        first, last = _times(key, record_id)
        if (record.first_contacted_at, record.last_contacted_at) != (first, last):
            record.first_contacted_at, record.last_contacted_at = first, last
            record.save(update_fields=[*COLUMNS])
            changed += 1
    return changed


def note_meetings_held(tenant: Tenant) -> int:
    """Note it for the meetings of ``tenant`` that were planned and have been held since; return how many records.

    No event tells that a meeting's time has come. It looks a week back, and so may run late, and again.
    """
    with tenant_context(tenant):
        forget()  # the tenant object has been through other transactions
        now = timezone.now()
        planned = Activity.objects.filter(kind=ActivityKind.MEETING, deleted_at=None, occurred_at__gt=F("created_at"))
        held = list(
            planned.filter(occurred_at__gt=now - LOOKED_BACK, occurred_at__lte=now).values_list("pk", flat=True)
        )
        links = ActivityLink.objects.filter(activity_id__in=held)
        tell_held(list(links.values_list("record_type", "record_id", "occurred_at")))
        places = links.filter(record_type__in=sorted(_models()))
        return note_contact_times(set(places.values_list("record_type", "record_id")))


def _times(key: str, record_id: UUID) -> tuple[Any, Any]:
    links = ActivityLink.objects.filter(
        record_type=key,
        record_id=record_id,
        occurred_at__lte=timezone.now(),
        activity__kind__in=CONTACTS,
        activity__deleted_at=None,
    )
    found = links.aggregate(first=Min("occurred_at"), last=Max("occurred_at"))
    return found["first"], found["last"]
