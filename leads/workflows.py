"""What follows by itself: whoever is to sell what somebody else has vetted is told so."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm import events
from crm.events.models import Event
from crm.notices.kinds import NoticeKind, register
from crm.notices.services import notify
from crm.records import registry
from leads.conversion.plan import PARTS, Way
from leads.models import Conversion

register(
    NoticeKind(
        "converted",
        "sparkles",
        _("%(actor)s converted the lead “%(lead)s” for you: %(records)s."),
        many=_("%(actor)s converted %(count)d leads for you."),
    )
)


@events.on("lead.converted", key="tell-seller")
def tell_seller(event: Event) -> str:
    """Tell the owners of what a conversion made that it is theirs, unless it was undone meanwhile.

    They are led to the opportunity, or else to the contact or account.
    """
    conversion = Conversion.objects.filter(pk=event.data.get("conversion"), undone_at=None).first()
    if conversion is None:
        return ""
    made = [part["id"] for part in event.data["into"] if part["way"] == Way.NEW]
    told = []
    for records in _by_owner(conversion, made).values():
        owner = records[0].owner
        names = ", ".join(record.name for record in records)
        words = {"lead": event.data["lead"]["label"], "records": names}
        if notify(member=owner, kind="converted", event=event, record=records[0], data=words):
            told.append(owner.name)
    return str(_("Told %(name)s.") % {"name": ", ".join(told)}) if told else ""


def _by_owner(conversion: Conversion, made: list[str]) -> dict[UUID, list[Any]]:
    """The new records that still exist by their owner, the opportunity first."""
    found: dict[UUID, list[Any]] = {}
    columns = {"accounts": "account_id", "contacts": "contact_id", "opportunities": "opportunity_id"}
    for key in reversed(PARTS):
        record_id = getattr(conversion, columns[key])
        if str(record_id) in made:
            record = registry.record_type(key).model.objects.select_related("owner").filter(pk=record_id).first()
            if record is not None and record.owner_id is not None:
                found.setdefault(record.owner_id, []).append(record)
    return found
