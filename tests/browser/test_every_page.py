"""Every page in the permission table: fits a phone, is accessible and free of errors, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, expect

from crm.tenants.context import tenant_context
from crm.tenants.urls import global_url
from tests import make
from tests.browser.conftest import SignIn, watch
from tests.people import Firm
from tests.permissions.asking import path_of
from tests.permissions.samples import Samples
from tests.permissions.table import ROWS, Row

NO_PAGES = {"export", "export_xlsx", "report_csv", "refused", "options", "any", "palette", "file"}
# Drawn by one template for every record type: looked at for leads.
ALIKE = {"history", "access", "deletion", "bin", "field", "timeline", "index", "new"}


def is_looked_at(row: Row) -> bool:
    area, _colon, name = row.name.partition(":")
    arguments = [area, *row.arguments.values()]
    others = {"accounts", "contacts", "opportunities"} & set(arguments)
    return (
        row.method == "GET"
        and row.statuses["admin"] in (200, 409)
        and name not in NO_PAGES
        and not (others and name in ALIKE and (area, name) not in FORMS)
        and not any(text.endswith(("_mate", "_west")) for text in arguments)
    )


FORMS = {(key, "new") for key in ("accounts", "contacts", "opportunities")}  # each has fields of its own
PAGES = [row for row in ROWS if is_looked_at(row)]
# Opened by a stranger.
PLAIN = {
    "account_login": {},
    "account_reset_password": {},
    "account_reset_password_done": {},
    "account_reset_password_from_key": {"uidb36": "1", "key": "x"},
    "account_reset_password_from_key_done": {},
    "account_inactive": {},
    "new_workspace": {},
    "sign_up_sent": {},
    "invitation": {"slug": "$slug", "token": "$token"},
    "password_link": {"slug": "$slug", "token": "$password_token"},
}
# Opened by somebody who is signed in, outside of a workspace.
PERSONAL = ("workspaces", "new_workspace", "account_change_password", "usersessions_list", "account_logout")

# Colours may be on their way from light to dark.
STAND_STILL = """async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    for (const one of document.getAnimations()) {
        if (one.effect.getComputedTiming().endTime === Infinity) one.cancel();
        else one.finish();
    }
}"""
FINDINGS = """async (asked) => {
    const { violations } = await axe.run(document, { resultTypes: ["violations"], preload: false, ...asked });
    return violations.filter((one) => ["serious", "critical"].includes(one.impact)).map((one) => ({
        rule: one.id, help: one.help,
        nodes: one.nodes.slice(0, 5).map((node) => `${node.html.slice(0, 200)} — ${node.failureSummary}`),
    }));
}"""
PHONE: Any = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def window(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[tuple[BrowserContext, list[str]]]:
    """One browser for all pages, so that styles and scripts are loaded once; and the errors that it reports."""
    context = browser.new_context(**browser_context_args)
    yield context, watch(context)
    context.close()


@pytest.fixture
def page(unblocked: None, window: tuple[BrowserContext, list[str]]) -> Iterator[Page]:
    context, problems = window
    context.clear_cookies()
    problems.clear()
    page = context.new_page()
    yield page
    page.close()
    assert not problems, "\n".join(problems)


def check(page: Page, path: str, status: int = 200) -> None:
    """The page at ``path`` on a light desk and, where only colours and widths can differ, on a dark phone."""
    answer = page.goto(path)
    assert answer is not None and answer.status == status
    fits(page)
    assert_accessible(page)
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="dark")
    fits(page)
    assert_accessible(page, only=["color-contrast"])


def fits(page: Page) -> None:
    """The page itself never scrolls sideways; a wide table does within its box."""
    widths = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert widths[0] <= widths[1], f"{page.url} is {widths[0]} wide in {widths[1]}: {widest(page)}"


def widest(page: Page) -> list[str]:
    return page.evaluate(
        """() => [...document.querySelectorAll("body *")]
            .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 1)
            .slice(0, 8).map((one) => one.outerHTML.slice(0, 120))"""
    )


def assert_accessible(page: Page, only: list[str] | None = None) -> None:
    """No serious or critical finding of axe; ``only`` names its rules."""
    page.evaluate(STAND_STILL)
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE_SCRIPT)
    found: list[dict[str, Any]] = page.evaluate(FINDINGS, {"runOnly": only} if only else {})
    assert not found, "\n".join(
        f"{page.url}: {one['rule']}: {one['help']}\n  " + "\n  ".join(one["nodes"]) for one in found
    )


@pytest.mark.parametrize("row", PAGES, ids=str)
def test_a_page_of_a_workspace(row: Row, committed_samples: Samples, page: Page, sign_in: SignIn) -> None:
    sample = committed_samples.ours
    sign_in(sample.firm.ada)
    check(page, path_of(row, sample), row.statuses["admin"])


@pytest.mark.parametrize("name", PLAIN)
def test_a_page_for_strangers(name: str, committed_samples: Samples, page: Page) -> None:
    arguments = {key: committed_samples.ours.value(text) for key, text in PLAIN[name].items()}
    check(page, global_url(name, **arguments))


@pytest.mark.parametrize("name", PERSONAL)
def test_a_page_outside_the_workspaces(name: str, committed_samples: Samples, page: Page, sign_in: SignIn) -> None:
    sign_in(committed_samples.ours.firm.ada)
    check(page, global_url(name))


def test_a_page_that_does_not_exist(committed_samples: Samples, page: Page, sign_in: SignIn) -> None:
    sign_in(committed_samples.ours.firm.ada)
    check(page, "/ours/no-such-page/", 404)


OPENED = ("leads/", "leads/$lead/", "opportunities/board/", "opportunities/$deal_won/", "accounts/$account/")


@pytest.mark.parametrize("path", OPENED)
def test_what_opens_on_a_page(path: str, committed_samples: Samples, page: Page, sign_in: SignIn) -> None:
    """Menus, and pages that open as dialogs."""
    sample = committed_samples.ours
    sign_in(sample.firm.ada)
    parts = [sample.value(part) for part in path.split("/")]
    page.goto(f"/ours/{'/'.join(parts)}")
    for menu in page.locator("button[popovertarget]:visible").all()[:8]:
        menu.click()
        assert_accessible(page)
        page.keyboard.press("Escape")
    for link in page.locator("main a[data-dialog]:visible").all()[:6]:
        link.click()
        expect(page.locator("#dialog")).to_be_visible()
        assert_accessible(page)
        page.keyboard.press("Escape")
        expect(page.locator("#dialog")).not_to_be_visible()


def test_long_words_do_not_widen_a_phone(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    from crm.activities.services import create_activity

    with tenant_context(fresh_firm.tenant):
        account = make.account(fresh_firm.ana, name="W" * 200, city="W" * 90)
        lead = make.lead(fresh_firm.ana, last_name="W" * 90, company="W" * 200, job_title="W" * 150)
        deal = make.opportunity(fresh_firm.ana, name="W" * 200, account=account, next_step="W" * 200)
        create_activity(kind="note", records=[lead, deal], actor=fresh_firm.ana, body="W" * 500)
        create_activity(kind="task", records=[lead, deal], actor=fresh_firm.ana, subject="W" * 200)
    sign_in(fresh_firm.ana)
    page.set_viewport_size(PHONE)
    records = [f"{one.type_key}/{one.pk}/" for one in (account, lead, deal)]
    more = [f"{record}{name}" for record in records for name in ("edit/", "history/", "deletion/")]
    lists = ["", "tasks/", "leads/?filters=none", "opportunities/board/", "search/?q=www", "reports/pipeline/"]
    for path in [*records, *more, *lists, f"{records[1]}conversion/", f"{records[2]}stage/"]:
        page.goto(f"/{fresh_firm.tenant.slug}/{path}")
        fits(page)
