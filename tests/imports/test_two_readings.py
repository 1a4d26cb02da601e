"""What can be read in two ways is asked about, wherever in the file it stands and whatever stands before it."""

from __future__ import annotations

import pytest

from accounts.models import Account
from contacts.models import Contact
from crm.catalogue import record_type
from crm.fields.money import Money
from crm.fields.reading import NUMBERS, decide, style_of
from crm.picklists.selectors import stage_name
from crm.picklists.services import create_pipeline
from crm.tenants.context import tenant_context
from crm.ui import format
from opportunities.models import Opportunity
from tests import make
from tests.forms import form_of
from tests.imports.steps import bring_in, download, finished, sent, tenant_of, told
from tests.imports.test_new_fields import planned
from tests.imports.test_sheets import xlsx
from tests.imports.test_words import Page
from tests.people import Firm, client_of


@pytest.mark.parametrize(
    ("field", "cells", "is_asked"),
    [
        ("expected_close_on", ["01/01/2024", "01/02/2024", "03/04/2024"], True),
        ("expected_close_on", ["01/01/2024", "01/02/2024", "13/04/2024"], False),
        ("expected_close_on", ["01/01/2024", "02/02/2024"], False),
        ("expected_close_on", ["2024-01-01", "2024-02-01"], False),
        ("expected_close_on", ["01.01.2024", "31.12.2024", "01.02.2024"], False),
        ("expected_close_on", ["01.01.2024", "04.04.2024", "05.13.2024", "05.12.2024"], True),
        ("expected_close_on", ["01/01/24", "24/01/12"], True),
        ("expected_close_on", ["01.01.01", "01.02.01"], True),
        ("probability", ["0", "1", "1"], True),
        ("probability", ["2.0", "0.5"], True),
        ("probability", ["0", "45", "1"], False),
        ("amount", ["5 pounds", "6 rupees"], True),
        ("amount", ["1,250.00", "1,250.00"], False),
    ],
)
def test_the_first_of_a_shape_does_not_hide_the_others(
    firm: Firm, field: str, cells: list[str], is_asked: bool
) -> None:
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Falcon")
    rows = "".join(f'D{number},Falcon,"{cell}"\n' for number, cell in enumerate(cells))
    page = Page(firm, "opportunities", f"name,account,{field}\n{rows}")
    assert [one.name for one in page.questions.all_open] == [field] * is_asked


@pytest.mark.parametrize(
    ("key", "field", "word", "becomes"),
    [
        ("contacts", "relationship", "Other", "Other"),
        ("contacts", "relationship", "other", "Other"),
        ("contacts", "relationship", "client", "Client"),
        ("accounts", "type", "Other", None),
        ("opportunities", "loss_reason", "Sales", None),
        ("opportunities", "loss_reason", "Other", "Other"),
        ("leads", "unqualified_reason", "other", "Other"),
        ("leads", "unqualified_reason", "not_real", "Not real/bad data"),
    ],
)
def test_a_word_is_the_choice_of_that_name_and_never_another_of_its_meaning(
    firm: Firm, key: str, field: str, word: str, becomes: str | None
) -> None:
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Falcon")
    page = Page(firm, key, f"name,account,email,{field}\nA B,Falcon,a@k.example,{word}\n")
    asked = [one.name for one in page.questions.words if one.name == field]
    assert asked == ([] if becomes else [field])
    if becomes and key == "contacts":
        bring_in(firm, key, f"name,account,email,{field}\nA B,Falcon,a@k.example,{word}\n")
        with tenant_context(firm.tenant):
            assert str(Contact.objects.get().relationship) == becomes


def test_dates_with_dots_are_read_as_was_said(firm: Firm) -> None:
    """For a field that ships and for one that is made of the column; the same text in a form is refused."""
    rows = "Us1,05.12.2024\nUs2,05.13.2024\nUs3,06.01.2024\n"
    for label, kind in (("Contract ends on", {}), ("Seen", {"kind_1": "date"})):
        page = Page(firm, "accounts", f"Name,{label}\n{rows}")
        if kind:
            page = planned(firm, f"Name,{label}\n{rows}", 1, "accounts", **kind)
        [question] = page.questions.styles
        assert [one.key for one in question.decision.options] == ["month_dots", "day"] and question.is_open
        page.refused(page.columns() | kind)
        run = finished(firm, page.send(sent(page.answer) | kind))
        assert run.refused_count == 0
        with tenant_context(tenant_of(firm)):
            spec = record_type("accounts").spec(run.mapping[1])
            found = {one.name: str(spec.value(one)) for one in Account.objects.all()}
        assert found == {"Us1": "2024-05-12", "Us2": "2024-05-13", "Us3": "2024-06-01"}
    form = form_of(client_of(firm.ada), f"/{firm.tenant.slug}/accounts/new/")
    for text, status in (("05.12.2024", 422), ("24.05.12", 422), ("05.13.2024", 303)):
        answer = form.send(name="Owl", contract_ends_on=text)
        assert answer.status_code == status
        assert ("can be read in more than one way" in answer.content.decode()) == (status == 422)


