"""One search over names, companies, e-mails and phones of all record types, within what the actor may see."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from crm import catalogue
from crm.catalogue.searched import Searched
from crm.catalogue.types import RecordType
from crm.ground.addresses import email_key
from crm.ground.text import sort_key
from crm.keys.phones import national_number, phone_key
from crm.records.access import visible_records
from crm.search.rows import shown_specs
from crm.search.sql import MOST_HITS, Table, tables
from crm.users.access import HIDDEN, limited_fields, scope_of
from crm.users.models import Membership
from crm.users.selectors import team_tree_ids, teammate_ids

LONGEST_QUERY = 200
MOST_WORDS = 8
TRIGRAM = 3
LONGEST_DENSE_NAME = 5  # characters of a first and a last name
FIRST_OF_DENSE_SCRIPTS = "\u2e80"  # a character of Chinese, Japanese or Korean says as much as a syllable or a word
_NUMBER = re.compile(r"\+?[\d\s().\-/]*\d[\d\s().\-/]*")
UNFOUND = 9  # after every rank that the functions give


@dataclass(frozen=True)
class Group:
    """The hits of one record type: a page of records, the best first, and how many there are in all."""

    record_type: RecordType
    records: list[Any]
    hits: int
    is_cut: bool = False  # there may be more, which were not looked at

    @property
    def is_capped(self) -> bool:
        return self.is_cut or self.hits >= MOST_HITS


@dataclass(frozen=True)
class Found:
    """What a search found. ``exact``: by the whole e-mail address or phone number."""

    query: str
    groups: list[Group] = field(default_factory=list)
    exact: bool = False

    @property
    def hits(self) -> int:
        return sum(group.hits for group in self.groups)

    @property
    def people(self) -> int:
        """How many people: the answer to "do we know this person?". None, if it is a company's name."""
        if self.groups and not self.exact and not self.groups[0].record_type.is_person:
            return 0
        return sum(group.hits for group in self.groups if group.record_type.is_person)


def search(actor: Membership, text: str, *, key: str = "", most: int = 10, skip: int = 0, verb: str = "view") -> Found:
    """Return up to ``most`` records of each type (or of the type ``key``) that fit ``text``, after the first ``skip``.

    An e-mail address or a phone number in full finds its owners. Anything else is looked for in names, companies,
    addresses and numbers, for contacts and opportunities in their company's name, too: every word must occur; words
    under three characters count only beside a longer one, and alone they find the names that start with them (in
    scripts that need no more, as Chinese, one character is enough).
    A part of a phone number may be written with any signs, and with the zeros of a national or foreign call.
    Only those are found to which ``actor`` may do ``verb``.
    """
    query = " ".join(text.replace("\x00", "").split())[:LONGEST_QUERY]
    searched = [one for one in tables() if key in ("", one.key) and scope_of(actor, verb, one.key) != "none"]
    if not sort_key(query) or not searched:
        return Found(query)
    exact = _exact(actor, query, searched, most, skip, verb=verb)
    if any(group.hits for group in exact):
        return Found(query, [group for group in exact if group.hits], exact=True)
    return Found(query, _containing(actor, query, searched, most, skip, verb=verb))


def is_person_like(query: str) -> bool:
    """Whether ``query`` may name a person: an address, a number, or a first and a last name."""
    return bool(email_key(query) or _phone(query) or len(query.split()) > 1)


def _phone(query: str) -> str:
    """The key of ``query`` when it reads as a whole phone number."""
    is_number = re.fullmatch(r"\+?[\d\s().\-/]{7,}", query) and len(re.sub(r"\D", "", query)) >= 7
    return phone_key(query) if is_number else ""


def _exact(actor: Membership, query: str, searched: Iterable[Table], most: int, skip: int, *, verb: str) -> list[Group]:
    email = email_key(query) if " " not in query else ""
    phone = _phone(query)
    groups = []
    for one in searched:
        hidden = limited_fields(actor, one.key, HIDDEN)
        conditions = [Q(**{column: email}) for name, column in one.searched.emails if email and name not in hidden]
        conditions += [Q(**{column: phone}) for name, column in one.searched.phones if phone and name not in hidden]
        if conditions:
            record_type = catalogue.seen_type(one.key, actor)
            rows = visible_records(actor, record_type, verb).filter(reduce(or_, conditions)).order_by("sort_name", "id")
            page = list(_shown(record_type, rows)[skip : skip + most])
            groups.append(Group(record_type, page, rows[:MOST_HITS].count() if page else 0))
    return groups


