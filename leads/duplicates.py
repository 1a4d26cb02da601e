"""Which leads may be about the same, and which contacts a lead may be about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from contacts.duplicates import REACHED_ALIKE, about
from contacts.models import Contact
from crm.catalogue.types import Match
from crm.keys.spellings import company_spellings, person_spellings, rough_company, rough_person
from crm.records.duplicates import SAME_EMAIL, SAME_PHONE, Alike, Likeness, Parts, phones_of, values_of
from crm.records.natural import email_of, whole_name
from crm.users.models import Membership
from leads.models import Lead

_COMPARED = ("first_name", "last_name", "email", "phone", "company")
Found = tuple[list[Match], list[Match]]


def _at_the_company(values: Mapping[str, Any]) -> Parts:
    companies = company_spellings(values.get("company") or "")
    return (person_spellings(whole_name(values)) if companies else (), companies)


def _roughly_at_the_company(values: Mapping[str, Any]) -> Parts:
    company = rough_company(values.get("company") or "")
    return ([rough_person(whole_name(values))], [company] if company else [])


def _without_a_person(values: Mapping[str, Any]) -> Parts:
    return (() if whole_name(values).strip() else company_spellings(values.get("company") or ""), [""], [""])


def _roughly_without_a_person(values: Mapping[str, Any]) -> Parts:
    return (() if whole_name(values).strip() else [rough_company(values.get("company") or "")], [""], [""])


_NAME_AND_COMPANY = _("same name and company")
LEADS = Alike(
    "leads",
    (
        Likeness(SAME_EMAIL, ("email_key",), lambda values: ([email_of(values)],)),
        Likeness(SAME_PHONE, ("phone_key",), phones_of),
        Likeness(_NAME_AND_COMPANY, ("sort_name", "company_key"), _at_the_company, roughly=_roughly_at_the_company),
        Likeness(
            _("same company"),
            ("company_key", "first_name_key", "last_name_key"),
            _without_a_person,
            roughly=_roughly_without_a_person,
        ),
    ),
    about=lambda lead: lead.company if lead.company != lead.name else "",
)
CONTACTS_OF_LEADS = Alike(
    Contact.type_key,
    (*REACHED_ALIKE, Likeness(_NAME_AND_COMPANY, ("sort_name", "account__name_key"), _at_the_company)),
    about,
    related=("account",),
)


def find_alike(actor: Membership, rows: Sequence[Mapping[str, Any]]) -> list[Found]:
    """Return for each of the new leads ``rows`` the contacts and the leads that are alike.

    A lead that has become one of those contacts is not told of beside it.
    """
    contacts = CONTACTS_OF_LEADS.find(actor, rows)
    leads = LEADS.find(actor, rows)
    found = []
    for people, others in zip(contacts, leads, strict=True):
        ids = {match.record.pk for match in people}
        found.append((people, [match for match in others if match.record.contact_id not in ids]))
    return found


def compared(lead: Lead) -> dict[str, Any]:
    return values_of(lead, _COMPARED)
