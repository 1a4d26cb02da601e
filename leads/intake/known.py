"""Whether a new lead is about somebody who is a contact or a lead already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from contacts.models import Contact
from crm import catalogue
from crm.catalogue.types import Match, Objection
from crm.fields.money import Money
from crm.fields.reading import write_amount
from crm.fields.spec import FieldSpec
from crm.records.duplicates import LISTED, SAME_EMAIL, SAME_PHONE, there_already, told
from crm.users.access import can, may
from crm.users.models import Membership
from leads.conversion.arriving import is_converted
from leads.duplicates import LEADS, find_alike
from leads.field_map import mapped_values
from leads.models import Lead
from leads.settings import OF_CONTACT, OfContact
from opportunities.models import Opportunity

LONGEST_QUERY = 3_000  # what a web server takes of an address is limited


def objections_to_leads(actor: Membership, rows: Sequence[dict[str, Any]]) -> list[Objection | None]:
    """Say of each of the new leads ``rows`` (values by field name) whether it is about a known contact or lead.

    Only records that ``actor`` may see are looked at. A lead that arrives converted goes into its contact anyway.
    """
    blocks = OF_CONTACT.value() == OfContact.BLOCK
    return [
        None if is_converted(values) else _objection(actor, values, contacts, leads, blocks)
        for values, (contacts, leads) in zip(rows, find_alike(actor, rows), strict=True)
    ]


def _objection(
    actor: Membership, values: Mapping[str, Any], contacts: list[Match], leads: list[Match], blocks: bool
) -> Objection | None:
    if not contacts:
        return there_already(leads, _("This lead may be there already.")) if leads else None
    text = _("Already a contact: %(names)s.") % {"names": told(contacts)}
    if leads:
        text = f"{text} {there_already(leads, '').text}"
    reached = {str(SAME_EMAIL), str(SAME_PHONE)}
    return Objection(
        text,
        (*contacts[:LISTED], *leads[:LISTED]),
        _("Already a contact") if not leads else _("Already here as a contact or a lead"),
        partial(_links, actor, values),
        blocks and any(reached & {*match.reasons} for match in contacts),
    )


def objection_to_contact(actor: Membership, values: Mapping[str, Any]) -> Objection | None:
    """Say of a new contact whether there is a lead of that person, which can be converted instead."""
    company = getattr(values.get("account"), "name", "")
    [found] = LEADS.find(actor, [{**values, "company": company}])
    there = [match for match in found if not match.record.is_converted]
    if not there:
        return None

    def links(match: Match) -> list[tuple[str, str]]:
        lead: Any = match.record
        if catalogue.type_of(lead).key != "leads" or not can(actor, "edit", lead):
            return []
        return [(_("Convert the lead %(name)s") % {"name": lead.name}, reverse("leads:conversion", args=[lead.pk]))]

    text = _("There is a lead already: %(names)s.") % {"names": told(there)}
    return Objection(text, tuple(there[:LISTED]), _("There is a lead of this person already"), links)


def _links(actor: Membership, values: Mapping[str, Any], match: Match) -> list[tuple[str, str]]:
    """To an opportunity for a contact, which takes along what was typed for the lead."""
    contact: Any = match.record
    if catalogue.type_of(contact).key != Contact.type_key or not may(actor, "create", Opportunity.type_key):
        return []
    label = _("New opportunity for %(name)s") % {"name": contact.name}
    given = {"contact": str(contact.pk)} | ({"account": str(contact.account_id)} if contact.account_id else {})
    given |= _taken_along(values)
    if len(urlencode(given)) > LONGEST_QUERY and given.pop("description", ""):
        label = _("%(label)s, without the long description") % {"label": label}
    return [(label, f"{reverse(f'{Opportunity.type_key}:new')}?{urlencode(given)}")]


def _taken_along(values: Mapping[str, Any]) -> dict[str, str]:
    """What the field map brings of a lead into an opportunity, and what a card says, as the form's address has it."""
    leads, opportunities = catalogue.record_type("leads"), catalogue.record_type(Opportunity.type_key)
    lead = Lead()
    for name, value in values.items():
        if leads.has(name) and name not in ("status", "owner", "team") and value is not None:
            spec = leads.spec(name)
            spec.kind.assign(spec, lead, value)
    found: dict[str, str] = {}
    for name, value in mapped_values(lead, Opportunity.type_key, (Contact.type_key, Opportunity.type_key)).items():
        found |= _written(opportunities.spec(name), value)
    if values.get("note"):
        found["description"] = "\n\n".join(filter(None, (found.get("description"), values["note"])))
    if values.get("follow_up"):
        found["next_step"] = values["follow_up"]
        if values.get("follow_up_on"):
            found["next_step_on"] = values["follow_up_on"].isoformat()
    return found


def _written(spec: FieldSpec, value: Any) -> dict[str, str]:
    if isinstance(value, Money):
        return {spec.name: write_amount(value), f"{spec.name}_currency": value.currency}
    if isinstance(value, tuple):
        return {spec.name: ", ".join(value)}
    return {spec.name: str(getattr(value, "pk", value))}
