"""Whether a new lead is about somebody who is a contact already."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from contacts.models import Contact
from contacts.record import CONTACT
from crm.records import registry
from crm.records.access import visible_records
from crm.records.types import Objection
from crm.tenants.text import email_key, phone_key
from crm.users.access import may
from crm.users.models import Membership
from leads.conversion.arriving import is_converted
from leads.intake.policy import OfContact, of_contact

NAMED = 3


def objections_to_leads(actor: Membership, rows: Sequence[dict[str, Any]]) -> list[Objection | None]:
    """Say of each of the new leads ``rows`` (values by field name) whether it is about a known contact.

    Only contacts that ``actor`` may see are looked at. A lead that arrives converted goes into its contact anyway.
    """
    final = of_contact() == OfContact.BLOCK
    known = known_contacts(actor, rows)
    return [
        _objection(actor, contacts, final) if contacts and not is_converted(values) else None
        for values, contacts in zip(rows, known, strict=True)
    ]


def known_contacts(actor: Membership, rows: Sequence[dict[str, Any]]) -> list[list[Contact]]:
    """Return for each row the contacts with its e-mail address or phone number; two queries however many rows."""
    emails = [email_key(values.get("email") or "") for values in rows]
    phones = [phone_key(values.get("phone") or "") for values in rows]
    by_email, by_phone = _by_email(actor, {*emails} - {""}), _by_phone(actor, {*phones} - {""})
    return [
        list(dict.fromkeys([*by_email.get(email, ()), *by_phone.get(phone, ())]))
        for email, phone in zip(emails, phones, strict=True)
    ]


def _by_email(actor: Membership, keys: set[str]) -> dict[str, list[Contact]]:
    found: dict[str, list[Contact]] = {}
    if keys:
        for contact in _people(actor).filter(email_key__in=keys):
            found.setdefault(contact.email_key, []).append(contact)
    return found


def _by_phone(actor: Membership, keys: set[str]) -> dict[str, list[Contact]]:
    found: dict[str, list[Contact]] = {}
    if keys:
        for contact in _people(actor).filter(Q(phone_key__in=keys) | Q(mobile_key__in=keys)):
            for key in {contact.phone_key, contact.mobile_key} & keys:
                found.setdefault(key, []).append(contact)
    return found


def _people(actor: Membership) -> Any:
    return visible_records(actor, CONTACT).select_related("account").order_by("sort_name", "pk")


def _objection(actor: Membership, contacts: list[Contact], final: bool) -> Objection:
    names = ", ".join(_called(contact) for contact in contacts[:NAMED])
    return Objection(_("Already a contact: %(names)s.") % {"names": names}, partial(_links, actor, contacts), final)


def _links(actor: Membership, contacts: list[Contact]) -> list[tuple[str, str]]:
    links = [(_("Open %(name)s") % {"name": one.name}, registry.url(one)) for one in contacts[:NAMED]]
    if may(actor, "create", "opportunities"):
        first = contacts[0]
        account = f"&account={first.account_id}" if first.account_id else ""
        label = _("New opportunity for %(name)s") % {"name": first.name}
        links.insert(0, (label, f"{reverse('opportunities:new')}?contact={first.pk}{account}"))
    return links


def _called(contact: Contact) -> str:
    return f"{contact.name} ({contact.account.name})" if contact.account else contact.name
