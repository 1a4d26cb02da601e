"""What the database has that leads may be about, looked up for many of them in a few statements: each lead's own first
hits are read, however many others it or they have (``crm.ground.lookups``)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.record import ACCOUNT
from contacts.record import CONTACT
from crm.catalogue.types import RecordType
from crm.ground.lookups import LOOKED_AT, Asked, Lookup, Statement, Texts, look_up
from crm.keys.firm_domains import firm_domain
from crm.keys.spellings import CONSISTENT, company_spellings, person_spellings, word_spellings
from crm.picklists.models import Meaning
from crm.picklists.selectors import stage_ids_meaning
from crm.records.access import ask_visible
from crm.tenants.prepared import prepared
from crm.users.access import in_sight, sight_of
from crm.users.models import Membership
from leads.matching.weighing import firm_domains
from leads.models import Lead
from opportunities.record import OPPORTUNITY

_SHORTEST_PREFIX = 4  # letters of a company's name that say something


@dataclass(frozen=True)
class LeadKeys:
    """By what ``lead`` is compared; what it does not say is empty."""

    lead: Lead

    @cached_property
    def email(self) -> Texts:
        return [self.lead.email_key] if self.lead.email_key else ()

    @cached_property
    def phone(self) -> Texts:
        return [self.lead.phone_key] if self.lead.phone_key else ()

    @cached_property
    def names(self) -> Texts:
        """The ways to write the whole name of the person."""
        return sorted(person_spellings(self.lead.name)) if is_person(self.lead) else ()

    @cached_property
    def last_names(self) -> Texts:
        return word_spellings(self.lead.last_name) if self.lead.last_name else ()

    @cached_property
    def email_domain(self) -> Texts:
        """That of a firm."""
        domain = firm_domain(self.lead.email_domain)
        return [domain] if domain else ()

    @cached_property
    def domains(self) -> Texts:
        return sorted(firm_domains(self.lead))

    @cached_property
    def companies(self) -> Sequence[str]:
        """The ways to write the company's name, the likeliest first."""
        return company_spellings(self.lead.company) if self.lead.company_key else ()

    @cached_property
    def companies_or_shorter(self) -> Texts:
        """Those, and what they begin with: ``Acme`` for ``Acme Robotics``."""
        starts = {start for key in self.companies[:CONSISTENT] for start in _starts_of(key)}
        return [*self.companies, *sorted(start for start in starts if len(start) >= _SHORTEST_PREFIX)]

    @cached_property
    def longer(self) -> list[tuple[str, str]]:
        """Between what the names are that begin with the company's: from the one on, up to and without the other."""
        long = [key for key in self.companies[:CONSISTENT] if len(key) >= _SHORTEST_PREFIX]
        return [(f"{key} ", f"{key}!") for key in long]  # "!" is what follows " "


def is_person(lead: Lead) -> bool:
    """Whether the lead names a person, and not only a company."""
    return bool(lead.first_name or lead.last_name)


def _starts_of(key: str) -> list[str]:
    words = key.split()
    return [" ".join(words[:count]) for count in range(1, len(words))]


@prepared
def _hits(
    lookup: Lookup, model: Any, scope: str, /, *, stages: tuple[UUID, ...] | None = None, **ids: Any
) -> QuerySet[Any, Any]:
    """``stages``: those that the opportunities are in."""
    rows = in_sight(model.objects.all(), scope, **ids)
    if stages is not None:
        rows = rows.filter(stage_id__in=stages)
    return lookup.found_in(rows)


@prepared
def _rows(scope: str, model: Any, related: tuple[str, ...], /, *, pks: list[UUID], **ids: Any) -> QuerySet[Any]:
    rows = in_sight(model.objects.filter(pk__any_of=pks), scope, **ids)
    return rows.select_related(*related) if related else rows


def _is_one(column: str) -> str:
    # What is not empty: of values that it does not know PostgreSQL does not see that the partial index serves.
    return f"{column} = ANY (wanted.a) AND {column} <> ''"


