"""The front door, choosing among workspaces, and making a new one that works at once."""

from __future__ import annotations

import pytest
from django.test import Client
from django.test.utils import override_settings

from crm.events.models import Event
from crm.picklists.models import Choice, Stage
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from crm.users.models import Membership, Role, Team, User
from crm.users.selectors import workspaces_of
from crm.users.services import free_slug, sign_up_workspace
from tests.people import PASSWORD, Firm, client_of, make_user

PERSON = {"person_name": "Nora New", "email": "Nora@New.example", "password": PASSWORD}
WORKSPACE = {"name": "Nordwind GmbH", "slug": "", "time_zone": "Europe/Berlin", "currency": "EUR", "language": "en-de"}


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
    ana = client_of(firm.ana)
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


def test_a_stranger_signs_up_and_is_inside(db: None) -> None:
    client = Client()
    assert client.get("/workspaces/new/").status_code == 200
    answer = client.post("/workspaces/new/", {**PERSON, **WORKSPACE})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/nordwind-gmbh/")
    page = client.get("/nordwind-gmbh/me/").content.decode()
    assert "nora@new.example" in page
    assert "Nora New" in page
    assert client.get("/acme/me/").status_code == 404


def test_a_new_workspace_is_usable_at_once(db: None) -> None:
    Client().post("/workspaces/new/", {**PERSON, **WORKSPACE})
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
        ("email", "ana@acme.example", "There is an account"),
        ("email", "no address", "valid email"),
        ("password", "short", "at least 10"),
        ("password", "nora@new.example", "too similar"),
        ("person_name", "", "required"),
        ("person_name", "Nora\nNew", "one line"),
        ("name", " ", "required"),
        ("slug", "acme", "already exists"),
        ("slug", "auth", "taken"),
        ("slug", "A b", "a–z"),
        ("time_zone", "Mars/Olympus", "Select a valid choice"),
        ("currency", "XYZ", "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(firm: Firm, field: str, value: str, says: str) -> None:
    before = (Tenant.objects.count(), User.objects.count())
    answer = Client().post("/workspaces/new/", {**PERSON, **WORKSPACE, field: value})
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert list(errors) == [field]
    assert says in errors[field][0]
    assert (Tenant.objects.count(), User.objects.count()) == before


def test_signing_up_is_throttled(db: None) -> None:
    local = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "sign-up"}}
    with override_settings(CACHES=local, ACCOUNT_RATE_LIMITS={"signup": "2/m/ip"}):
        client = Client()
        for _ in range(2):
            assert client.post("/workspaces/new/", {}).status_code == 422
        answer = client.post("/workspaces/new/", {**PERSON, **WORKSPACE})
        assert answer.status_code == 429
        assert "Too many tries" in answer.content.decode()
        assert client.get("/workspaces/new/").status_code == 200
    assert not Tenant.objects.filter(slug="nordwind-gmbh").exists()


def test_addresses_are_made_from_names(firm: Firm) -> None:
    assert [free_slug(name) for name in ("Acme", "Müller & Söhne", "北京", "A", "auth", "x" * 99)] == [
        "acme-2",
        "muller-sohne",
        "workspace",
        "a-crm",
        "auth-2",
        "x" * 36,
    ]


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
