"""Whether a new lead is about somebody who is a contact already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import F, Window
from django.db.models.functions import RowNumber
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
    """Return for each row some contacts with its e-mail address or phone number; four queries however many rows."""
    emails = [email_key(values.get("email") or "") for values in rows]
    phones = [phone_key(values.get("phone") or "") for values in rows]
    by_email = _first_ids(actor, "email_key", {*emails} - {""})
    by_phone = _first_ids(actor, "phone_key", {*phones} - {""})
    by_mobile = _first_ids(actor, "mobile_key", {*phones} - {""})
    ids = {pk for found in (by_email, by_phone, by_mobile) for pks in found.values() for pk in pks}
    contacts = visible_records(actor, CONTACT).select_related("account").order_by("sort_name", "pk")
    by_id = {contact.pk: contact for contact in contacts.filter(pk__in=ids)} if ids else {}
    order = {pk: place for place, pk in enumerate(by_id)}
    known = []
    for email, phone in zip(emails, phones, strict=True):
        of_row = sorted({*by_email[email], *by_phone[phone], *by_mobile[phone]}, key=order.__getitem__)
        known.append([by_id[pk] for pk in of_row])
    return known


def _first_ids(actor: Membership, column: str, keys: set[str]) -> dict[str, list[UUID]]:
    """The first contacts for each of ``keys``. A switchboard's number may be that of hundreds."""
    found: dict[str, list[UUID]] = defaultdict(list)
    if keys:
        place = Window(RowNumber(), partition_by=[F(column)], order_by=["sort_name", "pk"])
        people = visible_records(actor, CONTACT).filter(**{f"{column}__in": keys}).annotate(place=place)
        people = people.exclude(**{column: ""})  # so the partial index serves a long list
        for key, pk in people.filter(place__lte=NAMED).order_by().values_list(column, "pk"):
            found[key].append(pk)
    return found


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
