"""What is exported and imported again unchanged creates nothing and changes nothing: every type, every column."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Account
from crm import catalogue
from crm.fields.money import Money
from crm.imports.models import Import
from crm.picklists.selectors import default_pipeline, stages
from crm.picklists.services import create_pipeline
from crm.tenants.context import tenant_context
from crm.users.access import least_role
from crm.users.services import create_member
from leads.services import create_lead
from opportunities.models import Opportunity
from tests import make
from tests.fields.own import add_field
from tests.imports.steps import bring_in, download, tenant_of
from tests.people import Firm, client_of

KEYS = ("leads", "accounts", "contacts", "opportunities")
NASTY = (
    "=1+1", "'=HYPERLINK(\"x\")", "+49 30 90182", "-5", "''x", "@a", '5" pipe, "big"', "Łódź; Ørsted\u2019s",
    "_x0041_ & <b>", "007", "1.500", "01/02/03", "TRUE", "\u202eabc", "#N/A?",
)  # fmt: skip
AMOUNTS = {3: -150_000, 6: 12_345_678_901_234_567}  # less than nothing, and more digits than a spreadsheet keeps
LONG = "First line\nsecond, with \"quotes\"; and 'more'\n\n=SUM(A1)\n- a list\n" + "x" * 3_000


@pytest.fixture
def firm_with_records(fresh_firm: Firm) -> Firm:
    """Amounts of several currencies, two pipelines, people and accounts of one name, texts that look like others."""
    firm = fresh_firm
    client = client_of(firm.ada)
    fee = add_field(client, firm, "money", "Fee", "opportunities")
    size = add_field(client, firm, "number", "Size", "opportunities")
    with tenant_context(tenant_of(firm)):
        ada = firm.ada
        twins = [create_member(name="Kim Lee", email=f"kim{n}@lee.example", role=least_role()) for n in range(2)]
        renewals = create_pipeline(actor=ada, name="Renewals")
        won = next(one for one in stages(renewals) if one.meaning == "won")
        lost = next(one for one in stages(default_pipeline()) if one.meaning == "lost")
        same = [make.account(ada, name="Kestrel", city="Ulm"), make.account(ada, name="Kestrel", city="Bonn")]
        for number, text in enumerate(NASTY):
            parent, kim = same[number % 2], twins[number % 2]
            make.account(kim, name=f"Nr {number}", city=text, description=f"{text}\n{LONG}", parent=parent)
            company = {"company": f"Company {text}", "city": text, "email": f"firm{number}@company.example"}
            create_lead(actor=ada, values={**company, "owner": ada})
            create_lead(
                actor=ada,
                values={
                    "first_name": "Mary Ann",
                    "last_name": f"de la {text}",
                    "campaign": text,
                    "phone": f"+49 30 90182{number:02}",
                    "estimated_value": Money(1_234_567 + number, ("USD", "EUR", "JPY", "KWD")[number % 4]),
                    "tags": ("VIP", f"tag {number}"),
                },
            )
            contact = make.contact(ada, first_name="Jo Ann", last_name="van Dam", account=parent, job_title=text)
            make.opportunity(
                ada,
                name=f"Deal {text}",
                account=parent,
                contact=contact,
                amount=Money(AMOUNTS.get(number, 1_500_500 + number), ("USD", "KWD", "JPY")[number % 3]),
                stage=won if number % 2 else lost,
                closed_on=date(2026, 2, 1 + number),
                opened_on=None if number % 3 else date(2025, 5, 6),
                product=text,
                description=LONG,
                **{fee: Money(99 + number, "EUR"), size: Decimal("12.3456")},
                external_id=f"x-{number}" if number % 2 else "",
            )
    return firm


def exported(firm: Firm, key: str, kind: str = "csv", member: Any = None) -> bytes:
    path = "export/" if kind == "csv" else "export.xlsx"
    answer = client_of(member or firm.ada).get(f"/{firm.tenant.slug}/{key}/{path}?filters=none&columns=all")
    assert answer.status_code == 200
    return answer.content


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def told(firm: Firm, run: Import) -> tuple[int, int, int, str]:
    refused = download(firm, run) if run.refused_count else ""
    return run.created_count, run.updated_count, run.refused_count, refused


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("key", KEYS)
def test_an_export_of_all_columns_changes_nothing(firm_with_records: Firm, key: str, kind: str) -> None:
    firm = firm_with_records
    with tenant_context(tenant_of(firm)):
        content = exported(firm, key, kind)
        count = catalogue.record_type(key).model.objects.count()
    assert count > 10
    run = bring_in(firm, key, content)
    assert told(firm, run) == (0, 0, 0, "")
    assert run.unchanged_count == run.total == count


CONVERTED = """First name,Last name,Company,Email,Status,Created,Converted date,Status since
Lea,Conv,Conv Ltd,lea@conv.example,Converted,2024-03-04,,
Max,Nocomp,,max@nocomp.example,Converted,2024-03-05,2024-04-05,2024-04-06
Una,Unk,Unk Ltd,una@unk.example,Converted,,,
"""


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_leads_that_came_converted_are_the_same_already(fresh_firm: Firm, kind: str) -> None:
    """Though they are read-only: a file that says no other thing changes nothing."""
    assert bring_in(fresh_firm, "leads", CONVERTED).created_count == 3
    with tenant_context(tenant_of(fresh_firm)):
        content = exported(fresh_firm, "leads", kind)
    run = bring_in(fresh_firm, "leads", content)
    assert (run.unchanged_count, run.updated_count, run.refused_count) == (3, 0, 0)


def test_nothing_is_asked_about_what_stays_as_it_is(firm_with_records: Firm) -> None:
    firm = firm_with_records
    with tenant_context(tenant_of(firm)):
        content = exported(firm, "opportunities")
    client = client_of(firm.ada)
    base = f"/{firm.tenant.slug}/imports/new/opportunities/"
    page = client.get(client.post(base, {"file": SimpleUploadedFile("rows.csv", content)})["Location"])
    assert not page.context["questions"].all_open
    assert page.context["form"]["column_0"].initial == "id"


def changed(content: bytes, row: int, **cells: str) -> bytes:
    rows = rows_of(content)
    rows[row] |= cells
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def test_what_was_changed_in_the_file_is_changed(firm_with_records: Firm) -> None:
    firm = firm_with_records
    with tenant_context(tenant_of(firm)):
        content = exported(firm, "opportunities")
    run = bring_in(firm, "opportunities", changed(content, 4, amount="2000.25", amount_currency="EUR"))
    assert told(firm, run) == (0, 1, 0, "")
    with tenant_context(tenant_of(firm)):
        deal = Opportunity.objects.get(pk=rows_of(content)[4]["id"])
        assert (deal.amount_minor, deal.currency) == (200_025, "EUR")


def test_an_id_that_names_nothing_here_is_told(firm_with_records: Firm) -> None:
    firm = firm_with_records
    with tenant_context(tenant_of(firm)):
        content = exported(firm, "accounts")
    unknown = "0190b3a2-0000-7000-8000-000000000000"
    run = bring_in(firm, "accounts", changed(content, 2, id=unknown, name="Nowhere"))
    assert (run.created_count, run.updated_count, run.refused_count) == (0, 0, 1)
    assert f"No record here has the id {unknown}." in download(firm, run)
    with tenant_context(tenant_of(firm)):
        assert not Account.objects.filter(name="Nowhere").exists()


def test_only_who_may_edit_a_record_changes_it(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        make.opportunity(firm.sam, name="Sam's own")
        content = exported(firm, "opportunities")
        role = firm.ana.role
        role.can_import = True
        role.save()
    assert (bring_in(firm, "opportunities", content).updated_count) == 0
    run = bring_in(firm, "opportunities", changed(content, 0, name="Ana's now"), firm.ana)
    assert (run.updated_count, run.refused_count) == (0, 1)
    run = bring_in(firm, "opportunities", changed(content, 0, name="The firm's"))
    assert run.updated_count == 1


def test_money_stands_in_two_columns_that_add_up(firm_with_records: Firm) -> None:
    firm = firm_with_records
    with tenant_context(tenant_of(firm)):
        rows = rows_of(exported(firm, "opportunities"))
        sums = {code: 0 for code in ("USD", "KWD", "JPY")}
        for row in rows:
            sums[row["amount_currency"]] += Decimal(row["amount"])
        wanted = {code: Decimal(0) for code in sums}
        for deal in Opportunity.objects.all():
            wanted[deal.currency] += Money(deal.amount_minor, deal.currency).major
        assert sums == wanted


def cells_of(content: bytes) -> Iterator[Any]:
    for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows():
        yield from row


def test_a_workbook_has_numbers_days_and_no_formula(firm_with_records: Firm) -> None:
    firm = firm_with_records
    with tenant_context(tenant_of(firm)):
        content = exported(firm, "opportunities", "xlsx")
    found = list(cells_of(content))
    assert not [cell for cell in found if cell.data_type in ("f", "e")]
    assert "=1+1" in {cell.value for cell in found}, "as it is, and no apostrophe before it"
    head = [cell.value for cell in found[: found[-1].column]]
    first = {name: found[len(head) + at] for at, name in enumerate(head)}
    assert first["amount"].data_type == "n" and first["closed_on"].is_date


def test_currencies_in_a_column_of_their_own_are_those_of_the_amounts(fresh_firm: Firm) -> None:
    run = bring_in(
        fresh_firm,
        "opportunities",
        "Name,Account,Amount,Currency\nA,Kestrel,1200,EUR\nB,Kestrel,€5,USD\nC,Kestrel,7,\n",
    )
    assert (run.created_count, run.refused_count) == (2, 1)
    assert "two currencies" in download(fresh_firm, run)
    with tenant_context(tenant_of(fresh_firm)):
        found = {one.name: (one.amount_minor, one.currency) for one in Opportunity.objects.all()}
        assert found == {"A": (120_000, "EUR"), "C": (700, fresh_firm.tenant.currency)}


def test_ids_of_other_systems_stay_external_ids(fresh_firm: Firm) -> None:
    bring_in(fresh_firm, "accounts", "id,name\n0190b3a2-0000-7000-8000-000000000000,Kestrel\n")
    with tenant_context(tenant_of(fresh_firm)):
        assert Account.objects.get().external_id == "0190b3a2-0000-7000-8000-000000000000"
