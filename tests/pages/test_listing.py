"""The list, over HTTP: views, filters, order, pages, access."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.tenants.context import tenant_context
from crm.users.models import Role
from tests import make
from tests.people import Firm, client_of

MOST_QUERIES = 12


def questions(captured: CaptureQueriesContext) -> list[str]:
    """The queries, without what only opens and closes the transaction."""
    control = ("SAVEPOINT", "RELEASE", "SET LOCAL")
    return [query["sql"] for query in captured if not query["sql"].startswith(control)]


@pytest.fixture
def accounts(firm: Firm) -> list:
    with tenant_context(firm.tenant):
        return [make.account(firm.ana, name=name) for name in ("Birch", "Ash", "Cedar")]


def test_the_list_shows_records_in_order(firm: Firm, accounts: list) -> None:
    page = client_of(firm.ana).get("/acme/accounts/?filters=none&sort=name").content.decode()
    assert page.index("Ash") < page.index("Birch") < page.index("Cedar")
    back = client_of(firm.ana).get("/acme/accounts/?filters=none&sort=-name").content.decode()
    assert back.index("Cedar") < back.index("Birch") < back.index("Ash")


def test_a_filter_in_the_url_narrows_the_list_and_reads_as_a_sentence(firm: Firm, accounts: list) -> None:
    page = client_of(firm.ana).get("/acme/accounts/?name__starts=bi").content.decode()
    assert "Birch" in page
    assert "Cedar" not in page
    assert "Name starts with <b>bi</b>" in page


def test_an_unreadable_filter_is_said_and_the_page_still_stands(firm: Firm, accounts: list) -> None:
    answer = client_of(firm.ana).get("/acme/accounts/?owner=nonsense")
    assert answer.status_code == 200
    assert "nonsense" in answer.content.decode()


def test_pages_follow_each_other_by_key(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        for number in range(120):
            make.account(firm.ana, name=f"Firm {number:03}")
    client = client_of(firm.ana)
    seen: list[str] = []
    address = "/acme/accounts/?filters=none&sort=name"
    while address:
        context = client.get(address).context
        seen += [row.record.name for row in context["rows"]]
        after = context["page"].next
        address = f"/acme/accounts/?filters=none&sort=name&after={after}" if after else ""
    assert seen == [f"Firm {number:03}" for number in range(120)]


def test_a_list_needs_few_queries_and_as_many_for_one_row_as_for_fifty(firm: Firm) -> None:
    client = client_of(firm.ana)
    with tenant_context(firm.tenant):
        make.account(firm.ana)
    client.get("/acme/accounts/?filters=none")  # remembers the setup
    with CaptureQueriesContext(connection) as for_one:
        client.get("/acme/accounts/?filters=none")
    with tenant_context(firm.tenant):
        for _number in range(60):
            make.account(firm.ana)
    with CaptureQueriesContext(connection) as for_fifty:
        client.get("/acme/accounts/?filters=none")
    one, fifty = questions(for_one), questions(for_fifty)
    assert len(fifty) == len(one), "\n".join(fifty)
    assert len(one) <= MOST_QUERIES, "\n".join(one)


def test_list_board_and_file_hold_what_one_may_see(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        role = Role.objects.get(pk=firm.sam.role_id)
        role.access["leads"]["view"] = "own"
        role.can_export = True
        role.save(update_fields=["access", "can_export"])
        make.lead(firm.sam, last_name="Shownlead")
        make.lead(firm.ana, last_name="Hiddenlead")
    for path in ("leads/?filters=none", "leads/board/?filters=none", "leads/export/?filters=none"):
        mine, all_of_them = (client_of(one).get(f"/acme/{path}").content.decode() for one in (firm.sam, firm.ada))
        assert ("Shownlead" in mine, "Hiddenlead" in mine) == (True, False), path
        assert "Shownlead" in all_of_them and "Hiddenlead" in all_of_them, path
