"""Signing in and out, forgotten passwords, sessions, and what guessers meet."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.test.utils import override_settings

from crm.ground.cache import ForgivingRedisCache
from crm.users.models import User
from tests.people import PASSWORD, Firm, client_of
from tests.users.caches import clean_cache  # noqa: F401 (a fixture)

NEW_PASSWORD = "a wholly different one"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str) -> HttpResponse:
    return client.post("/auth/login/", {"login": email, "password": password, **more})  # type: ignore[return-value]


@pytest.mark.parametrize("email", ["ana@acme.example", "  ANA@Acme.Example "])
def test_sign_in_leads_to_the_workspace(firm: Firm, email: str) -> None:
    client = Client()
    assert client.get("/auth/login/").status_code == 200
    answer = sign_in(client, email)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert client.get("/").headers["Location"] == "/acme/"


def test_sign_in_comes_back_to_where_it_was_asked(firm: Firm) -> None:
    client = Client()
    page = client.get("/auth/login/?next=/acme/leads/%3Fstage%3Dwon")
    assert 'value="/acme/leads/?stage=won"' in page.content.decode()
    answer = sign_in(client, "ana@acme.example", next="/acme/leads/?stage=won")
    assert answer.headers["Location"] == "/acme/leads/?stage=won"


def test_sign_in_never_leads_elsewhere(firm: Firm) -> None:
    answer = sign_in(Client(), "ana@acme.example", next="https://evil.example/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


@pytest.mark.parametrize(
    ("email", "password"), [("ana@acme.example", "wrong password"), ("nobody@acme.example", PASSWORD)]
)
def test_what_does_not_fit_says_the_same_for_known_and_unknown(firm: Firm, email: str, password: str) -> None:
    client = Client()
    page = sign_in(client, email, password).content.decode()
    assert "do not belong together" in page
    assert client.get("/").headers["Location"] == "/auth/login/"


def test_without_redis_people_still_sign_in(firm: Firm) -> None:
    ForgivingRedisCache._down_until = 0
    nowhere = {"default": {"BACKEND": "crm.ground.cache.ForgivingRedisCache", "LOCATION": "redis://127.0.0.1:1/0"}}
    with override_settings(CACHES=nowhere):
        assert cache.get("anything", "away") == "away"
        assert "do not belong together" in sign_in(Client(), "ana@acme.example", "wrong").content.decode()
        assert sign_in(Client(), "ana@acme.example").status_code == 302
    ForgivingRedisCache._down_until = 0


def test_signing_out_needs_a_post(firm: Firm) -> None:
    ana = client_of(firm.ana)
    assert "Sign out?" in ana.get("/auth/logout/").content.decode()
    assert ana.get("/").headers["Location"] == "/acme/"
    assert ana.post("/auth/logout/").headers["Location"] == "/auth/login/"
    assert ana.get("/").headers["Location"] == "/auth/login/"


def test_a_switched_off_account_does_not_sign_in(firm: Firm) -> None:
    assert sign_in(Client(), "ana@acme.example").headers["Location"] == "/"
    User.objects.filter(email="ana@acme.example").update(is_active=False)
    client = Client()
    sign_in(client, "ana@acme.example")
    assert client.get("/").headers["Location"] == "/auth/login/"
    assert client.get("/auth/inactive/").status_code == 200


def test_changing_the_password_ends_the_other_sessions(firm: Firm) -> None:
    here, there = client_of(firm.ana), client_of(firm.ana)
    assert here.get("/auth/password/change/").status_code == 200
    wrong = here.post(
        "/auth/password/change/", {"oldpassword": "no", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    )
    assert "has-error" in wrong.content.decode()
    assert there.get("/").headers["Location"] == "/acme/"
    answer = here.post(
        "/auth/password/change/?next=/acme/me/",
        {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "next": "/acme/me/"},
    )
    assert answer.headers["Location"] == "/acme/me/"
    assert here.get("/").headers["Location"] == "/acme/"
    assert there.get("/").headers["Location"] == "/auth/login/"
    assert sign_in(Client(), "ana@acme.example", NEW_PASSWORD).status_code == 302


def test_a_forgotten_password_is_set_anew_by_mail(firm: Firm) -> None:
    client = Client()
    assert client.get("/auth/password/reset/").status_code == 200
    answer = client.post("/auth/password/reset/", {"email": "Ana@acme.example"}, follow=True)
    assert "Look into your mail" in answer.content.decode()
    (message,) = mail.outbox
    assert message.to == ["ana@acme.example"]
    assert message.subject == "Set a new password for Angler"
    (link,) = re.findall(r"http://localhost:8000(/\S+)", str(message.body))
    page = client.get(link, follow=True)
    action = page.request["PATH_INFO"]
    assert 'autocomplete="new-password"' in page.content.decode()
    short = client.post(action, {"password1": "short", "password2": "short"})
    assert "has-error" in short.content.decode()
    done = client.post(action, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}, follow=True)
    assert "Your password is changed" in done.content.decode()
    assert sign_in(Client(), "ana@acme.example", NEW_PASSWORD).status_code == 302
    for again in (Client().get(link, follow=True), client.post(action, {"password1": "x", "password2": "x"})):
        page = again.content.decode()  # it said that the link opens nothing any more
        assert "Your new password is set already" in page and 'href="/auth/login/"' in page
    other = f"{link[:-8]}abcdefg/"
    assert "opens nothing any more" in Client().get(other, follow=True).content.decode(), "of this link only"


def test_asking_for_an_unknown_address_answers_the_same(firm: Firm) -> None:
    answer = Client().post("/auth/password/reset/", {"email": "nobody@acme.example"}, follow=True)
    assert "Look into your mail" in answer.content.decode()
    assert "Nobody signs in with that address" in mail.outbox[0].body


def test_sessions_are_listed_and_the_others_ended(firm: Firm) -> None:
    here, there = Client(headers={"User-Agent": FIREFOX}), Client()
    sign_in(here, "ana@acme.example")
    sign_in(there, "ana@acme.example")
    page = here.get("/auth/sessions/").content.decode()
    assert "Firefox, Linux" in page
    assert page.count("This one") == 1
    assert there.get("/").headers["Location"] == "/acme/"
    assert "nowhere else" in here.post("/auth/sessions/", follow=True).content.decode()
    assert there.get("/").headers["Location"] == "/auth/login/"
    assert here.get("/").headers["Location"] == "/acme/"
