"""Making a workspace: by a link that proves the address, at once where no mail is read, or not at all."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from crm.events.models import Event
from crm.picklists.models import Choice, Stage
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from crm.users.models import Membership, Role, Team, User
from crm.users.selectors import workspaces_of
from tests.people import PASSWORD, Firm, client_of
from tests.users.caches import clean_cache  # noqa: F401 (a fixture)

PERSON = {"person_name": "Nora New", "password": PASSWORD}
WORKSPACE = {"name": "Nordwind GmbH", "slug": "", "time_zone": "Europe/Berlin", "currency": "EUR", "language": "en-de"}
NO_MAIL = override_settings(MAIL_LEAVES=False, MAILBOX=None, SIGN_UP="open")


def ask(email: str = "Nora@New.example", client: Client | None = None) -> str:
    """Ask for a workspace with that address; return the path of the link that is mailed."""
    answer = (client or Client()).post("/workspaces/new/", {"email": email})
    assert answer.headers["Location"] == "/workspaces/new/sent/"
    (path,) = re.findall(r"http://localhost:8000(/\S+)", str(mail.outbox[-1].body))
    return path


def test_a_stranger_signs_up_and_is_inside(db: None) -> None:
    client = Client()
    assert "password" not in client.get("/workspaces/new/").content.decode()
    path = ask(client=client)
    assert mail.outbox[0].to == ["nora@new.example"]
    assert "Look into your mail" in client.get("/workspaces/new/sent/").content.decode()
    assert "nora@new.example" in client.get(path).content.decode().lower()
    answer = client.post(path, {**PERSON, **WORKSPACE})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/nordwind-gmbh/")
    page = client.get("/nordwind-gmbh/me/").content.decode()
    assert "nora@new.example" in page
    assert "Nora New" in page
    assert client.get("/acme/me/").status_code == 404
    assert User.objects.get(email="nora@new.example").email_verified_at is not None


def test_the_link_makes_one_account(db: None) -> None:
    path = ask()
    assert Client().post(path, {**PERSON, **WORKSPACE}).status_code == 303
    again = Client().post(path, {**PERSON, **WORKSPACE, "person_name": "Thief"})
    assert again.headers["Location"] == "/auth/login/?next=/workspaces/new/"
    assert User.objects.filter(email="nora@new.example").count() == 1


def test_a_made_up_or_old_link_opens_nothing(db: None) -> None:
    path = ask()
    assert Client().get(path).status_code == 200
    broken = path[:-3] + ("a/" if path[-3] != "a" else "b/")
    assert Client().get(broken).status_code == 404
    assert Client().post(broken, {**PERSON, **WORKSPACE}).status_code == 404
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert Client().get(path).status_code == 404


def test_sign_up_does_not_say_who_has_an_account(firm: Firm) -> None:
    """H10e: a stranger gets one and the same answer; only the mail knows."""
    known = Client().post("/workspaces/new/", {"email": "ANA@acme.example"})
    unknown = Client().post("/workspaces/new/", {"email": "nobody@acme.example"})
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    assert [one.to for one in mail.outbox] == [["ana@acme.example"], ["nobody@acme.example"]]
    assert "you have signed up already" in mail.outbox[0].body
    assert "/auth/login/" in mail.outbox[0].body
    assert "have signed up" not in mail.outbox[1].body


def test_one_address_is_mailed_three_times_an_hour(db: None) -> None:
    for _ in range(3):
        ask()
    assert Client().post("/workspaces/new/", {"email": "nora@NEW.example"}).status_code == 429
    assert len(mail.outbox) == 3
    ask("other@new.example")


def test_without_mail_sign_up_is_closed_but_for_the_first(db: None) -> None:
    with override_settings(MAIL_LEAVES=False, MAILBOX=None):
        client = Client()
        assert client.get("/workspaces/new/").status_code == 404
        answer = client.post("/workspaces/new/", {**PERSON, **WORKSPACE, "email": "nora@new.example"})
        assert answer.status_code == 404
        assert "closed sign-up" in answer.content.decode()
        assert "/workspaces/new/" not in client.get("/auth/login/").content.decode()
    with NO_MAIL:
        assert "/workspaces/new/" in client.get("/auth/login/").content.decode()
        answer = client.post("/workspaces/new/", {**PERSON, **WORKSPACE, "email": "nora@new.example"})
        assert answer.headers["Location"] == "/nordwind-gmbh/"
    assert User.objects.get(email="nora@new.example").email_verified_at is None
    assert mail.outbox == []


def test_the_very_first_workspace_needs_no_mail(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with override_settings(MAIL_LEAVES=False, MAILBOX=None):
        monkeypatch.setattr("crm.users.mailing.Tenant.objects.exists", lambda: False)
        assert Client().get("/workspaces/new/").status_code == 200
        with override_settings(SIGN_UP="closed"):
            assert Client().get("/workspaces/new/").status_code == 404


def test_sign_up_can_be_closed(firm: Firm) -> None:
    path = ask()
    with override_settings(SIGN_UP="closed"):
        for client in (Client(), client_of(firm.ana)):
            assert client.get("/workspaces/new/").status_code == 404
            assert client.post("/workspaces/new/", {**WORKSPACE, "email": "x@new.example"}).status_code == 404
            assert client.post(path, {**PERSON, **WORKSPACE}).status_code == 404
        assert "/workspaces/new/" not in client_of(firm.ana).get("/workspaces/").content.decode()
    assert len(mail.outbox) == 1
    assert not Tenant.objects.filter(slug="nordwind-gmbh").exists()
    assert Client().post(path, {**PERSON, **WORKSPACE}).status_code == 303


def test_a_new_workspace_is_usable_at_once(db: None) -> None:
    Client().post(ask(), {**PERSON, **WORKSPACE})
    tenant = Tenant.objects.get(slug="nordwind-gmbh")
    assert (tenant.time_zone, tenant.currency, tenant.language) == ("Europe/Berlin", "EUR", "en-de")
    with tenant_context(tenant):
        nora = Membership.objects.select_related("role", "team").get()
        assert (nora.role.key, nora.email, nora.name_key) == ("admin", "nora@new.example", "nora new")
        assert nora.team == Team.objects.get()
        assert set(Role.objects.values_list("key", flat=True)) == {"admin", "manager", "rep", "read_only"}
        assert set(Stage.objects.values_list("meaning", flat=True)) == {"open", "won", "lost"}
        assert Choice.objects.filter(picklist="lead_status", meaning="new").exists()
        assert Event.objects.get(name="workspace.created").actor_id == nora.pk


def test_who_is_signed_in_is_asked_for_the_workspace_only(firm: Firm) -> None:
    ana = client_of(firm.ana)
    assert "password" not in ana.get("/workspaces/new/").content.decode()
    assert ana.post("/workspaces/new/", {**WORKSPACE, "slug": "side-show"}).headers["Location"] == "/side-show/"
    assert [tenant.slug for tenant in workspaces_of(firm.ana.user)] == ["acme", "side-show"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("password", "short", "at least 10"),
        ("password", "nora@new.example", "too similar"),
        ("person_name", "", "required"),
        ("person_name", "Nora\nNew", "one line"),
        ("name", " ", "required"),
        ("slug", "acme", "is taken"),
        ("slug", "auth", "taken"),
        ("slug", "A b", "a–z"),
        ("time_zone", "Mars/Olympus", "no longer there"),
        ("currency", "XYZ", "no longer there"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(firm: Firm, field: str, value: str, says: str) -> None:
    before = (Tenant.objects.count(), User.objects.count())
    answer = Client().post(ask(), {**PERSON, **WORKSPACE, field: value})
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert list(errors) == [field]
    assert says in errors[field][0]
    assert (Tenant.objects.count(), User.objects.count()) == before


@pytest.mark.parametrize(("email", "says"), [("ana@acme.example", "cannot be used"), ("no address", "valid email")])
def test_without_mail_an_address_that_cannot_be_is_said_beside_it(firm: Firm, email: str, says: str) -> None:
    with NO_MAIL:
        answer = Client().post("/workspaces/new/", {**PERSON, **WORKSPACE, "email": email})
        assert answer.status_code == 422
        assert says in answer.context["form"].errors["email"][0]
        assert Client().post("/workspaces/new/", {**PERSON, **WORKSPACE, "email": "n@new.example"}).status_code == 303


def test_signing_up_is_throttled(db: None) -> None:
    with override_settings(ACCOUNT_RATE_LIMITS={"signup": "2/m/ip"}):
        client = Client()
        for _ in range(2):
            assert client.post("/workspaces/new/", {}).status_code == 422
        answer = client.post("/workspaces/new/", {"email": "nora@new.example"})
        assert answer.status_code == 429
        assert "Too many tries" in answer.content.decode()
        assert client.get("/workspaces/new/").status_code == 200
    assert mail.outbox == []


def test_all_that_cannot_be_is_said_at_once(firm: Firm) -> None:
    with NO_MAIL:
        wrong = {"email": "no address", "password": "short", "slug": "acme", "person_name": "Nora\nNew"}
        answer = Client().post("/workspaces/new/", {**PERSON, **WORKSPACE, **wrong})
    assert set(answer.context["form"].errors) == set(wrong)