def _containing(
    actor: Membership, query: str, searched: list[Table], most: int, skip: int, *, verb: str
) -> list[Group]:
    wanted = sort_key(query)
    patterns = _patterns(wanted.replace("'", "").split())
    numbers = _patterns(_apart(_with_digits(wanted)))
    numbers = [] if set(numbers) == set(patterns) else numbers
    statements: list[str] = []
    parameters: list[Any] = []
    for one in searched:
        statements.append(
            f"SELECT '{one.key}', hit.* FROM {one.function}(%s, %s, %s, %s, %s::text[], %s, %s, %s, %s, %s, %s, %s) hit"
        )
        parameters += [wanted, patterns, numbers, *_reach(actor, one, verb), most, skip, *_seen(actor, one)]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(statements), parameters)
        rows = cursor.fetchall()
    groups = []
    for one in _best_first(searched, rows):
        ids = [record_id for key, record_id, _rank, _hits in rows if key == one.key]
        hits = next(total for key, _record_id, _rank, total in rows if key == one.key)
        records = _fetch(actor, one.key, ids)
        groups.append(Group(catalogue.seen_type(one.key, actor), records, min(abs(hits), MOST_HITS), is_cut=hits < 0))
    return groups


def _best_first(searched: list[Table], rows: list[Any]) -> list[Table]:
    """Those of which something was found; companies first where it is a company's name rather than a person's."""
    best: dict[str, int] = {}
    for key, _record_id, rank, _hits in rows:
        best[key] = min(rank, best.get(key, rank))
    found = [one for one in searched if one.key in best]
    types = {one.key: catalogue.record_type(one.key) for one in searched}
    person = min((best.get(key, UNFOUND) for key, one in types.items() if one.is_person), default=UNFOUND)
    found.sort(key=lambda one: not (types[one.key].is_company and best[one.key] < person))
    return found


def _patterns(words: Iterable[str]) -> list[str]:
    """A pattern for each word, the longest first; none when all are too short to look for within a text."""
    kept = sorted({word for word in words if word}, key=len, reverse=True)[:MOST_WORDS]
    return [_like(word) for word in kept] if any(map(_is_long, kept)) else []


def _is_long(word: str) -> bool:
    return len(word) >= TRIGRAM or any(character >= FIRST_OF_DENSE_SCRIPTS for character in word)


def _apart(words: Iterable[str]) -> Iterator[str]:
    """The words, but names in scripts that need no spaces letter by letter: 王小明 may be kept as 王 小明."""
    for word in words:
        whole = unicodedata.normalize("NFC", word)  # Korean is taken apart in keys
        is_name = 1 < len(whole) <= LONGEST_DENSE_NAME and all(one >= FIRST_OF_DENSE_SCRIPTS for one in whole)
        yield from (unicodedata.normalize("NFD", one) for one in whole) if is_name else (word,)


def _with_digits(wanted: str) -> list[str]:
    """The words with the digits alone where they look like a number; the whole as one number when it does."""
    if _NUMBER.fullmatch(wanted):
        whole = phone_key(wanted) if _phone(wanted) else ""
        return [national_number(whole) or _digits(wanted)]
    return [_digits(word) if _NUMBER.fullmatch(word) else word.replace("'", "") for word in wanted.split()]


def _digits(text: str) -> str:
    """The digits without the zeros that go before a national or a foreign number, which the keys do not hold."""
    return re.sub(r"\D", "", text).lstrip("0")


def _like(word: str) -> str:
    return "%" + re.sub(r"([\\%_])", r"\\\1", word) + "%"


def _reach(actor: Membership, table: Table, verb: str) -> tuple[str, list[str], UUID, list[UUID], list[UUID]]:
    """What the functions need to count only what ``actor`` may do ``verb`` to: scopes (of the linked, by whose names
    others are found, too), self, teams, mates."""
    scope = scope_of(actor, verb, table.key)
    there = [scope_of(actor, "view", one.there.key) for one in table.links]
    if "team" not in (scope, *there) or actor.team is None:
        return scope, there, actor.pk, [], []
    return scope, there, actor.pk, sorted(team_tree_ids(actor.team)), sorted(teammate_ids(actor.team))


def _seen(actor: Membership, table: Table) -> tuple[list[bool] | None, list[bool] | None]:
    """Which parts of a record, and of the words of those that its links name, ``actor`` may see; None: all."""
    own = Searched.flags(table.searched.parts, limited_fields(actor, table.key, HIDDEN))
    there: list[bool] = []
    for link in table.links:
        there += Searched.flags(link.there.searched.called, limited_fields(actor, link.there.key, HIDDEN))
    return (None if all(own) else own), (None if all(there) else there)


def _fetch(actor: Membership, key: str, ids: list[UUID]) -> list[Any]:
    record_type = catalogue.seen_type(key, actor)
    rows = _shown(record_type, visible_records(actor, record_type).filter(pk__in=ids))
    by_id = {record.pk: record for record in rows}
    return [by_id[record_id] for record_id in ids if record_id in by_id]


def _shown(record_type: RecordType, rows: Any) -> Any:
    return record_type.with_related(rows, shown_specs(record_type))
