"""Undo of what was done to many, pressed where it is offered: in the toast, and on the page of a run."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from crm.mailing_lists.models import MailingListMember
from crm.mailing_lists.services import create_list
from crm.picklists.selectors import choices
from crm.tenants.context import tenant_context
from leads.models import Lead
from leads.services import update_lead
from tests.browser.conftest import SignIn
from tests.browser.test_bulk import press
from tests.people import Firm


def places(firm: Firm) -> int:
    with tenant_context(firm.tenant):
        return MailingListMember.objects.count()


def test_undo_in_the_toast_takes_all_rows_off_the_list_again(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    firm = fresh_firm
    with tenant_context(firm.tenant):
        create_list(actor=firm.ada, name="News")
    sign_in(firm.ada)
    press(firm, page, "leads", "put_on_list", 2)
    toasts = page.locator("#toasts")
    expect(toasts).to_contain_text("2 leads put on the list “News”.")
    assert places(firm) == 2
    toasts.get_by_role("button", name="Undo").click()
    expect(toasts).to_contain_text("The change of 2 leads was undone.")
    assert places(firm) == 0


@pytest.mark.parametrize("width", [1440, 390])
def test_undo_asks_before_it_takes_back_only_a_part(fresh_firm: Firm, page: Page, sign_in: SignIn, width: int) -> None:
    firm = fresh_firm
    sign_in(firm.ada)
    run = press(firm, page, "leads", "set:rating", 3)
    page.set_viewport_size({"width": width, "height": 844})
    with tenant_context(firm.tenant):
        first, *others = Lead.objects.exclude(rating=None)
        rating = first.rating
        update_lead(first, actor=firm.max, values={"rating": choices("rating")[-1]})
    page.goto(f"{firm.url('bulk:run', run_id=run.pk)}")
    main = page.get_by_role("main")
    main.get_by_role("button", name="Undo").click()
    expect(main).to_contain_text("1 of 3 leads cannot be taken back")
    expect(main).to_contain_text("Nothing has been undone yet.")
    expect(main).to_contain_text("Max Manager has changed it")
    expect(main.get_by_role("link", name=first.name)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with tenant_context(firm.tenant):
        assert Lead.objects.filter(rating=rating).count() == 2
    main.get_by_role("link", name="Cancel").click()
    page.go_back()
    main.get_by_role("button", name="Undo the other 2").click()
    expect(main.get_by_role("heading", name="Progress")).to_be_visible()
    refused = main.get_by_role("link", name=first.name)
    expect(main.get_by_role("link", name=others[0].name)).to_have_count(0)
    with tenant_context(firm.tenant):
        assert Lead.objects.exclude(rating=None).get() == first
    refused.click()
    expect(page.get_by_role("heading", name=first.name)).to_be_visible()


def test_undo_in_the_toast_asks_too(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    firm = fresh_firm
    sign_in(firm.ada)
    press(firm, page, "leads", "set:rating", 2)
    with tenant_context(firm.tenant):
        first, _other = Lead.objects.exclude(rating=None)
        update_lead(first, actor=firm.max, values={"rating": choices("rating")[-1]})
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("1 of 2 leads cannot be taken back")
    main.get_by_role("button", name="Undo the other 1").click()
    expect(main.get_by_role("heading", name="Progress")).to_be_visible()
    with tenant_context(firm.tenant):
        assert Lead.objects.exclude(rating=None).get() == first
