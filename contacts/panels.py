"""What contacts show on other records' pages."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import Account
from accounts.vendors.models import Vendor
from contacts.models import Contact
from contacts.selectors import by_name, contacts_of, link_to
from crm import catalogue
from crm.catalogue.types import Panel
from crm.users.access import may
from crm.users.models import Membership

_LISTED = 8


def load_contacts(actor: Membership, company: Account | Vendor) -> dict[str, Any]:
    """The people of an account or a vendor, with a link to add one."""
    found = by_name(actor, link_to(company), company, _LISTED + 1)
    here = urlencode({link_to(company): company.pk})
    return {
        "contacts": [(contact, catalogue.url(contact)) for contact in found[:_LISTED]],
        "all_url": contacts_of(actor, company).url() if len(found) > _LISTED else "",
        "new_url": f"{reverse('contacts:new')}?{here}" if may(actor, "create", "contacts") else "",
    }


def load_reports(actor: Membership, contact: Contact) -> dict[str, Any] | None:
    """Who reports to a contact."""
    found = by_name(actor, "reports_to", contact, _LISTED)
    return {"contacts": [(one, catalogue.url(one)) for one in found]} if found else None


REPORTS_PANEL = Panel("reports", "contacts/reports_panel.html", load_reports, order=70)
CONTACTS_PANEL = Panel("contacts", "contacts/company_panel.html", load_contacts, order=20)
for _key in (Account.type_key, Vendor.type_key):
    catalogue.add_panel(_key, CONTACTS_PANEL)
