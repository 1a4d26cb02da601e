"""What two sessions do at the same moment, and one form sent twice: every address becomes one person, once.

Where a test makes a check blind, it is as if the other session had written right after it.
"""

from __future__ import annotations

import re
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import override_settings

from crm.ground.addresses import domain_key, email_key
from crm.tenants.context import tenant_context
from crm.tenants.memo import forget
from crm.tenants.models import Tenant
from crm.tenants.refilling import remake_address_keys
from crm.users import entering, inviting, middleware, services, signing_up
from crm.users.access import least_role
from crm.users.inviting import invite_member
from crm.users.models import Invitation, Membership, User
from crm.users.selectors import has_account, workspaces_of
from leads.models import Lead
from tests import make
from tests.people import PASSWORD, Firm, client_of, make_user
from tests.users.caches import clean_cache  # noqa: F401 (a fixture)
from tests.users.test_invitations import NEW, invite
from tests.users.test_sign_up import NO_MAIL, PERSON, WORKSPACE, ask

NORA = "nora@new.example"
SIGN_IN = "/auth/login/?next=/workspaces/new/"
LONG = f"{'n' * 60}@{'long.' * 40}example"  # 268 letters


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """That there is an account is not seen before it is to be made."""
    first = iter([False])
    monkeypatch.setattr(signing_up, "has_account", lambda email: False)
    monkeypatch.setattr(entering, "has_account", lambda email: next(first, has_account(email)))


def test_a_sign_up_link_opened_in_two_sessions_makes_one_person(db: None, blind: None) -> None:
    path = ask()
    make_user(NORA, "Nora New")
    answer = Client().post(path, {**PERSON, **WORKSPACE})
    assert (answer.status_code, answer.headers["Location"]) == (303, SIGN_IN)
    assert User.objects.filter(email=NORA).count() == 1
    assert not Tenant.objects.filter(slug="nordwind-gmbh").exists()


def test_without_mail_two_sign_ups_with_one_address_make_one_person(db: None, blind: None) -> None:
    make_user(NORA, "Nora New")
    with NO_MAIL:
        answer = Client().post("/workspaces/new/", {**PERSON, **WORKSPACE, "email": NORA})
    assert answer.status_code == 422
    assert "sign in instead" in answer.context["form"].errors["email"][0]


def test_invitations_of_two_workspaces_taken_at_once_make_one_person(firm: Firm, blind: None) -> None:
    path = invite(firm)
    make_user(NORA, "Nora New")
    client = Client()
    answer = client.post(path, NEW)
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    assert "Sign in, then join" in client.get(path).content.decode()


