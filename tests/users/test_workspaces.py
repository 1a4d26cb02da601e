"""The front door, choosing among workspaces, and the addresses that new ones get."""

from __future__ import annotations

import pytest
from django.test import Client

from crm.tenants.context import tenant_context
from crm.users.models import Membership, Role, User
from crm.users.selectors import workspaces_of
from crm.users.signing_up import free_slug, sign_up_workspace
from tests.people import Firm, client_of, make_user


@pytest.fixture
def in_both(firm: Firm, other_firm: Firm) -> User:
    """Ana, who is also a rep of the other firm."""
    with tenant_context(other_firm.tenant):
        role = Role.objects.get(key="rep")
        Membership.objects.create(user=firm.ana.user, name="Ana Owner", name_key="ana owner", role=role)
    assert firm.ana.user
    return firm.ana.user


def test_the_front_door_asks_strangers_to_sign_in(db: None) -> None:
    assert Client().get("/").headers["Location"] == "/auth/login/"


def test_the_front_door_leads_to_the_last_workspace(firm: Firm, in_both: User) -> None:
    ana = Client()
    ana.force_login(in_both)
    assert ana.get("/").headers["Location"] == "/workspaces/"
    assert ana.get("/globex/me/").status_code == 200
    assert ana.get("/").headers["Location"] == "/globex/"
    assert ana.get("/acme/me/").status_code == 200
    assert ana.get("/").headers["Location"] == "/acme/"


def test_workspaces_are_those_one_is_active_in(firm: Firm, other_firm: Firm, in_both: User) -> None:
    page = client_of(firm.ana).get("/workspaces/").content.decode()
    assert 'href="/acme/"' in page
    assert 'href="/globex/"' in page
    with tenant_context(other_firm.tenant):
        Membership.objects.filter(user=in_both).update(is_active=False)
    assert [tenant.slug for tenant in workspaces_of(in_both)] == ["acme"]
    assert 'href="/globex/"' not in client_of(firm.ana).get("/workspaces/").content.decode()


def test_the_frame_shows_the_way_to_other_workspaces(firm: Firm, in_both: User) -> None:
    page = client_of(firm.ana).get("/acme/me/").content.decode()
    assert 'href="/globex/"' in page
    assert 'href="/workspaces/"' in page
    assert 'href="/globex/"' not in client_of(firm.max).get("/acme/me/").content.decode()


def test_who_belongs_nowhere_is_told_so(db: None) -> None:
    client = Client()
    client.force_login(make_user("lost@nowhere.example", "Lee Lost"))
    assert client.get("/").headers["Location"] == "/workspaces/"
    assert "belong to no workspace" in client.get("/workspaces/").content.decode()


def test_addresses_are_made_from_names(firm: Firm) -> None:
    assert [free_slug(name) for name in ("Acme", "Müller & Söhne", "北京", "A", "auth", "x" * 99)] == [
        "acme-2",
        "muller-sohne",
        "workspace",
        "a-crm",
        "auth-2",
        "x" * 36,
    ]
    name = "Weiß & Söhne’s Optik – Werkstatt für Präzision"  # "wei-sohne-optik-werkstatt-fur-prazis": cut in a word
    assert free_slug(name) == "weiss-sohnes-optik-werkstatt-fur"
    assert free_slug(name, "en-de") == "weiss-soehnes-optik-werkstatt-fuer"


def test_two_with_one_address_are_refused_by_name(firm: Firm) -> None:
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError) as refusal:
        sign_up_workspace(
            name="Acme",
            slug="acme",
            time_zone="UTC",
            currency="USD",
            language="en",
            user=firm.ana.user,  # type: ignore[arg-type]
        )
    assert "slug" in refusal.value.message_dict
