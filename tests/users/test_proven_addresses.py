"""H10f: an account does not prove its address, so no other workspace believes it before that was proven."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.core import mail
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from crm.events.delivery import deliver_all
from crm.tenants.context import tenant_context
from crm.users.inviting import invite_member
from crm.users.models import Membership, Role, User
from tests.people import PASSWORD, Firm, client_of
from tests.users.caches import clean_cache  # noqa: F401 (a fixture)

VICTIM = "victim@corp.example"
FORM = {"person_name": "Vic Tim", "password": PASSWORD}


def invite(firm: Firm) -> tuple[str, str]:
    """Invite the victim; return the path that the admin sees, and the one in the mail ("" = none was sent)."""
    before = len(mail.outbox)
    with tenant_context(firm.tenant):
        role = Role.objects.get(key="rep")
        member = invite_member(actor=firm.ada, email=VICTIM, name="Vic Tim", role=role)
        deliver_all()
    page = client_of(firm.ada).get(firm.url("setup:person", id=member.pk)).content.decode()
    (shown,) = re.findall(r'value="http://localhost:8000(/invitations/[^"]+)"', page)
    sent = mail.outbox[before:]
    mailed = re.findall(r"http://localhost:8000(/invitations/\S+)", str(sent[-1].body))[0] if sent else ""
    return shown, mailed


def account_by_link(path: str) -> Client:
    client = Client()
    assert client.post(path, FORM).status_code == 303
    return client


def is_member(firm: Firm) -> bool:
    with tenant_context(firm.tenant):
        return Membership.objects.filter(user__email=VICTIM).exists()


def victim() -> User:
    return User.objects.get(email=VICTIM)


def test_the_link_that_an_admin_sees_proves_nothing(firm: Firm) -> None:
    shown, mailed = invite(firm)
    assert mailed.startswith(shown.rstrip("/"))
    assert mailed != shown
    account_by_link(shown)
    assert victim().email_verified_at is None


def test_the_link_of_the_mail_proves_the_address(firm: Firm) -> None:
    _shown, mailed = invite(firm)
    account_by_link(mailed)
    assert victim().email_verified_at is not None


def test_a_made_up_proof_opens_nothing(firm: Firm) -> None:
    shown, mailed = invite(firm)
    assert Client().get(f"{shown.rstrip('/')}.{'0' * 32}/").status_code == 404
    assert Client().get(mailed).status_code == 200


def test_an_account_made_by_somebody_else_is_not_let_into_another_workspace(firm: Firm, other_firm: Firm) -> None:
    thief = account_by_link(invite(firm)[0])
    shown, mailed = invite(other_firm)
    page = thief.get(shown).content.decode()
    assert "nothing has shown yet that this address is yours" in page
    answer = thief.post(shown)
    assert answer.status_code == 422
    assert "First show that" in answer.content.decode()
    assert not is_member(other_firm)
    assert thief.post(mailed).status_code == 303  # what the mailbox's owner could do
    assert is_member(other_firm)


def test_the_address_is_proven_by_a_mailed_link(firm: Firm, other_firm: Firm) -> None:
    client = account_by_link(invite(firm)[0])
    shown, _mailed = invite(other_firm)
    answer = client.post("/auth/address/", {"next": shown})
    assert answer.headers["Location"] == shown
    assert mail.outbox[-1].to == [VICTIM]
    (path,) = re.findall(r"http://localhost:8000(/auth/address/\S+)", str(mail.outbox[-1].body))
    assert client.get(path).status_code == 200
    assert victim().email_verified_at is None  # a mail scanner that follows links proves nothing
    assert client.post(path).headers["Location"] == shown
    assert victim().email_verified_at is not None
    assert client.post(shown).status_code == 303
    assert is_member(other_firm)


def test_only_who_has_the_account_can_prove_it(firm: Firm) -> None:
    client = account_by_link(invite(firm)[0])
    client.post("/auth/address/", {"next": "https://evil.example/"})
    (path,) = re.findall(r"http://localhost:8000(/auth/address/\S+)", str(mail.outbox[-1].body))
    assert "evil" not in path
    assert Client().post(path).headers["Location"].startswith("/auth/login/?next=")
    assert client_of(firm.ana).post(path).status_code == 404
    assert victim().email_verified_at is None
    assert client.post(path).headers["Location"] == "/"
    assert victim().email_verified_at is not None


def test_a_mailed_reset_gives_the_account_to_the_owner_of_the_address(firm: Firm) -> None:
    thief = account_by_link(invite(firm)[0])
    owner = Client()
    owner.post("/auth/password/reset/", {"email": VICTIM})
    (path,) = re.findall(r"http://localhost:8000(/auth/password/reset/\S+)", str(mail.outbox[-1].body))
    action = owner.get(path, follow=True).request["PATH_INFO"]
    owner.post(action, {"password1": "the owner's own one", "password2": "the owner's own one"})
    assert victim().email_verified_at is not None
    assert thief.get("/").headers["Location"] == "/auth/login/"


@pytest.fixture
def no_mail() -> Iterator[None]:
    with override_settings(MAIL_LEAVES=False, MAILBOX=None):
        yield


def test_without_mail_a_new_password_keeps_out_who_made_the_account(
    firm: Firm, other_firm: Firm, no_mail: None
) -> None:
    client = account_by_link(invite(firm)[0])
    shown, mailed = invite(other_firm)
    assert mailed == ""
    thief = Client()
    assert thief.post("/auth/login/", {"login": VICTIM, "password": PASSWORD}).status_code == 302
    page = client.get(shown).content.decode()
    assert "Choose a new password" in page
    assert client.post(shown).status_code == 422
    assert client.post(shown, {"password": "short"}).status_code == 422
    assert not is_member(other_firm)
    assert client.post(shown, {"password": "mine and only mine"}).status_code == 303
    assert is_member(other_firm)
    assert client.get(f"/{other_firm.tenant.slug}/me/").status_code == 200  # still signed in
    assert thief.get("/").headers["Location"] == "/auth/login/"
    assert Client().post("/auth/login/", {"login": VICTIM, "password": PASSWORD}).status_code == 200


def test_without_mail_a_proven_account_just_joins(firm: Firm, other_firm: Firm, no_mail: None) -> None:
    client = account_by_link(invite(firm)[0])
    User.objects.filter(email=VICTIM).update(email_verified_at=timezone.now())
    assert client.post(invite(other_firm)[0]).status_code == 303
    assert is_member(other_firm)