def test_an_invitation_sent_twice_at_once_leads_in_twice(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one of the two has just become the person."""
    path, join, client = invite(firm), inviting.join, Client()
    monkeypatch.setattr(inviting, "join", lambda **values: (join(**values), join(**values)))
    assert client.post(path, NEW).headers["Location"] == "/acme/"
    assert client.get("/acme/me/").status_code == 200


def test_an_invitation_sent_twice_leads_in_twice(firm: Firm) -> None:
    """A double click: the second answer is the one that the browser shows."""
    path = invite(firm)
    first, second = Client(), Client()
    assert first.post(path, NEW).headers["Location"] == "/acme/"
    assert second.post(path, NEW).headers["Location"] == "/acme/"
    assert second.get("/acme/me/").status_code == 200
    assert first.get(path).headers["Location"] == "/acme/"
    thief = Client()
    for _ in range(6):
        assert thief.post(path, {**NEW, "password": "guessed by somebody"}).status_code == 404
    assert thief.post(path, NEW).status_code == 404  # even the right one: guesses are counted here too
    assert Client().get(path).status_code == 404


def test_two_admins_invite_one_address_at_once(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        role = least_role()
        first = invite_member(actor=firm.ada, email=NORA, name="Nora New", role=role)
        forget("users.")
        with patch("crm.users.inviting.member_by_name_or_email", side_effect=[None, None, first]):
            second = invite_member(actor=firm.ada, email=NORA, name="Nora New", role=role)
        assert second == first
        assert Membership.objects.filter(email=NORA).count() == 1


def test_who_joined_meanwhile_is_not_invited_again(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        waiting = invite_member(actor=firm.ada, email=NORA, name="Nora New", role=least_role())
        Membership.objects.filter(pk=waiting.pk).update(user=make_user(NORA, "Nora New"))
        with (
            patch("crm.users.inviting.member_by_name_or_email", return_value=waiting),
            pytest.raises(ValidationError, match="is a member already"),
        ):
            invite_member(actor=firm.ada, email=NORA, name="Nora New", role=least_role())


@pytest.mark.parametrize("name", ["kim@old.example", "Kim Old"])
def test_two_imports_add_one_owner_at_once(firm: Firm, name: str) -> None:
    with tenant_context(firm.tenant):
        assert services.member_by_name_or_email(name) is None  # remembered for the rest of the request
        with patch("crm.users.services.forget"):
            other = Membership.objects.create(
                name=name, name_key=name.lower(), email=name if "@" in name else "", role=least_role(), is_active=False
            )
        assert services.ensure_member(actor=firm.ada, name=name) == other


def test_send_again_sent_twice_makes_one_link(firm: Firm) -> None:
    """The second one ended the link of the first mail."""
    with tenant_context(firm.tenant):
        nora = invite_member(actor=firm.ada, email=NORA, name="Nora New", role=least_role())
    ada, path = client_of(firm.ada), firm.url("setup:invitation", id=nora.pk)
    page = ada.get(firm.url("setup:person", id=nora.pk)).content.decode()
    (key,) = re.findall(rf'action="{path}">.*?name="idempotency_key" autocomplete="off" value="(\w+)"', page, re.S)
    for _ in range(2):
        assert ada.post(path, {"idempotency_key": key}).status_code == 303
    with tenant_context(firm.tenant):
        assert Invitation.objects.filter(membership=nora).count() == 2


# Shut out


def test_a_request_under_way_does_not_sign_in_again_who_was_shut_out(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its answer saved the session as it had read it, over the one that was ended."""
    sam, answer, shut = Client(), middleware._answer, []
    signs_in = {"login": firm.sam.email, "password": PASSWORD}
    assert sam.post("/auth/login/", signs_in).status_code == 302

    def meanwhile(request: Any, *args: Any) -> Any:
        if request.actor == firm.sam:
            services.update_member(
                actor=firm.ada, member=firm.sam, role=firm.sam.role, team=firm.west, is_active=False, name=firm.sam.name
            )
            shut.append(request.session.modified)
        return answer(request, *args)

    monkeypatch.setattr(middleware, "_answer", meanwhile)
    assert sam.get("/acme/me/").status_code == 200
    assert shut == [True]
    monkeypatch.undo()
    page = sam.get("/acme/me/", follow=True)
    assert page.redirect_chain[0][0].startswith("/auth/login/")
    assert "was deactivated" in page.content.decode()
    sam.post("/auth/login/", signs_in)
    assert sam.session.get("_auth_user_id") == str(firm.sam.user_id), "who signs in again is, in the same browser"


# A workspace


def _new(client: Client, **changes: str) -> str:
    answer = client.post("/workspaces/new/", {**WORKSPACE, "idempotency_key": "k1", **changes})
    assert answer.status_code == 303, answer.context["form"].errors
    return answer.headers["Location"]


def test_create_a_workspace_sent_twice_makes_one(firm: Firm) -> None:
    ana = client_of(firm.ana)
    assert 'name="idempotency_key"' in ana.get("/workspaces/new/").content.decode()
    assert _new(ana) == _new(ana) == "/nordwind-gmbh/"
    assert _new(ana, slug="north") == _new(ana, slug="north") == "/north/"  # changed: another act
    assert _new(ana, idempotency_key="k2") == "/nordwind-gmbh-2/"
    assert _new(client_of(firm.max)) == "/nordwind-gmbh-3/"  # the key of somebody else
    assert len(workspaces_of(firm.ana.user)) == 4  # type: ignore[arg-type]


def test_two_send_it_at_once(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """One has made it right after the other one looked, or has taken the address that was made of the same name."""
    real, blind = signing_up._made_of, iter([None])
    ana = client_of(firm.ana)
    _new(ana)
    monkeypatch.setattr(signing_up, "_made_of", lambda *args: next(blind, real(*args)))
    assert _new(ana) == "/nordwind-gmbh/"
    with patch.object(signing_up, "free_slug", side_effect=["nordwind-gmbh", "nordwind-gmbh-2"]):
        assert _new(client_of(firm.max)) == "/nordwind-gmbh-2/"


@pytest.mark.parametrize("mailed", [True, False])
def test_a_sign_up_sent_twice_makes_one_and_leads_in_twice(db: None, mailed: bool) -> None:
    sent = {**PERSON, **WORKSPACE, "idempotency_key": "k1", **({} if mailed else {"email": NORA})}
    path = ask() if mailed else "/workspaces/new/"
    with override_settings() if mailed else NO_MAIL:
        for client in (Client(), Client()):
            assert client.post(path, sent).headers["Location"] == "/nordwind-gmbh/"
            assert client.get("/nordwind-gmbh/me/").status_code == 200
        other = Client().post(path, {**sent, "password": "another one altogether"})
        assert other.headers.get("Location", "/nowhere/") != "/nordwind-gmbh/"
    assert Tenant.objects.filter(name=WORKSPACE["name"]).count() == 1


# One address in two spellings


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("X@München.Example", "x@münchen.example"),
        ("x@XN--MNCHEN-3YA.example", "x@münchen.example"),
        ("x@mu\u0308nchen。example", "x@münchen.example"),
        ("x@straße.example", "x@xn--strae-oqa.example"),  # which old mail systems take for strasse.example
        ("x@xn--strae-oqa.example", "x@xn--strae-oqa.example"),
        ("x@strasse.example", "x@strasse.example"),
        ("x@xn--acme-.example", "x@xn--acme-.example"),  # is not acme.example
        ("x@xn--99999999.example", "x@xn--99999999.example"),
        ("x@日本.example", "x@日本.example"),
        ("Ana@ACME.example", "ana@acme.example"),
    ],
)
def test_an_address_has_one_key(typed: str, key: str) -> None:
    assert email_key(typed) == key
    assert email_key(key) == key
    assert domain_key(f"https://www.{typed.rpartition('@')[2]}/x") == key.rpartition("@")[2]