def test_what_can_be_read_in_one_way_is_no_question(firm: Firm) -> None:
    """Which krona is meant is asked; how the amounts are written is not, and no lone answer waits for a tick."""
    text = "Name\tE-Mail\tWert\nÅsa Öberg\tasa@glas.example\t12 500,00 kr\nIñigo\tinigo@o.example\t1.250.000 CLP\n"
    page = Page(firm, "leads", text.encode("utf-16"))
    assert not page.questions.encodings
    [question] = page.questions.styles
    assert (question.options, question.anchor) == ((), "sign-estimated_value-0")
    shown = page.answer.content.decode()
    assert "more than one way" not in shown and 'name="style_' not in shown
    assert "have a sign that several currencies share" in shown
    page.refused(page.columns())
    run = finished(firm, page.send(page.columns() | {"sign_estimated_value_0": "SEK", "dry_run": "1"}))
    assert (run.created_count, run.refused_count) == (2, 0)
    for cells in (["0.000", "12.50"], ["0,000", "12,5"], ["12 500,00 kr", "1.500"]):
        found = decide(NUMBERS, cells, style_of("en"), "EUR")
        assert not found.must_choose or len(found.options) > 1, cells


@pytest.fixture
def two_pipelines(firm: Firm) -> Firm:
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Falcon")
        create_pipeline(actor=firm.ada, name="Renewals")
    return firm


def test_a_stage_of_two_pipelines_is_asked_about(two_pipelines: Firm) -> None:
    firm = two_pipelines
    text = "name,account,stage\nA,Falcon,Negotiation\nB,Falcon,Renewals: Negotiation\nC,Falcon,Open\n"
    page = Page(firm, "opportunities", text)
    assert page.words("stage") == {"Negotiation": (1, ""), "Open": (1, "")}
    here, there = page.question("stage").words[0].meant
    assert (here[1], there[1]) == ("Sales: Negotiation", "Renewals: Negotiation")
    page.refused(page.columns())
    data = page.columns() | {"word_stage": ["Negotiation", "Open"], "answer_stage": [there[0], here[0]]}
    assert finished(firm, page.send(data)).created_count == 3
    with tenant_context(firm.tenant):
        found = {one.name: stage_name(one.stage) for one in Opportunity.objects.select_related("stage__pipeline")}
    assert found == {"A": "Renewals: Negotiation", "B": "Renewals: Negotiation", "C": "Sales: Negotiation"}
    unknown = Page(firm, "opportunities", "name,account,stage\nA,Falcon,Somewhere\n").answer.content.decode()
    assert "stays in its own pipeline" not in unknown


def test_a_deal_stays_in_its_own_pipeline(two_pipelines: Firm) -> None:
    firm = two_pipelines
    before = "external id,name,account,stage\nx1,A,Falcon,Renewals: Negotiation\nx2,B,Falcon,Renewals: Negotiation\n"
    bring_in(firm, "opportunities", before)
    page = Page(firm, "opportunities", "external id,stage\nx1,Negotiation\nx2,Sales: Negotiation\n")
    assert "An opportunity that exists already stays in its own pipeline" in page.answer.content.decode()
    sales = page.question("stage").words[0].meant[0][0]
    data = page.columns() | {"word_stage": ["Negotiation"], "answer_stage": [sales], "moved_on": "2026-01-02"}
    run = finished(firm, page.send(data))
    assert (run.unchanged_count, run.updated_count) == (1, 1), download(firm, run)
    with tenant_context(firm.tenant):
        found = {one.name: stage_name(one.stage) for one in Opportunity.objects.select_related("stage__pipeline")}
    assert found == {"A": "Renewals: Negotiation", "B": "Sales: Negotiation"}


def test_a_stage_for_all_rows_is_one_that_can_be_chosen(two_pipelines: Firm) -> None:
    page = Page(two_pipelines, "opportunities", "name,account\nA,Falcon\n")
    run = page.send(page.columns() | {"fixed_stage": "Renewals: Negotiation"})
    assert finished(two_pipelines, run).created_count == 1
    with tenant_context(two_pipelines.tenant):
        assert stage_name(Opportunity.objects.select_related("stage__pipeline").get().stage) == "Renewals: Negotiation"


