"""How many queries a page takes: a stated ceiling, and no more for many rows than for one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.fields.money import Money
from crm.tenants.context import tenant_context
from crm.users.models import Membership
from tests import make
from tests.people import Firm, client_of

LIST, OPENED, TASKS, BOARD, RECORD, HOME, REPORT = 8, 9, 9, 8, 12, 11, 13
FEW, MANY = 1, 20

Fill = Callable[[Firm, int], None]


def queries(client: Client, path: str) -> list[str]:
    """The queries of a second visit, those for session, person, workspace and membership too. Not counted are BEGIN,
    COMMIT, savepoints and the setting of the tenant, which ask for no rows; nor what a process asks once after a
    change of the setup (``memo.keep_setup``)."""
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
    assert answer.status_code == 200
    statements = [query["sql"] for query in captured]
    return [sql for sql in statements if not sql.startswith(("SAVEPOINT", "RELEASE SAVEPOINT", "SET LOCAL"))]


def check(firm: Firm, path: str, fill: Fill, ceiling: int, shows: str = "") -> None:
    """``fill`` adds rows to the page at ``path``; ``shows`` must stand on it as often as there are rows."""
    client = client_of(firm.ana)
    fill(firm, FEW)
    few = queries(client, path)
    fill(firm, MANY - FEW)
    many = queries(client, path)
    if shows:
        assert client.get(path).content.decode().count(shows) >= MANY
    assert len(many) == len(few), "\n".join(sql for sql in many if sql not in few)
    assert len(many) <= ceiling, "\n".join(many)


def fill_leads(firm: Firm, number: int) -> None:
    with tenant_context(firm.tenant):
        for _each in range(number):
            make.lead(firm.ana, company="Kestrel", source=make.reason("lead_source", ""))


def fill_accounts(firm: Firm, number: int) -> None:
    with tenant_context(firm.tenant):
        parent = make.account(firm.ana)
        for _each in range(number):
            make.account(firm.ana, parent=parent, type=make.reason("account_type", "customer"))


def fill_contacts(firm: Firm, number: int) -> None:
    with tenant_context(firm.tenant):
        for _each in range(number):
            make.contact(firm.ana, account=make.account(firm.ana))
            make.contact(firm.ana, vendor=make.vendor(firm.ana))


def fill_opportunities(firm: Firm, number: int) -> None:
    """Each at an account of its own and with a main contact, a third of them in a later stage."""
    from crm.picklists.selectors import stages

    with tenant_context(firm.tenant):
        for each in range(number):
            person = make.contact(firm.ana, account=make.account(firm.ana))
            make.opportunity(firm.ana, account=person.account, contact=person, stage=stages()[each % 3])


FILL: dict[str, Fill] = {
    "leads": fill_leads,
    "accounts": fill_accounts,
    "contacts": fill_contacts,
    "vendors": fill_contacts,
    "opportunities": fill_opportunities,
}


@pytest.mark.parametrize("key", FILL)
def test_a_list(key: str, firm: Firm) -> None:
    check(firm, f"/acme/{key}/?filters=none", FILL[key], LIST, shows='<tr data-href="')


@pytest.mark.parametrize("key", FILL)
def test_a_list_as_it_opens(key: str, firm: Firm) -> None:
    check(firm, f"/acme/{key}/", FILL[key], OPENED)


@pytest.mark.parametrize("key", FILL)
def test_a_list_with_every_column(key: str, firm: Firm) -> None:
    from crm.catalogue import record_type

    columns = "&".join(f"columns={spec.name}" for spec in record_type(key).fields)
    check(firm, f"/acme/{key}/?filters=none&{columns}", FILL[key], LIST, shows='<tr data-href="')


def test_a_filtered_and_sorted_list(firm: Firm) -> None:
    path = "/acme/leads/?owner=me&status=meaning:new&sort=-company"
    check(firm, path, fill_leads, LIST, shows='<tr data-href="')


def test_the_board(firm: Firm) -> None:
    check(firm, "/acme/opportunities/board/?filters=none", fill_opportunities, BOARD)


def test_the_home_page(firm: Firm) -> None:
    def fill(firm: Firm, number: int) -> None:
        from crm.activities.services import create_activity

        fill_opportunities(firm, number)
        with tenant_context(firm.tenant):
            today = timezone.localdate()
            for each in range(number):
                leads = [make.lead(firm.ana)]
                make.lead(None)
                day = today - timedelta(days=each % 3)
                create_activity(kind="task", records=leads, actor=firm.ana, subject=f"Call {each}", due_on=day)

    check(firm, "/acme/", fill, HOME)


@pytest.mark.parametrize("key", ["pipeline", "close-ratio", "accounts-by-type"])
def test_a_report(key: str, firm: Firm) -> None:
    def fill(firm: Firm, number: int) -> None:
        from opportunities.models import Opportunity
        from opportunities.services import move_to_stage

        fill_opportunities(firm, number + 1)  # one stays open
        fill_accounts(firm, number)
        with tenant_context(firm.tenant):
            for each, deal in enumerate(Opportunity.objects.order_by("-id")[:number]):
                if each % 2 == 0:  # one at least: a report without rows is asked for all time as well
                    move_to_stage(opportunity=deal, stage=make.stage("won"), actor=firm.ana)

    check(firm, f"/acme/reports/{key}/", fill, REPORT)


def test_the_tasks(firm: Firm) -> None:
    def fill(firm: Firm, number: int) -> None:
        from crm.activities.services import create_activity

        with tenant_context(firm.tenant):
            for each in range(number):
                create_activity(kind="task", records=[make.lead(firm.ana)], actor=firm.ana, subject=f"Call {each}")

    check(firm, "/acme/tasks/", fill, TASKS, shows="Complete: Call")


def test_people_to_choose_whose_role_was_saved_before_a_type_came(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        role, lead = firm.rita.role, make.lead(firm.ana)
        role.access.pop("vendors")
        role.save()

    def fill(firm: Firm, number: int) -> None:
        with tenant_context(firm.tenant):
            for _each in range(number):
                Membership.objects.create(name="Reader", name_key="reader", role=role)

    check(firm, f"/acme/leads/{lead.pk}/", fill, RECORD)


def test_search(firm: Firm) -> None:
    check(firm, "/acme/search/?q=lead", fill_leads, LIST)


class TestARecordPage:
    """All that hangs on a record: activities, open tasks, related records, vetting, lists, history."""

    numbers = count(1)

    def check(self, firm: Firm, record: Any, relate: Callable[[Any, int], None]) -> None:
        def fill(firm: Firm, number: int) -> None:
            from crm.activities.models import StoredFile
            from crm.activities.services import create_activity

            with tenant_context(firm.tenant):
                note = create_activity(kind="note", records=[record], actor=firm.ana, body="With a file")
                StoredFile.objects.create(activity=note, name="Offer.pdf", content_type="application/pdf", size=1)
                for each in range(number):
                    create_activity(kind="note", records=[record], actor=firm.ana, body=f"Note {each}")
                    create_activity(kind="task", records=[record], actor=firm.ana, subject=f"Task {each}")
                    relate(record, each)

        check(firm, f"/acme/{record.type_key}/{record.pk}/", fill, RECORD)

    def test_of_a_lead(self, firm: Firm) -> None:
        from crm.mailing_lists.services import create_list, put_on_lists
        from leads.vetting.services import record_answer
        from leads.vetting.setup import create_criterion

        with tenant_context(firm.tenant):
            lead = make.lead(firm.ana, company="Kestrel", email="a@kestrel.example")

        def relate(lead: Any, each: int) -> None:
            make.lead(firm.ana, email=f"{each}@kestrel.example")
            make.lead(firm.ana, email=lead.email)  # possible duplicates, of both types
            make.contact(firm.ana, email=lead.email)
            criterion = create_criterion(actor=firm.ada, values={"label": f"Criterion {next(self.numbers)}"})
            record_answer(lead=lead, criterion=criterion, answer="yes", evidence="So they said", actor=firm.ana)
            news = create_list(actor=firm.ada, name=f"List {next(self.numbers)}")
            put_on_lists(record=lead, lists=[news], actor=firm.ana)

        self.check(firm, lead, relate)

    def test_of_an_account(self, firm: Firm) -> None:
        with tenant_context(firm.tenant):
            account = make.account(firm.ana)

        def relate(account: Any, each: int) -> None:
            make.contact(firm.ana, account=account)
            make.opportunity(firm.ana, account=account)
            make.account(firm.ana, parent=account)
            make.account(firm.ana, name=account.name)

        self.check(firm, account, relate)

    def test_of_a_contact(self, firm: Firm) -> None:
        with tenant_context(firm.tenant):
            contact = make.contact(firm.ana, account=make.account(firm.ana))

        def relate(contact: Any, each: int) -> None:
            make.contact(firm.ana, reports_to=contact)
            make.contact(firm.ana, email=contact.email)
            make.lead(firm.ana, email=contact.email)
            make.opportunity(firm.ana, contact=contact)

        self.check(firm, contact, relate)

    def test_of_an_opportunity(self, firm: Firm) -> None:
        from opportunities.services import add_contact_role, update_opportunity

        with tenant_context(firm.tenant):
            deal = make.opportunity(firm.ana)

        def relate(deal: Any, each: int) -> None:
            person = make.contact(firm.ana)
            add_contact_role(opportunity=deal, contact=person, role=None, is_primary=False, actor=firm.ana)
            update_opportunity(deal, actor=firm.ana, values={"amount": Money(1000 + each, "USD")})

        self.check(firm, deal, relate)
