"""Questions about leads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet

from accounts.models import Account
from contacts.models import Contact
from crm import catalogue
from crm.events.models import Event
from crm.picklists.models import Choice
from crm.picklists.selectors import choice, choices, ids_meaning
from crm.records.access import linked_records, visible_records
from crm.tenants.clock import day_of, today
from crm.ui.paging import Count, capped_count
from crm.users.models import Membership
from leads.models import Lead
from leads.picklists import LeadStatus
from opportunities.models import Opportunity

_LATEST_CONVERTED = (F("converted_at").desc(nulls_last=True), "-pk")
_RESULT = {Account.type_key: "account", Contact.type_key: "contact", Opportunity.type_key: "opportunity"}


def leads_that_became(actor: Membership, record: Any, most: int) -> list[Lead]:
    """Return ``most`` of the converted leads, visible to ``actor``, that this account, contact or opportunity came
    of."""
    leads, link = catalogue.record_type("leads"), _RESULT[record.type_key]
    return linked_records(actor, leads, link, record.pk, order=_LATEST_CONVERTED, most=most)


def unlocked(leads: QuerySet[Lead]) -> QuerySet[Lead]:
    """Those of ``leads`` that are not converted."""
    return leads.exclude(status_id__in=ids_meaning("lead_status", LeadStatus.CONVERTED))


def became(lead: Lead) -> list[Any]:
    """Return the account, contact and opportunity that ``lead`` was converted into, those that there are."""
    return [record for record in (lead.account, lead.contact, lead.opportunity) if record is not None]


def successors(actor: Membership, leads: Sequence[Lead]) -> dict[UUID, Any]:
    """Return for each converted lead the contact that it became, or else the account, if ``actor`` may see it."""
    found: dict[UUID, Any] = {}
    for key, column in ((Account.type_key, "account_id"), (Contact.type_key, "contact_id")):
        if ids := {lead.pk: getattr(lead, column) for lead in leads if getattr(lead, column)}:
            rows = visible_records(actor, catalogue.record_type(key)).in_bulk(set(ids.values()))
            found |= {pk: rows[record_id] for pk, record_id in ids.items() if record_id in rows}
    return found


def board_statuses() -> list[Choice]:
    """The columns of the board: all statuses in their order."""
    return choices("lead_status", active_only=False)


def departed_owners(ids: Iterable[UUID]) -> list[str]:
    """Return the names of the owners of these leads who are deactivated."""
    rows = Lead.objects.filter(pk__in=ids, owner__is_active=False).order_by("owner__name_key")
    return list(rows.values_list("owner__name", flat=True).distinct())


def days_in_status(lead: Lead) -> int | None:
    """Return for how many days the lead has had its status, None when nobody knows."""
    return (today() - day_of(lead.status_since)).days if lead.status_since else None


def statuses_before(lead: Lead) -> set[str]:
    """Return the ids of the statuses that the lead has had, as its log tells."""
    asked = vars(lead).get("status_changes")
    changes = _status_changes(lead.pk).values_list("changes__status", flat=True) if asked is None else asked
    return {kept["id"] for pair in changes for kept in pair if kept}


def status_fact(key: str) -> dict[str, Any]:
    """What ``statuses_before`` goes by, for the page of a lead."""
    return {"status_changes": ArraySubquery(_status_changes(OuterRef("pk")).values("changes__status"))}


def _status_changes(lead_id: Any) -> QuerySet[Event]:
    return Event.objects.filter(record_type=Lead.type_key, record_id=lead_id, changes__has_key="status")


def card_facts(lead: Lead) -> dict[str, Any]:
    """What a card on the board says beside the lead's own fields."""
    rating = choice(lead.rating_id) if lead.rating_id else None
    return {"days": days_in_status(lead), "rating": rating}


def count_leads() -> Count:
    """Return how many leads the workspace has, seen or not."""
    return capped_count(Lead.objects.all())
