"""Whoever is given a record is told so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm import catalogue, events
from crm.events.models import Event
from crm.notices.kinds import NoticeKind, register
from crm.notices.services import News, notify
from crm.users.selectors import member

register(
    NoticeKind(
        "given",
        "user-round-check",
        _("%(actor)s gave you the %(noun)s “%(name)s”."),
        many=_("%(actor)s gave you %(count)d %(nouns)s."),
    )
)


def _new_owner(event: Event) -> UUID | None:
    owner: Any = event.changes.get("owner", (None, None))[1]
    return UUID(owner["id"]) if owner else None


def _concerns(event: Event) -> bool:
    return _new_owner(event) not in (None, event.actor_id)


@events.on_many(events.changed("owner"), key="tell-new-owner", label=_("Notification to a new owner"), when=_concerns)
def tell_new_owners(happened: Sequence[Event]) -> dict[UUID, str]:
    """Tell who owns the records now, unless they have gone on to somebody else or into the recycle bin meanwhile."""
    ids: dict[str, set[UUID | None]] = defaultdict(set)
    for event in happened:
        ids[event.record_type].add(event.record_id)
    records = {key: catalogue.record_type(key).model.objects.in_bulk(list(found)) for key, found in ids.items()}
    wanted = []
    for event in happened:
        record, owner_id = records[event.record_type].get(event.record_id), _new_owner(event)
        if record is not None and owner_id is not None and record.owner_id == owner_id:
            owner = member(owner_id)
            named = {"type": event.record_type, "id": str(record.pk), "label": record.name}
            wanted.append(News(member=owner, kind="given", event=event, record=record, data={"name": named}))
    return {one.event_id: str(_("Told %(name)s.") % {"name": one.member.name}) for one in notify(*wanted)}
