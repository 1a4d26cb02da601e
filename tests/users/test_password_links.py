"""An admin makes a link for a member who forgot their password; it opens nothing of other workspaces."""

from __future__ import annotations

import re
from copy import copy
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from crm.events.models import Event
from crm.tenants.context import tenant_context
from crm.users import passwords
from crm.users.models import Membership, PasswordLink, Role, User
from crm.users.services import ensure_member, update_member
from tests.people import PASSWORD, Firm, client_of
from tests.users.caches import clean_cache  # noqa: F401 (a fixture)

NEW = "a wholly different one"


def link_for(firm: Firm, member: Membership) -> str:
    """The path of a link that Ada makes on her page."""
    answer = client_of(firm.ada).post(firm.url("setup:password_link", id=member.pk))
    assert answer.status_code == 200
    (path,) = re.findall(r'value="http://localhost:8000(/auth/password/link/[^"]+)"', answer.content.decode())
    assert "no-store" in answer.headers["Cache-Control"]
    return path


def sign_in(password: str) -> HttpResponse:
    return Client().post("/auth/login/", {"login": "ana@acme.example", "password": password})  # type: ignore[return-value]


def join_elsewhere(member: Membership, other: Firm, *, is_active: bool = True) -> Membership:
    with tenant_context(other.tenant):
        role = Role.objects.get(key="rep")
        return Membership.objects.create(
            user=member.user, name=member.name, name_key="x", role=role, is_active=is_active
        )


def test_the_link_sets_a_new_password_and_leads_in(firm: Firm) -> None:
    assert sign_in(PASSWORD).status_code == 302
    before = client_of(firm.ana)
    path = link_for(firm, firm.ana)
    assert sign_in(PASSWORD).status_code == 302  # until it is used, nothing changes
    client = Client()
    assert "ana@acme.example" in client.get(path).content.decode()
    short = client.post(path, {"password": "short"})
    assert short.status_code == 422
    assert "at least 10" in short.context["form"].errors["password"][0]
    assert client.post(path, {"password": NEW}).headers["Location"] == "/acme/"
    assert client.get("/acme/me/").status_code == 200
    assert sign_in(NEW).status_code == 302
    assert sign_in(PASSWORD).status_code == 200
    assert before.get("/").headers["Location"] == "/auth/login/"  # all other sessions ended
    with tenant_context(firm.tenant):
        told = list(Event.objects.filter(record_id=firm.ana.pk).order_by("at").values_list("name", "actor_id"))
    assert told == [("member.password_link_made", firm.ada.pk), ("member.password_set", firm.ana.pk)]
    log = client_of(firm.ada).get(firm.url("setup:changes")).content.decode()
    assert "Ada Admin made a link to set a new password" in log


def test_it_opens_once_and_for_a_day(firm: Firm) -> None:
    path = link_for(firm, firm.ana)
    with time_machine.travel(timezone.now() + timedelta(hours=23, minutes=59)):
        assert Client().get(path).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(hours=24, minutes=1)):
        late = Client().get(path)
        assert late.status_code == 404 and "opens nothing any more" in late.content.decode()
        assert Client().post(path, {"password": NEW}).status_code == 404
    assert Client().post(path, {"password": NEW}).status_code == 303
    for again in (Client().get(path), Client().post(path, {"password": "the thief's own one"})):
        assert again.status_code == 404 and "Your new password is set already" in again.content.decode()
    assert sign_in(NEW).status_code == 302


def test_a_newer_link_ends_the_older(firm: Firm) -> None:
    old = link_for(firm, firm.ana)
    new = link_for(firm, firm.ana)
    assert Client().get(old).status_code == 404
    assert Client().get(new).status_code == 200


def test_it_is_kept_nowhere(firm: Firm) -> None:
    token = link_for(firm, firm.ana).strip("/").split("/")[-1]
    assert token not in client_of(firm.ada).get(firm.url("setup:person", id=firm.ana.pk)).content.decode()
    with tenant_context(firm.tenant):
        kept = PasswordLink.objects.get().token_hash
        assert token not in str(list(Event.objects.values_list("data", "changes")))
    assert kept != token
    assert Client().get(f"/auth/password/link/acme/{kept}/").status_code == 404
    assert Client().get(f"/auth/password/link/globex/{token}/").status_code == 404


