"""Entering a workspace: who gets in, as whom, in which language and zone, and what a failure leaves behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone, translation

from crm.tenants.context import has_tenant, tenant_context
from crm.users.models import Membership, Team, User
from tests.people import Firm, client_of


@pytest.fixture(autouse=True)
def pages() -> Iterator[None]:
    with override_settings(WORKSPACE_URLCONF="tests.users.workspace_pages"):
        yield


def test_a_member_gets_in(firm: Firm) -> None:
    facts = client_of(firm.ana).get("/acme/facts/").json()
    log = facts.pop("log")
    assert facts == {
        "tenant": "acme",
        "actor": "Ana Owner",
        "role": "rep",
        "team": "East",
        "zone": "America/New_York",
        "language": "en",
        "in_transaction": True,
    }
    assert log["tenant"] == "acme"
    assert log["actor"] == str(firm.ana.pk)
    assert not has_tenant()


@pytest.mark.parametrize("path", ["/globex/facts/", "/nowhere/facts/", "/acme/no-such-page/"])
def test_what_is_not_yours_does_not_exist(firm: Firm, other_firm: Firm, path: str) -> None:
    ana = client_of(firm.ana)
    assert ana.get("/acme/facts/").status_code == 200
    assert client_of(other_firm.ana).get("/globex/facts/").status_code == 200
    assert ana.get(path).status_code == 404


def test_an_inactive_member_does_not_get_in(firm: Firm) -> None:
    ana = client_of(firm.ana)
    assert ana.get("/acme/facts/").status_code == 200
    with tenant_context(firm.tenant):
        Membership.objects.filter(pk=firm.ana.pk).update(is_active=False)
    assert ana.get("/acme/facts/").status_code == 404


def test_who_is_not_signed_in_signs_in_and_comes_back(firm: Firm) -> None:
    answer = Client().get("/acme/facts/?stage=won&x=a%20b")
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        "/auth/login/?next=/acme/facts/%3Fstage%3Dwon%26x%3Da%2520b",
    )
    assert Client().post("/acme/write/").headers["Location"] == "/auth/login/?next=/acme/"
    assert Client().get("/nowhere/facts/").status_code == 303  # says nothing about which workspaces exist


def test_a_fragment_lets_the_page_stay_and_names_where_to_sign_in(firm: Firm) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/acme/lazy/"}
    answer = Client().get("/acme/facts/", headers=headers)
    assert (answer.status_code, answer.headers["X-Sign-In"]) == (401, "/auth/login/?next=/acme/lazy/")


def test_the_persons_language_and_zone_come_first(firm: Firm) -> None:
    User.objects.filter(pk=firm.ana.user_id).update(language="en-de", time_zone="Europe/Berlin")
    answer = client_of(firm.ana).get("/acme/facts/", headers={"Accept-Language": "en"})
    assert (answer.json()["zone"], answer.json()["language"]) == ("Europe/Berlin", "en-de")
    assert answer.headers["Content-Language"] == "en-de"
    assert timezone.get_current_timezone_name() == "UTC"
    assert translation.get_language() == "en"


def test_a_template_response_is_rendered_inside(firm: Firm) -> None:
    assert client_of(firm.ana).get("/acme/lazy/").content == b"3 teams"


@pytest.mark.parametrize(("then", "status", "written"), [("", 200, 1), ("404", 404, 0), ("crash", 500, 0)])
def test_what_fails_leaves_nothing_behind(firm: Firm, then: str, status: int, written: int) -> None:
    ana = client_of(firm.ana, raise_request_exception=False)
    assert ana.post(f"/acme/write/?then={then}").status_code == status
    assert not has_tenant()
    with tenant_context(firm.tenant):
        assert Team.objects.filter(name="North").count() == written


def test_no_proxy_keeps_a_page(firm: Firm) -> None:
    assert client_of(firm.ana).get("/acme/facts/").headers["Cache-Control"] == "private, no-cache"


def test_entering_takes_four_queries(firm: Firm) -> None:
    ana = client_of(firm.ana)
    ana.get("/acme/facts/")
    with CaptureQueriesContext(connection) as queries:
        ana.get("/acme/facts/")
    selects = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
    assert len(selects) == 4, selects  # session, user, workspace, member with role and team
