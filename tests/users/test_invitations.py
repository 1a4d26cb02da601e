"""An invitation from the mail to the first page, and the ways in which it opens nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from crm.events.delivery import deliver_all
from crm.events.models import Event
from crm.tenants.context import tenant_context
from crm.users.inviting import invite_member, resend_invitation
from crm.users.models import Invitation, Membership, Role, User
from crm.users.selectors import members, pending_invitations
from crm.users.services import create_member, ensure_member, update_member
from tests.people import PASSWORD, Firm, client_of, make_user

NEW = {"person_name": "Nora New", "password": PASSWORD}


def invite(firm: Firm, email: str = "nora@new.example", name: str = "Nora New") -> str:
    """Invite somebody as a rep of East; return the path of the link that they get by mail."""
    with tenant_context(firm.tenant):
        role = Role.objects.get(key="rep")
        invite_member(actor=firm.ada, email=email, name=name, role=role, team=firm.east)
        deliver_all()
    return link_in_last_mail()


def link_in_last_mail() -> str:
    (path,) = re.findall(r"https?://[^/\s]+(/invitations/\S+)", str(mail.outbox[-1].body))
    return path


def test_a_new_person_comes_in_by_the_mail(firm: Firm) -> None:
    path = invite(firm)
    assert mail.outbox[0].to == ["nora@new.example"]
    assert mail.outbox[0].subject == "Ada Admin invites you to Acme"
    client = Client()
    page = client.get(path).content.decode()
    assert "Ada Admin invites nora@new.example, as Rep." in page
    assert 'value="Nora New"' in page
    answer = client.post(path, NEW)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/acme/")
    assert client.get("/acme/me/").status_code == 200
    with tenant_context(firm.tenant):
        nora = Membership.objects.select_related("user", "role").get(email="nora@new.example")
        assert (nora.user.name, nora.role.key, nora.team_id) == ("Nora New", "rep", firm.east.pk)  # type: ignore[union-attr]
        assert Event.objects.get(name="member.joined").actor_id == nora.pk
    assert client.get("/globex/me/").status_code == 404


def test_the_link_opens_once(firm: Firm) -> None:
    path = invite(firm)
    assert Client().post(path, NEW).status_code == 303
    again = Client().get(path)
    assert again.status_code == 404
    assert "opens nothing any more" in again.content.decode()
    assert Client().post(path, {"person_name": "Thief", "password": "not the right one"}).status_code == 404


def test_a_weak_password_is_refused_and_the_link_stays_good(firm: Firm) -> None:
    path = invite(firm)
    answer = Client().post(path, {**NEW, "password": "short"})
    assert answer.status_code == 422
    assert "at least 10" in answer.context["form"].errors["password"][0]
    assert not User.objects.filter(email="nora@new.example").exists()
    assert Client().post(path, NEW).status_code == 303


def test_after_14_days_it_is_too_late(firm: Firm) -> None:
    path = invite(firm)
    with time_machine.travel(timezone.now() + timedelta(days=13, hours=23)):
        assert Client().get(path).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=14, minutes=1)):
        assert Client().get(path).status_code == 404
        assert Client().post(path, NEW).status_code == 404


def test_a_new_link_ends_the_old_one(firm: Firm) -> None:
    old = invite(firm)
    with tenant_context(firm.tenant):
        resend_invitation(actor=firm.ada, member=Membership.objects.get(email="nora@new.example"))
        deliver_all()
    new = link_in_last_mail()
    assert new != old
    assert Client().get(old).status_code == 404
    assert Client().get(new).status_code == 200


def test_taking_the_member_out_ends_the_link(firm: Firm) -> None:
    path = invite(firm)
    assert Client().get(path).status_code == 200
    with tenant_context(firm.tenant):
        nora = Membership.objects.select_related("role", "team").get(email="nora@new.example")
        update_member(actor=firm.ada, member=nora, role=nora.role, team=nora.team, is_active=False, name=nora.name)
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/invitations/acme/{token}x/", "/invitations/globex/{token}/", "/invitations/no/{token}/"]
)
def test_a_wrong_link_opens_nothing(firm: Firm, other_firm: Firm, path: str) -> None:
    good = invite(firm)
    token = good.strip("/").split("/")[-1]
    assert Client().get(good).status_code == 200
    assert Client().get(path.format(token=token)).status_code == 404


def test_the_database_alone_opens_nothing(firm: Firm) -> None:
    path = invite(firm)
    with tenant_context(firm.tenant):
        kept = Invitation.objects.get().token_hash
    assert kept not in path
    assert Client().get(f"/invitations/acme/{kept}/").status_code == 404


def test_who_has_an_account_signs_in_and_joins(firm: Firm, other_firm: Firm) -> None:
    path = invite(firm, "gus@elsewhere.example", "Gus Guest")
    gus = make_user("gus@elsewhere.example", "Gus Guest")
    page = Client().get(path).content.decode()
    assert f'href="/auth/login/?next={path.replace("/", "%2F")}"' in page
    assert Client().post(path, NEW).status_code == 200  # no second account is made
    client = Client()
    client.force_login(gus)
    assert client.get("/acme/me/").status_code == 404
    assert client.post(path).headers["Location"] == "/acme/"
    assert client.get("/acme/me/").status_code == 200


def test_somebody_else_cannot_take_it(firm: Firm, other_firm: Firm) -> None:
    path = invite(firm)
    stranger = client_of(other_firm.ana)
    page = stranger.get(path).content.decode()
    assert "You are signed in as ana@globex.example" in page
    answer = stranger.post(path)
    assert answer.status_code == 422
    assert "This invitation is for nora@new.example." in answer.content.decode()
    assert stranger.get("/acme/me/").status_code == 404
    assert Client().post(path, NEW).status_code == 303


def test_a_member_is_not_invited_again(inside: Firm) -> None:
    role = Role.objects.get(key="rep")
    with pytest.raises(ValidationError, match="Ana Owner is a member already"):
        invite_member(actor=inside.ada, email="ANA@acme.example", name="Ana", role=role)
    with pytest.raises(ValidationError, match="e-mail address"):
        invite_member(actor=inside.ada, email="ana", name="Ana", role=role)
    out = create_member(name="Otto Out", email="otto@acme.example", role=role, is_active=False)
    with pytest.raises(ValidationError, match="Otto Out is deactivated"):  # "is a member already"
        resend_invitation(actor=inside.ada, member=out)
    assert invite_member(actor=inside.ada, email="new@acme.example", name="Ana", role=role).email == "new@acme.example"


def test_who_was_named_by_an_import_gets_that_place(inside: Firm) -> None:
    moses = ensure_member(actor=inside.ada, name="Moses Frase")
    assert (moses.is_active, moses.user_id) == (False, None)
    invited = invite_member(
        actor=inside.ada, email="moses@acme.example", name="moses  FRASE", role=inside.max.role, team=inside.west
    )
    assert invited.pk == moses.pk
    assert (invited.is_active, invited.email, invited.team) == (True, "moses@acme.example", inside.west)
    assert list(pending_invitations()) == [moses.pk]
    assert invited in members()


def test_two_people_of_one_name_stay_two(inside: Firm) -> None:
    second = invite_member(
        actor=inside.ada, email="ana@elsewhere.example", name="Ana Owner", role=inside.ana.role, team=None
    )
    assert second.pk != inside.ana.pk
    third = invite_member(
        actor=inside.ada, email="ana@third.example", name="Ana Owner", role=inside.ana.role, team=None
    )
    assert len({second.pk, third.pk, inside.ana.pk}) == 3


def test_the_mail_is_not_sent_when_the_place_is_taken(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        role = Role.objects.get(key="rep")
        nora = invite_member(actor=firm.ada, email="nora@new.example", name="Nora", role=role)
        update_member(actor=firm.ada, member=nora, role=role, team=None, is_active=False, name="Nora")
        deliver_all()
    assert mail.outbox == []
