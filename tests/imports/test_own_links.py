"""Rows that name others of their file: which is meant is asked, and what cannot be set is told before."""

from __future__ import annotations

import pytest

from accounts.models import Account
from contacts.models import Contact
from crm.imports import running
from crm.imports.models import ImportRow, RefusedRow
from crm.imports.own_links import _closing
from crm.tenants.context import tenant_context
from tests import make
from tests.imports.steps import bring_in, finished, told
from tests.imports.test_repeats import tried_and_done
from tests.imports.test_words import Page
from tests.people import Firm

CIRCLE = "name,parent account\nWren,Heron\nHeron,Kite\nKite,Wren\nElk,Kite\n"
TWINS = (
    "external id,name,city,parent account\nz1,Zork,Ulm,\nz2,Zork Holding,Bonn,{parent}\nz3,ZORK,Rome,\nz4,Elk,Oslo,z3\n"
)


def parents(firm: Firm) -> dict[str, str]:
    with tenant_context(firm.tenant):
        rows = Account.objects.filter(parent__isnull=False).select_related("parent")
        return {row.name: f"{row.parent.name} {row.parent.external_id}".strip() for row in rows}


@pytest.mark.parametrize("batch", [1, 2, 500])
def test_a_link_that_closes_a_circle_is_told_in_the_dry_run(
    firm: Firm, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(running, "BATCH", batch)
    run = bring_in(firm, "accounts", CIRCLE, dry_run="1")
    with tenant_context(firm.tenant):
        tried = {row.name: row for row in ImportRow.objects.filter(run=run)}
    told = {name: [new for label, _old, new in row.changes if label == "Parent account"] for name, row in tried.items()}
    closing = [name for name, row in tried.items() if "it would form a circle" in " ".join(row.remarks)]
    assert len(closing) == 1 and not told.pop(closing[0])
    bring_in(firm, "accounts", CIRCLE)
    assert parents(firm) == {name: parent for name, [parent] in told.items()}
    with tenant_context(firm.tenant):
        said = RefusedRow.objects.get(reasons__icontains="below itself", came_in=True, run__is_dry_run=False)
    assert said.cells[0] == closing[0]


@pytest.mark.parametrize("batch", [1, 500])
def test_a_name_of_several_rows_is_asked_about(firm: Firm, monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    """Also where one of them only is in when it is read; nor is it another one to create. By the id it is clear."""
    monkeypatch.setattr(running, "BATCH", batch)
    text = TWINS.format(parent="zork")
    page = Page(firm, "accounts", text)
    assert page.words("parent") == {"zork": (1, "")}
    sample = next(one for one in page.answer.context["columns"][3][2] if one.text == "zork")
    assert not sample.stored
    refused = (3, 0, 0, 0, 0, 1)
    for way in ("answer_parent", "others_parent"):
        data = page.columns() | {"word_parent": ["zork"], way: ["add"], "dry_run": "1"}
        said = told(page.refused(data))
        assert "“Parent account”: something is asked below." in said and "put its external id into the file" in said
    assert tried_and_done(firm, "accounts", text) == [refused, refused]
    assert parents(firm) == {"Elk": "ZORK z3"}
    with tenant_context(firm.tenant):
        reasons = {reason for row in RefusedRow.objects.all() for reason in row.reasons}
    assert any("Several rows of this file are called “zork”" in reason for reason in reasons)
    bring_in(firm, "accounts", TWINS.format(parent="z1"))
    assert parents(firm) == {"Elk": "ZORK z3", "Zork Holding": "Zork z1"}


@pytest.mark.parametrize(
    ("here", "text"),
    [
        (("Eins", ""), "name,parent account\nEins,Neu\nNeu,Eins\n"),
        (("Holding", "5"), "external id,name,parent account\n,Tochter,Holding\n77,Holding,Tochter\n"),
        (("Other", ""), "external id,name,parent account\nab,A,c\nc,C,AB\nAB,B,\n"),
        (("Chain", ""), "name,parent account\nn0,\n" + "".join(f"n{one},n{one - 1}\n" for one in range(1, 40))),
        (("Chain", ""), "name,parent account\n" + "".join(f"n{one},n{(one + 1) % 40}\n" for one in range(40))),
    ],
)
def test_the_dry_run_shows_the_parents_that_the_import_sets(
    firm: Firm, monkeypatch: pytest.MonkeyPatch, here: tuple[str, str], text: str
) -> None:
    """Some are here already, some are called like another one here, and ids are two when their case differs."""
    monkeypatch.setattr(running, "BATCH", 15)
    with tenant_context(firm.tenant):
        make.account(firm.ada, name=here[0], external_id=here[1])
    run = bring_in(firm, "accounts", text, dry_run="1")
    with tenant_context(firm.tenant):
        rows = ImportRow.objects.filter(run=run)
        shown = sorted((row.name, new) for row in rows for label, _old, new in row.changes if label == "Parent account")
    bring_in(firm, "accounts", text)
    with tenant_context(firm.tenant):
        found = Account.objects.filter(parent__isnull=False).select_related("parent")
        ids = {row.external_id: row.name for row in Account.objects.exclude(external_id="")}
        assert sorted((row.name, row.parent.name) for row in found) == [(name, ids.get(to, to)) for name, to in shown]


def test_long_chains_are_followed_in_seconds() -> None:
    many = range(50_000)
    assert not [*_closing([(False, one, one, one - 1) for one in many])]
    assert [*_closing([(True, one, one, (one + 1) % len(many)) for one in many])] == [many[-1]]


SAME = "external id,first name,last name,account,reports to\nc2,Ana,Bell,Kestrel,\nc3,Bo,Fox,Kestrel,Ana Bell\n"


@pytest.mark.parametrize("twin", ["c1,Ana,Bell,Kestrel,\n", "c1,Ana,Bell,Falcon,\n"])
def test_two_people_of_one_name_at_one_account_are_asked_about(firm: Firm, twin: str) -> None:
    with tenant_context(firm.tenant):
        kestrel, falcon = (make.account(firm.ana, name=name) for name in ("Kestrel", "Falcon"))
        where = kestrel if "Kestrel" in twin else falcon
        make.contact(firm.ana, first_name="Ana", last_name="Bell", external_id="c1", account=where)
        make.contact(firm.ana, first_name="Ana", last_name="Bell", external_id="c2", account=kestrel)
    head, _end, rows = SAME.partition("\n")
    page = Page(firm, "contacts", f"{head}\n{twin}{rows}")
    asked = {one.name for one in page.questions.words}
    assert ("reports_to" in asked) == ("Kestrel" in twin), "at two accounts, the row's own says which"


STAFF = "First,Last,Email,Reports to\n{above}Dee,Four,dee@four.example,Ann One\n{below}"
ANN = "Ann,One,ann@one.example,\n"


@pytest.mark.parametrize("batch", [1, 500])
@pytest.mark.parametrize("place", ["above", "below"])
@pytest.mark.parametrize("answer", ["empty", "refuse", ""])
def test_an_answer_that_a_row_of_the_file_has_overruled_is_told(
    firm: Firm, monkeypatch: pytest.MonkeyPatch, answer: str, place: str, batch: int
) -> None:
    """The name was asked about before the columns of names were chosen, and names a row since."""
    monkeypatch.setattr(running, "BATCH", batch)
    page = Page(firm, "contacts", STAFF.format(**{"above": "", "below": "", place: ANN}))
    assert page.words("reports_to") == {"Ann One": (1, "")}
    named = page.columns() | {"column_0": "first_name", "column_1": "last_name", "word_reports_to": ["Ann One"]}
    run = page.send(named | {"answer_reports_to": [answer], "dry_run": "1"})
    finished(firm, run)
    with tenant_context(firm.tenant):
        [row] = [row for row in ImportRow.objects.filter(run=run) if row.name == "Dee Four"]
        assert ("Reports to", "Ann One") in {(label, new) for label, _old, new in row.changes}
        assert any("“Ann One” is a row of this file" in remark for remark in row.remarks) == bool(answer)
    page.client.post(f"/acme/imports/{run.pk}/run/", {"import": "1", "tried": f"{run.tried_at}"})
    finished(firm, run)
    with tenant_context(firm.tenant):
        assert [f"{dee.reports_to}" for dee in Contact.objects.filter(last_name="Four")] == ["Ann One"]