_EMAIL, _PHONE, _MOBILE = (Lookup(_is_one(column)) for column in ("email_key", "phone_key", "mobile_key"))
_NAME = Lookup("sort_name = ANY (wanted.a)")
_NAMESAKE = Lookup(f"{_is_one('email_domain')} AND last_name_key = ANY (wanted.b) AND sort_name <> ALL (wanted.c)")
_EMPLOYER = Lookup(_is_one("email_domain"), gives="account_id")
_DOMAIN = Lookup(_is_one("domain"))
_COMPANY = Lookup(_is_one("name_key"), most=2 * LOOKED_AT)
_LONGER = Lookup("name_key >= wanted.a[1] AND name_key < wanted.b[1] AND name_key <> ''", order=("name_key",))
_DEALS = {column: Lookup(f"{column} = wanted.a[1]::uuid") for column in ("contact_id", "account_id")}


class _Table:
    """The rows of one type that may be found, each read once; ``stages`` as for ``_hits``."""

    def __init__(
        self, actor: Membership, record_type: RecordType, verb: str = "view", *, related: tuple[str, ...] = ()
    ) -> None:
        self._actor, self._type, self._verb, self._related = actor, record_type, verb, related
        self._known: dict[UUID, Any] = {}

    def statement(self, lookup: Lookup, **more: Any) -> Statement | None:
        """How ``lookup`` finds them; None: nothing of it may be seen."""
        scope, ids = sight_of(self._actor, self._type.key, self._verb)
        return _hits.statement(lookup, self._type.model, scope, **more, **ids)

    def get(self, ids: Iterable[UUID]) -> list[Any]:
        """Those of ``ids`` that may be found."""
        wanted = list(dict.fromkeys(ids))
        if missing := [pk for pk in wanted if pk not in self._known]:
            shape = (self._type.model, self._related)
            rows = ask_visible(self._actor, self._type, _rows, *shape, verb=self._verb, pks=missing)
            self._known |= dict.fromkeys(missing) | {row.pk: row for row in rows}
        return [row for pk in wanted if (row := self._known[pk]) is not None]


# By which of its texts something is looked up for a lead; several times where it has several.
_By = tuple[Lookup, Callable[[LeadKeys], Sequence[Sequence[Texts]]]]
PEOPLE_BY: dict[str, _By] = {
    "email": (_EMAIL, lambda keys: [(keys.email,)]),
    "phone": (_PHONE, lambda keys: [(keys.phone,)]),
    "mobile": (_MOBILE, lambda keys: [(keys.phone,)]),
    "name": (_NAME, lambda keys: [(keys.names,)]),
    "namesake": (_NAMESAKE, lambda keys: [(keys.email_domain, keys.last_names, keys.names)]),
}
FIRMS_BY: dict[str, _By] = {
    "domain": (_DOMAIN, lambda keys: [(keys.domains,)]),
    "phone": (_PHONE, lambda keys: [(keys.phone,)]),
    "company": (_COMPANY, lambda keys: [(keys.companies_or_shorter,)]),
    "longer": (_LONGER, lambda keys: [([start], [end]) for start, end in keys.longer]),
}
_EMPLOYERS_BY: dict[str, _By] = {"domain": (_EMPLOYER, lambda keys: [(keys.domains,)])}


