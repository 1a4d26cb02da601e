"""What people press outside of any workspace: signing up, their password, where they are signed in, an invitation."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.core import mail
from django.test.utils import override_settings
from playwright.sync_api import Page, expect

from crm.events.delivery import deliver_all
from crm.tenants.context import tenant_context
from crm.users.inviting import invite_member
from crm.users.models import Role, User
from tests.browser.conftest import SignIn
from tests.people import PASSWORD, Firm, make_user
from tests.users.caches import clean_cache  # noqa: F401 (a fixture)

NEW = "a wholly different one"


@pytest.fixture(autouse=True)
def mailed() -> Iterator[None]:
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend", MAIL_LEAVES=True):
        mail.outbox = []
        yield


def link_in_mail(kind: str) -> str:
    (path,) = re.findall(rf"https?://[^/\s]+(/{kind}/\S+)", str(mail.outbox[-1].body))
    return str(path)


def test_signing_up_and_looking_after_the_account(
    fresh_firm: Firm, page: Page, stranger: Page, sign_in: SignIn
) -> None:
    """From the first page to the workspace; then the password, the other places, and out."""
    slug = f"new-{fresh_firm.tenant.slug}"
    email = f"nora@{slug}.example"
    page.goto("/auth/login/")
    page.get_by_role("link", name="Create a workspace").click()
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Mail me the link").click()
    expect(page.get_by_text("Look into your mail")).to_be_visible()
    page.goto(link_in_mail("workspaces"))
    page.get_by_label("Your name").fill("Nora New")
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("[name=name]").fill("Nordwind")
    page.locator("[name=slug]").fill(slug)
    page.get_by_role("button", name="Create the workspace").click()
    page.wait_for_url(f"**/{slug}/")

    def come_in(where: Page, password: str) -> None:
        where.goto("/auth/login/")
        where.get_by_label("E-mail").fill(email)
        where.get_by_label("Password").fill(password)
        where.get_by_role("button", name="Sign in").click()

    come_in(stranger, PASSWORD)
    stranger.wait_for_url(f"**/{slug}/")
    page.goto(f"/{slug}/me/")
    page.get_by_role("link", name="Where you are signed in").click()
    page.get_by_role("button", name="Sign out everywhere else").click()
    expect(page.get_by_text("You are signed in nowhere else.")).to_be_visible()
    stranger.goto(f"/{slug}/")
    expect(stranger.get_by_role("button", name="Sign in")).to_be_visible()
    page.get_by_role("link", name="Change your password").click()
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill(NEW)
    page.get_by_label("New password, again").fill(NEW)
    page.get_by_role("button", name="Change the password").click()
    page.wait_for_url(f"**/{slug}/")
    expect(page.get_by_text("Your password is changed.")).to_be_visible()
    page.goto("/auth/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/auth/login/")
    come_in(page, PASSWORD)
    expect(page.get_by_role("alert")).to_be_visible()
    come_in(page, NEW)
    page.wait_for_url(f"**/{slug}/")


def test_an_invitation_that_meets_an_account(fresh_firm: Firm, page: Page, stranger: Page, sign_in: SignIn) -> None:
    """Somebody else is signed in; and nothing has shown yet that the address is that of who has the account. The
    session in which it is taken ends with the others."""
    email = f"vic@{fresh_firm.tenant.slug}.example"
    make_user(email, "Vic Tim")
    with tenant_context(fresh_firm.tenant):
        invite_member(actor=fresh_firm.ada, email=email, name="Vic Tim", role=Role.objects.get(key="rep"))
        deliver_all()
    shown = re.sub(r"\.[0-9a-f]{32}(?=/$)", "", link_in_mail("invitations"))  # without what proves the mailbox
    sign_in(fresh_firm.ana)
    page.goto(shown)
    page.get_by_role("button", name="Sign out and go on").click()
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("nothing has shown yet that this address is yours")).to_be_visible()
    page.get_by_role("button", name="Mail me the link").click()
    expect(page.get_by_role("heading", name=re.compile("^Join"))).to_be_visible()
    assert User.objects.get(email=email).email_verified_at is None
    page.goto(link_in_mail("auth/address"))
    page.get_by_role("button", name="Yes, it is mine").click()
    page.get_by_role("button", name=re.compile("^Join")).click()
    page.wait_for_url(f"**/{fresh_firm.tenant.slug}/")
    slug = fresh_firm.tenant.slug
    stranger.goto("/auth/login/")
    stranger.get_by_label("E-mail").fill(email)
    stranger.get_by_label("Password").fill(PASSWORD)
    stranger.get_by_role("button", name="Sign in").click()
    stranger.wait_for_url(f"**/{slug}/")
    stranger.goto("/auth/sessions/")
    stranger.get_by_role("button", name="Sign out everywhere else").click()
    expect(stranger.get_by_text("You are signed in nowhere else.")).to_be_visible()
    page.goto(f"/{slug}/")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
