"""Twice the rows cost no more statements: neither the batch of an import, nor the workflows that it sets off."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from crm.events import delivery
from crm.events.models import OutboxMessage
from crm.imports.models import Import, ImportRow, RefusedRow
from crm.picklists.selectors import choice_meaning
from tests import make
from tests.imports.steps import finished, upload
from tests.people import Firm

ROWS = 12
WRITTEN = 4  # by a row that changes a main contact: the opportunity, and the parts that its people play
FIRMS = 3
OWNERS = ("Ana Owner", "Sam Seller", "Max Manager")


def opportunities(rows: int, amount: int = 1000) -> str:
    stages = ("Won,", "Lost,Other", "Qualified,")
    lines = [f"O{n},Deal {n},Firm {n % FIRMS},{stages[n % 3]},{amount + n},{OWNERS[n % 3]}" for n in range(rows)]
    return "\n".join(["External id,Name,Account,Stage,Loss reason,Amount,Owner", *lines])


def leads(rows: int) -> str:
    lines = [f"L{n},Person {n},Company {n},p{n}@c{n}.example,{OWNERS[n % 3]}" for n in range(rows)]
    return "\n".join(["External id,Last name,Company,Email,Owner", *lines])


def accounts(rows: int) -> str:
    lines = [f"A{n},Co {n},c{n}.example,Ana Owner,Tag {n % FIRMS}; Tag 0" for n in range(rows)]
    return "\n".join(["External id,Name,Website,Owner,Tags", *lines])


def contacts(rows: int) -> str:
    lines = [f"C{n},Person {n},p{n}@f.example,Firm {n % FIRMS},{OWNERS[n % 3]}" for n in range(rows)]
    return "\n".join(["External id,Last name,Email,Account,Owner", *lines])


FILES: dict[str, Callable[[int], str]] = {
    "leads": leads, "accounts": accounts, "contacts": contacts, "opportunities": opportunities,
}  # fmt: skip


@pytest.fixture
def firms(inside: Firm) -> Firm:
    for number in range(FIRMS):
        make.account(inside.ana, name=f"Firm {number}", tags=(f"Tag {number}",))
    return inside


def statements(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as caught:
        act()
    return len(caught)


def import_of(firm: Firm, key: str, text: str, **extra: str) -> tuple[int, Import]:
    run = upload(firm, key, text, **extra)
    count = statements(lambda: finished(firm, run))
    assert run.refused_count == 0
    return count, run


def empty_outbox() -> None:
    delivery.deliver_all()
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize("batches", [1, 2])  # from the second on, rows before it have counted
@pytest.mark.parametrize("key", FILES)
def test_the_batch_of_an_import(firms: Firm, key: str, batches: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm.imports.running.BATCH", ROWS // batches)
    once, run = import_of(firms, key, FILES[key](ROWS))
    assert run.created_count == ROWS
    text = FILES[key](3 * ROWS).split("\n")
    monkeypatch.setattr("crm.imports.running.BATCH", 2 * ROWS // batches)
    twice, run = import_of(firms, key, "\n".join([text[0], *text[1 + ROWS :]]))
    assert run.created_count == 2 * ROWS
    assert twice <= once


def test_leads_that_arrive_converted(firms: Firm) -> None:
    """What they are found to be, and what they become: each of a firm of its own costs nothing by the row."""
    text = leads(3 * ROWS).replace("Owner\n", "Owner,Status\n", 1).split("\n")
    text = [text[0], *(f"{line},Converted" for line in text[1:])]
    once, run = import_of(firms, "leads", "\n".join(text[: 1 + ROWS]))
    twice, run = import_of(firms, "leads", "\n".join([text[0], *text[1 + ROWS :]]))
    assert (run.created_count, Account.objects.count()) == (2 * ROWS, FIRMS + 3 * ROWS)
    assert twice <= once


@pytest.mark.parametrize("meaning", ["customer", "prospect"])
def test_the_dry_run_of_contacts_asks_nothing_by_the_row(firms: Firm, meaning: str) -> None:
    """What follows for new people is known without the log; as it is for those whose account is no customer."""
    Account.objects.update(type=choice_meaning("account_type", meaning))
    once, run = import_of(firms, "contacts", contacts(ROWS), dry_run="1")
    assert run.created_count == ROWS
    twice, run = import_of(firms, "contacts", contacts(2 * ROWS), dry_run="1")
    assert run.created_count == 2 * ROWS
    assert twice <= once


def test_the_workflows_that_an_import_sets_off(firms: Firm) -> None:
    """Wins and losses: besides what a group costs, a statement for each account that changes."""
    make_known, deals = opportunities(ROWS), opportunities(7 * ROWS).split("\n")
    import_of(firms, "opportunities", make_known)
    first = statements(empty_outbox)
    assert Account.objects.filter(type=choice_meaning("account_type", "customer")).count() == 1
    costs = []
    for start, end in ((1 + ROWS, 1 + 3 * ROWS), (1 + 3 * ROWS, 1 + 7 * ROWS)):
        import_of(firms, "opportunities", "\n".join([deals[0], *deals[start:end]]))
        assert OutboxMessage.objects.count() == (end - start) * 2 // 3
        costs.append(statements(empty_outbox))
    assert costs[1] <= costs[0] < first


def test_the_contacts_that_come_to_customers(firms: Firm) -> None:
    """One statement for each contact that becomes a client, and nothing else by the row."""
    Account.objects.update(type=choice_meaning("account_type", "customer"))
    costs = []
    for number in (1, 3):
        text = contacts(4 * ROWS).split("\n")
        import_of(firms, "contacts", "\n".join([text[0], *text[1 + (number - 1) * ROWS // 2 : 1 + number * ROWS]]))
        rows = OutboxMessage.objects.count()
        costs.append((statements(empty_outbox), rows))
    (once, few), (twice, many) = costs
    assert many > few
    assert twice - once <= many - few


def test_rows_that_change_what_is_there(firms: Firm) -> None:
    """Each row that changes costs its own UPDATE: nothing is looked up for it alone."""
    import_of(firms, "opportunities", opportunities(3 * ROWS))
    once, run = import_of(firms, "opportunities", opportunities(ROWS, amount=5000))
    assert run.updated_count == ROWS
    twice, run = import_of(firms, "opportunities", opportunities(3 * ROWS, amount=9000))
    assert run.updated_count == 3 * ROWS
    assert twice - once <= 2 * ROWS


@pytest.mark.parametrize("extra", [{}, {"dry_run": "1"}], ids=["import", "dry run"])
def test_contacts_of_other_accounts(firms: Firm, extra: dict[str, str]) -> None:
    """Each of an account of its own, which is told of, and looked up with all others."""
    for n in range(3 * ROWS):
        account = make.account(firms.ana, name=f"Other {n}")
        make.contact(firms.ana, first_name="", last_name=f"Person {n}", account=account)
    import_of(firms, "opportunities", opportunities(3 * ROWS))
    text = ["External id,Contact", *(f"O{n},Person {n}" for n in range(3 * ROWS))]
    once, run = import_of(firms, "opportunities", "\n".join(text[: 1 + ROWS]), **extra)
    twice, run = import_of(firms, "opportunities", "\n".join([text[0], *text[1 + ROWS :]]), **extra)
    remarks = [reason for row in RefusedRow.objects.filter(run=run) for reason in row.reasons]
    assert run.updated_count == len([one for one in remarks if "belongs to the account Other" in one]) == 2 * ROWS
    assert twice - once <= WRITTEN * ROWS
    if extra:
        assert all("Other" in " ".join(row.remarks) for row in ImportRow.objects.filter(run=run))


def test_no_statement_is_kept_that_holds_a_batch(firms: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """psycopg keeps the last texts, to prepare those that come often."""
    monkeypatch.setattr(connection.connection, "prepare_threshold", 5)
    import_of(firms, "leads", leads(10 * ROWS))
    kept = [text for text, _types in connection.connection._prepared._counts]
    assert kept
    assert max(map(len, kept)) < 20_000
    assert connection.connection.prepare_threshold == 5
