"""Rows of opportunities that name no account: for which one they are is asked before anything is written."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Account
from crm.imports import existing
from crm.tenants.context import tenant_context
from opportunities.models import Opportunity
from tests import make
from tests.imports.steps import download, finished
from tests.imports.test_known import counts, page_of, words
from tests.imports.test_words import Page
from tests.people import Firm

SOME = "name,account,contact\nRoof,Falcon,\nWall,,\nDoor,,Cora Vance\nGate,,\n"
NO_COLUMN = "name,contact\nWall,\nDoor,Cora Vance\nGate,\n"
QUESTION = "2 rows have no account: which account are they for?"
KESTREL = {"gap_account": "", "gap_named_account": "Kestrel", "gap_named_account_id": ""}


@pytest.fixture
def kestrel(firm: Firm) -> Account:
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Falcon")
        kestrel: Account = make.account(firm.ada, name="Kestrel")
        make.contact(firm.ada, first_name="Cora", last_name="Vance", account=make.account(firm.ada, name="Heron"))
    return kestrel


def buyers(firm: Firm) -> dict[str, Any]:
    with tenant_context(firm.tenant):
        return dict(Opportunity.objects.values_list("name", "account__name"))


@pytest.mark.usefixtures("kestrel")
@pytest.mark.parametrize("text", [SOME, NO_COLUMN], ids=["empty cells", "no column"])
@pytest.mark.parametrize("refused", [0, 2])
def test_for_whom_rows_without_an_account_are_is_asked_once(firm: Firm, text: str, refused: int) -> None:
    """The row of a contact takes the contact's account, and is not asked about."""
    page = Page(firm, "opportunities", text)
    [question] = page.questions.gaps
    assert (question.text, question.is_open) == (QUESTION, True)
    assert f'href="#{question.anchor}">Rows without an account' in page.answer.content.decode()
    assert "“Account”: something is asked below." in page.refused(page.columns()).content.decode()
    answer = {"gap_account": "refuse"} if refused else KESTREL
    made = {"Roof": "Falcon"} if text == SOME else {}
    made |= {"Door": "Heron"} | ({} if refused else {"Wall": "Kestrel", "Gate": "Kestrel"})
    tried = finished(firm, page.send(page.columns() | answer | {"dry_run": "1"}))
    assert counts(tried) == (len(made), 0, 0, 0, refused)
    assert words(page_of(firm, tried)).count("Account: Kestrel") == 2 - refused
    for then in ("created", "unchanged"):
        page = Page(firm, "opportunities", text)
        assert not page.questions.gaps[0].is_open, "remembered of the same file"
        run = finished(firm, page.send(page.columns()))
        assert getattr(run, f"{then}_count") == len(made) == sum(counts(run)) - refused
        assert buyers(firm) == made
    if refused:
        assert download(firm, run).count("Choose an account or a contact") == 2


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("external id,name\nE1,Roof\n", {}),
        ("id,name\n%(id)s,Roof\n", {}),
        ("name\nRoof\n", {"fixed_account": "Kestrel"}),
        ("name,contact\nRoof,\n", {"fixed_contact": "Cora Vance"}),
        ("external id,name,account\nE2,Gate,Kestrel\nE2,Gate,\n", {}),
        ("name,account,amount\nRoof,Kestrel,10\nGate,Kestrel,20\nTotal,,30\n", {"*totals": "leave"}),
    ],
    ids=["external id", "id", "account for all rows", "contact for all rows", "said before", "totals"],
)
def test_rows_that_need_no_account_are_not_asked_about(
    firm: Firm, kestrel: Account, text: str, more: dict[str, str]
) -> None:
    with tenant_context(firm.tenant):
        known = make.opportunity(firm.ada, name="Roof", account=kestrel, external_id="E1")
    page = Page(firm, "opportunities", text % {"id": known.pk})
    run = finished(firm, page.send(page.columns() | more))
    assert run.refused_count == ("*totals" in more)


