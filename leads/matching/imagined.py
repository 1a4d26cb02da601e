"""Records that are not written yet, found like those that are."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from accounts.models import Account
from contacts.models import Contact
from crm import catalogue
from crm.ground.text import sort_key
from leads.matching.lookups import LOOKED_AT, LeadKeys
from opportunities.models import Opportunity


class Imagined:
    """Records that are not written yet, found like those that are: for a rehearsal.

    A record that exists can be added with the keys that it would have; ``made`` are the ids of those that do not.
    ``sees`` says which ones may be found.
    """

    _KEYS = {
        Account.type_key: ("pk", "domain", "phone_key", "name_key"),
        Contact.type_key: ("email_key", "phone_key", "mobile_key", "sort_name", "email_domain"),
        Opportunity.type_key: ("contact_id", "account_id"),
    }

    def __init__(self, sees: Callable[[Any], bool] = lambda record: True) -> None:
        self._sees = sees
        self.made: set[UUID] = set()
        self._records: dict[UUID, Any] = {}
        self._added: list[tuple[str, Any]] = []
        self._index: dict[tuple[str, str, Any], list[UUID]] = {}
        self._names: list[str] = []  # of the accounts, in order
        self._colleagues: dict[str, set[UUID]] = {}

    def add(self, key: str, record: Any, *, is_new: bool = False) -> None:
        """Let ``record`` be found from now on, in place of an earlier state of it."""
        self._added.append((key, record))
        if is_new:
            self.made.add(record.pk)
        self._records[record.pk] = record
        for name in self._KEYS[key]:
            if value := getattr(record, name):
                ids = self._index.setdefault((key, name, value), [])
                if name == "name_key" and not ids:
                    insort(self._names, value)
                if record.pk not in ids:
                    ids.append(record.pk)

    def forget(self, ids: Iterable[UUID | None]) -> None:
        """Find those of these records no more that were there."""
        gone = {pk for pk in ids if pk is not None and self._records.pop(pk, None)} - self.made
        for key, found in self._index.items():
            self._index[key] = [pk for pk in found if pk not in gone]

    def add_colleague(self, domain: str, account_id: UUID) -> None:
        """Somebody with an address at ``domain`` belongs to the account."""
        self._colleagues.setdefault(domain, set()).add(account_id)

    def people(self, by: str, keys: LeadKeys) -> list[Any]:
        """As ``LookedUp`` does."""
        if by == "namesake":
            coming = self._find(Contact.type_key, "email_domain", keys.email_domain)
            namesakes = [one for one in coming if sort_key(one.last_name) in keys.last_names]
            return [one for one in namesakes if one.sort_name not in keys.names]
        column, texts = {
            "email": ("email_key", keys.email),
            "phone": ("phone_key", keys.phone),
            "mobile": ("mobile_key", keys.phone),
            "name": ("sort_name", keys.names),
        }[by]
        return self._find(Contact.type_key, column, texts)

    def firms(self, by: str, keys: LeadKeys) -> list[Any]:
        """As ``LookedUp`` does."""
        if by == "longer":
            return [one for start, end in keys.longer for one in self._accounts_from(start, end)]
        column, texts = {
            "domain": ("domain", keys.domains),
            "phone": ("phone_key", keys.phone),
            "company": ("name_key", keys.companies_or_shorter),
        }[by]
        return self._find(Account.type_key, column, texts)

    def employers(self, keys: LeadKeys) -> list[UUID]:
        """As ``LookedUp`` does."""
        people = self._find(Contact.type_key, "email_domain", keys.domains)
        at_hand = {pk for domain in keys.domains for pk in self._colleagues.get(domain, ())}
        return [*dict.fromkeys([*(one.account_id for one in people if one.account_id), *sorted(at_hand)])]

    def firms_called(self, ids: Iterable[UUID]) -> list[Any]:
        """The accounts with these ids."""
        return self._find(Account.type_key, "pk", ids)

    def deals_of(self, column: str, ids: Iterable[UUID]) -> list[Any]:
        """The opportunities whose ``column`` is one of ``ids``."""
        return self._find(Opportunity.type_key, column, ids)

    def news(self) -> list[Any]:
        """What was added since this was asked last, as JSON."""
        added, self._added = self._added, []
        return [
            [key, one.pk in self.made, {field.attname: getattr(one, field.attname) for field in _columns(one)}]
            for key, one in added
        ]

    def recall(self, news: list[Any]) -> None:
        """Add again what ``news`` has told."""
        for key, is_new, values in news:
            model = catalogue.record_type(key).model
            record = model(**{one.attname: one.to_python(values[one.attname]) for one in _columns(model)})
            self.add(key, record, is_new=is_new)
        self._added.clear()

    def now(self, record: Any) -> Any:
        """The record as it would be by now."""
        return self._records.get(record.pk, record)

    def _find(self, key: str, name: str, values: Iterable[Any]) -> list[Any]:
        found = (self._records[pk] for value in values for pk in self._index.get((key, name, value), ()))
        return [record for record in found if self._sees(record)]

    def _accounts_from(self, start: str, end: str) -> list[Any]:
        """The accounts whose ``name_key`` is from ``start`` up to, and without, ``end``."""
        names = self._names[bisect_left(self._names, start) : bisect_left(self._names, end)]
        return self._find(Account.type_key, "name_key", names[:LOOKED_AT])


def _columns(model: Any) -> Any:
    return model._meta.concrete_fields
