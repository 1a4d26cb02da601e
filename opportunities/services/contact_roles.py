"""Who plays which part in an opportunity. The primary one is also its main contact."""

from __future__ import annotations

from typing import Any

from contacts.models import Contact
from crm import catalogue, events
from crm.events.models import Event
from crm.events.types import EventType
from crm.ground.writes import service
from crm.picklists.models import Choice
from crm.records.holding import refuse_gone, refuse_gone_links
from crm.records.services import update_record
from crm.users.models import Membership
from opportunities.events import CONTACT_ADDED, CONTACT_REMOVED
from opportunities.models import Opportunity, OpportunityContact
from opportunities.selectors import becomes_main


@service
def add_contact_role(
    *,
    opportunity: Opportunity,
    contact: Contact,
    role: Choice | None = None,
    is_primary: bool = False,
    actor: Membership | None,
    because: Event | None = None,
) -> OpportunityContact:
    """Give ``contact`` the part ``role``; a second call changes it. A primary one takes the place of the one before.

    The first contact of an opportunity is its primary one.
    """
    refuse_gone_links(catalogue.record_type("opportunities"), {"contact": contact})
    refuse_gone([opportunity])
    roles = OpportunityContact.objects.select_for_update().filter(opportunity=opportunity)
    known = {one.contact_id: one for one in roles}
    part = known.get(contact.pk)
    changed = part is None or part.role_id != (role.pk if role else None)
    becomes_primary = becomes_main(known.values(), contact, is_wanted=is_primary)
    if becomes_primary:
        roles.filter(is_primary=True).update(is_primary=False)
    part = part or OpportunityContact(opportunity=opportunity, contact=contact)
    part.role = role
    part.is_primary = part.is_primary or becomes_primary
    part.save()
    if becomes_primary and opportunity.contact_id != contact.pk:
        _write_main_contact(opportunity, contact, actor, because)
    if changed or becomes_primary:
        _record(CONTACT_ADDED, part, actor, because)
    return part


@service
def remove_contact_role(
    *, opportunity: Opportunity, contact: Contact, actor: Membership | None, because: Event | None = None
) -> None:
    """Take ``contact`` off the opportunity. Nobody follows a primary one by itself, but it needs an account then."""
    part = OpportunityContact.objects.select_for_update().filter(opportunity=opportunity, contact=contact).first()
    if part is None:
        return
    if opportunity.contact_id == contact.pk:
        _write_main_contact(opportunity, None, actor, because)
    _record(CONTACT_REMOVED, part, actor, because)
    OpportunityContact.objects.filter(pk=part.pk).delete()


def set_main_contact(opportunity: Opportunity) -> None:
    """Bring the parts in line with the main contact that was written on the opportunity."""
    roles = OpportunityContact.objects.filter(opportunity=opportunity)
    roles.filter(is_primary=True).exclude(contact_id=opportunity.contact_id).update(is_primary=False)
    if opportunity.contact_id and not roles.filter(contact_id=opportunity.contact_id).update(is_primary=True):
        OpportunityContact.objects.create(opportunity=opportunity, contact_id=opportunity.contact_id, is_primary=True)


def _write_main_contact(
    opportunity: Opportunity, contact: Contact | None, actor: Membership | None, because: Event | None
) -> None:
    opportunities = catalogue.record_type("opportunities")
    update_record(opportunities, opportunity, actor=actor, values={"contact": contact}, because=because)


def _record(event_type: EventType, part: OpportunityContact, actor: Membership | None, because: Event | None) -> None:
    role: Any = {"id": str(part.role_id), "label": part.role.label} if part.role else None
    events.record(
        event_type,
        record=part.opportunity,
        actor=actor,
        data={"contact": {"id": str(part.contact_id), "label": part.contact.name}, "role": role},
        because=because,
    )
