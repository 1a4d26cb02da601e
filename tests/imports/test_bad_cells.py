"""A cell that cannot be read refuses its row, unless the importer lets such cells be left empty: never unasked, each
of them named. An amount without a currency leaves that of its record alone."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Account
from contacts.models import Contact
from crm.catalogue import record_type
from crm.fields import kinds
from crm.fields.spec import FieldSpec
from crm.imports.models import ImportRow, RefusedRow
from crm.imports.unreadable import bad_in, problem_of
from crm.tenants.context import tenant_context
from leads.models import Lead
from opportunities.models import Opportunity
from tests import make
from tests.imports.steps import bring_in, finished, sent, tenant_of, told
from tests.imports.test_new_fields import planned
from tests.imports.test_words import Page
from tests.people import Firm, client_of

MODELS: dict[str, Any] = {"leads": Lead, "accounts": Account, "contacts": Contact, "opportunities": Opportunity}
START = {
    "leads": "name,email", "accounts": "name,city", "contacts": "name,email", "opportunities": "name,account",
}  # fmt: skip
ROW = {"leads": "A B,a@k.example", "accounts": "Owl,Ulm", "contacts": "A B,a@k.example", "opportunities": "Roof,Falcon"}


@pytest.mark.parametrize(
    ("key", "field", "cell", "problem"),
    [
        ("accounts", "website", "foo bar", "Enter a valid URL."),
        ("accounts", "employees", "1,5", "“1,5” is not a whole number"),
        ("accounts", "annual_revenue", "approx. 5000", "“approx.” is no currency."),
        ("accounts", "industry", "#N/A", "The spreadsheet has an error in this cell (#N/A)."),
        ("accounts", "postal_code", "9" * 60, "Longer than"),
        ("accounts", "phone", "4.4208E+11", "“4.4208E+11” was shortened by a spreadsheet, and digits are missing."),
        ("accounts", "phone", "n/a", "“n/a” is not a phone number: it has no digits."),
        ("contacts", "mobile", "k. A.", "is not a phone number"),
        ("contacts", "account.phone", "-", "is not a phone number"),
        ("accounts", "postal_code", "1E+05", "was shortened by a spreadsheet"),
        ("leads", "phone", "1,5E+10", "“1,5E+10” was shortened by a spreadsheet, and digits are missing."),
        ("leads", "external_id", "1.23457e+17", "was shortened by a spreadsheet"),
        ("contacts", "account.phone", "4,9711E+11", "was shortened by a spreadsheet"),
        ("accounts", "contract_ends_on", "soon", "“soon” is not a date."),
        ("leads", "source", "#REF!", "The spreadsheet has an error in this cell (#REF!)."),
        ("leads", "owner", "#N/A", "The spreadsheet has an error in this cell (#N/A)."),
        ("contacts", "account.website", "no where", "Enter a valid URL."),
        ("contacts", "+notes", "#N/A", "The spreadsheet has an error in this cell (#N/A)."),
        ("opportunities", "probability", "101", "“101” is not a whole number from 0 to 100."),
        ("opportunities", "close_day", "soon", "“soon” is not a date."),
    ],
)
def test_a_bad_cell_refuses_its_row_or_is_left_empty(firm: Firm, key: str, field: str, cell: str, problem: str) -> None:
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Falcon")
    more = ",account" if field.startswith("account.") else ""
    text = f'{START[key]}{more},odd\n{ROW[key]}{",New Ltd" if more else ""},"{cell}"\n'
    column = "column_3" if more else "column_2"
    refused = bring_in(firm, key, text, **{column: field})
    assert (refused.created_count, refused.refused_count, refused.emptied_count) == (0, 1, 0), (
        "as long as nobody says so"
    )
    page = Page(firm, key, text)
    page.client.post(page.address, page.columns() | {column: field, "update": "1"})
    page.answer = page.client.get(page.address)
    [question] = page.answer.context["bad_cells"]
    assert [(row, shown) for row, shown, _problem in question.cells] == [(2, cell[:300])]
    assert problem in question.cells[0][2] and problem in told(page.answer)
    run = finished(firm, page.send(sent(page.answer) | {f"bad_{question.index}": "empty"}))
    assert (run.created_count, run.refused_count, run.emptied_count) == (1, 0, 1)
    with tenant_context(firm.tenant):
        [remark] = RefusedRow.objects.filter(run=run, came_in=True)
        assert problem in remark.reasons[0] and f"“{cell[:100]}” was left empty." in remark.reasons[0]
        made = MODELS[key].objects.latest("created_at")
        if record_type(key).has(field) and field not in ("owner", "probability"):
            assert record_type(key).spec(field).value(made) in (None, "")
    shown = told(client_of(firm.ada).get(f"/acme/imports/{run.pk}/"))
    assert "1 cell left empty" in shown and "Remarks on rows" in shown and "Why rows were refused" not in shown
    shown = told(client_of(firm.ada).get(f"/acme/imports/{refused.pk}/"))
    assert "Refused rows and remarks" in shown and "its last two columns are left out" in shown


def test_a_new_field_may_have_cells_that_are_left_empty(firm: Firm) -> None:
    numbers = "".join(f"Firm {number},{number}\n" for number in range(10))
    page = planned(firm, f"Name,Room\n{numbers}Owl,n/a\nElk,#N/A\n", 1, "accounts", kind_1="number")
    [question] = page.answer.context["bad_cells"]
    assert ({shown for _row, shown, _problem in question.cells}, question.count) == ({"n/a", "#N/A"}, 2)
    assert "Number (1 cell doesn’t fit)" in told(page.answer)
    run = finished(firm, page.send(sent(page.answer) | {f"bad_{question.index}": "empty"}))
    assert (run.created_count, run.refused_count, run.emptied_count) == (12, 0, 2)


def test_two_columns_of_the_description_are_answered_apart(firm: Firm) -> None:
    page = Page(firm, "accounts", "name,one,two\nOwl,#N/A,\nElk,,#REF!\n")
    page.client.post(page.address, page.columns() | {"column_1": "+notes", "column_2": "+notes", "update": "1"})
    page.answer = page.client.get(page.address)
    assert [one.index for one in page.answer.context["bad_cells"]] == [1, 2]
    run = finished(firm, page.send(page.columns() | {"bad_1": "empty", "bad_2": "refuse"}))
    assert (run.created_count, run.refused_count, run.emptied_count) == (1, 1, 1)


def test_all_cells_that_fail_in_the_chosen_style_are_counted(firm: Firm) -> None:
    days = [f"Firm {month}{day},{month}/{day}/2026" for month in range(1, 4) for day in range(13, 28)]
    page = Page(firm, "accounts", "\n".join(["name,contract ends on", *days, "Owl,31/12/2026", "Elk,soon"]))
    assert page.answer.context["bad_cells"][0].count == 47, "as long as nobody has said how they are written"
    for style, count in (("month", 2), ("day", 46)):
        page.client.post(page.address, page.columns() | {"style_contract_ends_on": style, "update": "1"})
        [question] = page.client.get(page.address).context["bad_cells"]
        assert (question.count, question.more) == (count, count - 2), "of those that are written alike one is shown"


def test_a_cell_that_one_style_reads_and_the_field_refuses_is_said_to_be_refused(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Falcon")
    page = Page(firm, "opportunities", "name,account,probability\nA,Falcon,0.5\nB,Falcon,45\n")
    [question] = page.questions.styles
    refused = {one.key: [cell.text for cell in one.refused] for one in question.decision.options}
    assert refused == {"points": ["0.5"], "share": []}, "half of one per cent is no probability here"
    for key, count in (("share", 0), ("points", 1)):
        page.client.post(page.address, page.columns() | {"style_probability": key, "update": "1"})
        assert len(page.client.get(page.address).context["bad_cells"]) == count
    run = finished(firm, page.send(sent(page.answer) | {"style_probability": "points"}))
    assert (run.created_count, run.refused_count) == (1, 1)


@pytest.mark.parametrize("kind", ["number", "money", "amount"])
def test_a_number_that_every_style_reads_is_no_bad_cell(firm: Firm, kind: str) -> None:
    """1.234,50 can be read in one way only, and is so, whatever 2,000 beside it is taken for."""
    cells = ["1.234,50", "2,000", "-5"]
    if kind == "amount":
        with tenant_context(firm.tenant):
            make.account(firm.ada, name="Falcon")
        rows = "".join(f'Deal {place},Falcon,"{cell}"\n' for place, cell in enumerate(cells))
        page = Page(firm, "opportunities", f"name,account,{kind}\n{rows}")
    else:
        rows = "".join(f'Firm {place},"{cell}"\n' for place, cell in enumerate(cells))
        page = planned(firm, f"Name,Room\n{rows}", 1, "accounts", kind_1=kind)
    [question] = page.answer.context["questions"].styles
    assert len(question.decision.options) == 2
    for option in question.decision.options:
        assert not page.answer.context["bad_cells"] and "cannot be read this way" not in told(page.answer)
        said = page.columns() | {"kind_1": kind, f"style_{question.name}": option.key, "update": "1"}
        page.client.post(page.address, said)
        page.answer = page.client.get(page.address)
    assert not page.answer.context["bad_cells"]
    run = finished(firm, page.send(sent(page.answer) | {f"style_{question.name}": question.decision.options[-1].key}))
    assert (run.created_count, run.refused_count) == (len(cells), 0)


def test_what_a_record_has_stays_where_a_cell_is_left_empty(firm: Firm) -> None:
    bring_in(firm, "accounts", "name,website,city\nOwl,https://owl.example,Ulm\n")
    run = bring_in(firm, "accounts", "name,website,city\nOwl,foo bar,\n", clear_empty="on", bad_1="empty")
    assert (run.updated_count, run.emptied_count) == (1, 1)
    skipped = bring_in(firm, "accounts", "name,website\nOwl,foo bar\n", existing="skip", bad_1="empty")
    assert (skipped.skipped_count, skipped.emptied_count) == (1, 0)
    with tenant_context(firm.tenant):
        owl = Account.objects.get()
        assert (owl.website, owl.city) == ("https://owl.example", "")


def test_a_field_that_is_needed_is_not_left_empty(firm: Firm) -> None:
    page = Page(firm, "accounts", f"name,city\n{'x' * 400},Ulm\nOwl,Bonn\n")
    assert not page.answer.context["bad_cells"]
    assert finished(firm, page.send(page.columns() | {"bad_0": "empty"})).refused_count == 1


DEALS = "external id,name,account,amount\nx1,Roof,Falcon,100 EUR\nx2,Wall,Falcon,500 JPY\nx3,Door,Falcon,70\n"


@pytest.mark.parametrize(
    ("answer", "amounts", "refused"),
    [
        ("", {"x1": "150.50 EUR", "x2": "500 JPY", "x3": "80.50 USD", "x4": "90.50 USD"}, 1),
        ("EUR", {"x1": "150.50 EUR", "x2": "250.50 EUR", "x3": "80.50 EUR", "x4": "90.50 EUR"}, 0),
        ("CAD", {"x1": "150.50 CAD", "x2": "250.50 CAD", "x3": "80.50 CAD", "x4": "90.50 CAD"}, 0),
    ],
)
def test_an_amount_without_a_currency_keeps_that_of_its_record_or_is_what_was_said(
    firm: Firm, answer: str, amounts: dict[str, str], refused: int
) -> None:
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Falcon")
    bring_in(firm, "opportunities", DEALS)
    new = "external id,name,account,amount\nx1,Roof,Falcon,150.50\nx2,Wall,Falcon,250.50\nx3,Door,Falcon,80.50\n"
    page = Page(firm, "opportunities", f"{new}x4,Gate,Falcon,90.50\nx5,Sill,Falcon,9 GBP\n")
    [question] = page.answer.context["bare_amounts"]
    assert (question.name, question.chosen) == ("amount", "")
    assert "each record’s own currency; new ones in" in told(page.answer)
    tried = finished(firm, page.send(sent(page.answer) | {"bare_amount": answer, "dry_run": "1"}))
    assert (tried.refused_count, tried.created_count) == (refused, 2)
    with tenant_context(firm.tenant):
        changes = ImportRow.objects.get(run=tried, number=2).changes
    assert changes == [["Amount", "€100", {"": "€150.50", "EUR": "€150.50", "CAD": "CA$150.50"}[answer]]]
    client_of(firm.ada).post(f"/acme/imports/{tried.pk}/run/", {"import": "1", "tried": f"{tried.tried_at}"})
    done = finished(firm, tried)
    assert done.refused_count == refused
    with tenant_context(tenant_of(firm)):
        spec = record_type("opportunities").spec("amount")
        found = {one.external_id: spec.text(one) for one in Opportunity.objects.all()}
        assert found == amounts | {"x5": "9.00 GBP"}
        reasons = [row.reasons for row in RefusedRow.objects.filter(run=done)]
    assert not refused or "an amount in JPY has no decimals" in reasons[0][0]


def test_nothing_is_asked_where_every_amount_has_its_currency(firm: Firm) -> None:
    page = Page(firm, "leads", "name,email,estimated_value,currency\nA B,a@k.example,100,EUR\nC D,c@k.example,,\n")
    assert not page.answer.context["bare_amounts"]
    assert Page(firm, "leads", "name,email,estimated_value,currency\nA B,a@k.example,100,\n").answer.context[
        "bare_amounts"
    ]


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        (kinds.Email(), ["a.b+c@k-l.example", "A@B.CO", "a@b_c.example", "a..b@k.example", "a@-k.example", "a@k.e"]),
        (
            kinds.Url(),
            ["k.example", "https://www.k.example/a/b?c=d%20", "http://k", "k.example:80", "-k.example/x", "a_b.com"],
        ),
        (kinds.Number(1, 50), ["7", "0", "51", "999999999", "1234567890"]),
        (kinds.Money(), ["0", "999999999"]),
    ],
    ids=["email", "url", "number", "money"],
)
def test_the_quick_look_takes_nothing_for_good_that_the_field_refuses(firm: Firm, kind: Any, cells: list[str]) -> None:
    spec = FieldSpec("x", "X", kind)
    with tenant_context(firm.tenant):
        assert {cell: bad_in(spec)(cell) for cell in cells} == {cell: bool(problem_of(spec, cell)) for cell in cells}


@pytest.mark.parametrize(
    ("owner", "says"),
    [(f"{'n' * 60}@{'long.' * 40}example", "at most 254 characters"), ("n" * 201, "at most 200 characters")],
)
def test_an_owner_who_cannot_be_added_is_said_in_words(firm: Firm, owner: str, says: str) -> None:
    """6c: “Add as a member” was accepted, and then “The database does not take this row”."""
    bring_in(firm, "accounts", f"name,owner\nOne,{owner}\nTwo,Kim Lee\n")
    with tenant_context(firm.tenant):
        assert [account.name for account in Account.objects.all()] == ["Two"]
        assert says in " ".join(RefusedRow.objects.get().reasons)
