"""Tags are typed with the known ones at hand."""

from __future__ import annotations

from playwright.sync_api import Page

from crm.tenants.context import tenant_context
from tests import make
from tests.browser.conftest import SignIn
from tests.people import Firm

OFFERED = "[...document.querySelector('[data-tags]').list.options].map((one) => one.value)"


def test_known_tags_are_offered_for_each_word(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    with tenant_context(fresh_firm.tenant):
        account = make.account(fresh_firm.ana, tags=("VIP", "Trade show", "Key account"))
    sign_in(fresh_firm.ana)
    page.goto(f"/{fresh_firm.tenant.slug}/accounts/new/")
    tags = page.get_by_role("combobox", name="Tags")
    tags.fill("K")
    assert page.evaluate(OFFERED) == ["Key account", "Trade show", "VIP"]
    tags.fill("vip, k")
    assert page.evaluate(OFFERED) == ["vip, Key account", "vip, Trade show"]
    page.goto(f"/{fresh_firm.tenant.slug}/accounts/{account.pk}/")
    page.get_by_role("link", name="Edit Tags").click()
    page.get_by_role("combobox", name="Tags").fill("VIP; spring fair")
    page.get_by_role("combobox", name="Tags").press("Enter")
    page.locator(".record-fields .badge", has_text="spring fair").wait_for()
    assert page.locator(".record-fields .badge").all_inner_texts() == ["spring fair", "VIP"]