@pytest.mark.parametrize("is_active", [True, False])
def test_no_admin_takes_over_who_belongs_to_another_workspace(firm: Firm, other_firm: Firm, is_active: bool) -> None:
    """Their account opens that workspace too, now or once they are let in again."""
    assert link_for(firm, firm.ana)
    join_elsewhere(firm.ana, other_firm, is_active=is_active)
    ada = client_of(firm.ada)
    answer = ada.post(firm.url("setup:password_link", id=firm.ana.pk), follow=True)
    page = answer.content.decode()
    assert "also belongs to another workspace" in page
    assert "/auth/password/link/" not in page
    assert "Globex" not in page  # which one is not said
    assert firm.url("setup:password_link", id=firm.ana.pk) not in page
    with tenant_context(firm.tenant), pytest.raises(ValidationError):
        passwords.make_password_link(actor=firm.ada, member=firm.ana)


def test_a_link_from_before_ends_when_they_join_another_workspace(firm: Firm, other_firm: Firm) -> None:
    path = link_for(firm, firm.ana)
    assert Client().get(path).status_code == 200
    there = join_elsewhere(firm.ana, other_firm)
    assert Client().get(path).status_code == 404
    assert Client().post(path, {"password": NEW}).status_code == 404
    assert sign_in(PASSWORD).status_code == 302
    with tenant_context(other_firm.tenant):
        there.delete()
    assert Client().post(path, {"password": NEW}).status_code == 303


def test_only_for_those_who_can_sign_in(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        moses = ensure_member(actor=firm.ada, name="Moses Frase")
        update_member(
            actor=firm.ada, member=firm.sam, role=firm.sam.role, team=None, is_active=False, name=firm.sam.name
        )
    ada = client_of(firm.ada)
    for member in (moses, firm.sam):
        assert ada.post(firm.url("setup:password_link", id=member.pk)).status_code == 404
    own = ada.post(firm.url("setup:password_link", id=firm.ada.pk), follow=True)
    assert "Change your own password" in own.content.decode()
    assert link_for(firm, firm.ana)


def test_shutting_out_ends_the_link(firm: Firm) -> None:
    path = link_for(firm, firm.ana)
    with tenant_context(firm.tenant):
        update_member(
            actor=firm.ada, member=firm.ana, role=firm.ana.role, team=None, is_active=False, name=firm.ana.name
        )
    assert Client().get(path).status_code == 404


def test_who_set_a_password_by_it_has_yet_to_prove_the_address(firm: Firm) -> None:
    User.objects.filter(pk=firm.ana.user_id).update(email_verified_at=timezone.now())
    Client().post(link_for(firm, firm.ana), {"password": NEW})
    assert User.objects.get(pk=firm.ana.user_id).email_verified_at is None


def test_whoever_runs_the_installation_helps_everybody(
    firm: Firm, other_firm: Firm, capsys: pytest.CaptureFixture[str]
) -> None:
    join_elsewhere(firm.ana, other_firm)
    call_command("password_link", "ANA@acme.example")
    path = capsys.readouterr().out.strip().removeprefix("http://localhost:8000")
    client = Client()
    action = client.get(path, follow=True).request["PATH_INFO"]
    assert client.post(action, {"password1": NEW, "password2": NEW}).status_code == 302
    assert sign_in(NEW).status_code == 302
    with pytest.raises(CommandError, match="Nobody signs in"):
        call_command("password_link", "nobody@acme.example")
    assert mail.outbox == []


def test_a_mailed_link_opened_in_three_sessions_sets_one_password(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """9: each of them looked before another one had changed it."""
    Client().post("/auth/password/reset/", {"email": "ana@acme.example"})
    link = next(word for word in str(mail.outbox[-1].body).split() if word.startswith("http"))
    sessions = [Client(), Client()]
    paths = [c.get(link.removeprefix("http://localhost:8000"), follow=True).request["PATH_INFO"] for c in sessions]
    before = User.objects.get(pk=firm.ana.user_id)
    with monkeypatch.context() as blind:
        blind.setattr("allauth.account.forms.UserTokenForm._get_user", lambda form, uid: copy(before))
        first, second = (
            client.post(path, {"password1": new, "password2": new})
            for client, path, new in zip(sessions, paths, [NEW, "the one of the other session"], strict=True)
        )
    assert (first.status_code, second.status_code) == (302, 404)
    assert "Your new password is set already" in second.content.decode()
    assert sign_in(NEW).status_code == 302


def test_a_link_handed_over_does_not_open_who_joined_elsewhere_meanwhile(firm: Firm, other_firm: Firm) -> None:
    path = link_for(firm, firm.ana)
    with tenant_context(firm.tenant):
        link = passwords.link_of_token(path.strip("/").split("/")[-1])
        assert link is not None
    there = join_elsewhere(firm.ana, other_firm)
    with tenant_context(firm.tenant), pytest.raises(ValidationError):
        passwords.set_password_by_link(link=link, password=NEW)
    with tenant_context(other_firm.tenant):
        there.delete()
    with tenant_context(firm.tenant):
        assert passwords.set_password_by_link(link=link, password=NEW)
