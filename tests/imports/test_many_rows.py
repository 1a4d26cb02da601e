"""What many rows of a file say together, and what a run keeps of it."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest

from accounts.models import Account
from crm.imports import outcome, rehearsal, running
from crm.imports.models import RefusedRow
from crm.tenants.context import tenant_context
from leads.models import Lead
from tests import make
from tests.imports.steps import finished, run_import, sent
from tests.imports.test_known import counts
from tests.imports.test_words import Page
from tests.people import Firm, client_of

PEOPLE = """last name,email,account,web,town
Bell,a@k.example,Acme,,
Fox,b@k.example,acme,acme.example,Ulm
Hill,c@k.example,Acme,other.example,Ulm
Moss,d@k.example,Heron,heron.example,
Reed,e@k.example,Acme,https://acme.example,
Sand,f@k.example,Osprey,no address,
"""


@pytest.mark.parametrize("batch", [500, 1])
def test_a_company_is_made_of_what_all_its_rows_say(firm: Firm, monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    """The first row says nothing of it, and one says something else: that is told, in a dry run too."""
    page = Page(firm, "contacts", PEOPLE)
    columns = {"column_3": "account.website", "column_4": "account.city"}
    monkeypatch.setattr(running, "BATCH", batch)
    run = finished(firm, page.send(sent(page.answer) | columns | {"dry_run": "1"}))
    for _run in ("dry", "real"):
        assert (run.created_count, run.refused_count, run.added) == (5, 1, {"accounts": ["Acme", "Heron"]})
        with tenant_context(firm.tenant):
            [remark] = RefusedRow.objects.filter(came_in=True)
        assert (remark.number, remark.cells[0]) == (4, "Hill")
        assert "Website is “other.example” here, and “acme.example” in an earlier row" in remark.reasons[0]
        page.client.post(f"/acme/imports/{run.pk}/run/", {"import": "1", "tried": f"{run.tried_at}"})
        run = finished(firm, run)
    with tenant_context(firm.tenant):
        found = sorted(Account.objects.values_list("name", "domain", "city"))
    assert found == [("Acme", "acme.example", "Ulm"), ("Heron", "heron.example", "")]


def test_what_a_row_says_of_an_account_that_exists_is_told(firm: Firm) -> None:
    """It is not taken; what the account has already goes without saying."""
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Acme", website="acme.example", city="Ulm")
    page = Page(firm, "contacts", PEOPLE + "Vale,g@k.example,,vale.example,\n")
    columns = {"column_3": "account.website", "column_4": "account.city"}
    run = finished(firm, page.send(sent(page.answer) | columns | {"dry_run": "1"}))
    for _run in ("dry", "real"):
        with tenant_context(firm.tenant):
            rows = RefusedRow.objects.filter(run=run, came_in=True)
            remarks = {one.cells[0]: one.reasons[0].removeprefix("The row came in. Note: ") for one in rows}
            assert Account.objects.get(name="Acme").domain == "acme.example"
        assert remarks == {
            "Hill": "“Acme” exists already and stays as it is. Not taken: Website “other.example”.",
            "Vale": "The row links to no account. Not taken: Website “vale.example”.",
        }
        page.client.post(f"/acme/imports/{run.pk}/run/", {"import": "1", "tried": f"{run.tried_at}"})
        run = finished(firm, run)


@pytest.mark.parametrize("there", [0, 1, 2])
def test_a_dry_run_of_rows_that_share_a_key_takes_each_in_a_few_times(
    firm: Firm, monkeypatch: pytest.MonkeyPatch, there: int
) -> None:
    """Those of earlier batches that made and last changed it, not all; with a pause in which another worker goes on.
    Also where it was there before, and where the rows name it in two ways."""
    monkeypatch.setattr(running, "BATCH", 10)
    if there:
        with tenant_context(firm.tenant):
            make.lead(firm.ada, first_name="", last_name="Bell", email="a@k.example", external_id="x1", city="Ulm")
    taken: list[int] = []
    run_batch = rehearsal.run_batch

    def count(run: Any, batch: list[list[str]], *more: Any, **named: Any) -> Any:
        taken.append(len(batch))
        return run_batch(run, batch, *more, **named)

    monkeypatch.setattr(rehearsal, "run_batch", count)
    names = ["x1,Bell,", ",Bell,a@k.example"] if there == 2 else ["x1,Bell,a@k.example"]
    rows = "".join(f"{names[number // 3 % len(names)]},{number // 30}\n" for number in range(60))
    page = Page(firm, "leads", f"external id,last name,email,city\n{rows}")
    run = page.send(page.columns() | {"dry_run": "1"})
    assert run_import(firm.tenant, run.pk, batches=1)
    run = finished(firm, run)
    new = (0, 1, 0, 0, 0) if there else (1, 0, 0, 0, 0)
    assert (counts(run), run.folded_count) == (new, 59)
    before = 5 if there == 2 else 4  # one more that only seems to be the same
    assert taken == [11] + [before, 11] * 4 + [before, 5], "ten are taken in with the first of them"
    page.client.post(f"/acme/imports/{run.pk}/run/", {"import": "1", "tried": f"{run.tried_at}"})
    run = finished(firm, run)
    assert (counts(run), run.folded_count) == (new, 59)
    with tenant_context(firm.tenant):
        assert Lead.objects.get().city == "1"


def test_of_thousands_of_new_names_a_few_are_kept(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    monkeypatch.setattr(outcome, "MOST_ADDED", 3)
    text = "last name,email,account\n" + "".join(f"P{n},p{n}@k.example,Firm {n}\n" for n in range(5))
    page = Page(firm, "contacts", text)
    run = finished(firm, page.send(sent(page.answer) | {"dry_run": "1"}))
    for says in ("Firm 2 and more", "Firm 2 and 2 more"):
        assert run.added == {"accounts": ["Firm 0", "Firm 1", "Firm 2"]}
        page_of = unescape(client_of(firm.ada).get(f"/acme/imports/{run.pk}/").content.decode())
        assert says in " ".join(page_of.replace("<bdi>", "").replace("</bdi>", "").split())
        page.client.post(f"/acme/imports/{run.pk}/run/", {"import": "1", "tried": f"{run.tried_at}"})
        run = finished(firm, run)
