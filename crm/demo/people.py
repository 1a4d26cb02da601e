"""The demo workspaces and who works there."""

from __future__ import annotations

from dataclasses import dataclass

from crm.demo import words
from crm.local.run import DEMO_EMAIL, DEMO_PASSWORD
from crm.tenants.memo import forget
from crm.tenants.models import Tenant
from crm.users.models import Membership, Team, User
from crm.users.selectors import members, roles
from crm.users.services import create_team, update_team
from crm.users.signing_up import create_person, sign_up_workspace

TEAMS = ("Mid-market", "Enterprise", "Partners")  # the admin's first
DOMAIN = DEMO_EMAIL.partition("@")[2]


@dataclass(frozen=True)
class Cast:
    """The people of the demo workspace, by the local part of their e-mail."""

    tenant: Tenant
    by_key: dict[str, Membership]

    @property
    def sellers(self) -> list[Membership]:
        """Who owns leads and opportunities: reps most, the admin and managers a few."""
        return [one for one in self.by_key.values() if one.role.key in ("rep", "manager", "admin")]

    @property
    def admin(self) -> Membership:
        return self.by_key["admin"]


def sign_up(slug: str, name: str, admin_email: str, admin_name: str, *, zone: str, currency: str) -> Membership:
    """Sign up a workspace with its admin, as a person would."""
    user = User.objects.filter(email=admin_email).first() or create_person(
        email=admin_email, name=admin_name, password=DEMO_PASSWORD
    )
    return sign_up_workspace(name=name, slug=slug, time_zone=zone, currency=currency, language="en", user=user)


def hire(tenant: Tenant) -> Cast:
    """Let the colleagues in: all can sign in with the demo password. Must be inside the workspace."""
    admin = next(one for one in members() if one.role.key == "admin")
    by_role = {role.key: role for role in roles()}
    first, *others = TEAMS
    assert admin.team is not None  # the one that a new workspace has
    update_team(actor=admin, team=admin.team, name=first, parent=None)
    teams: dict[str, Team] = {name: create_team(actor=admin, name=name) for name in others} | {first: admin.team}
    assert admin.user is not None
    secret = admin.user.password  # hashed once for all: that is slow on purpose, and everybody knows the password
    for name, local, role, team in words.PEOPLE[1:]:
        user = User.objects.create(email=f"{local}@{DOMAIN}", name=name, password=secret)
        member = Membership(user=user, email=user.email, role=by_role[role], team=teams.get(team))
        member.name, member.name_key = name, name.casefold()
        member.save(force_insert=True)
    forget("users.")
    by_key = {one.email.partition("@")[0]: one for one in members()}
    return Cast(tenant, by_key)