def test_a_number_in_place_of_a_text_of_a_known_record_is_a_change(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        one = make.account(firm.ada, name="Falcon", phone="555-0333", street="12a High Street", city="1.000.5")
    rows = [["id", "phone", "street", "city"], [str(one.pk), 5550333, 12, 1]]
    assert bring_in(firm, "accounts", xlsx(("S", rows))).updated_count == 1
    with tenant_context(firm.tenant):
        one.refresh_from_db()
    assert (one.phone, one.street, one.city) == ("5550333", "12", "1")


AMOUNTS = [
    "¥ 300,000 JPY", "400.000 JPY", "1.234 EUR", "1.500 KWD", "¥500,000", "1.500 kEUR", "2,500",
]  # fmt: skip


@pytest.mark.parametrize("key", [".", ","])
def test_what_the_page_says_of_an_amount_is_what_is_stored(firm: Firm, key: str) -> None:
    """In currencies without decimals and with three, for signs of several, for amounts that name none; the same where a
    record has another currency."""
    with tenant_context(firm.tenant):
        account = make.account(firm.ada, name="Falcon")
        make.opportunity(firm.ada, account=account, name="D6", amount=Money(5, "JPY"))
    rows = "".join(f'D{number},Falcon,"{cell}"\n' for number, cell in enumerate(AMOUNTS))
    page = Page(firm, "opportunities", f"name,account,amount\n{rows}")
    [question] = page.questions.styles
    option = next(one for one in question.decision.options if one.key == key)
    said = {one.text: one.reading for one in option.samples} | {one.text: "refused" for one in option.refused}
    assert said == {
        "1.234 EUR": {".": "refused", ",": "1,234"}[key],
        "1.500 KWD": {".": "1.5", ",": "1,500"}[key],
        "¥500,000": {".": "500,000", ",": "500"}[key],
        "1.500 kEUR": {".": "1,500", ",": "1,500,000"}[key],
        "2,500": {".": "2,500", ",": "2.5"}[key],
    }
    answers = {"style_amount": key, "sign_amount_0": "JPY", "existing": "update"}
    finished(firm, page.send(sent(page.answer) | answers))
    with tenant_context(firm.tenant):
        kept = {AMOUNTS[int(one.name[1:])]: one for one in Opportunity.objects.exclude(amount_minor=None)}
        stored = {text: (Money(one.amount_minor, one.currency).major, one.currency) for text, one in kept.items()}
    assert stored["¥ 300,000 JPY"] == (300_000, "JPY") and stored["400.000 JPY"] == (400_000, "JPY")
    for text, reading in said.items():
        if text == "2,500" and key == ",":
            assert stored[text] == (5, "JPY"), "two and a half yen are refused"
        else:
            assert reading == ("refused" if text not in stored else format.number(stored[text][0])), text


def test_a_yes_or_no_is_never_said_to_be_left_empty(firm: Firm) -> None:
    """It is one of both in every record: the page says which, for a new one and for one that exists."""
    with tenant_context(firm.tenant):
        make.contact(firm.ada, first_name="Bo", last_name="Fox", email="b@k.example", opted_out=True)
    text = "name,email,opted out\nAnn Bell,a@k.example,?\nBo Fox,b@k.example,?\nCy Hart,c@k.example,#N/A\n"
    page = Page(firm, "contacts", text)
    as_it_is = "Leave the field as it is (No in a new record)"
    assert (("empty", as_it_is) in page.question("opted_out").actions) and "Leave the field empty" not in told(
        page.answer
    )
    answers = {"word_opted_out": ["?"], "answer_opted_out": ["empty"], "bad_2": "empty"}
    page.client.post(page.address, page.columns() | answers | {"update": "1"})
    page.answer = page.client.get(page.address)
    assert "? → No in a new record" in told(page.answer)
    run = finished(firm, page.send(sent(page.answer) | answers))
    with tenant_context(firm.tenant):
        assert dict(Contact.objects.values_list("first_name", "opted_out")) == {"Ann": False, "Bo": True, "Cy": False}
    assert "was left out: a new record says No." in download(firm, run, query="?remarks=1")


def test_only_the_sign_is_asked_where_all_numbers_read_in_one_way(firm: Firm) -> None:
    """One way to write the column was offered, and had to be ticked."""
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Falcon")
    page = Page(firm, "opportunities", 'name,account,amount\nA,Falcon,"12 500,00 kr"\nB,Falcon,1.250.000 CLP\n')
    [question] = page.questions.styles
    assert (question.decision.options, [sign for _place, sign, _codes, _chosen in question.signs]) == ((), ["kr"])
    run = finished(firm, page.send(page.columns() | {"sign_amount_0": "SEK"}))
    with tenant_context(firm.tenant):
        assert dict(Opportunity.objects.values_list("currency", "amount_minor")) == {"SEK": 1_250_000, "CLP": 1_250_000}
    assert run.refused_count == 0
