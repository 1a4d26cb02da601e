"""Which records the rows of a batch have to be compared with, found by keys and by what else is known of them: what is
read is bounded by the rows, however many records have a name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from crm.catalogue.files import NaturalKey
from crm.catalogue.types import RecordType
from crm.fields.kinds import Text
from crm.ground.lookups import Lookup, look_up
from crm.records.natural import NAMES

MOST_ALIKE = 20  # that are looked at though they are surely not it: a file may hold thousands of one name or mailbox
MOST_NEAR = 100  # of which a row may be about each

Values = Mapping[str, Any]
Texts = tuple[tuple[str, ...], ...]


def keys_of(natural: NaturalKey, values: Values) -> tuple[str, ...]:
    """What a row may be called in the column of ``natural``: as it is written, and in the other ways to write that."""
    return tuple(filter(None, natural.spellings(values) if natural.spellings else [natural.key(values)]))


def to_compare(
    record_type: RecordType, keys: Sequence[NaturalKey], there: QuerySet, rows: Sequence[Values]
) -> set[UUID]:
    """The ids of those of ``there`` that one of ``rows`` may be about, or that may be alike: one statement."""
    asked: dict[Lookup, dict[Texts, None]] = defaultdict(dict)
    for natural in keys:
        for values in rows:
            if called := keys_of(natural, values):
                for lookup, texts in _lookups(record_type, natural, called, values):
                    asked[lookup][called, *texts] = None
    return _found(asked, there)


def first_called(keys: Collection[tuple[str, str]], there: QuerySet) -> set[UUID]:
    """The ids of the first few that have each of ``keys``, a column and what stands there."""
    asked: dict[Lookup, dict[Texts, None]] = defaultdict(dict)
    for column, key in keys:
        asked[Lookup(_called(column), MOST_ALIKE, order=("pk",))][((key,),)] = None
    return _found(asked, there)


def _lookups(
    record_type: RecordType, natural: NaturalKey, called: tuple[str, ...], values: Values
) -> Iterator[tuple[Lookup, Texts]]:
    has_key = _called(natural.column, several=natural.spellings is not None)
    also = " AND external_id = ''" if values.get("external_id") else ""  # two ids are two records
    content = (_texts(record_type, values),) if natural.by_content else ()
    also += f" AND {_content(record_type)} @> wanted.c" if natural.by_content else ""
    for where in natural.near(values) if natural.near else ():
        yield Lookup(f"{has_key} AND {where.condition}{also}", MOST_NEAR), (where.texts, *content)
    if natural.perhaps is not None:
        where = natural.perhaps(values)
        yield Lookup(has_key, MOST_ALIKE, "pk", ("pk",), where.columns, where.condition), (where.texts,)


def _called(column: str, *, several: bool = False) -> str:
    # What is not empty: of values that it does not know PostgreSQL does not see that the partial index serves.
    return f"{column} = {'ANY (wanted.a)' if several else 'wanted.a[1]'} AND {column} <> ''"


def _found(asked: Mapping[Lookup, Iterable[Texts]], there: QuerySet) -> set[UUID]:
    numbered = (
        (lookup, there, [(UUID(int=at), texts) for at, texts in enumerate(each)]) for lookup, each in asked.items()
    )
    return {pk for hits in look_up(numbered) for ids in hits.values() for pk in ids}


def _plain_texts(record_type: RecordType) -> dict[str, tuple[Text, str]]:
    """By field, the kind and the key of texts that are the same where their keys are."""
    texts = ((spec, spec.kind) for spec in record_type.fields if type(spec.kind) is Text and spec.name not in NAMES)
    return {spec.name: (kind, kind.key_of(spec)) for spec, kind in texts if not (kind.exact or kind.key)}


def _content(record_type: RecordType) -> str:
    told = (f"'{column}=' || {column}" for _kind, column in _plain_texts(record_type).values())
    return f"ARRAY[{', '.join(told)}]::text[]"


def _texts(record_type: RecordType, values: Values) -> tuple[str, ...]:
    texts = ((kind, column, values.get(name)) for name, (kind, column) in _plain_texts(record_type).items())
    return tuple(f"{column}={kind.kept_key(text)}" for kind, column, text in texts if text)
