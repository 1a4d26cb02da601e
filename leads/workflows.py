"""What follows by itself: a lead knows when it was contacted, and who is to sell what another has vetted is told so."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import JSONField, Max, Min, TextField, Value
from django.db.models.functions import Cast, Replace, StrIndex
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm import events
from crm.activities.models import ActivityKind, ActivityLink
from crm.events.models import Event
from crm.notices.kinds import NoticeKind, register
from crm.notices.services import notify
from crm.picklists.usage import Entry, follow_replacement
from crm.records import registry
from crm.users.selectors import member
from leads.conversion.plan import PARTS, Way
from leads.models import Conversion, Lead

register(
    NoticeKind(
        "converted",
        "sparkles",
        _("%(actor)s converted the lead “%(lead)s” for you: %(records)s."),
        many=_("%(actor)s converted %(count)d leads for you."),
    )
)
register(
    NoticeKind(
        "joined",
        "sparkles",
        _("%(actor)s put the lead “%(lead)s” into your opportunity “%(records)s”."),
        many=_("%(actor)s put %(count)d leads into opportunities of yours."),
    )
)
register(
    NoticeKind(
        "undone",
        "undo-2",
        _("%(actor)s undid the conversion of the lead “%(lead)s” that you were told of."),
        many=_("%(actor)s undid %(count)d conversions that you were told of."),
        home="notices:index",
    )
)


CONTACTS = (ActivityKind.CALL, ActivityKind.MEETING, ActivityKind.EMAIL)


def _may_be_contact(event: Event) -> bool:
    return event.data.get("kind") in CONTACTS and bool(_leads_of(event))


def _leads_of(event: Event) -> list[UUID]:
    return [UUID(record_id) for key, record_id in event.data.get("records", ()) if key == "leads"]


@events.on(
    "activity.created",
    "activity.changed",
    "activity.deleted",
    "activity.restored",
    key="contact-times",
    when=_may_be_contact,
)
def keep_contact_times(event: Event) -> str:
    """Note on the leads of an activity when they were first and last called, met or written to."""
    ids = _leads_of(event)
    links = ActivityLink.objects.filter(
        record_type="leads",
        record_id__in=ids,
        occurred_at__lte=timezone.now(),
        activity__kind__in=CONTACTS,
        activity__deleted_at=None,
    )
    times = links.order_by().values("record_id").annotate(first=Min("occurred_at"), last=Max("occurred_at"))
    found = {row["record_id"]: (row["first"], row["last"]) for row in times}
    changed = 0
    for lead in Lead.all_objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"):
        first, last = found.get(lead.pk, (None, None))
        if (lead.first_contacted_at, lead.last_contacted_at) != (first, last):
            lead.first_contacted_at, lead.last_contacted_at = first, last
            lead.save(update_fields=["first_contacted_at", "last_contacted_at"])
            changed += 1
    if not changed:
        return ""
    return ngettext("%(count)d lead knows it", "%(count)d leads know it", changed) % {"count": changed}


@events.on("lead.converted", key="tell-seller")
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
        names = ", ".join(record.name for record in records)
        words = {"lead": event.data["lead"]["label"], "records": names}
        kind = "converted" if made & {str(record.pk) for record in records} else "joined"
        if notify(member=owner, kind=kind, event=event, record=records[0], data=words):
            told.append(owner.name)
    return _told(told)


def _by_owner(conversion: Conversion, made: set[str]) -> dict[UUID, list[Any]]:
    """The opportunity and what is new beside it, as far as it still exists, by owner; the opportunity first."""
    found: dict[UUID, list[Any]] = {}
    columns = {"accounts": "account_id", "contacts": "contact_id", "opportunities": "opportunity_id"}
    for key in reversed(PARTS):
        record_id = getattr(conversion, columns[key])
        if str(record_id) in made or (key == "opportunities" and record_id is not None):
            record = registry.record_type(key).model.objects.select_related("owner").filter(pk=record_id).first()
            if record is not None and record.owner_id is not None:
                found.setdefault(record.owner_id, []).append(record)
    return found


@events.on("lead.conversion_undone", key="tell-of-undoing", when=lambda event: bool(event.data.get("told")))
def tell_of_undoing(event: Event) -> str:
    """Tell those who had read that a lead was converted for them; for the others it was taken back unread."""
    told = []
    for member_id in event.data["told"]:
        reader = member(UUID(member_id))
        if notify(member=reader, kind="undone", event=event, record=None, data={"lead": event.data["lead"]["label"]}):
            told.append(reader.name if reader else "")
    return _told(told)


def _told(names: list[str]) -> str:
    return str(_("Told %(name)s.") % {"name": ", ".join(names)}) if names else ""


@follow_replacement
def replace_in_conversions(entry: Entry, replacement: Entry) -> None:
    """Let what conversions wrote and found name the replacement too: nobody has changed it, and it can be undone."""
    text = Cast("changes", TextField())
    old, new = Value(str(entry.pk)), Value(str(replacement.pk))
    named = Conversion.objects.filter(undone_at=None).alias(place=StrIndex(text, old)).filter(place__gt=0)
    named.update(changes=Cast(Replace(text, old, new), JSONField()))