def test_what_is_chosen_for_rows_without_an_account_moves_no_opportunity_that_exists(
    firm: Firm, kestrel: Account
) -> None:
    with tenant_context(firm.tenant):
        falcon = Account.objects.get(name="Falcon")
        for number, name in enumerate(("Roof", "Wall")):
            known = make.opportunity(firm.ada, name=name, account=falcon, external_id=f"E{number}")
    text = f"id,external id,name\n{known.pk},,Old wall\n,E0,Old roof\n,E9,Gate\n,E9,Big gate\n"
    page = Page(firm, "opportunities", text)
    assert page.questions.gaps[0].text == "1 row has no account: which account is it for?"
    run = finished(firm, page.send(page.columns() | KESTREL | {"gap_named_account_id": str(kestrel.pk)}))
    assert (counts(run), run.folded_count) == ((1, 2, 0, 0, 0), 1)
    assert buyers(firm) == {"Old roof": "Falcon", "Old wall": "Falcon", "Big gate": "Kestrel"}


def test_a_row_whose_record_gets_another_id_meanwhile_has_the_account_of_new_ones(
    firm: Firm, kestrel: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found by its id when the rows were read, and not when they are read again since it was changed."""
    with tenant_context(firm.tenant):
        make.opportunity(firm.ada, name="Old", account=Account.objects.get(name="Falcon"), external_id="E0")
    page = Page(firm, "opportunities", "external id,name,account\nE0,Roof,\n,Wall,\n")

    def change_first(_type: Any, _records: Any) -> bool:
        return not Opportunity.objects.filter(external_id="E0").update(external_id="E9")

    monkeypatch.setattr(existing, "hold", change_first)
    finished(firm, page.send(page.columns() | KESTREL | {"gap_named_account_id": str(kestrel.pk)}))
    assert buyers(firm) == {"Old": "Falcon", "Roof": "Kestrel", "Wall": "Kestrel"}


@pytest.mark.usefixtures("kestrel")
@pytest.mark.parametrize("left", ["word", "others", "cell"])
def test_a_row_whose_account_is_left_empty_is_one_without(firm: Firm, left: str) -> None:
    """Two such rows without an id, one with, and one that exists; a row with a contact has that."""
    with tenant_context(firm.tenant):
        known = make.opportunity(firm.ada, name="Old", account=Account.objects.get(name="Falcon"), external_id="E0")
    word = "#N/A" if left == "cell" else "Nowhere"
    rows = f"E0,Old,{word},\n,Roof,Falcon,\n,Wall,{word},\nE1,Door,{word},\n,Gate,{word},Cora Vance\n,Yard,,\n"
    page = Page(firm, "opportunities", f"external id,name,account,contact\n{rows}")
    assert page.questions.gaps[0].text.startswith("1 row has no account")
    answered = {
        "word": {"word_account": [word], "answer_account": ["empty"]},
        "others": {"others_account": "empty"},
        "cell": {"bad_2": "empty"},
    }[left]
    page.refused(page.columns() | answered)
    assert page.questions.gaps[0].text.startswith("3 rows have no account")
    run = finished(firm, page.send(page.columns() | answered | KESTREL))
    assert (run.created_count, run.refused_count) == (5, 0)
    bought = {"Old": "Falcon", "Roof": "Falcon", "Gate": "Heron"}
    assert buyers(firm) == bought | dict.fromkeys(("Wall", "Door", "Yard"), "Kestrel"), known


@pytest.mark.usefixtures("kestrel")
@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"gap_named_account": "Kestrl"}, "Account: Nothing is called “Kestrl”. Similar: Kestrel."),
        ({"gap_account": "refuse"}, "Account: “Rows without an account” has two answers."),
        ({"gap_account": "add", "gap_named_account": ""}, "“Account”: something is asked below."),
    ],
)
def test_an_answer_for_rows_without_an_account_is_one_that_can_be(firm: Firm, sent: dict[str, str], told: str) -> None:
    page = Page(firm, "opportunities", SOME)
    answer = page.refused(page.columns() | KESTREL | sent)
    assert told in words(answer.content.decode()) and 'href="#gap-account"' in answer.content.decode()
    if typed := sent.get("gap_named_account"):
        assert f'value="{typed}"' in answer.content.decode(), "stands there still"
