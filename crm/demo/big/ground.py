"""The workspaces that are filled: signed up as a person would, with their people and teams."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.hashers import make_password

from crm.demo import words
from crm.ground.text import sort_key
from crm.local.run import DEMO_PASSWORD
from crm.picklists.models import Choice, Meaning, Stage
from crm.picklists.selectors import choices, default_pipeline, stages
from crm.tenants.context import tenant_context
from crm.tenants.memo import forget
from crm.tenants.models import Tenant
from crm.users.models import Membership, User
from crm.users.selectors import members, roles, tenant_of_slug
from crm.users.services import create_team
from crm.users.signing_up import sign_up_workspace

TEAMS = ("Enterprise", "Mid-market", "Small business", "Partners", "Nordics", "Central Europe", "Americas", "Renewals")
POOL = 0.06  # of the records have no owner


@dataclass(frozen=True, slots=True)
class Owner:
    """Who may own a record, as rows and events need it."""

    id: str | None
    team_id: str | None
    json: dict[str, str] | None  # as an event keeps a person


NOBODY = Owner(None, None, None)


@dataclass
class Ground:
    """What the rows of a workspace point at."""

    tenant: Tenant
    admin_email: str
    owners: list[Owner]
    choices: dict[str, list[Choice]]
    stages: list[Stage]
    admin: Owner = field(init=False)

    def __post_init__(self) -> None:
        self.admin = self.owners[0]
        self.tenant_id = str(self.tenant.pk)
        self.pipeline_id = str(self.stages[0].pipeline_id)
        self.open_stages = [one for one in self.stages if one.meaning == Meaning.OPEN]
        self.won = next(one for one in self.stages if one.meaning == Meaning.WON)
        self.lost = next(one for one in self.stages if one.meaning == Meaning.LOST)
        every = [one for choices in self.choices.values() for one in reversed(choices)]
        self._by_meaning = {(one.picklist, one.meaning): str(one.pk) for one in every}
        self._by_label = {(one.picklist, one.label): str(one.pk) for one in every}

    def owner(self, draw: random.Random) -> Owner:
        """Somebody: a few own much, many own little, and some records wait in the pool."""
        if draw.random() < POOL:
            return NOBODY
        return self.owners[int(len(self.owners) * draw.random() ** 1.5)]

    def meaning(self, picklist: str, meaning: str) -> str:
        """The id of the first choice that means it."""
        return self._by_meaning[picklist, meaning]

    def called(self, picklist: str, label: str) -> str:
        """The id of the choice of that label."""
        return self._by_label[picklist, label]


def ground_of(slug: str, name: str, *, people: int, teams: int) -> Ground:
    """Return the workspace at ``slug``, signed up and staffed if it is not there yet."""
    tenant = tenant_of_slug(slug)
    email = f"admin@{slug}.angler.example"
    if tenant is None:
        user = _user(email, f"Alex {name}")
        admin = sign_up_workspace(
            name=name, slug=slug, time_zone="Europe/Berlin", currency="EUR", language="en", user=user
        )
        tenant = Tenant.objects.get(pk=admin.tenant_id)
        with tenant_context(tenant):
            _hire(slug, people, teams)
    with tenant_context(tenant):
        return _read(tenant, email)


def _read(tenant: Tenant, email: str) -> Ground:
    sellers = [one for one in members() if one.role.key != "read_only"]
    sellers.sort(key=lambda one: (one.email != email, one.email))
    owners = [
        Owner(str(one.pk), str(one.team_id) if one.team_id else None, {"id": str(one.pk), "label": one.name})
        for one in sellers
    ]
    lists = ("lead_status", "lead_source", "rating", "unqualified_reason", "account_type", "industry", "relationship",
             "contact_role", "loss_reason")  # fmt: skip
    return Ground(tenant, email, owners, {key: list(choices(key)) for key in lists}, list(stages(default_pipeline())))


def _hire(slug: str, people: int, teams: int) -> None:
    """Let colleagues in until the workspace has ``people``: in each team a manager, and one in twelve only reads."""
    admin = members()[0]
    groups = [create_team(actor=admin, name=name) for name in TEAMS[:teams]]
    by_role = {role.key: role for role in roles()}
    draw = random.Random(slug)
    for number in range(1, people):
        role = "manager" if number <= teams else "read_only" if number % 12 == 0 else "rep"
        name = f"{draw.choice(words.FIRST_NAMES)} {draw.choice(words.LAST_NAMES)}"
        user = _user(f"person-{number:02}@{slug}.angler.example", name)
        Membership.objects.create(
            user=user,
            email=user.email,
            name=name,
            name_key=sort_key(name),
            role=by_role[role],
            team=groups[number % len(groups)],
        )
    forget("users.")


_password: list[str] = []


def _user(email: str, name: str) -> User:
    """A person who signs in with the demo's password; it is hashed once for all, for hashing is slow on purpose."""
    if not _password:
        _password.append(make_password(DEMO_PASSWORD))
    user: Any = User.objects.filter(email=email).first()
    return user or User.objects.create(email=email, name=name, password=_password[0])
