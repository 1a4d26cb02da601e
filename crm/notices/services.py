"""Telling somebody something, and noting that it was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import F
from django.utils import timezone

from crm.events.models import Event
from crm.notices.models import Notification
from crm.tenants.bulk import atomic, insert_many
from crm.users.models import Membership


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
    told = notify_all([notification(member=member, kind=kind, event=event, record=record, data=data)])
    return told[0] if told else None


def notification(
    *,
    member: Membership | None,
    kind: str,
    event: Event,
    record: models.Model | None,
    data: dict[str, Any] | None = None,
) -> Notification | None:
    """Return what ``notify`` would tell, for ``notify_all``; None when it would tell nothing."""
    if member is None or not member.is_active or member.pk == event.actor_id:
        return None
    return Notification(
        member=member,
        kind=kind,
        event=event,
        record_type=record._meta.app_label if record is not None else "",
        record_id=record.pk if record is not None else None,
        data=data or {},
        at=event.at,
    )


@atomic
def notify_all(wanted: Sequence[Notification | None]) -> list[Notification]:
    """Tell what has not been told yet; return that."""
    waiting = [one for one in wanted if one is not None]
    if not waiting:
        return []
    known = Notification.objects.filter(event_id__in={one.event_id for one in waiting})
    there = set(known.values_list("member_id", "event_id"))
    told = [one for one in waiting if (one.member_id, one.event_id) not in there]
    insert_many(Notification, told)
    for member_id, count in sorted(Counter(one.member_id for one in told).items()):
        Membership.objects.filter(pk=member_id).update(unread=F("unread") + count)
    return told


@atomic
def withdraw(*, event: Event) -> list[Membership]:
    """Take back what was told of ``event``, which no longer holds; return those who have read it already."""
    rows = list(Notification.objects.filter(event=event).order_by("member_id"))
    people = {one.pk: one for one in _held(row.member_id for row in rows)}
    Notification.objects.filter(pk__in=[row.pk for row in rows]).delete()
    for row in rows:
        _count_unread(people[row.member_id])
    return [people[row.member_id] for row in rows if row.read_at is not None]


@atomic
def mark_read(*, actor: Membership, ids: list[UUID] | None = None) -> int:
    """Note that ``actor`` has read these notifications of theirs (None: all); return how many were unread."""
    _held([actor.pk])
    unread = Notification.objects.filter(member=actor, read_at=None)
    chosen = unread if ids is None else unread.filter(pk__in=ids)
    count = chosen.update(read_at=timezone.now())
    _count_unread(actor)
    return count


def _held(ids: Iterable[UUID]) -> list[Membership]:
    """Lock the members, so that nobody counts their notifications meanwhile."""
    held = Membership.objects.select_for_update(of=("self",), no_key=True)  # records may still be given to them
    return list(held.filter(pk__in=list(ids)).order_by("pk"))


def _count_unread(member: Membership) -> None:
    member.unread = Notification.objects.filter(member=member, read_at=None).count()
    Membership.objects.filter(pk=member.pk).update(unread=member.unread)
