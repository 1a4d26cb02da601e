"""The people that tests are about. Ada sets up, Max manages, Ana owns, Sam sells, Rita reads; Gus is from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from django.test import Client

from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from crm.tenants.urls import workspace_url
from crm.users.models import Membership, Role, Team, User

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Firm:
    """A workspace and its people. ``max`` and ``ana`` are of team East, ``sam`` of West."""

    tenant: Tenant
    ada: Membership
    max: Membership
    ana: Membership
    sam: Membership
    rita: Membership
    east: Team
    west: Team

    @property
    def everybody(self) -> dict[str, Membership]:
        return {"admin": self.ada, "manager": self.max, "rep": self.ana, "read_only": self.rita}

    def url(self, name: str, /, **arguments: object) -> str:
        return workspace_url(self.tenant.slug, name, **arguments)


def make_user(email: str, name: str) -> User:
    return User.objects.create_user(email, PASSWORD, name=name)


def make_firm(slug: str, name: str) -> Firm:
    """Sign up a workspace as a person would, and let its admin's colleagues in."""
    from crm.users.services import sign_up_workspace

    ada = sign_up_workspace(
        name=name,
        slug=slug,
        time_zone="America/New_York",
        currency="USD",
        language="en",
        user=make_user(f"ada@{slug}.example", "Ada Admin"),
    )
    tenant = Tenant.objects.get(slug=slug)
    with tenant_context(tenant):
        roles = {role.key: role for role in Role.objects.all()}
        east = Team.objects.create(name="East")
        west = Team.objects.create(name="West")
        people = {
            first: Membership.objects.create(
                user=make_user(f"{first.lower()}@{slug}.example", f"{first} {last}"),
                email=f"{first.lower()}@{slug}.example",
                name=f"{first} {last}",
                name_key=f"{first} {last}".lower(),
                role=roles[role],
                team=team,
            )
            for first, last, role, team in (
                ("Max", "Manager", "manager", east),
                ("Ana", "Owner", "rep", east),
                ("Sam", "Seller", "rep", west),
                ("Rita", "Reader", "read_only", None),
            )
        }
    return Firm(tenant, ada, people["Max"], people["Ana"], people["Sam"], people["Rita"], east, west)


def client_of(member: Membership, **options: object) -> Client:
    """Return a client that is signed in as ``member``."""
    client = Client(**options)  # type: ignore[arg-type]
    client.force_login(member.user)  # type: ignore[arg-type]
    return client
