"""A real, dirty file of 8,800 opportunities comes in by pressing, and the reports' figures are the published ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db.models import Min, Sum
from playwright.sync_api import Page, expect

from accounts.models import Account
from crm.events.delivery import deliver_all
from crm.events.models import HandlerRun, OutboxMessage
from crm.imports.models import Import
from crm.picklists.models import Choice, Stage
from crm.tenants.context import tenant_context
from crm.users.models import Membership
from opportunities.models import Opportunity
from tests.browser.conftest import SignIn
from tests.browser.test_import import choose, work_off
from tests.imports.steps import download, tenant_of
from tests.people import Firm

MAVEN = Path(__file__).resolve().parents[3] / "shared" / "data" / "maven"
SECTORS = {"employment", "medical", "technolgy"}  # of the file, that no workspace begins with
PATIENCE = 120_000  # milliseconds, for a page that reads 8,800 rows

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not MAVEN.exists(), reason="the sample files are not beside this checkout"),
]


def upload(page: Page, firm: Firm, key: str, name: str) -> None:
    page.goto(firm.url("imports:new", key=key))
    page.get_by_label("File", exact=True).set_input_files(MAVEN / name)
    page.get_by_role("button", name="Upload and choose columns").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name, timeout=PATIENCE)


def start(page: Page, firm: Firm, told: str) -> None:
    page.get_by_role("button", name="Import without a dry run").click()
    page.wait_for_url(lambda url: not url.endswith("/columns/"), timeout=PATIENCE)
    work_off(firm, page)
    expect(page.locator("#run-progress")).to_contain_text(told)


def answer(page: Page) -> None:
    """What a firm that takes the file as it is says to each question; who buys where no account stands nobody knows."""
    page.get_by_label("All others: Owner").select_option(label="Add as a member who cannot sign in yet")
    for stage in ("Engaging", "Prospecting"):
        choose(page, stage, "Add as an open stage, before Won")
    lost = "Why were these opportunities lost? Rows that do not say: 2473."
    page.get_by_label(lost).select_option(label="No reason given")
    open_rows = page.get_by_label("1,425 rows have no account: which account are they for?")
    open_rows.select_option(label="Do not import these rows")


def latest(firm: Firm) -> Import:
    with tenant_context(tenant_of(firm)):
        return Import.objects.latest("made_at")


def names(firm: Firm) -> dict[str, set[str]]:
    with tenant_context(firm.tenant):
        return {
            "people": set(Membership.objects.values_list("name", flat=True)),
            "stages": set(Stage.objects.values_list("label", flat=True)),
            "words": set(Choice.objects.values_list("label", flat=True)),
            "accounts": set(Account.objects.values_list("name", flat=True)),
        }


def test_the_maven_files_come_in_by_pressing_and_nothing_is_invented(
    fresh_firm: Firm, page: Page, sign_in: SignIn
) -> None:
    firm, before = fresh_firm, names(fresh_firm)
    sign_in(firm.ada)
    upload(page, firm, "accounts", "accounts.csv")
    for sector in page.locator("select[name=answer_industry]").all():
        sector.select_option(label="Add to the list")
    start(page, firm, "85 created")
    upload(page, firm, "opportunities", "sales_pipeline.csv")
    answer(page)
    start(page, firm, "7,375 created")
    expect(page.locator("#run-progress")).to_contain_text("1,425 refused")
    job = latest(firm)
    assert (job.total, job.created_count, job.refused_count) == (8800, 7375, 1425)
    refused = download(firm, job)
    assert refused.count("\n") == 1426 and "Choose an account or a contact" in refused
    added = {what: found - before[what] for what, found in names(firm).items()}
    assert (len(added["people"]), len(added["accounts"])) == (30, 85)
    assert (added["stages"], added["words"]) == ({"Engaging", "Prospecting"}, SECTORS)
    upload(page, firm, "opportunities", "sales_pipeline.csv")
    start(page, firm, "7,375 the same")  # it was asked once
    job = latest(firm)
    assert (job.created_count, job.updated_count, job.unchanged_count) == (0, 0, 7375)
    with tenant_context(tenant_of(firm)):
        deliver_all()
    the_figures_are_the_published_ones(firm)


def the_figures_are_the_published_ones(firm: Firm) -> None:
    with tenant_context(tenant_of(firm)):
        assert not OutboxMessage.objects.exists() and not HandlerRun.objects.filter(succeeded=False).exists()
        assert str(Account.objects.get(name="Acme Corporation").industry) == "technolgy"
        assert Account.objects.get(name="Bluth Company").parent.name == "Acme Corporation"
        won = Opportunity.objects.filter(stage__meaning="won")
        lost = Opportunity.objects.filter(stage__meaning="lost").count()
        assert (won.count(), lost) == (4238, 2473)
        assert won.aggregate(total=Sum("amount_minor"))["total"] == 10_005_534_00
        assert round(won.count() / (won.count() + lost) * 100, 2) == 63.15
        first = dict(won.values_list("account").annotate(Min("closed_on")))
        since = dict(Account.objects.filter(type__meaning="customer").values_list("pk", "type_since"))
        assert since == first and len(since) == 85
