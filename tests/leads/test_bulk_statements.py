"""Fifty leads cost no more statements than ten: what they may be is looked up for all of a batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.bulk import running
from crm.tenants.context import tenant_context
from leads.models import Lead
from tests import make
from tests.leads.test_bulk_conversion import ALSO, go_on, latest, try_out
from tests.people import Firm

FEW, MANY = 10, 50
DRY_RUN = 41  # with its request, which chooses and keeps the rows
CONVERTED = 10  # a lead: what is written of it alone


def some_leads(firm: Firm, number: int, *, of: str) -> list[Lead]:
    """Each may be, and some are, an account, a person and an open opportunity that are there; the last two are one."""
    with tenant_context(firm.tenant):
        for n in range(number - 1):
            account = make.account(firm.ana, name=f"{of} {n}", website=f"{of}{n}.example")
            person = make.contact(firm.ana, last_name=f"{of}{n}", email=f"{of}{n}@{of}{n}.example", account=account)
            make.opportunity(firm.ana, account=account, contact=person)
        numbers = [*range(number - 1), number]
        firms = [*numbers[:-1], numbers[-2]]
        return [
            make.lead(firm.ana, last_name=f"{of}{n}", company=f"{of} {at}", email=f"{of}{n}@{of}{at}.example")
            for n, at in zip(numbers, firms, strict=True)
        ]


def statements(act: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as caught:
        act()
    return [query["sql"] for query in caught]


def test_a_dry_run_asks_nothing_by_the_row(firm: Firm) -> None:
    few, many = some_leads(firm, FEW, of="few"), some_leads(firm, MANY, of="many")
    assert MANY <= running.BATCH
    try_out(firm, few, **ALSO)  # what a process and a session read once
    once = statements(lambda: try_out(firm, few, **ALSO))
    more = statements(lambda: try_out(firm, many, **ALSO))
    run = latest(firm)
    assert (run.counts["accounts.existing"], run.counts["contacts.existing"]) == (MANY, MANY - 1)
    assert run.doubt_count == MANY - 1  # of those who have an open opportunity
    assert len(more) == len(once) <= DRY_RUN, "\n".join(sql for sql in more if sql not in once)


def test_a_run_looks_up_at_once_what_the_leads_of_a_batch_may_be(firm: Firm) -> None:
    _answer, few = try_out(firm, some_leads(firm, FEW, of="few"), **ALSO)
    few_statements = statements(lambda: go_on(firm, few))
    _answer, many = try_out(firm, some_leads(firm, MANY, of="many"), **ALSO)
    many_statements = statements(lambda: go_on(firm, many))
    assert latest(firm).done_count == MANY
    by_row = (len(many_statements) - len(few_statements)) / (MANY - FEW)
    assert by_row <= CONVERTED, Counter(str(sql)[:80] for sql in many_statements).most_common(40)
