"""What follows by itself of what happens to leads."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from contacts.models import Contact
from crm import catalogue, events
from crm.activities.contact_times import note_contact_times
from crm.events.models import Event
from crm.notices.kinds import NoticeKind, register
from crm.notices.services import News, notify
from crm.users.selectors import member
from leads.conversion.plan import PARTS, Way
from leads.events import CONVERSION_UNDONE, CONVERTED
from leads.models import Conversion
from opportunities.models import Opportunity

register(
    NoticeKind(
        "converted",
        "sparkles",
        _("%(actor)s converted the lead “%(lead)s” for you: %(records)s."),
        veiled=_("%(actor)s converted a lead for you: %(records)s."),
        many=_("%(actor)s converted %(count)d leads for you."),
    )
)
register(
    NoticeKind(
        "joined",
        "sparkles",
        _("%(actor)s put the lead “%(lead)s” into your opportunity “%(records)s”."),
        veiled=_("%(actor)s put a lead into your opportunity “%(records)s”."),
        many=_("%(actor)s put %(count)d leads into opportunities of yours."),
    )
)
register(
    NoticeKind(
        "undone",
        "undo-2",
        _("%(actor)s undid the conversion of the lead “%(lead)s” that you were told of."),
        veiled=_("%(actor)s undid a conversion that you were told of."),
        many=_("%(actor)s undid %(count)d conversions that you were told of."),
        home="notices:index",
    )
)


@events.on(CONVERSION_UNDONE, key="contact-times-undone", label=_("Times of contact after an undone conversion"))
def take_contact_times_back(event: Event) -> str:
    """Let the contact forget the calls, meetings and mails that had come with the lead."""
    conversion = Conversion.objects.filter(pk=event.data["conversion"]).first()
    if conversion is not None and conversion.contact_id is not None:
        note_contact_times([(Contact.type_key, conversion.contact_id)])
    return ""


@events.on(CONVERTED, key="tell-seller", label=_("Notification of a conversion"))
def tell_seller(event: Event) -> str:
    """Tell the owners of what a conversion made, or of the opportunity that it went into, unless it was undone.

    They are led to the opportunity, or else to the contact or account.
    """
    # Held, so that an undo comes before this or finds what was told.
    live = Conversion.objects.select_for_update(of=("self",)).filter(undone_at=None)
    conversion = live.filter(pk=event.data.get("conversion")).first()
    if conversion is None:
        return ""
    made = {part["id"] for part in event.data["into"] if part["way"] == Way.NEW}
    told = []
    for records in _by_owner(conversion, made).values():
        owner = records[0].owner
        named = [{"type": record.type_key, "id": str(record.pk), "label": record.name} for record in records]
        words = {"lead": event.data["lead"], "records": named}
        kind = "converted" if made & {str(record.pk) for record in records} else "joined"
        if notify(News(member=owner, kind=kind, event=event, record=records[0], data=words)):
            told.append(owner.name)
    return _told(told)


def _by_owner(conversion: Conversion, made: set[str]) -> dict[UUID, list[Any]]:
    """The opportunity and what is new beside it, as far as it still exists, by owner; the opportunity first."""
    found: dict[UUID, list[Any]] = {}
    columns = {Account.type_key: "account_id", Contact.type_key: "contact_id", Opportunity.type_key: "opportunity_id"}
    for key in reversed(PARTS):
        record_id = getattr(conversion, columns[key])
        if str(record_id) in made or (key == Opportunity.type_key and record_id is not None):
            record = catalogue.record_type(key).model.objects.select_related("owner").filter(pk=record_id).first()
            if record is not None and record.owner_id is not None:
                found.setdefault(record.owner_id, []).append(record)
    return found


@events.on(
    CONVERSION_UNDONE,
    key="tell-of-undoing",
    label=_("Notification of an undone conversion"),
    when=lambda event: bool(event.data.get("told")),
)
def tell_of_undoing(event: Event) -> str:
    """Tell those who had read that a lead was converted for them; for the others it was taken back unread."""
    told = []
    for member_id in event.data["told"]:
        reader = member(UUID(member_id))
        if notify(News(member=reader, kind="undone", event=event, record=None, data={"lead": event.data["lead"]})):
            told.append(reader.name if reader else "")
    return _told(told)


def _told(names: list[str]) -> str:
    return str(_("Told %(name)s.") % {"name": ", ".join(names)}) if names else ""
