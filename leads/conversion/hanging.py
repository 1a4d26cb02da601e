"""What hangs on leads comes along when they are converted: asked for all of them at once, as most have nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from contacts.models import Contact
from crm.activities.models import ActivityLink
from crm.activities.services import link_activities
from crm.events.models import Event
from crm.ground.writes import gathered
from crm.mailing_lists.models import MailingListMember
from crm.mailing_lists.services import follow_lists
from crm.tenants.prepared import prepared
from crm.undo.keeping import is_keeping, keeping
from crm.users.models import Membership
from leads.models import Conversion, Lead


@dataclass(frozen=True)
class Converted:
    """A lead that has just become ``records`` (by type), and the event of that."""

    conversion: Conversion
    lead: Lead
    records: Mapping[str, Any]
    actor: Membership
    event: Event


def bring_along(converted: Sequence[Converted]) -> None:
    """Let notes, tasks, calls … stand on the new records too, for those who cannot see the lead, and put the contacts
    on the mailing lists of the leads."""
    laden = set(_laden(Lead.type_key, ids=[one.lead.pk for one in converted]))
    with gathered():
        for one in converted:
            if one.lead.pk in laden:
                # Of many it is kept for each; of one alone the database keeps it
                with nullcontext() if is_keeping(one.conversion.pk) else keeping(one.conversion.pk, writes=False):
                    _bring(one)


@prepared
def _laden(type_key: str, /, *, ids: list[UUID]) -> QuerySet[Any, UUID]:
    """Those of the records that have activities, or are on mailing lists."""
    models: tuple[Any, Any] = (ActivityLink, MailingListMember)
    some, others = (
        one.objects.filter(record_type=type_key, record_id__any_of=ids).order_by().values_list("record_id", flat=True)
        for one in models
    )
    return some.union(others)


def _bring(one: Converted) -> None:
    records = one.records
    link_activities(from_record=one.lead, to_records=list(records.values()), actor=one.actor, because=one.event)
    if (contact := records.get(Contact.type_key)) is not None:
        follow_lists(from_record=one.lead, to_record=contact, actor=one.actor, because=one.event)
