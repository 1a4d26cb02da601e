"""Which accounts, contacts and opportunities a lead may already be.

Only records that the actor may see are ever offered.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Account
from contacts.models import Contact
from crm import catalogue
from crm.keys.firm_domains import firm_domain
from crm.keys.spellings import company_spellings
from crm.records.access import ask_visible
from crm.tenants.prepared import prepared
from crm.users.access import can, in_sight
from crm.users.models import Membership
from leads.matching.imagined import Imagined
from leads.matching.lookups import LeadKeys, LookedUp
from leads.matching.weighing import SURE, WEIGHTS, Reason, about_place, sees_addresses, untold
from leads.models import Lead
from opportunities.models import Opportunity

SHOWN = 5  # candidates of each type
COLLEAGUES = 20  # leads of the same firm
# By what people and firms are looked up (``LookedUp``), and why they then may be the ones
_PEOPLE_BY = {
    "email": Reason.SAME_EMAIL,
    "phone": Reason.SAME_PHONE,
    "mobile": Reason.SAME_PHONE,
    "name": Reason.SAME_NAME,
    "namesake": Reason.SIMILAR_NAME,
}
_FIRMS_BY = {"domain": Reason.SAME_DOMAIN, "phone": Reason.SAME_PHONE, "longer": Reason.SIMILAR_NAME}


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

    accounts: list[Candidate]
    contacts: list[Candidate]
    find_opportunities: Callable[[], list[Candidate]]

    @cached_property
    def opportunities(self) -> list[Candidate]:
        """Looked up when they are asked for: who converts into a new one does not ask."""
        return self.find_opportunities()

    def of(self, key: str) -> list[Candidate]:
        """Return those of the record type ``key``."""
        return getattr(self, key)


class _Found:
    """Hits of one type; a record that is found twice keeps both reasons.

    What is hidden from ``actor`` finds nothing (``weighing.untold``).
    """

    def __init__(self, key: str, imagined: Imagined, actor: Membership) -> None:
        self.key = key
        self.untold = untold(actor, key)
        self.imagined = imagined
        self.records: dict[UUID, Any] = {}
        self.reasons: dict[UUID, list[Reason]] = {}

    def add(self, reason: Reason, rows: Iterable[Any]) -> None:
        for row in rows if reason not in self.untold else ():
            self.records.setdefault(row.pk, self.imagined.now(row))
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


def find_candidates(lead: Lead, actor: Membership) -> Candidates:
    """Return the records that ``actor`` may see and ``lead`` may be about, each with its reasons, best first."""
    return Search(actor, [lead], to_show=True).candidates(lead)


class Search:
    """The search for what each of ``leads`` may be: the database is asked for all of them at once.

    ``beside`` has records that would be there by now, and may get more while the leads are gone through;
    ``only_beside``: it has all that there are. ``to_show``: a page will show what is found.
    """

    def __init__(
        self,
        actor: Membership,
        leads: Sequence[Lead],
        beside: Imagined | None = None,
        *,
        only_beside: bool = False,
        to_show: bool = False,
    ) -> None:
        self._actor = actor
        self._imagined = beside or Imagined()
        self._keys = {lead.pk: LeadKeys(lead) for lead in leads}
        self._places: list[LookedUp | Imagined] = [self._imagined]
        self._there: LookedUp | None = None
        if not only_beside:
            self._there = LookedUp(actor, self._keys.values(), self._imagined.made, to_show=to_show)
            self._places.insert(0, self._there)
            if len(leads) > 1:
                self._look_for_deals(self._there)

    def may_find(self, lead: Lead, key: str, but: Collection[UUID]) -> bool:
        """Whether the database may have an account or a contact (``key``) for ``lead`` beside those: quickly told, and
        where in doubt yes."""
        return self._there is None or self._there.may_find(key, self._keys[lead.pk], but)

    def candidates(self, lead: Lead) -> Candidates:
        """Return what ``find_candidates`` does, of one of the leads."""
        accounts, contacts = self._best(self._keys[lead.pk])
        return Candidates(accounts, contacts, partial(self._deals, accounts, contacts))

    def _best(self, keys: LeadKeys) -> tuple[list[Candidate], list[Candidate]]:
        """The accounts and contacts."""
        contacts = self._contacts(keys)
        return self._accounts(keys, contacts).ranked(), contacts.ranked()

    def _look_for_deals(self, there: LookedUp) -> None:
        """Of all leads at once."""
        best = [self._best(keys) for keys in self._keys.values()]
        there.look_for_deals(
            account_id=(pk for accounts, _contacts in best for pk in _sure(accounts)),
            contact_id=(pk for _accounts, contacts in best for pk in _sure(contacts)),
        )

    def _contacts(self, keys: LeadKeys) -> _Found:
        found = _Found(Contact.type_key, self._imagined, self._actor)
        for place in self._places:
            for by, reason in _PEOPLE_BY.items():
                found.add(reason, place.people(by, keys))
        return found

    def _accounts(self, keys: LeadKeys, contacts: _Found) -> _Found:
        found = _Found(Account.type_key, self._imagined, self._actor)
        of_person = [
            contact.account_id
            for pk, contact in contacts.records.items()
            if contact.account_id and Reason.SAME_EMAIL in contacts.reasons[pk]
        ]
        shows_firms = sees_addresses(self._actor)  # else they would be told at which firms people are
        of_colleagues = [pk for place in self._places for pk in place.employers(keys)] if shows_firms else []
        for place in self._places:
            found.add(Reason.SAME_EMAIL, place.firms_called(of_person))
            found.add(Reason.SAME_DOMAIN, place.firms_called(of_colleagues))
            for by, reason in _FIRMS_BY.items():
                found.add(reason, place.firms(by, keys))
            for account in place.firms("company", keys):
                is_same = account.name_key in keys.companies
                found.add(Reason.SAME_NAME if is_same else Reason.SIMILAR_NAME, [account])
        for pk, account in found.records.items():
            about = about_place(keys.lead, account, found.reasons[pk])
            found.reasons[pk] += [reason for reason in about if reason not in found.untold]
        return found

    def _deals(self, accounts: list[Candidate], contacts: list[Candidate]) -> list[Candidate]:
        found = _Found(Opportunity.type_key, self._imagined, self._actor)
        for best, column, reason in (
            (contacts, "contact_id", Reason.OF_CONTACT),
            (accounts, "account_id", Reason.OF_ACCOUNT),
        ):
            ids = _sure(best)
            for place in self._places:
                found.add(reason, [one for one in place.deals_of(column, ids) if can(self._actor, "edit", one)])
        return found.ranked()


def _sure(found: Iterable[Candidate]) -> list[UUID]:
    return [one.record.pk for one in found if one.is_sure]


def leads_of_same_firm(actor: Membership, lead: Lead) -> list[Lead]:
    """Return other leads, ``COLLEAGUES`` at most, that share the lead's company or its firm's mail domain and that
    ``actor`` may see."""
    domain = firm_domain(lead.email_domain) or None
    companies = [*company_spellings(lead.company)] if lead.company_key else None
    if domain is None and companies is None:
        return []
    leads = catalogue.record_type(Lead.type_key)
    return ask_visible(actor, leads, _same_firm, but=lead.pk, domain=domain, companies=companies)


@prepared
def _same_firm(
    scope: str, /, *, but: UUID, domain: str | None, companies: list[str] | None, **ids: Any
) -> QuerySet[Lead]:
    visible = in_sight(Lead.objects.exclude(pk=but), scope, **ids)
    hits: list[Any] = []
    if domain is not None:
        hits.append(visible.filter(email_domain=domain).values("pk")[:COLLEAGUES])
    if companies is not None:
        same = visible.filter(company_key__any_of=companies).exclude(company_key="")
        hits.append(same.values("pk")[:COLLEAGUES])
    # Each by its own index; a condition with OR would read all of a large firm.
    found = hits[0].union(*hits[1:], all=True) if len(hits) > 1 else hits[0]
    return visible.filter(pk__in=found).order_by("sort_name", "pk")[:COLLEAGUES]
