"""Telling somebody something, and noting that it was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from crm.events.models import Event
from crm.ground.writes import at_the_end, insert_many, service
from crm.notices.models import Notification
from crm.tenants.models import TenantModel
from crm.users.models import Membership


@dataclass(frozen=True, kw_only=True)
class News:
    """What somebody is to be told: of ``event``, with a link to ``record`` if there is one."""

    member: Membership | None
    kind: str
    event: Event
    record: TenantModel | None
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def concerns_somebody(self) -> bool:
        """Nobody is told what they did themselves, and who has left is told nothing."""
        return self.member is not None and self.member.is_active and self.member.pk != self.event.actor_id


@service
def notify(*news: News) -> list[Notification]:
    """Tell those whom it concerns, each once of an event, however often this is called; return what was told.

    Call it from a handler of events.
    """
    wanted = [_notification(one) for one in news if one.concerns_somebody]
    if not wanted:
        return []
    known = Notification.objects.filter(event_id__in={one.event_id for one in wanted})
    there = set(known.values_list("member_id", "event_id"))
    told = [one for one in wanted if (one.member_id, one.event_id) not in there]
    insert_many(Notification, told)
    for one in told:
        at_the_end(_ring, one.member_id)
    return told


def _notification(news: News) -> Notification:
    record = news.record
    return Notification(
        member=news.member,
        kind=news.kind,
        event=news.event,
        record_type=record.type_key if record is not None else "",
        record_id=record.pk if record is not None else None,
        data=news.data,
        at=news.event.at,
    )


def _ring(members: list[UUID]) -> None:
    """Count one more at the bell of each of ``members``, all of whom it holds until the transaction ends."""
    for member_id, count in sorted(Counter(members).items()):
        Membership.objects.filter(pk=member_id).update(unread=F("unread") + count)


@service
def withdraw(*, event: Event) -> list[Membership]:
    """Take back what was told of ``event``, which no longer holds; return those who have read it already."""
    rows = list(Notification.objects.filter(event=event).order_by("member_id"))
    people = {one.pk: one for one in _held(row.member_id for row in rows)}
    Notification.objects.filter(pk__in=[row.pk for row in rows]).delete()
    for row in rows:
        _count_unread(people[row.member_id])
    return [people[row.member_id] for row in rows if row.read_at is not None]


@service
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
