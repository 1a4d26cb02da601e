"""People come in by links that are handed over, and set new passwords by them; a trial run shows its mails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test.utils import override_settings
from playwright.sync_api import Page, expect

from crm.local.mailbox import DEMO_SLUG
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from tests import make
from tests.browser.conftest import SignIn
from tests.people import PASSWORD, Firm

NEW = "a wholly different one"


@pytest.fixture
def no_mail() -> Iterator[None]:
    with override_settings(MAIL_LEAVES=False, MAILBOX=None):
        yield


def copied(page: Page) -> str:
    """Press the copy button; return the path that is then in the clipboard."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("Copied", exact=True)).to_be_visible()
    text = page.evaluate("navigator.clipboard.readText()")
    assert text == page.get_by_label(re.compile("^Link")).input_value()
    return "/" + text.split("/", 3)[3]


def test_an_invitation_is_handed_over_and_taken(
    no_mail: None, fresh_firm: Firm, page: Page, stranger: Page, sign_in: SignIn
) -> None:
    slug = fresh_firm.tenant.slug
    sign_in(fresh_firm.ada)
    page.goto(f"/{slug}/setup/people/")
    page.get_by_role("link", name="Invite somebody").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Nina New")
    dialog.get_by_label("E-mail").fill(f"nina@{slug}.example")
    dialog.get_by_role("button", name="Make the invitation").click()
    expect(page.get_by_role("heading", name="Nina New")).to_be_visible()
    expect(page.get_by_text("Mail is not set up: hand over this link.")).to_be_visible()
    expect(page.get_by_text("on its way")).to_have_count(0)
    stranger.goto(copied(page))
    stranger.get_by_label("Password").fill(PASSWORD)
    stranger.get_by_role("button", name=re.compile("^Join")).click()
    stranger.wait_for_url(f"**/{slug}/")
    stranger.goto(f"/{slug}/me/")
    expect(stranger.get_by_text("Your role here: Rep.")).to_be_visible()
    answer = stranger.goto(f"/{slug}/setup/people/")
    assert answer is not None and answer.status == 404


def test_an_admin_hands_over_a_link_for_a_new_password(
    no_mail: None, fresh_firm: Firm, page: Page, stranger: Page, sign_in: SignIn
) -> None:
    slug = fresh_firm.tenant.slug
    stranger.goto("/auth/login/")
    stranger.get_by_role("link", name="Forgotten your password?").click()
    expect(stranger.get_by_text("Ask an admin of your workspace")).to_be_visible()
    expect(stranger.get_by_role("textbox")).to_have_count(0)
    stranger.get_by_role("link", name="Back to sign in").click()
    sign_in(fresh_firm.ada)
    page.goto(f"/{slug}/setup/people/")
    page.get_by_role("link", name="Ana Owner").click()
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_text("It is shown only now.")).to_be_visible()
    path = copied(page)
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_role("heading", name="Ana Owner")).to_be_visible()
    stranger.goto(path)
    stranger.get_by_label("New password").fill(NEW)
    stranger.get_by_role("button", name="Set it and sign in").click()
    stranger.wait_for_url(f"**/{slug}/")
    stranger.context.clear_cookies()
    stranger.goto("/auth/login/")
    stranger.get_by_label("E-mail").fill(f"ana@{slug}.example")
    stranger.get_by_label("Password").fill(NEW)
    stranger.get_by_role("button", name="Sign in").click()
    stranger.wait_for_url(f"**/{slug}/")


@pytest.fixture
def demo(fresh_firm: Firm, tmp_path: Path) -> Iterator[Firm]:
    """A workspace at the demo's address, in a trial run that keeps its mails."""
    Tenant.objects.filter(pk=fresh_firm.tenant.pk).update(slug=DEMO_SLUG)
    kept = {"MAILBOX": tmp_path / "mail", "EMAIL_BACKEND": "crm.local.mailbox.MailboxBackend", "MAIL_LEAVES": False}
    with override_settings(**kept):
        yield fresh_firm
    Tenant.objects.filter(pk=fresh_firm.tenant.pk).update(slug=fresh_firm.tenant.slug)


def test_a_trial_run_shows_its_mails(demo: Firm, page: Page, stranger: Page, sign_in: SignIn) -> None:
    stranger.goto("/auth/password/reset/")
    stranger.get_by_label("E-mail").fill(f"ana@{demo.tenant.slug}.example")
    stranger.get_by_role("button", name="Put the link into the mailbox").click()
    expect(stranger.get_by_text("The mail is in the mailbox")).to_be_visible()
    sign_in(demo.ada)
    page.goto(f"/{DEMO_SLUG}/setup/")
    page.get_by_role("link", name="Mailbox").first.click()
    expect(page.get_by_text(f"ana@{demo.tenant.slug}.example")).to_be_visible()
    page.get_by_role("link", name="Set a new password for Angler").click()
    link = page.locator(".mail-text a").first
    expect(link).to_have_attribute("href", re.compile("/auth/password/reset/key/"))
    address = link.get_attribute("href") or ""
    stranger.goto("/" + address.split("/", 3)[3])
    stranger.get_by_label("New password", exact=True).fill(NEW)
    stranger.get_by_label("New password, again").fill(NEW)
    stranger.get_by_role("button", name="Set the new password").click()
    expect(stranger.get_by_role("heading", name="Your password is changed")).to_be_visible()


def test_who_is_deactivated_reads_so_in_the_open_tab_and_at_sign_in(
    fresh_firm: Firm, page: Page, stranger: Page, sign_in: SignIn
) -> None:
    slug, words = fresh_firm.tenant.slug, "was deactivated. An admin there can activate it again."
    with tenant_context(fresh_firm.tenant):
        lead = make.lead(fresh_firm.ana)

    def come_in() -> None:
        stranger.get_by_label("E-mail").fill(fresh_firm.ana.email)
        stranger.get_by_label("Password").fill(PASSWORD)
        stranger.get_by_role("button", name="Sign in").click()

    stranger.goto("/auth/login/")
    come_in()
    stranger.wait_for_url(f"**/{slug}/")
    stranger.goto(fresh_firm.url("leads:record", record_id=lead.pk))
    stranger.get_by_role("link", name="Edit Last name").click()
    stranger.locator("[name=last_name]").fill("Typed")
    sign_in(fresh_firm.ada)
    page.goto(fresh_firm.url("setup:person", id=fresh_firm.ana.pk))
    page.get_by_role("link", name="Deactivate…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Open leads 1")
    dialog.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_text("Ana Owner can no longer come in.")).to_be_visible()
    stranger.locator("[name=last_name]").press("Enter")
    expect(stranger.locator(".toast", has_text=words)).to_contain_text("Nothing was saved.")
    expect(stranger.locator("[name=last_name]")).to_have_value("Typed")
    stranger.on("dialog", lambda one: one.accept())
    stranger.goto(fresh_firm.url("leads:list"))
    expect(stranger.get_by_role("alert")).to_contain_text(words)
    come_in()
    expect(stranger.get_by_role("heading", name="You no longer have access to this workspace")).to_be_visible()
    expect(stranger.get_by_role("main")).to_contain_text(words)
