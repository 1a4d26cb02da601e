"""Questions about contacts."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.models import Account
from accounts.vendors.models import Vendor
from contacts.models import Contact
from crm import catalogue
from crm.records.access import visible_records
from crm.ui.paging import Count, capped_count
from crm.users.models import Membership


def count_without_account() -> Count:
    """Return how many contacts have neither an account nor a vendor."""
    return capped_count(Contact.objects.filter(account=None, vendor=None))


def contacts_of(actor: Membership, company: Account | Vendor) -> QuerySet[Contact]:
    """Return the people of ``company`` that ``actor`` may see, by name."""
    contacts = visible_records(actor, catalogue.record_type("contacts"))
    link = "vendor" if isinstance(company, Vendor) else "account"
    return contacts.filter(**{link: company}).order_by("sort_name", "pk")


def reports_of(actor: Membership, contact: Contact) -> QuerySet[Contact]:
    """Return the people who report to ``contact`` and whom ``actor`` may see, by name."""
    contacts = visible_records(actor, catalogue.record_type("contacts"))
    return contacts.filter(reports_to=contact).order_by("sort_name", "pk")
