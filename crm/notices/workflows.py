"""Whoever is given a record is told so."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm import events
from crm.events.models import Event
from crm.notices.kinds import NoticeKind, register
from crm.notices.services import notify
from crm.records import registry
from crm.users.selectors import member

register(
    NoticeKind(
        "given",
        "user-round-check",
        _("%(actor)s gave you the %(noun)s “%(name)s”."),
        many=_("%(actor)s gave you %(count)d %(nouns)s."),
    )
)

# Every event that an owner can change with.
_WRITTEN = (
    "lead.changed",
    "lead.status_changed",
    "lead.unqualified",
    "account.changed",
    "account.became_customer",
    "account.became_prospect",
    "account.became_past_customer",
    "account.type_changed",
    "contact.changed",
    "opportunity.changed",
    "opportunity.stage_changed",
    "opportunity.account_changed",
    "opportunity.reopened",
    "opportunity.won",
    "opportunity.lost",
)


def _new_owner(event: Event) -> UUID | None:
    owner: Any = event.changes.get("owner", (None, None))[1]
    return UUID(owner["id"]) if owner else None


def _concerns(event: Event) -> bool:
    return _new_owner(event) not in (None, event.actor_id)


@events.on(*_WRITTEN, key="tell-new-owner", when=_concerns)
def tell_new_owner(event: Event) -> str:
    """Tell who owns the record now, unless it has gone on to somebody else or into the recycle bin meanwhile."""
    owner_id = _new_owner(event)
    model = registry.record_type(event.record_type).model
    record = model.objects.filter(pk=event.record_id, owner_id=owner_id).first()
    if record is None or owner_id is None:
        return ""
    owner = member(owner_id)
    named = {"type": event.record_type, "id": str(record.pk), "label": record.name}
    if notify(member=owner, kind="given", event=event, record=record, data={"name": named}) is None:
        return ""
    return str(_("Told %(name)s.") % {"name": owner.name if owner else ""})
