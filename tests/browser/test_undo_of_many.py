"""Undo of what was done to many, pressed where it is offered: in the toast, and on the page of a run."""

from __future__ import annotations

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


def test_undo_on_the_page_of_a_run_names_what_was_changed_since(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    firm = fresh_firm
    sign_in(firm.ada)
    run = press(firm, page, "leads", "set:rating", 2)
    with tenant_context(firm.tenant):
        first, second = Lead.objects.exclude(rating=None)
        update_lead(first, actor=firm.max, values={"rating": choices("rating")[-1]})
    page.goto(f"{firm.url('bulk:run', run_id=run.pk)}")
    main = page.get_by_role("main")
    main.get_by_role("button", name="Undo").click()
    refused = main.get_by_role("link", name=first.name)
    expect(refused).to_be_visible()
    expect(main).to_contain_text("Max Manager has changed it")
    expect(main.get_by_role("link", name=second.name)).to_have_count(0)
    with tenant_context(firm.tenant):
        assert Lead.objects.exclude(rating=None).get() == first
    refused.click()
    expect(page.get_by_role("heading", name=first.name)).to_be_visible()
