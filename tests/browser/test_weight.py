"""What a page weighs on the wire, and that nothing jumps about while it loads."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from playwright.sync_api import Page, Response

from crm.tenants.context import tenant_context
from tests import make
from tests.browser.conftest import SignIn, settled
from tests.people import Firm

FIRST_VISIT, AFTERWARDS = 100 * 1024, 30_000  # bytes, compressed
PAGE = 50  # rows
LARGEST_SHIFT = 0.01  # of the layout, as browsers score it: 0.1 is what they call good

WATCH = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture
def firm_with_rows(fresh_firm: Firm) -> Firm:
    with tenant_context(fresh_firm.tenant):
        for number in range(PAGE + 10):
            account = make.account(fresh_firm.ana, name=f"Kestrel Works {number:02}", city="Bonn", website="k.example")
            make.opportunity(fresh_firm.ana, account=account, next_step=f"Call number {number}")
    return fresh_firm


def test_pages_are_light(firm_with_rows: Firm, page: Page, sign_in: SignIn) -> None:
    """The servers compress with gzip and let browsers keep what is under ``/static/`` (tests/local/test_static.py)."""
    responses: list[Response] = []

    def keep(response: Response) -> None:
        responses.append(response)

    page.on("response", keep)
    sign_in(firm_with_rows.ana)
    weights: dict[str, tuple[int, int]] = {}
    for name in ("accounts:list", "opportunities:list", "opportunities:board", "home:my_day"):
        responses.clear()
        page.goto(f"{firm_with_rows.url(name)}?filters=none")
        settled(page)
        sizes = [(one.url, len(gzip.compress(one.body(), 6))) for one in responses]
        own = sum(size for url, size in sizes if "/static/" not in url)
        assert own > 1_000 and len(sizes) > 10, sizes  # has been measured at all
        weights[name] = (sum(size for _url, size in sizes), own)
    assert all(first < FIRST_VISIT and later < AFTERWARDS for first, later in weights.values()), weights


def test_nothing_jumps_while_a_list_is_filtered_sorted_and_paged(
    firm_with_rows: Firm, page: Page, sign_in: SignIn
) -> None:
    page.add_init_script(WATCH)
    sign_in(firm_with_rows.ana)
    shifts: dict[str, Any] = {}

    def note(step: str) -> None:
        settled(page)
        shifts[step] = page.evaluate("new Promise(done => requestAnimationFrame(() => done(window.shifted)))")

    page.goto(f"{firm_with_rows.url('accounts:list')}?filters=none")
    note("opened")
    page.get_by_role("link", name="Next page").click()
    page.wait_for_url("**after=*")
    note("paged")
    page.locator("thead").get_by_role("link", name="Name").click()
    page.wait_for_url("**sort=*")
    note("sorted")
    page.get_by_role("button", name="Filter", exact=True).click()
    page.locator("#filter-add").get_by_role("link", name="City").click()
    page.get_by_label("Value").fill("Bonn")
    page.locator("#filter").get_by_role("button", name="Filter").click()
    page.wait_for_url("**city=Bonn*")
    note("filtered")
    page.goto(f"{firm_with_rows.url('opportunities:board')}?filters=none")
    note("board")
    page.locator(".board-card > a").first.click()
    page.wait_for_url("**/opportunities/*-*/")
    note("record")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('afterbegin', '<p>' + 'x<br>'.repeat(9))")
    page.wait_for_function("() => window.shifted > 0")  # it does see what jumps
    assert all(shift < LARGEST_SHIFT for shift in shifts.values()), shifts
