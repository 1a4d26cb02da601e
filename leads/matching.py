"""Which accounts, contacts and opportunities a lead may already be.

Every lookup is an equality or a prefix on an indexed key column, so that a workspace with a million leads answers
as quickly as a small one; and only records that the actor may see are ever offered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.record import ACCOUNT
from contacts.record import CONTACT
from crm.picklists.models import Meaning
from crm.picklists.selectors import stage_ids_meaning
from crm.records.access import visible_records
from crm.tenants.text import domain_key, sort_key
from leads.free_mail import firm_domain
from leads.models import Lead
from opportunities.record import OPPORTUNITY

SHOWN = 5  # candidates of each type
_LOOKED_AT = 10  # hits of each lookup
_SHORTEST_PREFIX = 4  # letters of a company's name that say something


class Reason(TextChoices):
    """Why a record may be the one that the lead is about."""

    SAME_EMAIL = "same_email", _("same e-mail")
    SAME_DOMAIN = "same_domain", _("same domain")
    SAME_PHONE = "same_phone", _("same phone")
    SAME_NAME = "same_name", _("same name")
    SIMILAR_NAME = "similar_name", _("similar name")
    OF_CONTACT = "of_contact", _("open with the same contact")
    OF_ACCOUNT = "of_account", _("open at the same account")


WEIGHTS: dict[str, dict[Reason, int]] = {
    "accounts": {
        Reason.SAME_EMAIL: 100,
        Reason.SAME_DOMAIN: 60,
        Reason.SAME_NAME: 50,
        Reason.SAME_PHONE: 40,
        Reason.SIMILAR_NAME: 20,
    },
    "contacts": {Reason.SAME_EMAIL: 100, Reason.SAME_PHONE: 50, Reason.SAME_NAME: 40, Reason.SIMILAR_NAME: 20},
    "opportunities": {Reason.OF_CONTACT: 60, Reason.OF_ACCOUNT: 40},
}
# From this score on a candidate is taken by default. A switchboard's number or a common name alone is not enough.
SURE = {"accounts": 50, "contacts": 80, "opportunities": 1000}


@dataclass(frozen=True)
class Candidate:
    """A record that already exists, why it may be the one, and how strongly that speaks for it."""

    record: Any
    reasons: tuple[Reason, ...]
    score: int
    is_sure: bool


@dataclass(frozen=True)
class Candidates:
    """Best first, at most ``SHOWN`` of each type."""

    accounts: list[Candidate] = field(default_factory=list)
    contacts: list[Candidate] = field(default_factory=list)
    opportunities: list[Candidate] = field(default_factory=list)

    def of(self, key: str) -> list[Candidate]:
        """Return those of the record type ``key``."""
        return getattr(self, key)


class _Found:
    """Hits of one type; a record that is found twice keeps both reasons."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.records: dict[UUID, Model] = {}
        self.reasons: dict[UUID, list[Reason]] = {}

    def add(self, reason: Reason, rows: Iterable[Model]) -> None:
        for row in rows:
            self.records.setdefault(row.pk, row)
            reasons = self.reasons.setdefault(row.pk, [])
            if reason not in reasons:
                reasons.append(reason)

    def ranked(self) -> list[Candidate]:
        weights = WEIGHTS[self.key]
        found = []
        for pk, record in self.records.items():
            reasons = sorted(self.reasons[pk], key=lambda reason: -weights[reason])
            score = sum(weights[reason] for reason in reasons)
            found.append(Candidate(record, tuple(reasons), score, score >= SURE[self.key]))
        return sorted(found, key=lambda one: (-one.score, one.record.sort_name, one.record.pk))[:SHOWN]


def find_candidates(lead: Lead, actor: Any) -> Candidates:
    """Return the records that ``actor`` may see and ``lead`` may be about, each with its reasons, best first."""
    people = visible_records(actor, CONTACT).select_related("account")
    companies = visible_records(actor, ACCOUNT).select_related("owner")
    deals = visible_records(actor, OPPORTUNITY, "edit").select_related("account")  # a contact is added to it
    contacts = _contacts(lead, people)
    accounts = _accounts(lead, companies, visible_records(actor, CONTACT), contacts)
    opportunities = _opportunities(deals, accounts, contacts)
    return Candidates(accounts.ranked(), contacts.ranked(), opportunities.ranked())


