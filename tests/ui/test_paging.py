"""Pages by key: whatever the order, walking gives every row once, forwards and back."""

from __future__ import annotations

import itertools
import random

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from crm.ground.ids import uuid7
from crm.ui.paging import Count, Ordering, capped_count, page_by_key
from crm.users.models import Membership, Role, Team
from tests.people import Firm

ORDERS: list[list[tuple[str, bool]]] = [
    [("name", False)],
    [("name", True)],
    [("created_at", True)],
    [("id", True)],
    [("team__name", False)],
    [("team__name", True)],
    [("team__name", True), ("name", False)],
    [("name", False), ("team__name", True)],
    [("is_active", True), ("name", True)],
]


@pytest.fixture
def people(inside: Firm) -> QuerySet[Membership]:
    """Sixty members with few names, so that ties are many, and some without a team."""
    chance = random.Random(7)
    role = Role.objects.first()
    teams = [None, *Team.objects.all()]
    for _ in range(60):
        Membership.objects.create(
            id=uuid7(),
            name=chance.choice("abcdefg"),
            role=role,
            team=chance.choice(teams),
            is_active=chance.random() < 0.5,
        )
    return Membership.objects.select_related("team")


def as_key(row: Membership, order: list[tuple[str, bool]]) -> list[object]:
    """What Python would sort by: empty values last, whatever the direction."""
    key: list[object] = []
    for path, desc in order:
        value = (
            row.team.name if path == "team__name" and row.team else None if path == "team__name" else getattr(row, path)
        )
        number = 0.0 if value is None else _number(value)
        key += [value is None, -number if desc else number]
    return key


def _number(value: object) -> float:
    if isinstance(value, str):
        return float(int.from_bytes(value.encode().ljust(6, b"\0")[:6]))
    return float(getattr(value, "int", None) or getattr(value, "timestamp", lambda: value)())


@pytest.mark.parametrize(
    "order", ORDERS, ids=lambda order: ",".join(("-" if desc else "") + path for path, desc in order)
)
@pytest.mark.parametrize("size", [1, 7, 100])
def test_walking_forwards_and_back_meets_every_row_once(
    people: QuerySet[Membership], order: list[tuple[str, bool]], size: int
) -> None:
    everybody = people.count()
    forward, page = [], page_by_key(people, Ordering(order), size=size)
    pages = [page]
    while page.next:
        page = page_by_key(people, Ordering(order), size=size, after=page.next)
        pages.append(page)
    forward = [row for page in pages for row in page.rows]
    assert len(forward) == everybody
    assert len({row.id for row in forward}) == everybody
    if order[0][0] != "id":
        keys = [as_key(row, order) for row in forward]
        assert keys == sorted(keys)
    assert [page.start for page in pages] == list(range(1, everybody + 1, size))
    assert pages[0].previous is None
    back = [page.rows]
    while page.previous:
        page = page_by_key(people, Ordering(order), size=size, before=page.previous)
        back.append(page.rows)
    backward = list(itertools.chain.from_iterable(reversed(back)))
    assert [row.id for row in backward] == [row.id for row in forward]


def test_a_page_starts_after_its_row_even_when_others_came_before(people: QuerySet[Membership]) -> None:
    first = page_by_key(people, Ordering([("name", False)]), size=20)
    Membership.objects.create(name="aaa", role=Role.objects.first())
    second = page_by_key(people, Ordering([("name", False)]), size=20, after=first.next)
    assert not {row.id for row in first.rows} & {row.id for row in second.rows}


@pytest.mark.parametrize("cursor", ["", "%%%", "bm90IGpzb24", "W10", "WyJuYW1lLGlkIiwxLCJhIiwibm8tdXVpZCJd"])
def test_a_broken_cursor_or_one_of_another_order_gives_the_first_page(
    people: QuerySet[Membership], cursor: str
) -> None:
    order = Ordering([("name", False)])
    first = page_by_key(people, order, size=5)
    other = page_by_key(people, Ordering([("created_at", False)]), size=5).next
    for text in (cursor, other):
        assert [row.id for row in page_by_key(people, order, size=5, after=text).rows] == [row.id for row in first.rows]
        assert [row.id for row in page_by_key(people, order, size=5, before=text).rows] == [
            row.id for row in first.rows
        ]
    assert first.next
    assert page_by_key(people, order, size=5, after=first.next).rows != first.rows


def test_one_query_for_a_page_and_a_row_comparison_that_an_index_serves(people: QuerySet[Membership]) -> None:
    cursor = page_by_key(people, Ordering([("name_key", True)]), size=5).next
    with CaptureQueriesContext(connection) as queries:
        page_by_key(people, Ordering([("name_key", True)]), size=5, after=cursor)
    assert len(queries) == 1
    assert ") < (" in queries[0]["sql"]


def test_counting_stops_at_the_cap(people: QuerySet[Membership]) -> None:
    everybody = people.count()
    assert capped_count(people) == Count(everybody)
    assert capped_count(people, cap=None) == Count(everybody)
    assert capped_count(people, cap=everybody) == Count(everybody)
    assert capped_count(people, cap=10) == Count(10, capped=True)
    assert capped_count(people.none(), cap=10) == Count(0)
    assert page_by_key(people, Ordering([("name", False)]), cap=10).total == Count(10, capped=True)
