"""An account is moved to the vendors and back, pressed where JavaScript runs."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from accounts.vendors.models import Vendor
from crm.tenants.context import tenant_context
from tests import make
from tests.browser.conftest import SignIn
from tests.people import Firm


def test_an_account_is_moved_to_the_vendors_and_back(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    firm = fresh_firm
    with tenant_context(firm.tenant):
        account = make.account(firm.ana, name="Paper Mill", employees=40)
        make.contact(firm.ana, first_name="Mia", last_name="Miller", account=account)
    sign_in(firm.ana)
    old = firm.url("accounts:record", record_id=account.pk)
    dialog, toast, title = page.get_by_role("dialog"), page.locator(".toast"), page.get_by_role("heading", level=1)

    def move() -> None:
        page.goto(old)
        page.get_by_role("button", name="More actions").click()
        page.get_by_role("link", name="Move to vendors").click()
        expect(dialog).to_contain_text("1 contact follows")
        expect(dialog).to_contain_text("Employees")
        dialog.get_by_role("button", name="Move to vendors").click()
        expect(toast).to_contain_text("Paper Mill is a vendor now.")
        expect(title).to_contain_text("Paper Mill")
        expect(page.get_by_role("link", name="Mia Miller")).to_be_visible()

    move()
    with tenant_context(firm.tenant):
        new = firm.url("vendors:record", record_id=Vendor.objects.get().pk)
    assert page.url.endswith(new)
    page.goto(old)
    assert page.url.endswith(new), "an old link leads there"
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Move back to accounts").click()
    expect(toast).to_contain_text("Paper Mill is an account again.")
    assert page.url.endswith(old)
    move()
    toast.get_by_role("button", name="Undo").click()
    expect(toast).to_contain_text("Paper Mill is an account again.")
    assert page.url.endswith(old)
