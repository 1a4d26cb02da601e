"""Which records may be about the same person or firm: found by what they have in common, each with the reasons.

Likeness is no proof: whoever makes a record is told, and goes on or not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import product
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import catalogue
from crm.catalogue.types import Match, Objection, RecordType
from crm.ground.lookups import Asked, Lookup, is_filled, is_wanted, look_up
from crm.keys.phones import phone_keys
from crm.keys.spellings import person_spellings
from crm.records.access import ask_visible, visible_records
from crm.records.natural import whole_name
from crm.tenants.prepared import prepared
from crm.users.access import in_sight
from crm.users.models import Membership

NAMED = 3  # for each thing that they have in common: a switchboard's number may be that of hundreds
LISTED = 5  # of each type, on a page
_SHORTEST_PHONE = 6
SAME_EMAIL = gettext_lazy("same e-mail")
SAME_PHONE = gettext_lazy("same phone")
SAME_DOMAIN = gettext_lazy("same domain")
Key = tuple[Any, ...]
Parts = tuple[Collection[Any], ...]  # for each place of a key what may stand there
Values = Mapping[str, Any]


def _nothing_more(values: Values, record: Any) -> Sequence[Any]:
    return ()


@dataclass(frozen=True)
class Likeness:
    """Something that two may have in common.

    ``ways`` gives of some values what may stand in each of the ``columns`` of records that are alike: not each of the
    keys, of which a name with three umlauts has thousands. Keys that start with nothing are left out. ``roughly`` gives
    the same of the values as of all that are alike, and of some others. ``more`` returns what else to say of a record,
    or None when something speaks against it.
    """

    label: Any
    columns: tuple[str, ...]
    ways: Callable[[Values], Parts]
    more: Callable[[Values, Any], Sequence[Any] | None] = _nothing_more
    roughly: Callable[[Values], Parts] | None = None

    def parts_of(self, values: Values) -> Parts:
        return _filled(self.ways(values))

    def rough_keys(self, values: Values) -> Iterable[Key]:
        return product(*_filled((self.roughly or self.ways)(values)))


@dataclass(frozen=True, eq=False)  # each is itself, which is all that ``@prepared`` asks of it
class Alike:
    """How records of a type are compared; ``about`` is what tells one from another of the same name."""

    key: str
    likenesses: tuple[Likeness, ...]
    about: Callable[[Any], str]
    related: tuple[str, ...] = ()
    weak: Callable[[frozenset[str]], bool] = lambda reasons: False  # of reasons for which nobody is warned

    @property
    def type(self) -> RecordType:
        return catalogue.record_type(self.key)

    @cached_property
    def _numbered(self) -> tuple[tuple[int, Likeness], ...]:
        """The likenesses, those of one label with one number."""
        labels = [one.label for one in self.likenesses]
        return tuple((next(i for i, label in enumerate(labels) if label is one.label), one) for one in self.likenesses)

    def rough_keys(self, values: Values) -> list[set[Key]]:
        """What those that are alike share, by likeness: a few keys, however a name can be written. Others may share
        it as well: ``among`` tells."""
        return [{(number, *key) for key in one.rough_keys(values)} for number, one in self._numbered]

    def keys_here(self, record: Any, rough: Sequence[set[Key]]) -> dict[Key, set[Key]]:
        """By which keys others find ``record``, by what it has itself; ``rough`` are those of what it was made of."""
        found: dict[Key, set[Key]] = {}
        for (number, one), keys in zip(self._numbered, rough, strict=True):
            own = _key_of(record, one.columns)
            if own[0]:
                found.setdefault((number, *own), set()).update(keys if one.roughly else [(number, *own)])
        return found

    def among(self, values: Values, records: Sequence[Any]) -> list[Match]:
        """Which of ``records`` are alike, the likest first."""
        return self.matched([values], [self.parts_of(values)], list(records))[0] if records else []

    def find(self, actor: Membership, rows: Sequence[Values], but: Iterable[UUID] = ()) -> list[list[Match]]:
        """Return for each of ``rows`` (values by field name) what ``actor`` may see and is alike, the likest first.

        One statement, however many rows. ``but`` are ids of records that are not meant.
        """
        wanted = [self.parts_of(values) for values in rows]
        visible = visible_records(actor, self.type)
        ids = self._ids(visible.exclude(pk__in=but), wanted)
        return self.matched(rows, wanted, list(self.in_order(visible.filter(pk__any_of=ids))) if ids else [])

    def _ids(self, visible: QuerySet, wanted: list[list[Parts]]) -> set[UUID]:
        """Of each of ``wanted`` by itself: of the names and the firms of a thousand rows most pairs are of none."""
        asked: list[Asked] = []
        for number, likeness in enumerate(self.likenesses):
            if each := {tuple(map(frozenset, parts)) for row in wanted if all(parts := row[number])}:
                texts = ([*map(_as_texts, parts)] for parts in each)
                asked.append((Lookup(most=None), _first_wanted(visible, likeness.columns, each), enumerate(texts)))
        return {pk for found in look_up(asked) for ids in found.values() for pk in ids}

    def parts_of(self, values: Values) -> list[Parts]:
        return [likeness.parts_of(values) for likeness in self.likenesses]

    def asked(self, wanted: list[list[Parts]]) -> dict[int, list[list[Any]]]:
        """By the number of each likeness that there is something to ask for of, what may stand in its columns."""
        found = {}
        for number in range(len(self.likenesses)):
            if some := [parts for row in wanted if all(parts := row[number])]:
                found[number] = [[*set().union(*parts)] for parts in zip(*some, strict=True)]
        return found

    def hits(self, visible: QuerySet, asked: Mapping[int, Sequence[Sequence[Any]]]) -> list[QuerySet]:
        """The ids of those of ``visible`` that are alike, by what they have in common."""
        rows = visible.order_by()
        return [first_ids(rows, self.likenesses[number].columns, parts) for number, parts in asked.items()]

    def in_order(self, rows: QuerySet) -> QuerySet:
        return rows.select_related(*self.related).order_by("sort_name", "pk")

    def matched(self, rows: Sequence[Values], wanted: list[list[Parts]], there: list[Any]) -> list[list[Match]]:
        index: list[_Index] = [{} for _likeness in self.likenesses]
        for record in there:
            for likeness, found in zip(self.likenesses, index, strict=True):
                first, *others = _key_of(record, likeness.columns)
                found.setdefault(first, {}).setdefault(tuple(others), []).append(record)
        return [self._matches(values, keys, index) for values, keys in zip(rows, wanted, strict=True)]

    def _matches(self, values: Values, keys: list[Parts], index: list[_Index]) -> list[Match]:
        found: dict[UUID, tuple[Any, list[str]]] = {}
        for likeness, wanted, there in zip(self.likenesses, keys, index, strict=True):
            for record in _having(wanted, there):
                if (more := likeness.more(values, record)) is None:
                    continue
                reasons = found.setdefault(record.pk, (record, []))[1]
                reasons += [text for text in map(str, (likeness.label, *more)) if text not in reasons]
        names = person_spellings(whole_name(values)) if len(found) > 1 else ()
        best = sorted(found.values(), key=lambda one: (-len(one[1]), one[0].sort_name not in names))
        return [self._match(record, tuple(reasons)) for record, reasons in best]

    def _match(self, record: Any, reasons: tuple[str, ...]) -> Match:
        return Match(record, reasons, self.about(record), catalogue.url(record), self.weak(frozenset(reasons)))


_Index = dict[Any, dict[Key, list[Any]]]  # records, by what is first in their keys and then by the rest


def _filled(parts: Parts) -> Parts:
    """The parts without keys that start with nothing."""
    first, *others = parts
    return ({one for one in first if one}, *map(frozenset, others))


def _having(wanted: Parts, there: _Index) -> Iterator[Any]:
    """The first few records of each key that consists of ``wanted``."""
    first, *others = wanted
    for start in sorted(there.keys() & first, key=str):
        rest = [key for key in there[start] if all(one in some for one, some in zip(key, others, strict=True))]
        for key in sorted(rest, key=str):
            yield from there[start][key][:NAMED]


def _as_texts(part: Collection[Any]) -> list[str]:
    return [str(one) for one in part]


def _first_wanted(visible: QuerySet, columns: tuple[str, ...], each: Collection[Parts]) -> QuerySet:
    """The first few for each key of what is wanted (``ground.lookups``), which is one of ``each``."""
    rows = visible.order_by().select_related(None)
    for at, column, parts in zip("abc", columns, zip(*each, strict=True), strict=False):
        rows = rows.filter(is_wanted(column, at))
        if not column.endswith("_id") and not any("" in part for part in parts):
            rows = rows.filter(is_filled(column))
    return _first_few(rows, columns, NAMED)


def first_ids(
    visible: QuerySet, columns: tuple[str, ...], parts: Sequence[Collection[Any]], most: int = NAMED
) -> QuerySet:
    """The ids of the first few for each key. What is not empty: so the partial index serves a long list."""
    given = {f"{column}__any_of": values for column, values in zip(columns, parts, strict=True)}
    rows = visible.filter(**given).exclude(**{columns[0]: ""})
    return _first_few(rows, columns, most).values("pk")


def _first_few(rows: QuerySet, columns: tuple[str, ...], most: int) -> QuerySet:
    place = Window(RowNumber(), partition_by=[F(column) for column in columns], order_by=["sort_name", "pk"])
    return rows.annotate(place=place).filter(place__lte=most)


def _key_of(record: Any, columns: tuple[str, ...]) -> Key:
    return tuple(reduce(_seen, path.split("__"), record) for path in columns)


def _seen(record: Any, name: str) -> Any:
    """What stands there, or None in what ``hide_unseen`` has marked."""
    return None if getattr(record, "is_hidden", False) else getattr(record, name, None)


def objections_by(alike: Alike, heading: Any) -> Callable[[Membership, Sequence[Values]], list[Objection | None]]:
    """``RecordType.objections`` of a type that speaks of nothing but what is ``alike``."""

    def objections(actor: Membership, rows: Sequence[Values]) -> list[Objection | None]:
        found = alike.find(actor, rows)
        return [there_already(one, heading) if any(not match.is_weak for match in one) else None for one in found]

    return objections


def there_already(matches: Sequence[Match], heading: Any) -> Objection:
    return Objection(told_in_words(matches), tuple(matches[:LISTED]), str(heading))


def told_in_words(matches: Sequence[Match]) -> str:
    return _("Perhaps there already: %(names)s.") % {"names": told(matches)}


def find_each(actor: Membership, asked: Sequence[tuple[Alike, Values, Iterable[UUID]]]) -> list[list[Match]]:
    """``Alike.find`` for values of one record, of several types: one statement for each, whose text is made once."""
    found = []
    for alike, values, but in asked:
        wanted = [alike.parts_of(values)]
        keys = alike.asked(wanted)
        parts: dict[str, Any] = {
            _part(number, at): part for number, columns in keys.items() for at, part in enumerate(columns)
        }
        shape = (alike, tuple(keys))
        there = ask_visible(actor, alike.type, _alike_rows, *shape, but=tuple(but), **parts) if keys else []
        found += alike.matched([values], wanted, there)
    return found


@prepared
def _alike_rows(
    scope: str, alike: Alike, likenesses: tuple[int, ...], /, *, but: tuple[UUID, ...], **values: Any
) -> QuerySet[Any]:
    """``values``: what may stand in each column of the ``likenesses``, and the ids of who sees what."""
    keys = {
        number: [values.pop(_part(number, at)) for at in range(len(alike.likenesses[number].columns))]
        for number in likenesses
    }
    visible = in_sight(alike.type.model.objects.all(), scope, **values)
    hits = alike.hits(visible.exclude(pk__in=but), keys)
    return alike.in_order(visible.filter(pk__in=hits[0].union(*hits[1:]) if len(hits) > 1 else hits[0]))


def _part(number: int, at: int) -> str:
    return f"likeness_{number}_{at}"


def load_duplicates(found: Iterable[list[Match]]) -> dict[str, Any] | None:
    """The panel of what may be the same as a record: the matches of each type that was asked."""
    rows = [(catalogue.type_of(match.record), match) for matches in found for match in matches[:LISTED]]
    return {"rows": rows} if rows else None


def values_of(record: Any, names: Iterable[str]) -> dict[str, Any]:
    """What ``Alike.find`` compares of a record that exists."""
    return {name: getattr(record, name) for name in names}


def phones_of(values: Values) -> Parts:
    """The keys of all the numbers that there are; a few digits are an extension, which says nothing."""
    keys = {key for name in ("phone", "mobile") for key in phone_keys(values.get(name) or "")}
    return ({key for key in keys if len(key) >= _SHORTEST_PHONE},)


def told(matches: Sequence[Match]) -> str:
    """The first few of ``matches`` in a sentence, each with its reasons."""
    return "; ".join(", ".join((_called(one), *one.reasons)) for one in matches[:NAMED])


def _called(match: Match) -> str:
    return f"{match.record.name} ({match.about})" if match.about else match.record.name
