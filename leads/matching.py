"""Which accounts, contacts and opportunities a lead may already be.

Every lookup is an equality or a prefix on an indexed key column, so that a workspace with a million leads answers
as quickly as a small one; and only records that the actor may see are ever offered.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Account
from accounts.record import ACCOUNT
from contacts.models import Contact
from contacts.record import CONTACT
from crm import catalogue
from crm.ground.text import sort_key
from crm.keys.firm_domains import firm_domain
from crm.keys.spellings import CONSISTENT, company_spellings, person_spellings, word_spellings
from crm.picklists.models import Meaning
from crm.picklists.selectors import stage_ids_meaning
from crm.records.access import visible_records
from crm.users.access import can
from crm.users.models import Membership
from leads.models import Lead
from leads.weighing import SURE, WEIGHTS, Reason, about_place, firm_domains, sees_addresses, untold
from opportunities.models import Opportunity
from opportunities.record import OPPORTUNITY

SHOWN = 5  # candidates of each type
COLLEAGUES = 20  # leads of the same firm
LOOKED_AT = 10  # hits of each lookup
_SHORTEST_PREFIX = 4  # letters of a company's name that say something


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


class Imagined:
    """Records that are not written yet, found like those that are: for a rehearsal.

    A record that exists can be added with the keys that it would have. ``sees`` says which ones may be found.
    """

    _KEYS = {
        Account.type_key: ("pk", "domain", "phone_key", "name_key"),
        Contact.type_key: ("email_key", "phone_key", "mobile_key", "sort_name", "email_domain"),
        Opportunity.type_key: ("contact_id", "account_id"),
    }

    def __init__(self, sees: Callable[[Any], bool] = lambda record: True) -> None:
        self._sees = sees
        self._records: dict[UUID, Any] = {}
        self._added: list[tuple[str, Any]] = []
        self._index: dict[tuple[str, str, Any], list[UUID]] = {}
        self._names: list[str] = []  # of the accounts, in order
        self._colleagues: dict[str, set[UUID]] = {}

    def add(self, key: str, record: Any) -> None:
        """Let ``record`` be found from now on, in place of an earlier state of it."""
        self._added.append((key, record))
        self._records[record.pk] = record
        for name in self._KEYS[key]:
            if value := getattr(record, name):
                ids = self._index.setdefault((key, name, value), [])
                if name == "name_key" and not ids:
                    insort(self._names, value)
                if record.pk not in ids:
                    ids.append(record.pk)

    def add_colleague(self, domain: str, account_id: UUID) -> None:
        """Somebody with an address at ``domain`` belongs to the account."""
        self._colleagues.setdefault(domain, set()).add(account_id)

    def accounts_at(self, domains: Iterable[str]) -> list[UUID]:
        """The accounts of people with addresses at ``domains``."""
        people = self.find(Contact.type_key, "email_domain", domains)
        at_hand = {pk for domain in domains for pk in self._colleagues.get(domain, ())}
        return [*dict.fromkeys([*(one.account_id for one in people if one.account_id), *sorted(at_hand)])]

    def news(self) -> list[Any]:
        """What was added since this was asked last, as JSON."""
        added, self._added = self._added, []
        return [[key, {field.attname: getattr(one, field.attname) for field in _columns(one)}] for key, one in added]

    def recall(self, news: list[Any]) -> None:
        """Add again what ``news`` has told."""
        for key, values in news:
            model = catalogue.record_type(key).model
            self.add(key, model(**{one.attname: one.to_python(values[one.attname]) for one in _columns(model)}))
        self._added.clear()

    def now(self, record: Any) -> Any:
        """The record as it would be by now."""
        return self._records.get(record.pk, record)

    def find(self, key: str, name: str, values: Iterable[Any]) -> list[Any]:
        found = (self._records[pk] for value in values for pk in self._index.get((key, name, value), ()))
        return [record for record in found if self._sees(record)]

    def accounts_from(self, start: str, end: str) -> list[Any]:
        """The accounts whose ``name_key`` is from ``start`` up to, and without, ``end``."""
        names = self._names[bisect_left(self._names, start) : bisect_left(self._names, end)]
        return self.find(Account.type_key, "name_key", names[:LOOKED_AT])


def _columns(model: Any) -> Any:
    return model._meta.concrete_fields


class _Found:
    """Hits of one type; a record that is found twice keeps both reasons. ``rows`` are looked into, if there are any.

    What ``actor`` does not see finds nothing (``weighing.untold``).
    """

    def __init__(self, key: str, imagined: Imagined, rows: QuerySet | None, actor: Membership) -> None:
        self.key = key
        self.untold = untold(actor, key)
        self.rows = rows
        self.imagined = imagined
        self.records: dict[UUID, Any] = {}
        self.reasons: dict[UUID, list[Reason]] = {}

    def add(self, reason: Reason, rows: Iterable[Any]) -> None:
        for row in rows if reason not in self.untold else ():
            self.records.setdefault(row.pk, self.imagined.now(row))
            reasons = self.reasons.setdefault(row.pk, [])
            if reason not in reasons:
                reasons.append(reason)

    def look_up(self, reason: Reason, ask: Callable[[QuerySet], QuerySet]) -> None:
        if self.rows is not None and reason not in self.untold:
            self.add(reason, ask(self.rows))

    def ranked(self) -> list[Candidate]:
        weights = WEIGHTS[self.key]
        found = []
        for pk, record in self.records.items():
            reasons = sorted(self.reasons[pk], key=lambda reason: -weights[reason])
            score = sum(weights[reason] for reason in reasons)
            found.append(Candidate(record, tuple(reasons), score, score >= SURE[self.key]))
        return sorted(found, key=lambda one: (-one.score, one.record.sort_name, one.record.pk))[:SHOWN]


def find_candidates(lead: Lead, actor: Any, beside: Imagined | None = None, *, only_beside: bool = False) -> Candidates:
    """Return the records that ``actor`` may see and ``lead`` may be about, each with its reasons, best first.

    ``beside`` has records that would be there by now; ``only_beside``: it has all that there are.
    """
    people = companies = deals = None
    if not only_beside:
        people = visible_records(actor, CONTACT).select_related("account")
        companies = visible_records(actor, ACCOUNT).select_related("owner")
        deals = visible_records(actor, OPPORTUNITY, "edit").select_related("account")  # a contact is added to it
    imagined = beside or Imagined()
    contacts = _contacts(lead, _Found(Contact.type_key, imagined, people, actor))
    colleagues = people if sees_addresses(actor) else None
    accounts = _accounts(lead, _Found(Account.type_key, imagined, companies, actor), colleagues, contacts)
    opportunities = _opportunities(actor, deals, accounts, contacts)
    return Candidates(accounts.ranked(), contacts.ranked(), opportunities.ranked())


def _contacts(lead: Lead, found: _Found) -> _Found:
    imagined = found.imagined
    names = sorted(person_spellings(lead.name))
    if lead.email_key:
        found.look_up(Reason.SAME_EMAIL, lambda rows: rows.filter(email_key=lead.email_key)[:LOOKED_AT])
        found.add(Reason.SAME_EMAIL, imagined.find(Contact.type_key, "email_key", [lead.email_key]))
    if lead.phone_key:
        same = Q(phone_key=lead.phone_key) | Q(mobile_key=lead.phone_key)
        found.look_up(Reason.SAME_PHONE, lambda rows: rows.filter(same)[:LOOKED_AT])
        for column in ("phone_key", "mobile_key"):
            found.add(Reason.SAME_PHONE, imagined.find(Contact.type_key, column, [lead.phone_key]))
    if is_person(lead):
        found.look_up(Reason.SAME_NAME, lambda rows: rows.filter(sort_name__in=names)[:LOOKED_AT])
        found.add(Reason.SAME_NAME, imagined.find(Contact.type_key, "sort_name", names))
    if lead.last_name and (domain := firm_domain(lead.email_domain)):
        last = word_spellings(lead.last_name)
        namesakes = Q(email_domain=domain, last_name_key__in=last) & ~Q(sort_name__in=names)
        found.look_up(Reason.SIMILAR_NAME, lambda rows: rows.filter(namesakes)[:LOOKED_AT])
        coming = imagined.find(Contact.type_key, "email_domain", [domain])
        rest = [one for one in coming if sort_key(one.last_name) in last]
        found.add(Reason.SIMILAR_NAME, [one for one in rest if one.sort_name not in names])
    return found


def _accounts(lead: Lead, found: _Found, people: QuerySet | None, contacts: _Found) -> _Found:
    imagined = found.imagined
    same_email = [
        contact.account_id for pk, contact in contacts.records.items() if Reason.SAME_EMAIL in contacts.reasons[pk]
    ]
    if same_email:
        found.look_up(Reason.SAME_EMAIL, lambda rows: rows.filter(pk__in=same_email))
        found.add(Reason.SAME_EMAIL, imagined.find(Account.type_key, "pk", same_email))
    if domains := firm_domains(lead):
        found.look_up(Reason.SAME_DOMAIN, lambda rows: rows.filter(domain__in=domains)[:LOOKED_AT])
        found.add(Reason.SAME_DOMAIN, imagined.find(Account.type_key, "domain", domains))
        _of_colleagues(found, people, domains)
    if lead.phone_key:
        found.look_up(Reason.SAME_PHONE, lambda rows: rows.filter(phone_key=lead.phone_key)[:LOOKED_AT])
        found.add(Reason.SAME_PHONE, imagined.find(Account.type_key, "phone_key", [lead.phone_key]))
    if lead.company_key:
        _companies(found, company_spellings(lead.company))
    for pk, account in found.records.items():
        about = about_place(lead, account, found.reasons[pk])
        found.reasons[pk] += [reason for reason in about if reason not in found.untold]
    return found


def _of_colleagues(found: _Found, people: QuerySet | None, domains: set[str]) -> None:
    """The accounts of people with addresses of the same firm."""
    ids = found.imagined.accounts_at(domains)
    if people is not None:
        colleagues = people.filter(email_domain__in=domains).exclude(account=None).order_by().select_related(None)
        ids = [*colleagues.values_list("account_id", flat=True).distinct()[:LOOKED_AT], *ids]
    if ids:
        found.look_up(Reason.SAME_DOMAIN, lambda rows: rows.filter(pk__in=ids))
        found.add(Reason.SAME_DOMAIN, found.imagined.find(Account.type_key, "pk", ids))


def _companies(found: _Found, keys: Sequence[str]) -> None:
    """The same name, however it is spelt, and similar ones: ``Acme Robotics`` for ``Acme``, and the other way round."""
    likeliest = keys[:CONSISTENT]
    shorter = {start for key in likeliest for start in _starts_of(key) if len(start) >= _SHORTEST_PREFIX}
    rows, imagined = found.rows, found.imagined
    named = imagined.find(Account.type_key, "name_key", dict.fromkeys([*keys, *shorter]))
    if rows is not None:
        # What is not empty: from a long list PostgreSQL does not see that the partial index serves.
        there = rows.filter(name_key__in=[*keys, *sorted(shorter)]).exclude(name_key="")[: 2 * LOOKED_AT]
        named = [*there, *named]
    for account in named:
        found.add(Reason.SAME_NAME if account.name_key in keys else Reason.SIMILAR_NAME, [account])
    spans = [(f"{key} ", f"{key}!") for key in likeliest if len(key) >= _SHORTEST_PREFIX]  # "!" is what follows " "
    if spans:
        found.look_up(Reason.SIMILAR_NAME, lambda rows: _first_of_each(rows, spans))
    for start, end in spans:
        found.add(Reason.SIMILAR_NAME, imagined.accounts_from(start, end))


def _starts_of(key: str) -> list[str]:
    words = key.split()
    return [" ".join(words[:count]) for count in range(1, len(words))]


def _first_of_each(visible: QuerySet, spans: Sequence[tuple[str, str]]) -> QuerySet:
    """The first few of each, in one statement, each by the index: a condition with OR would read them all."""
    rows = [visible.filter(name_key__gte=start, name_key__lt=end).order_by("name_key") for start, end in spans]
    if len(rows) == 1:
        return rows[0][:LOOKED_AT]
    ids = [one.values("pk")[:LOOKED_AT] for one in rows]
    return visible.filter(pk__in=ids[0].union(*ids[1:], all=True))


def _opportunities(actor: Any, visible: QuerySet | None, accounts: _Found, contacts: _Found) -> _Found:
    imagined = accounts.imagined
    is_open = visible.filter(stage_id__in=stage_ids_meaning(Meaning.OPEN)) if visible is not None else None
    found = _Found(Opportunity.type_key, imagined, is_open, actor)
    for hits, column, reason in (
        (contacts, "contact_id", Reason.OF_CONTACT),
        (accounts, "account_id", Reason.OF_ACCOUNT),
    ):
        if sure := [one.record.pk for one in hits.ranked() if one.is_sure]:
            found.look_up(reason, partial(_whose, column=column, ids=sure))
            coming = imagined.find(Opportunity.type_key, column, sure)
            found.add(reason, [one for one in coming if can(actor, "edit", one)])
    return found


def _whose(rows: QuerySet, column: str, ids: Sequence[UUID]) -> QuerySet:
    return rows.filter(**{f"{column}__in": ids})[:LOOKED_AT]


def same_firm(lead: Lead, visible: QuerySet) -> QuerySet:
    """Return the ``visible`` leads, ``COLLEAGUES`` at most, that share company or the firm's mail domain."""
    others = visible.exclude(pk=lead.pk).order_by()
    hits = []
    if domain := firm_domain(lead.email_domain):
        hits.append(others.filter(email_domain=domain).values("pk")[:COLLEAGUES])
    if lead.company_key:
        same = others.filter(company_key__in=company_spellings(lead.company)).exclude(company_key="")
        hits.append(same.values("pk")[:COLLEAGUES])
    if not hits:
        return visible.none()
    # Each by its own index; a condition with OR would read all of a large firm.
    ids = hits[0].union(*hits[1:], all=True) if len(hits) > 1 else hits[0]
    return visible.filter(pk__in=ids).order_by("sort_name", "pk")[:COLLEAGUES]


def is_person(lead: Lead) -> bool:
    """Whether the lead names a person, and not only a company."""
    return bool(lead.first_name or lead.last_name)
