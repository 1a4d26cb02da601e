"""A workspace that calls its records by one long word: nothing grows out of the window, and what is cut says so."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from crm.catalogue.naming import rename_types
from crm.events.delivery import deliver_all
from crm.tenants.context import tenant_context
from tests import make
from tests.browser.conftest import SignIn
from tests.browser.test_every_page import fits
from tests.people import Firm

LONG = "Mm" * 20
PAGES = ("", "opportunities/", "opportunities/board/", "opportunities/new/", "setup/names/", "imports/")
SIZES: dict[str, Any] = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1440, "height": 900}}
# Texts of the bar that leave it, or are cut without a sign; and what stands over the edge of the box that it is in.
OUTSIDE = """() => {
    const shown = [...document.querySelectorAll(".bar-link .bar-label")].filter((one) => one.checkVisibility());
    const isCut = (one) => one.scrollWidth > one.clientWidth && getComputedStyle(one).textOverflow !== "ellipsis";
    const right = (one) => one.getBoundingClientRect().right;
    const boxes = [...document.querySelectorAll(".stat, :popover-open")];
    return [
        ...shown.filter((one) => isCut(one) || right(one) > right(one.closest(".bar"))),
        ...boxes.filter((one) => one.scrollWidth > one.clientWidth),
    ].map((one) => one.outerHTML);
}"""


@pytest.mark.parametrize("size", SIZES)
def test_a_long_name_fits(fresh_firm: Firm, page: Page, sign_in: SignIn, size: str) -> None:
    with tenant_context(fresh_firm.tenant):
        rename_types(actor=fresh_firm.ada, names={"opportunities": (LONG, LONG), "leads": (LONG[1:], LONG[1:])})
        deliver_all()
        deal = make.opportunity(fresh_firm.ana, name="Mill")
    page.set_viewport_size(SIZES[size])
    sign_in(fresh_firm.ada)
    for path in (*PAGES, f"opportunities/{deal.pk}/", f"opportunities/{deal.pk}/edit/"):
        page.goto(f"/{fresh_firm.tenant.slug}/{path}")
        fits(page)
        assert page.evaluate(OUTSIDE) == [], path
    page.get_by_role("button", name="New", exact=True).click()
    assert page.evaluate(OUTSIDE) == []
