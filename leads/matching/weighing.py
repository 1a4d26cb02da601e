"""What speaks for and against a record that a lead may be about, and how strongly."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from contacts.models import Contact
from crm.ground.addresses import domain_key
from crm.ground.text import sort_key
from crm.keys.countries import country_of
from crm.keys.firm_domains import firm_domain
from crm.users.access import HIDDEN, limited_fields
from crm.users.models import Membership
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
_EMAIL = {(Lead.type_key, "email"), (Contact.type_key, "email")}
_DOMAIN = {(Lead.type_key, "email"), (Lead.type_key, "website"), (Account.type_key, "website")}
_PHONE = (Lead.type_key, "phone")
_CITY = {(Lead.type_key, "city"), (Account.type_key, "city")}
_COUNTRY = {(Lead.type_key, "country"), _PHONE, (Account.type_key, "country"), (Account.type_key, "phone")}
# The fields that a reason compares: who does not see one of them is not told, or else they could guess it.
COMPARED: dict[str, dict[Reason, set[tuple[str, str]]]] = {
    Account.type_key: {
        Reason.SAME_EMAIL: _EMAIL,
        Reason.SAME_DOMAIN: _DOMAIN,
        Reason.SAME_PHONE: {_PHONE, (Account.type_key, "phone")},
        Reason.SAME_CITY: _CITY,
        Reason.OTHER_CITY: _CITY,
        Reason.OTHER_DOMAIN: _DOMAIN,
        Reason.OTHER_COUNTRY: _COUNTRY,
    },
    Contact.type_key: {
        Reason.SAME_EMAIL: _EMAIL,
        Reason.SAME_PHONE: {_PHONE, (Contact.type_key, "phone"), (Contact.type_key, "mobile")},
        Reason.SIMILAR_NAME: _EMAIL,
    },
}
# From this score on a candidate is taken by default. A switchboard's number or a name alone is never enough.
SURE = {Account.type_key: 50, Contact.type_key: 80, Opportunity.type_key: 1000}


def sees_addresses(actor: Membership) -> bool:
    """Whether ``actor`` sees the e-mail addresses of contacts, and so at which firms they are."""
    return "email" not in limited_fields(actor, Contact.type_key, HIDDEN)


def untold(actor: Membership, key: str) -> frozenset[Reason]:
    """The reasons that would tell ``actor`` what is hidden from them; ``key`` is the type of record that is found."""
    return frozenset(
        reason
        for reason, fields in COMPARED.get(key, {}).items()
        if any(name in limited_fields(actor, of, HIDDEN) for of, name in fields)
    )


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
