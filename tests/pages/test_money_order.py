"""Sorting by money keeps currencies apart: ¥1,234,567 does not stand between $12,600 and $12,156."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from crm import catalogue
from crm.fields.money import money_from_major
from crm.queries.query import Query
from crm.records.access import visible_records
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from crm.ui.paging import page_by_key
from tests import make
from tests.fields.own import add_field
from tests.people import Firm, client_of

AMOUNTS = ["12600 USD", "1234567 JPY", "12156 USD", "999999 JPY", "10590 USD", "", "20 AUD", "3.5 KWD", "7 AUD", ""]
UP = ["10590 USD", "12156 USD", "12600 USD", "7 AUD", "20 AUD", "999999 JPY", "1234567 JPY", "3.5 KWD", "", ""]
DOWN = ["12600 USD", "12156 USD", "10590 USD", "3.5 KWD", "1234567 JPY", "999999 JPY", "20 AUD", "7 AUD", "", ""]
SHIPPED = "annual_revenue"


@pytest.fixture(params=[SHIPPED, "own"])
def column(firm: Firm, request: pytest.FixtureRequest) -> str:
    name = SHIPPED if request.param == SHIPPED else add_field(client_of(firm.ada), firm, "money")
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):  # which knows its new field
        for number, amount in enumerate(AMOUNTS):
            value = {name: money_from_major(*amount.split())} if amount else {}
            make.account(firm.ana, name=amount or f"none {number}", **value)
    return name


@pytest.mark.parametrize(("sign", "expected"), [("", UP), ("-", DOWN)])
def test_each_currency_is_sorted_for_itself_and_the_own_one_first(
    firm: Firm, column: str, sign: str, expected: list[str]
) -> None:
    answer = client_of(firm.ana).get(f"/acme/accounts/?filters=none&columns=name,{column}&sort={sign}{column}")
    names = [row.record.name for row in answer.context["rows"]]
    assert [name if " " in name and "none" not in name else "" for name in names] == expected
    head = answer.content.decode().split("<thead>")[1].split("</thead>")[0]
    assert "the workspace’s own first" in head
    written = client_of(firm.ada).get(f"/acme/accounts/export/?filters=none&columns=name&sort={sign}{column}")
    assert [line.split(",")[1] for line in written.content.decode().splitlines()[1:]] == names


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("from=12000", ["12156 USD", "12600 USD"]),
        ("from=12000+JPY", ["1234567 JPY", "999999 JPY"]),
        ("to=10+AUD", ["7 AUD"]),
    ],
)
def test_an_amount_is_compared_with_those_of_its_own_currency(
    firm: Firm, column: str, query: str, expected: list[str]
) -> None:
    answer = client_of(firm.ana).get(f"/acme/accounts/?{column}__{query}")
    assert sorted(row.record.name for row in answer.context["rows"]) == expected
    assert "1 record in KWD" in answer.content.decode().split("Left out: ")[1]


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize("sign", ["", "-"])
def test_pages_forwards_and_back_meet_every_row_once(firm: Firm, column: str, sign: str, size: int) -> None:
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        record_type = catalogue.record_type("accounts")
        state = Query(record_type, sort=f"{sign}{column}")

        def page_at(**cursor: Any) -> Any:
            return page_by_key(
                visible_records(firm.ana, record_type),
                state.ordering(firm.ana),
                size=size,
                **cursor,
            )

        pages = [page_at()]
        while pages[-1].next:
            pages.append(page_at(after=pages[-1].next))
        forward = [row.name for page in pages for row in page.rows]
        assert [name if "none" not in name else "" for name in forward] == (DOWN if sign else UP)
        back = [pages[-1]]
        while back[-1].previous:
            back.append(page_at(before=back[-1].previous))
        assert [row.name for row in itertools.chain(*(page.rows for page in reversed(back)))] == forward


@pytest.mark.parametrize("sort", ["amount", "-amount"])
def test_an_index_serves_every_part_of_the_order(fresh_firm: Firm, sort: str) -> None:
    with tenant_context(fresh_firm.tenant):
        for amount in ("12600 USD", "1234567 JPY", "7 AUD"):
            for _number in range(8):
                make.opportunity(fresh_firm.ana, amount=money_from_major(*amount.split()))
        make.opportunity(fresh_firm.ana, amount=None)
    multiply("opportunities_opportunity", fresh_firm)
    with tenant_context(fresh_firm.tenant):
        record_type = catalogue.record_type("opportunities")
        state = Query(record_type, sort=sort)
        rows = visible_records(fresh_firm.ana, record_type)
        with CaptureQueriesContext(connection) as queries:
            page_by_key(rows, state.ordering(fresh_firm.ana), size=3000)
        plans = [plan(query["sql"]) for query in queries.captured_queries]
        assert len(plans) == 4
        for one in plans:
            assert "Sort" not in one and re.search(r"Index\w* .*opportunity_(by_money|without_amount)", one), one


def multiply(table: str, firm: Firm) -> None:
    """Copy the rows that ``firm`` has in ``table`` until the planner takes the table for a large one."""
    with connections["owner"].cursor() as owner:
        owner.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table])
        columns = [name for (name,) in owner.fetchall()]
        listed = ", ".join(columns)
        copied = ", ".join("uuidv7()" if name == "id" else name for name in columns)
        owner.execute(
            f"INSERT INTO {table} ({listed}) SELECT {copied} FROM {table}, generate_series(1, 100)"
            " WHERE tenant_id = %s",
            [firm.tenant.pk],
        )
        owner.execute(f"ANALYZE {table}")


def plan(sql: str) -> str:
    """How the database reads ``sql`` when sorting is its last resort: whether it must sort, not what it costs.

    Which plan is cheapest hangs on the statistics of a small table, and so on what else was written to it.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("EXPLAIN " + re.sub(r"LIMIT \d+", "LIMIT 51", sql))
        return "\n".join(line for (line,) in cursor.fetchall())
