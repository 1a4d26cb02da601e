"""What pages say where no mail leaves, and which address mailed links bear."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core import mail
from django.test import Client
from django.test.utils import override_settings

from crm.events.delivery import deliver_all
from crm.events.models import HandlerRun
from crm.tenants.context import tenant_context
from crm.users.access import least_role
from crm.users.models import Invitation, Membership, Role
from tests.own_words import tight
from tests.people import Firm, client_of
from tests.users.caches import clean_cache  # noqa: F401 (a fixture)

NO_MAIL = override_settings(MAIL_LEAVES=False, MAILBOX=None)


def invite(firm: Firm) -> tuple[str, Membership]:
    """Invite Nina on the page; return the page that follows, and her place."""
    ada = client_of(firm.ada)
    form = {"name": "Nina New", "email": "nina@new.example", "role": str(firm.ana.role_id), "team": ""}
    page = ada.post(firm.url("setup:invite"), form, follow=True).content.decode()
    with tenant_context(firm.tenant):
        deliver_all()
        return page, Membership.objects.get(email="nina@new.example")


def test_without_mail_no_invitation_is_said_to_be_on_its_way(firm: Firm) -> None:
    with NO_MAIL:
        assert "you hand over the link" in client_of(firm.ada).get(firm.url("setup:invite")).content.decode()
        page, nina = invite(firm)
        assert "on its way" not in page
        assert "Mail is not set up: hand over this link." in page
        assert "data-copy=" in page
        again = client_of(firm.ada).post(firm.url("setup:invitation", id=nina.pk), follow=True).content.decode()
        assert "on its way" not in again
        assert "Make a new link" in again
        (path,) = re.findall(r'value="http://localhost:8000(/invitations/[^"]+)"', again)
        assert Client().get(path).status_code == 200
    assert mail.outbox == []
    with tenant_context(firm.tenant):
        assert "Mail is not set up" in HandlerRun.objects.get(handler="invitation-mail").outcome


def test_with_mail_it_is_and_the_link_is_there_all_the_same(firm: Firm) -> None:
    page, nina = invite(firm)
    assert "An invitation is on its way to nina@new.example." in page
    assert "Mail is not set up" not in page
    assert 'value="http://localhost:8000/invitations/acme/' in page
    assert mail.outbox[0].to == ["nina@new.example"]
    again = client_of(firm.ada).post(firm.url("setup:invitation", id=nina.pk), follow=True).content.decode()
    assert "An invitation is on its way" in again


def test_without_mail_a_forgotten_password_is_a_matter_for_the_admin(firm: Firm) -> None:
    with NO_MAIL:
        page = Client().get("/auth/password/reset/").content.decode()
        assert "Ask an admin of your workspace" in page
        assert 'type="submit"' not in page
        answer = Client().post("/auth/password/reset/", {"email": "ana@acme.example"})
        assert answer.status_code == 200
        assert "Look into your mail" not in answer.content.decode()
    assert mail.outbox == []
    assert 'type="submit"' in Client().get("/auth/password/reset/").content.decode()


def test_in_a_trial_the_mailbox_is_told_of(firm: Firm, tmp_path: Path) -> None:
    with override_settings(MAIL_LEAVES=False, MAILBOX=tmp_path):
        page = Client().get("/auth/password/reset/").content.decode()
        assert "Ask an admin of your workspace" in page
        assert "Put the link into the mailbox" in page
        done = Client().post("/auth/password/reset/", {"email": "ana@acme.example"}, follow=True).content.decode()
        assert "The mail is in the mailbox" in done
        assert "on its way" not in done
        page, _nina = invite(firm)
        assert "Mails stay on this computer: hand over this link." in page
        assert [one.to for one in mail.outbox] == [["ana@acme.example"], ["nina@new.example"]]


@pytest.mark.parametrize("host", ["localhost:9", "127.0.0.1:1234", "testserver"])
def test_mailed_links_bear_the_configured_address_whatever_the_host_header_says(firm: Firm, host: str) -> None:
    stranger, ada = Client(HTTP_HOST=host), client_of(firm.ada, HTTP_HOST=host)
    stranger.post("/auth/password/reset/", {"email": "ana@acme.example"})
    stranger.post("/auth/password/reset/", {"email": "nobody@acme.example"})
    stranger.post("/workspaces/new/", {"email": "new@acme.example"})
    stranger.post("/workspaces/new/", {"email": "ana@acme.example"})
    client_of(firm.ana, HTTP_HOST=host).post("/auth/address/", {"next": "/"})
    form = {"name": "Nina New", "email": "nina@new.example", "role": str(firm.ana.role_id), "team": ""}
    shown = ada.post(firm.url("setup:invite"), form, follow=True).content.decode()
    link = ada.post(firm.url("setup:password_link", id=firm.ana.pk)).content.decode()
    with tenant_context(firm.tenant):
        deliver_all()
    assert len(mail.outbox) == 6
    texts = [str(one.body) for one in mail.outbox]
    texts += re.findall(r'value="(http[^"]+)"', shown) + re.findall(r'value="(http[^"]+)"', link)
    for text in texts:
        assert re.findall(r"https?://[^/\s]+", text) == ["http://localhost:8000"], text


def test_an_invitation_starts_with_the_least_role_that_can_work(firm: Firm) -> None:
    """B2: it was Admin. Roles are told apart by what they may do: a workspace may call them what it likes."""
    ada = client_of(firm.ada)

    def preselected() -> str:
        page = (
            tight(ada.get(firm.url("setup:invite")).content.decode())
            .partition('name="role"')[2]
            .partition("</select>")[0]
        )
        (name,) = re.findall(r"selected>([^<]+)<", page)
        return name

    assert preselected() == "Rep"
    with tenant_context(firm.tenant):
        for key, name in (("admin", "A rep"), ("rep", "The boss"), ("read_only", "Zero")):
            Role.objects.filter(key=key).update(name=name)
    assert preselected() == "The boss"
    own = {"view": "own", "create": "all", "edit": "own", "delete": "none"}
    with tenant_context(firm.tenant):
        Role.objects.create(name="Trainee", access={"leads": own}, can_export=False, order=99)
    assert preselected() == "Trainee"


def test_where_nobody_else_can_work_the_least_role_is_no_admin(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        Role.objects.filter(key__in=("rep", "manager")).update(access={})
        assert least_role().can_set_up is False
        Role.objects.exclude(key="admin").update(can_set_up=True)
        firm.tenant.__dict__.pop("_memo", None)
        assert least_role() in Role.objects.all()


def test_invitations_are_limited(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    _page, nina = invite(firm)
    ada = client_of(firm.ada)
    for _ in range(5):
        ada.post(firm.url("setup:invitation", id=nina.pk))
    page = ada.post(firm.url("setup:invitation", id=nina.pk), follow=True).content.decode()
    assert "Too many invitations" in page
    with tenant_context(firm.tenant):
        assert Invitation.objects.filter(membership=nina).count() == 6
    form = {"name": "Ned New", "email": "ned@new.example", "role": str(firm.ana.role_id), "team": ""}
    monkeypatch.setattr("crm.users.inviting.MOST_AN_HOUR", 6)
    assert "Too many invitations" in ada.post(firm.url("setup:invite"), form).content.decode()
    with tenant_context(firm.tenant):
        assert not Membership.objects.filter(email="ned@new.example").exists()
    monkeypatch.setattr("crm.users.inviting.MOST_AN_HOUR", 7)
    assert ada.post(firm.url("setup:invite"), form).status_code == 303


def test_who_is_shut_out_of_their_only_workspace_is_signed_out(firm: Firm, other_firm: Firm) -> None:
    hers, his = Client(), Client()
    for client, email in ((hers, "ana@acme.example"), (his, "max@acme.example")):
        assert client.post("/auth/login/", {"login": email, "password": "correct horse battery"}).status_code == 302
    with tenant_context(other_firm.tenant):
        role = Role.objects.get(key="rep")
        Membership.objects.create(user=firm.max.user, name="Max", name_key="max", role=role)
    ada = client_of(firm.ada)
    for member in (firm.ana, firm.max):
        assert ada.post(firm.url("setup:person_deactivation", id=member.pk)).status_code == 303
    words = "Your access to “Acme” was deactivated."
    to_sign_in = hers.get("/acme/leads/").headers["Location"]
    assert to_sign_in.startswith("/auth/login/") and words in hers.get(to_sign_in).content.decode()
    assert words not in Client().get(to_sign_in).content.decode()
    for client in (hers, his):  # in a tab that is still open
        for send in (client.get, client.post):
            told = send("/acme/leads/new/", HTTP_HX_REQUEST="true")
            assert (told.status_code, words in told.content.decode()) == (409, True)
            assert ("Nothing was saved" in told.content.decode()) == (send == client.post)
    refused = his.get("/acme/leads/")
    assert refused.status_code == 404 and words in refused.content.decode()
    assert his.get("/globex/leads/").status_code == 200  # that workspace has not shut him out
    again = Client()
    again.post("/auth/login/", {"login": "ana@acme.example", "password": "correct horse battery"})
    page = again.get("/", follow=True).content.decode()
    assert words in page and "belong to no workspace" not in page
    ada.post(firm.url("setup:person_deactivation", id=firm.ana.pk), {"_method": "DELETE"})
    assert words not in hers.get(to_sign_in).content.decode()
    assert (
        hers.post("/auth/login/", {"login": "ana@acme.example", "password": "correct horse battery"}).status_code == 302
    )
    assert hers.get("/acme/leads/").status_code == 200


@pytest.mark.parametrize(
    ("path", "leads_to"), [("/acme", "/acme/"), ("/acme?x=y&z=%20", "/acme/?x=y&z=%20"), ("/nowhere", "/nowhere/")]
)
def test_an_address_without_its_last_slash_leads_to_the_workspace(firm: Firm, path: str, leads_to: str) -> None:
    """H10g. Whether there is such a workspace, a stranger does not learn: both ask to sign in."""
    answer = Client().get(path)
    assert (answer.status_code, answer.headers["Location"]) == (302, leads_to)
    assert Client().get(leads_to).headers["Location"].startswith("/auth/login/?next=")
    assert Client().post(path).status_code == 404


@pytest.mark.parametrize("path", ["/favicon.ico", "/auth", "/robots.txt", "/A", "/x", "/%2e%2e", "/acme%0d%0aX: y"])
def test_what_is_no_workspace_leads_nowhere(firm: Firm, path: str) -> None:
    assert Client().get(path).status_code == 404


def test_a_mail_server_that_is_away_is_said_and_tells_nothing_of_accounts(firm: Firm) -> None:
    away = override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=1
    )
    for path in ("/auth/password/reset/", "/workspaces/new/"):
        pages = []
        for email in ("ana@acme.example", "nobody@acme.example"):
            with away:
                answer = Client().post(path, {"email": email})
            page = re.sub(
                r'name="csrfmiddlewaretoken" value="[^"]+"|"X-CSRFToken": "[^"]+"', "", answer.content.decode()
            )
            pages.append((answer.status_code, page.replace(email, "")))
            assert "The mail could not be sent just now." in page
            assert Client().post(path, {"email": email}).status_code in (302, 303)
        assert pages[0] == pages[1]
    shown = client_of(firm.ana)
    with away:
        page = shown.post("/auth/address/", {"next": "/acme/me/"}, follow=True).content.decode()
    assert "The mail could not be sent just now." in page
