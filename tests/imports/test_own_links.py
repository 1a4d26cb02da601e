"""Rows that name others of their file: which is meant is asked, and what cannot be set is told before."""

from __future__ import annotations

import pytest

from accounts.models import Account
from crm.imports import running
from crm.imports.models import ImportRow, RefusedRow
from crm.tenants.context import tenant_context
from tests.imports.steps import bring_in
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
    job = bring_in(firm, "accounts", CIRCLE, dry_run="1")
    with tenant_context(firm.tenant):
        tried = {row.name: row for row in ImportRow.objects.filter(job=job)}
    told = {name: [new for label, _old, new in row.changes if label == "Parent account"] for name, row in tried.items()}
    closing = [name for name, row in tried.items() if "it would stand below itself" in " ".join(row.remarks)]
    assert len(closing) == 1 and not told.pop(closing[0])
    bring_in(firm, "accounts", CIRCLE)
    assert parents(firm) == {name: parent for name, [parent] in told.items()}
    with tenant_context(firm.tenant):
        said = RefusedRow.objects.get(reasons__icontains="below itself", came_in=True, job__is_dry_run=False)
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
    assert tried_and_done(firm, "accounts", text) == [refused, refused]
    assert parents(firm) == {"Elk": "ZORK z3"}
    with tenant_context(firm.tenant):
        reasons = {reason for row in RefusedRow.objects.all() for reason in row.reasons}
    assert any("Several rows of this file are called “zork”" in reason for reason in reasons)
    bring_in(firm, "accounts", TWINS.format(parent="z1"))
    assert parents(firm) == {"Elk": "ZORK z3", "Zork Holding": "Zork z1"}