class LookedUp:
    """What ``actor`` may see of what the database has for ``leads``, and on demand a little more.

    ``absent`` are ids that it does not have, by when they are asked for. ``to_show``: with what tells them apart on a
    page.
    """

    def __init__(
        self, actor: Membership, leads: Collection[LeadKeys], absent: Set[UUID] = frozenset(), *, to_show: bool = False
    ) -> None:
        self._absent = absent
        self._people = _Table(actor, CONTACT, related=("account",) if to_show else ())
        self._firms = _Table(actor, ACCOUNT, related=("owner",) if to_show else ())
        # "edit": a contact is added to it
        self._deals = _Table(actor, OPPORTUNITY, "edit", related=("account",) if to_show else ())
        self._deals_of: dict[tuple[str, UUID], list[UUID]] = {}
        asked = {("people", by): _asked(how, self._people, leads) for by, how in PEOPLE_BY.items()}
        asked |= {("firms", by): _asked(how, self._firms, leads) for by, how in FIRMS_BY.items()}
        asked |= {("employers", by): _asked(how, self._people, leads) for by, how in _EMPLOYERS_BY.items()}
        self._hits = dict(zip(asked, look_up(asked.values()), strict=True))
        self._has_read = False

    def may_find(self, key: str, keys: LeadKeys, but: Collection[UUID]) -> bool:
        """Whether an account or a contact (``key``) may be found beside those, as far as that is known without reading
        any."""
        whats = {"people"} if key == CONTACT.key else {"firms", "employers"}
        if key == ACCOUNT.key and self._hits["people", "email"].get(keys.lead.pk):
            return True  # that of whoever has the address
        hits = (pk for (what, _by), found in self._hits.items() if what in whats for pk in found.get(keys.lead.pk, ()))
        return any(pk not in but for pk in hits)

    def people(self, by: str, keys: LeadKeys) -> list[Any]:
        """The contacts that are found by that (a key of ``PEOPLE_BY``)."""
        return self._people.get(self._ids("people", by, keys))

    def firms(self, by: str, keys: LeadKeys) -> list[Any]:
        """The accounts that are found by that (a key of ``FIRMS_BY``)."""
        return self._firms.get(self._ids("firms", by, keys))

    def employers(self, keys: LeadKeys) -> list[UUID]:
        """The accounts of people who have addresses of the same firm."""
        return self._ids("employers", "domain", keys)

    def firms_called(self, ids: Iterable[UUID]) -> list[Any]:
        """The accounts with these ids."""
        return self._firms.get(pk for pk in ids if pk not in self._absent)

    def deals_of(self, column: str, ids: Iterable[UUID]) -> list[Any]:
        """The open opportunities whose ``column`` is one of ``ids``."""
        there = [pk for pk in ids if pk not in self._absent]
        self.look_for_deals(**{column: there})
        return self._deals.get(pk for one in there for pk in self._deals_of[column, one])

    def look_for_deals(self, **wanted: Iterable[UUID]) -> None:
        """Have at hand what ``deals_of`` will be asked for: ids by column."""
        new = {column: {pk for pk in ids if (column, pk) not in self._deals_of} for column, ids in wanted.items()}
        if not any(new.values()):
            return
        is_open = tuple(stage_ids_meaning(Meaning.OPEN))
        found = look_up(
            (how := _DEALS[column], self._deals.statement(how, stages=is_open), [(pk, [[pk.hex]]) for pk in ids])
            for column, ids in new.items()
        )
        for (column, ids), hits in zip(new.items(), found, strict=True):
            self._deals_of |= {(column, pk): hits.get(pk, []) for pk in ids}
        self._deals.get(_all(found))

    def _ids(self, what: str, by: str, keys: LeadKeys) -> list[UUID]:
        if not self._has_read:
            self._has_read = True
            self._read_ahead()
        return self._hits.get((what, by), {}).get(keys.lead.pk, [])

    def _read_ahead(self) -> None:
        """Read what was found: the people, then the firms, with that of whoever has a lead's address."""
        hits: dict[str, list[UUID]] = defaultdict(list)
        for (what, _by), found in self._hits.items():
            hits[what] += _all([found])
        self._people.get(hits["people"])
        same = self._people.get(_all([self._hits["people", "email"]]))
        self._firms.get([*hits["firms"], *hits["employers"], *(one.account_id for one in same if one.account_id)])


def _all(found: Iterable[Mapping[UUID, list[UUID]]]) -> list[UUID]:
    return [pk for hits in found for ids in hits.values() for pk in ids]


def _asked(how: _By, table: _Table, leads: Iterable[LeadKeys]) -> Asked:
    lookup, texts = how
    values = [(keys.lead.pk, each) for keys in leads for each in texts(keys) if each[0]]
    return lookup, table.statement(lookup) if values else None, values