def _contacts(lead: Lead, visible: QuerySet) -> _Found:
    found = _Found("contacts")
    if lead.email_key:
        found.add(Reason.SAME_EMAIL, visible.filter(email_key=lead.email_key)[:_LOOKED_AT])
    if lead.phone_key:
        same = Q(phone_key=lead.phone_key) | Q(mobile_key=lead.phone_key)
        found.add(Reason.SAME_PHONE, visible.filter(same)[:_LOOKED_AT])
    if is_person(lead):
        found.add(Reason.SAME_NAME, visible.filter(sort_name=sort_key(lead.name))[:_LOOKED_AT])
    if lead.last_name and (domain := firm_domain(lead.email_domain)):
        namesakes = visible.filter(email_domain=domain, last_name=lead.last_name)
        found.add(Reason.SIMILAR_NAME, namesakes.exclude(sort_name=sort_key(lead.name))[:_LOOKED_AT])
    return found


def _accounts(lead: Lead, visible: QuerySet, visible_contacts: QuerySet, contacts: _Found) -> _Found:
    found = _Found("accounts")
    same_email = [
        contact.account_id  # type: ignore[attr-defined]
        for pk, contact in contacts.records.items()
        if Reason.SAME_EMAIL in contacts.reasons[pk]
    ]
    if same_email:
        found.add(Reason.SAME_EMAIL, visible.filter(pk__in=same_email))
    domains = {firm_domain(lead.email_domain), firm_domain(domain_key(lead.website))} - {""}
    if domains:
        found.add(Reason.SAME_DOMAIN, visible.filter(domain__in=domains)[:_LOOKED_AT])
        colleagues = visible_contacts.filter(email_domain__in=domains).exclude(account=None).order_by()
        ids = list(colleagues.values_list("account_id", flat=True).distinct()[:_LOOKED_AT])
        if ids:
            found.add(Reason.SAME_DOMAIN, visible.filter(pk__in=ids))
    if lead.phone_key:
        found.add(Reason.SAME_PHONE, visible.filter(phone_key=lead.phone_key)[:_LOOKED_AT])
    if lead.company_key:
        _companies(found, visible, lead.company_key)
    return found


def _companies(found: _Found, visible: QuerySet, key: str) -> None:
    """The same name, and similar ones: ``Acme Robotics`` for ``Acme``, ``Acme`` for ``Acme Robotics``."""
    words = key.split()
    starts = [" ".join(words[:count]) for count in range(1, len(words))]
    shorter = [start for start in starts if len(start) >= _SHORTEST_PREFIX]
    for account in visible.filter(name_key__in=[key, *shorter])[: 2 * _LOOKED_AT]:
        found.add(Reason.SAME_NAME if account.name_key == key else Reason.SIMILAR_NAME, [account])
    if len(key) >= _SHORTEST_PREFIX:
        longer = visible.filter(name_key__gte=f"{key} ", name_key__lt=f"{key}!")  # "!" is what follows " "
        found.add(Reason.SIMILAR_NAME, longer.order_by("name_key")[:_LOOKED_AT])


def _opportunities(visible: QuerySet, accounts: _Found, contacts: _Found) -> _Found:
    found = _Found("opportunities")
    is_open = visible.filter(stage_id__in=stage_ids_meaning(Meaning.OPEN))
    sure = {hits.key: [one.record.pk for one in hits.ranked() if one.is_sure] for hits in (accounts, contacts)}
    if sure["contacts"]:
        found.add(Reason.OF_CONTACT, is_open.filter(contact_id__in=sure["contacts"])[:_LOOKED_AT])
    if sure["accounts"]:
        found.add(Reason.OF_ACCOUNT, is_open.filter(account_id__in=sure["accounts"])[:_LOOKED_AT])
    return found


def same_firm(lead: Lead, visible: QuerySet) -> QuerySet:
    """Return those of ``visible`` leads, without ``lead``, that share its company or its firm's mail domain."""
    ids: set[UUID] = set()
    others = visible.exclude(pk=lead.pk).order_by()
    if domain := firm_domain(lead.email_domain):
        ids.update(others.filter(email_domain=domain).values_list("pk", flat=True)[:SHOWN])
    if lead.company_key:
        ids.update(others.filter(company_key=lead.company_key).values_list("pk", flat=True)[:SHOWN])
    return visible.filter(pk__in=ids).order_by("sort_name", "pk")[:SHOWN]


def is_person(lead: Lead) -> bool:
    """Whether the lead names a person, and not only a company."""
    return bool(lead.first_name or lead.last_name)
