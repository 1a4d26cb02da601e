"""Nothing comes into being that only rows name which do not come in: words, people, teams, tags, stages, accounts."""

from __future__ import annotations

import pytest
from django.db import DataError

from accounts.models import Account
from crm.fields.models import Tag
from crm.imports import running
from crm.imports.batches import Batch
from crm.picklists.models import Choice, Stage
from crm.tenants.context import tenant_context
from crm.users.models import Membership, Team
from leads.models import Lead
from tests import make
from tests.imports.steps import bring_in, tenant_of, told
from tests.imports.test_sheets import xlsx
from tests.imports.test_words import Page
from tests.people import Firm, client_of

# The second row refuses for its value; the third names the same as the fourth, which comes in.
LEADS = """name,email,owner,team,source,tags,estimated value
Ann Bell,a@k.example,Ulf Owner,Ulf Team,Ulf Source,Ulf Tag,10
Bo Fox,b@k.example,Bo Owner,Bo Team,Bo Source,Bo Tag,much
Cy Hart,c@k.example,Cy Owner,Cy Team,Cy Source,Cy Tag,much
Di Lark,d@k.example,Cy Owner,Cy Team,Cy Source,Cy Tag,20
"""


def there(firm: Firm) -> set[str]:
    with tenant_context(tenant_of(firm)):
        found = {*Membership.objects.values_list("name", flat=True), *Team.objects.values_list("name", flat=True)}
        found |= {*Choice.objects.values_list("label", flat=True), *Tag.objects.values_list("name", flat=True)}
        return found | {*Stage.objects.values_list("label", flat=True), *Account.objects.values_list("name", flat=True)}


@pytest.mark.parametrize("size", [500, 1])
@pytest.mark.parametrize("how", ["dry_run", "import"])
def test_what_only_refused_rows_name_is_not_made(
    firm: Firm, monkeypatch: pytest.MonkeyPatch, how: str, size: int
) -> None:
    monkeypatch.setattr(running, "BATCH", size)
    before = there(firm)
    run = bring_in(firm, "leads", LEADS, **{how: "1"})
    assert (run.created_count, run.refused_count) == (2, 2)
    whats = ("Owner", "Team", "Source", "Tag")
    named = {f"{who} {what}" for who in ("Ulf", "Cy") for what in whats}
    assert {name for names in run.added.values() for name in names} == named
    assert there(firm) - before == (named if how == "import" else set())


def test_what_only_skipped_rows_name_is_not_made(firm: Firm) -> None:
    bring_in(firm, "leads", "name,email\nAnn Bell,a@k.example\n")
    before = there(firm)
    run = bring_in(firm, "leads", LEADS.replace(",much", ",30"), existing="skip")
    assert (run.created_count, run.skipped_count, run.refused_count) == (3, 1, 0)
    assert {name.split()[0] for name in there(firm) - before} == {"Bo", "Cy"}


def test_a_row_that_is_refused_late_adds_no_stage_and_no_account(firm: Firm) -> None:
    """Refused by the rules for its record, not by a cell: an open deal that was closed."""
    with tenant_context(tenant_of(firm)):
        make.account(firm.ada, name="Falcon")
    before = there(firm)
    text = "name,account,stage,closed on\nOne,Heron,Limbo,2020-01-02\nTwo,Osprey,Ether,\n"
    run = bring_in(firm, "opportunities", text)
    assert (run.created_count, run.refused_count) == (1, 1)
    assert there(firm) - before == {"Osprey", "Ether"}
    assert run.added == {"stage": ["Ether"], "accounts": ["Osprey"]}


def test_refused_leads_leave_nothing_even_where_the_database_is_asked_row_by_row(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in = Batch.take_in

    def refused_once(batch: Batch) -> object:
        if batch.tried.collected:
            raise DataError("value too long")
        return take_in(batch)

    monkeypatch.setattr(Batch, "take_in", refused_once)
    before = there(firm)
    assert bring_in(firm, "leads", LEADS).created_count == 2
    assert {name.split()[0] for name in there(firm) - before} == {"Ulf", "Cy"}
    with tenant_context(tenant_of(firm)):
        assert Lead.objects.count() == 2


def test_no_reason_is_left_out_without_a_word(firm: Firm) -> None:
    """Why rows are refused stands before what is remarked on others, and what is not listed is counted."""
    rows = "".join(f"Firm {number},{number} days ago\n" for number in range(12)) + ",2026-01-02\n"
    run = bring_in(firm, "accounts", f"name,contract ends on\n{rows}")
    client, address = client_of(firm.ada), f"/{firm.tenant.slug}/imports/{run.pk}/"
    page = client.get(address)
    assert run.refused_count == 13
    assert len(page.context["reasons"].some) == 10 and "And 3 more reasons." in told(page)
    assert 'href="?reasons=all#reasons"' in page.content.decode()
    page = client.get(f"{address}?reasons=all")
    assert "Give the account a name." in told(page) and "11 days ago" in told(page)
    assert len(page.context["reasons"].some) == 13 and "more reasons" not in told(page)


def test_a_sheet_without_rows_is_not_started(firm: Firm) -> None:
    """Another one of the workbook can be chosen."""
    page = Page(firm, "accounts", xlsx(("Empty", [["name", "city"]]), ("Firms", [["name"], ["Owl"]])))
    assert "The file has no rows below its headers" in told(page.refused(page.columns()))
