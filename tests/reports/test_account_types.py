from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
import time_machine
from django.utils import timezone

from contacts.models import Contact
from crm.tenants.context import tenant_context
from crm.users.models import Membership
from reports.shipped import REPORTS
from tests.people import Firm
from tests.reports.reading import ask, cells_of, figure, labels, line, rows_behind, table
from tests.reports.rows import account, deal

NOW = datetime(2026, 5, 13, 12, tzinfo=UTC)


@pytest.fixture
def accounts(inside: Firm) -> Firm:
    """By hand: 3 prospects, 1 customer, 1 past customer, and opportunities of each."""
    new = account(inside.ana, "New", type_since=date(2026, 5, 1))
    account(inside.sam, "Newer", type_since=date(2026, 5, 31))
    account(None, "Old", type_since=date(2026, 4, 30), lost_only=True)
    customer = account(inside.ana, "Customer", "customer", type_since=date(2026, 5, 2))
    past = account(inside.sam, "Past", "past_customer", type_since=date(2025, 1, 1), lost_only=True)
    gone = account(inside.ana, "Gone", "customer", deleted_at=timezone.now())
    deal(inside.ana, "Negotiation", 1_000, account=new)
    deal(inside.sam, "Qualifying", 2_000, account=new, currency="EUR")
    deal(inside.ana, "Lost", 4_000, account=new)
    deal(inside.ana, "Won", 10_000, account=customer, closed_on=date(2026, 5, 1))
    deal(inside.ana, "Won", 20_000, account=customer, closed_on=date(2026, 4, 30))
    deal(inside.ana, "Negotiation", None, account=customer)
    deal(inside.sam, "Won", 40_000, account=past, closed_on=date(2024, 12, 31))
    deal(inside.ana, "Won", 80_000, account=gone, closed_on=date(2026, 5, 1))
    deal(inside.ana, "Won", 90_000, account=customer, deleted_at=timezone.now())
    contact = Contact.objects.create(name="Iris", sort_name="iris", last_name="Iris")
    deal(inside.ana, "Negotiation", 160_000, contact=contact)
    return inside


def test_by_type(accounts: Firm) -> None:
    found = table(ask("accounts-by-type", accounts.ada), "type")
    assert labels(found) == ["Prospect", "Customer", "Past customer", "Vendor", "Partner"]
    assert line(found, "Prospect") == {
        "Type": "Prospect",
        "Accounts": 3,
        "Share of accounts": Fraction(3, 5),
        "Lost only": 1,
        "Open opportunities": 2,
        "Open pipeline": {"USD": 1_000, "EUR": 2_000},
        "Won opportunities": 0,
        "Won value": {},
    }
    customer = line(found, "Customer")
    assert (customer["Accounts"], customer["Open opportunities"], customer["Won opportunities"]) == (1, 1, 2)
    assert (customer["Open pipeline"], customer["Won value"]) == ({}, {"USD": 30_000})
    assert line(found, "Past customer")["Won value"] == {"USD": 40_000}
    assert (line(found, "All")["Accounts"], line(found, "All")["Lost only"]) == (5, 2)
    assert line(found, "All")["Won value"] == {"USD": 70_000}


@time_machine.travel(NOW)
def test_in_a_period(accounts: Firm) -> None:
    answer = ask("accounts-by-type", accounts.ada, "period=this_month")
    found = table(answer, "type")
    assert line(found, "Prospect")["Accounts"] == 3  # as they are now
    assert line(found, "Prospect")["Became so in the period"] == 1  # up to today: the 31st is to come
    assert line(found, "Customer")["Won value"] == {"USD": 10_000}
    assert line(found, "Customer")["Open opportunities"] == 1
    won = figure(answer, "Won value").before
    assert won and won.value == {}  # April up to the 13th: it is the 13th of May
    whole = figure(ask("accounts-by-type", accounts.ada, "period=custom&from=2026-05-01&to=2026-05-13"), "Won value")
    assert whole.before and whole.before.value == {"USD": 20_000}
    new = figure(answer, "Became customers")
    assert new.cell.value == 1
    assert new.before and new.before.value == 0


def test_the_numbers_on_top(accounts: Firm) -> None:
    answer = ask("accounts-by-type", accounts.ada)
    assert figure(answer, "Accounts").cell.value == 5
    customers = figure(answer, "Customers")
    assert (customers.cell.value, customers.extra and customers.extra.value) == (1, Fraction(1, 5))
    lost_only = figure(answer, "Lost only")
    assert (lost_only.cell.value, lost_only.extra and lost_only.extra.value) == (2, Fraction(2, 5))
    assert rows_behind(lost_only.cell.url, accounts.ada) == 2


def test_of_one_owner_and_of_a_team(accounts: Firm) -> None:
    sam = ask("accounts-by-type", accounts.ada, f"period=all&owner={accounts.sam.pk}")
    assert figure(sam, "Accounts").cell.value == 2
    assert line(table(sam, "type"), "Prospect")["Open pipeline"] == {"EUR": 2_000}
    east = ask("accounts-by-type", accounts.ada, f"period=all&team={accounts.east.pk}")
    assert figure(east, "Accounts").cell.value == 2


def test_a_rep_sees_all_accounts_but_own_opportunities(accounts: Firm) -> None:
    answer = ask("accounts-by-type", accounts.sam)
    assert figure(answer, "Accounts").cell.value == 5
    assert figure(answer, "Won value").cell.value == {"USD": 40_000}


def test_who_sees_own_accounts_counts_those(accounts: Firm) -> None:
    sam = Membership.objects.select_related("role", "team").get(pk=accounts.sam.pk)
    sam.role.access["accounts"]["view"] = "own"
    assert figure(ask("accounts-by-type", sam), "Accounts").cell.value == 2
    assert REPORTS["accounts-by-type"].narrowed(sam) == {"accounts": "own", "opportunities": "team"}


def test_another_workspace_is_not_in_it(firm: Firm, other_firm: Firm) -> None:
    with tenant_context(other_firm.tenant):
        deal(other_firm.ana, "Won", 5_000)
        assert figure(ask("accounts-by-type", other_firm.ada), "Accounts").cell.value == 1
    with tenant_context(firm.tenant):
        assert ask("accounts-by-type", firm.ada).is_empty


@time_machine.travel(NOW)
@pytest.mark.parametrize("query", ["period=all", "period=this_month", "period=custom&to=2026-05-01"])
@pytest.mark.parametrize("who", ["", "&owner=me", "&owner=nobody"])
@pytest.mark.parametrize("actor", ["ada", "sam"])
def test_every_count_is_the_number_of_rows_behind_it(accounts: Firm, query: str, who: str, actor: str) -> None:
    person = getattr(accounts, actor)
    answer = ask("accounts-by-type", person, query + who)
    counted = [cell for cell in cells_of(answer) if cell.kind == "count" and cell.url]
    assert [cell.value for cell in counted] == [rows_behind(cell.url, person) for cell in counted]
    if not who:
        assert counted
