"""Telling somebody something, and noting that it was read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import F
from django.utils import timezone

from crm.events.models import Event
from crm.notices.models import Notification
from crm.tenants.bulk import atomic, insert
from crm.users.models import Membership


@atomic
def notify(
    *,
    member: Membership | None,
    kind: str,
    event: Event,
    record: models.Model | None,
    data: dict[str, Any] | None = None,
) -> Notification | None:
    """Tell ``member`` of ``event``, with a link to ``record`` if there is one; once, however often this is called.

    Nobody is told what they did themselves, and who has left is told nothing. Call it from a handler of events.
    """
    if member is None or not member.is_active or member.pk == event.actor_id:
        return None
    if Notification.objects.filter(member=member, event=event).exists():
        return None
    told = Notification(
        member=member,
        kind=kind,
        event=event,
        record_type=record._meta.app_label if record is not None else "",
        record_id=record.pk if record is not None else None,
        data=data or {},
        at=event.at,
    )
    insert(told)
    Membership.objects.filter(pk=member.pk).update(unread=F("unread") + 1)
    return told


@atomic
def mark_read(*, actor: Membership, ids: list[UUID] | None = None) -> int:
    """Note that ``actor`` has read these notifications of theirs (None: all); return how many were unread."""
    Membership.objects.select_for_update(of=("self",)).get(pk=actor.pk)  # nobody is counted twice meanwhile
    unread = Notification.objects.filter(member=actor, read_at=None)
    chosen = unread if ids is None else unread.filter(pk__in=ids)
    count = chosen.update(read_at=timezone.now())
    actor.unread = unread.count()
    Membership.objects.filter(pk=actor.pk).update(unread=actor.unread)
    return count
