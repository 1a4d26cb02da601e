"""What speaks for and against a record that a lead may be about, and how strongly."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from contacts.models import Contact
from crm.tenants.countries import country_of
from crm.tenants.firm_domains import firm_domain
from crm.tenants.text import domain_key, sort_key
from leads.models import Lead
from opportunities.models import Opportunity


class Reason(TextChoices):
    """Why a record may be, or may not be, the one that the lead is about."""

    SAME_EMAIL = "same_email", _("same e-mail")
    SAME_DOMAIN = "same_domain", _("same domain")
    SAME_PHONE = "same_phone", _("same phone")
    SAME_NAME = "same_name", _("same name")
    SIMILAR_NAME = "similar_name", _("similar name")
    SAME_CITY = "same_city", _("same city")
    OTHER_DOMAIN = "other_domain", _("other domain")
    OTHER_COUNTRY = "other_country", _("other country")
    OTHER_CITY = "other_city", _("other city")
    OF_CONTACT = "of_contact", _("open with the same contact")
    OF_ACCOUNT = "of_account", _("open at the same account")

    @property
    def is_against(self) -> bool:
        return self in (Reason.OTHER_DOMAIN, Reason.OTHER_COUNTRY, Reason.OTHER_CITY)


WEIGHTS: dict[str, dict[Reason, int]] = {
    Account.type_key: {
        Reason.SAME_EMAIL: 100,
        Reason.SAME_DOMAIN: 60,
        Reason.SAME_NAME: 40,
        Reason.SAME_PHONE: 40,
        Reason.SIMILAR_NAME: 20,
        Reason.SAME_CITY: 15,
        Reason.OTHER_CITY: -5,
        Reason.OTHER_DOMAIN: -30,
        Reason.OTHER_COUNTRY: -40,
    },
    Contact.type_key: {Reason.SAME_EMAIL: 100, Reason.SAME_PHONE: 50, Reason.SAME_NAME: 40, Reason.SIMILAR_NAME: 20},
    Opportunity.type_key: {Reason.OF_CONTACT: 60, Reason.OF_ACCOUNT: 40},
}
# From this score on a candidate is taken by default. A switchboard's number or a name alone is never enough.
SURE = {Account.type_key: 50, Contact.type_key: 80, Opportunity.type_key: 1000}


def firm_domains(lead: Lead) -> set[str]:
    """Where the lead's firm is on the internet, as far as its address and its website tell."""
    return {firm_domain(lead.email_domain), firm_domain(domain_key(lead.website))} - {""}


def about_place(lead: Lead, account: Any, reasons: Iterable[Reason]) -> list[Reason]:
    """What the two firms' domains, countries and cities say, beside the ``reasons`` for which it was found."""
    found = []
    theirs, ours = firm_domain(account.domain), firm_domains(lead)
    if theirs and ours and Reason.SAME_DOMAIN not in reasons and not any(_related(theirs, one) for one in ours):
        found.append(Reason.OTHER_DOMAIN)
    abroad = _differ(country_of(lead.country, lead.phone), country_of(account.country, account.phone))
    if abroad:
        found.append(Reason.OTHER_COUNTRY)
    city, their_city = sort_key(lead.city), sort_key(account.city)
    if city and city == their_city and not abroad:
        found.append(Reason.SAME_CITY)
    elif _differ(city, their_city):
        found.append(Reason.OTHER_CITY)
    return found


def _differ(one: str, other: str) -> bool:
    return bool(one and other and one != other)


def _related(one: str, other: str) -> bool:
    """Whether they are the same domain, or one is a part of the other: ``uk.acme.com`` of ``acme.com``."""
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