def test_two_spellings_of_a_host_are_one_person(firm: Firm) -> None:
    """12f: x@münchen.example and x@xn--mnchen-3ya.example were invited as two; browsers send the latter."""
    path = invite(firm, "x@münchen.example")
    assert mail.outbox[-1].to == ["x@münchen.example"]
    assert Client().post(path, NEW).status_code == 303
    with tenant_context(firm.tenant), pytest.raises(ValidationError, match="is a member already"):
        invite_member(actor=firm.ada, email="X@xn--mnchen-3ya.example", name="Nora New", role=least_role())
    for spelling in ("x@xn--mnchen-3ya.example", "X@MÜNCHEN.example"):
        assert Client().post("/auth/login/", {"login": spelling, "password": PASSWORD}).status_code == 302
        mail.outbox.clear()
        Client().post("/auth/password/reset/", {"email": spelling})
        assert "/auth/password/reset/key/" in mail.outbox[0].body


def test_an_address_that_no_mail_reaches_is_said_in_the_form(db: None) -> None:
    answer = Client().post("/workspaces/new/", {"email": f"x@{'ü' * 63}.example"})
    assert "valid email" in answer.context["form"].errors["email"][0]


def test_addresses_from_before_are_brought_in_line(firm: Firm) -> None:
    anew = import_module("crm.users.migrations.0005_address_keys").write_anew
    old, taken = (User.objects.create(email=f"{name}@xn--mnchen-3ya.example") for name in "ab")
    make_user("b@münchen.example", "B")
    with tenant_context(firm.tenant):
        Membership.objects.filter(pk=firm.sam.pk).update(email=old.email)
        lead = make.lead(firm.ada, last_name="L", email="a@münchen.example")
        Lead.objects.filter(pk=lead.pk).update(email="a@xn--mnchen-3ya.example", email_key="a@xn--mnchen-3ya.example")
        anew(None, SimpleNamespace(connection=connection))
        remake_address_keys("leads_lead", "email", "email_key", email_key, 254)(
            None, SimpleNamespace(connection=connection)
        )
        assert Membership.objects.get(pk=firm.sam.pk).email == "a@münchen.example"
        assert Lead.objects.get(pk=lead.pk).email_key == "a@münchen.example"
    assert User.objects.get(pk=old.pk).email == "a@münchen.example"
    assert User.objects.get(pk=taken.pk).email == "b@xn--mnchen-3ya.example"
    # Two accounts from before: each is reached by its own spelling, and neither by the other's.
    for name, email in (("B", "b@münchen.example"), ("T", "b@xn--mnchen-3ya.example")):
        user = User.objects.get_by_natural_key(email)
        assert (user == taken) is (name == "T")
        user.set_password(f"{PASSWORD} {name}")
        user.save()
        assert Client().post("/auth/login/", {"login": email, "password": f"{PASSWORD} {name}"}).status_code == 302


# Addresses that are too long


def test_an_address_of_more_than_254_letters_is_refused_everywhere(firm: Firm) -> None:
    ada = client_of(firm.ada)
    with tenant_context(firm.tenant):
        role = str(least_role().pk)
    forms = (
        ada.post(firm.url("setup:invite"), {"name": "Nora", "email": LONG, "role": role}),
        Client().post("/workspaces/new/", {"email": LONG}),
    )
    with NO_MAIL:
        forms += (Client().post("/workspaces/new/", {**PERSON, **WORKSPACE, "email": LONG}),)
    for answer in forms:
        assert answer.status_code == 422
        assert "254" in answer.context["form"].errors["email"][0]
    with tenant_context(firm.tenant), pytest.raises(ValidationError, match="254"):
        services.ensure_member(actor=firm.ada, name=LONG)
    with tenant_context(firm.tenant), pytest.raises(ValidationError, match="200"):
        services.ensure_member(actor=firm.ada, name="n" * 201)
