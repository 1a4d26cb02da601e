"""Leads that arrive converted, many at once: what they may be already is looked up for all of them together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from accounts.models import Account
from accounts.record import ACCOUNT
from contacts.models import Contact
from contacts.record import CONTACT
from crm import catalogue
from crm.keys.firm_domains import firm_domain
from crm.keys.spellings import company_spellings, person_spellings
from crm.records.access import visible_records
from crm.records.duplicates import first_ids
from crm.records.services import fill_derived
from crm.users.models import Membership
from leads.matching import Candidates, Search
from leads.matching.imagined import Imagined
from leads.matching.lookups import LOOKED_AT
from leads.matching.weighing import firm_domains
from leads.models import Lead

_TELLING = ("name", "first_name", "last_name", "company", "email", "phone", "website")
_MOST_COLLEAGUES = 5_000  # accounts of people at the same firms
_at_hand: ContextVar[Imagined | None] = ContextVar("leads_at_hand", default=None)


def ties_of(values: Mapping[str, Any]) -> set[str]:
    """What two leads share of which one may be found to be the account or the contact that the other becomes."""
    lead = lead_like(values)
    if lead is None:
        return set()
    found = {("email", lead.email_key), ("phone", lead.phone_key)}
    found |= {("domain", one) for one in firm_domains(lead)}
    found |= {("company", key) for key in company_spellings(lead.company)}
    return {f"{what}:{key}" for what, key in found if key}


@contextmanager
def looked_up(actor: Membership, rows: Sequence[Mapping[str, Any]]) -> Iterator[None]:
    """Have at hand what the leads of ``rows`` may be."""
    leads = [lead for values in rows if (lead := lead_like(values)) is not None]
    token = _at_hand.set(_look_up(actor, leads) if leads else None)
    try:
        yield
    finally:
        _at_hand.reset(token)


def candidates_at_hand(lead: Lead, actor: Membership) -> Candidates | None:
    """``find_candidates`` for one of the leads that were looked up together, without their opportunities; None where
    none were."""
    there = _at_hand.get()
    return None if there is None else Search(actor, [lead], there, only_beside=True).candidates(lead)


def lead_like(values: Mapping[str, Any]) -> Lead | None:
    """A lead of ``values``, as far as it is compared; None when there can be none."""
    lead = Lead()
    for spec in catalogue.record_type("leads").specs(_TELLING):
        if values.get(spec.name):
            spec.kind.assign(spec, lead, values[spec.name])
    try:
        fill_derived(catalogue.type_of(lead), lead)
    except ValidationError:
        return None
    return lead


def _look_up(actor: Membership, leads: Sequence[Lead]) -> Imagined:
    found = Imagined()
    domains = {domain for lead in leads for domain in firm_domains(lead)}
    people = visible_records(actor, CONTACT)
    phones = _keys(lead.phone_key for lead in leads)
    ids = _ids(
        people,
        {
            "email_key": _keys(lead.email_key for lead in leads),
            "phone_key": phones,
            "mobile_key": phones,
            "sort_name": _keys(name for lead in leads for name in person_spellings(lead.name)),
        },
    )
    accounts: set[UUID] = set()
    for contact in people.filter(pk__in=ids).select_related("account"):
        found.add(Contact.type_key, contact)
        accounts |= {contact.account_id} - {None}
    at_firms = people.filter(email_domain__in=domains).exclude(account=None).order_by()
    for domain, account_id in at_firms.values_list("email_domain", "account_id").distinct()[:_MOST_COLLEAGUES]:
        found.add_colleague(firm_domain(domain), account_id)
        accounts.add(account_id)
    companies = visible_records(actor, ACCOUNT)
    names = _keys(key for lead in leads for key in company_spellings(lead.company))
    accounts |= _ids(companies, {"domain": _keys(domains), "phone_key": phones, "name_key": names})
    for account in companies.filter(pk__in=accounts).select_related("owner"):
        found.add(Account.type_key, account)
    return found


def _keys(texts: Any) -> set[str]:
    return {text for text in texts if text}


def _ids(visible: QuerySet, wanted: Mapping[str, set[str]]) -> set[UUID]:
    hits = [first_ids(visible.order_by(), (column,), [keys], LOOKED_AT) for column, keys in wanted.items() if keys]
    return set(hits[0].union(*hits[1:]).values_list("pk", flat=True)) if hits else set()
