"""The people that tests are about. Ada sets up, Max manages, Ana owns, Sam sells, Rita reads; Gus is from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from django.utils.crypto import get_random_string

from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from crm.tenants.urls import workspace_url
from crm.users.middleware import LAST_WORKSPACE
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
    from crm.users.signing_up import sign_up_workspace

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
    """Return a client that is signed in as ``member``: by a session alone, in one statement instead of a dozen."""
    client, user = Client(**options), member.user  # type: ignore[arg-type]
    held = {
        SESSION_KEY: str(user.pk),  # type: ignore[union-attr]
        BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
        HASH_SESSION_KEY: user.get_session_auth_hash(),  # type: ignore[union-attr]
        LAST_WORKSPACE: member.tenant.slug,  # else the first request writes it
    }
    until = timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    session = Session(session_key=get_random_string(32), session_data=SessionStore().encode(held), expire_date=until)
    session.save(force_insert=True)
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client
