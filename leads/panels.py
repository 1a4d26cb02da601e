"""What leads show on record pages: their own, and those of what they became."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.models import Account
from contacts.duplicates import CONTACTS, about
from contacts.duplicates import compared as contact_compared
from contacts.models import Contact
from crm import catalogue
from crm.catalogue.types import Panel
from crm.picklists.models import Choice
from crm.picklists.selectors import choice, choices
from crm.records.access import url_for
from crm.records.duplicates import find_each, load_duplicates
from crm.users.access import can, may
from crm.users.models import Membership
from leads.conversion import live_conversion
from leads.duplicates import CONTACTS_OF_LEADS, LEADS, compared
from leads.fields import OPEN_MEANINGS
from leads.matching import leads_of_same_firm
from leads.models import Lead
from leads.picklists import LeadStatus
from leads.selectors import became, days_in_status, leads_that_became, status_fact, statuses_before
from leads.services import meaning_of
from leads.vetting import current_gate
from opportunities.models import Opportunity

_LISTED = 5


@dataclass(frozen=True)
class Step:
    """One status in the bar over a lead."""

    status: Choice
    is_current: bool
    is_done: bool


def load_status_bar(actor: Membership, lead: Lead) -> dict[str, Any]:
    """The statuses as steps: the open ones in order, then the two ends. Those that it has had are done."""
    own = choice(lead.status_id)
    steps = [status for status in choices("lead_status") if status.meaning in OPEN_MEANINGS]
    for meaning in (LeadStatus.CONVERTED, LeadStatus.UNQUALIFIED):
        steps += [status for status in choices("lead_status") if status.meaning == meaning][:1]
    if own.pk not in {status.pk for status in steps}:
        steps = [*[status for status in steps if status.meaning != own.meaning], own]
    at = next(index for index, status in enumerate(steps) if status.pk == own.pk)
    had = statuses_before(lead) if own.meaning != LeadStatus.UNQUALIFIED and at else set()
    return {
        "lead": lead,
        "steps": [
            Step(status, index == at, index < at and str(status.pk) in had) for index, status in enumerate(steps)
        ],
        "may_move": not lead.is_converted and can(actor, "edit", lead),
        "may_convert": own.meaning in OPEN_MEANINGS,
        "days": days_in_status(lead),
    }


def load_becomes(actor: Membership, lead: Lead) -> dict[str, Any]:
    """What the lead became, or that it has to be converted before it can have an opportunity."""
    found = [
        {
            "record": record,
            "type": catalogue.type_of(record),
            "url": url_for(actor, record),
        }
        for record in became(lead)
    ]
    may_convert = meaning_of(lead) in OPEN_MEANINGS and can(actor, "edit", lead)
    return {"lead": lead, "records": found, "may_convert": may_convert}


def load_successors(actor: Membership, lead: Lead) -> dict[str, Any] | None:
    """Where to go on with a converted lead: what ``actor`` may write of what it became."""
    if not lead.is_converted:
        return None
    found = [record for record in became(lead) if record.deleted_at is None and can(actor, "edit", record)]
    rows = [{"record": record, "type": catalogue.type_of(record), "url": catalogue.url(record)} for record in found]
    return {"records": rows} if rows else None


def load_locked(actor: Membership, lead: Lead) -> dict[str, Any] | None:
    """Who converted the lead and when, and what came of it as far as ``actor`` may see it."""
    done = live_conversion(lead)
    if done is None:
        return None
    found = [(record, url_for(actor, record)) for record in became(lead)]
    return {
        "conversion": done,
        "person": done.converted_by.name if done.converted_by else "",
        "brought_in": lead.converted_at != done.converted_at,
        "records": [{"record": one, "type": catalogue.type_of(one), "url": link} for one, link in found if link],
    }


def load_same_firm(actor: Membership, lead: Lead) -> dict[str, Any] | None:
    """Other leads of the same firm, to be brought into one prospect account with this one."""
    others = leads_of_same_firm(actor, lead)
    if not others:
        return None
    may_create = may(actor, "create", Account.type_key) and may(actor, "create", Contact.type_key)
    rows = [
        {
            "lead": other,
            "url": catalogue.url(other),
            "status": choice(other.status_id),
            "can_join": may_create and _can_join(actor, other),
        }
        for other in others
    ]
    joins = _can_join(actor, lead) or (lead.account is not None and can(actor, "view", lead.account))
    may_bring = joins and any(row["can_join"] for row in rows)
    return {"lead": lead, "rows": rows, "may_bring": may_bring, "gate_warns": may_bring and current_gate().warns}


def _can_join(actor: Membership, lead: Lead) -> bool:
    return meaning_of(lead) in OPEN_MEANINGS and can(actor, "edit", lead)


def load_origin(actor: Membership, record: Any) -> dict[str, Any] | None:
    leads = leads_that_became(actor, record, _LISTED)
    if not leads:
        return None
    source = catalogue.record_type("leads").spec("source")
    return {"leads": [(lead, catalogue.url(lead), source.text(lead)) for lead in leads]}


def load_alike(actor: Membership, lead: Lead) -> dict[str, Any] | None:
    """Leads and contacts that may be the same; what the lead has become is not."""
    values, own = compared(lead), filter(None, [lead.contact_id])
    return load_duplicates(find_each(actor, [(LEADS, values, [lead.pk]), (CONTACTS_OF_LEADS, values, own)]))


def load_alike_contacts(actor: Membership, contact: Contact) -> dict[str, Any] | None:
    """Contacts and leads that may be the same; the leads that became this contact are not."""
    values = contact_compared(contact) | {"company": about(contact)}
    found, leads = find_each(actor, [(CONTACTS, values, [contact.pk]), (LEADS, values, ())])
    return load_duplicates([found, [match for match in leads if match.record.contact_id != contact.pk]])


LEAD_PANELS = (
    Panel("duplicates", "pages/duplicates_panel.html", load_alike, order=15),
    Panel("status", "leads/status_bar.html", load_status_bar, order=10, place="head"),
    Panel("becomes", "leads/becomes_panel.html", load_becomes, order=10),
    Panel("successors", "leads/successors_panel.html", load_successors, order=10, place="middle"),
    Panel("locked", "leads/locked_panel.html", load_locked, order=10, place="locked"),
    Panel("same_firm", "leads/same_firm_panel.html", load_same_firm, order=60),
)
catalogue.add_panel(CONTACTS.key, Panel("duplicates", "pages/duplicates_panel.html", load_alike_contacts, order=15))
catalogue.add_page_fact(Lead.type_key, status_fact)
for _model in (Account, Contact, Opportunity):
    catalogue.add_panel(_model.type_key, Panel("origin", "leads/origin_panel.html", load_origin, order=80))
