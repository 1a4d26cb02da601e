"""Who may do what: scopes, the pool, team trees, and that a list shows exactly what the single record allows."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from crm.picklists.models import Choice
from crm.tenants.memo import forget
from crm.users.access import SCOPES, VERBS, can, may, visible, why
from crm.users.models import Membership, Team
from crm.users.roles import type_keys
from tests.people import Firm


def account(name: str, **fields: Any) -> Account:
    kind = Choice.objects.filter(picklist="account_type")[0]
    return Account.objects.create(name=name, sort_name=name.lower(), type=kind, **fields)


def grant(member: Membership, **scopes: str) -> Membership:
    """Give ``member``'s role these scopes on accounts, in the database and in hand."""
    member = Membership.objects.select_related("role", "team").get(pk=member.pk)
    member.role.access = {**member.role.access, "accounts": {"view": "none", "create": "none", **scopes}}
    member.role.save(update_fields=["access"])
    return member


@pytest.fixture
def records(inside: Firm) -> dict[str, Account]:
    return {
        "mine": account("Mine", owner=inside.ana),
        "mine in west": account("Mine in West", owner=inside.ana, team=inside.west),
        "mate's": account("Mate's", owner=inside.max),
        "team's": account("Team's", team=inside.east),
        "west": account("West", owner=inside.sam),
        "mate's in west": account("Mate's in West", owner=inside.max, team=inside.west),
        "teamless": account("Teamless", owner=inside.rita),
        "pool": account("Pool"),
    }


REACH = {
    "none": set(),
    "own": {"mine", "mine in west"},
    "team": {"mine", "mine in west", "mate's", "team's", "pool"},
    "all": {"mine", "mine in west", "mate's", "team's", "west", "mate's in west", "teamless", "pool"},
}


@pytest.mark.parametrize("scope", SCOPES)
def test_each_scope_reaches_its_records_singly_and_in_lists(
    inside: Firm, records: dict[str, Account], scope: str
) -> None:
    ana = grant(inside.ana, view=scope)
    singly = {name for name, record in records.items() if can(ana, "view", record)}
    listed = set(visible(ana, Account.objects.filter(pk__in=[r.pk for r in records.values()])))
    assert singly == REACH[scope]
    assert listed == {records[name] for name in REACH[scope]}
    assert may(ana, "view", "accounts") == (scope != "none")


def test_a_manager_reaches_the_teams_below(inside: Firm, records: dict[str, Account]) -> None:
    ana = grant(inside.ana, view="team")
    assert not can(ana, "view", records["west"])
    Team.objects.filter(pk=inside.west.pk).update(parent=inside.east)
    forget("users.")
    assert can(ana, "view", records["west"])
    assert records["west"] in visible(ana, Account.objects.all())
    sam = grant(inside.sam, view="team")
    assert not can(sam, "view", records["mate's"])  # not the teams above


def test_a_member_without_team_reaches_own_and_pool(inside: Firm, records: dict[str, Account]) -> None:
    rita = grant(inside.rita, view="team")
    reached = {name for name, record in records.items() if can(rita, "view", record)}
    assert reached == {"teamless", "pool"}
    assert set(visible(rita, Account.objects.filter(name__in=["Teamless", "Pool", "Mine"]))) == {
        records["teamless"],
        records["pool"],
    }


def test_nobody_changes_what_they_may_not_view(inside: Firm, records: dict[str, Account]) -> None:
    ana = grant(inside.ana, view="own", edit="all", delete="all")
    assert can(ana, "edit", records["mine"])
    assert not can(ana, "edit", records["west"])
    assert set(visible(ana, Account.objects.all(), "delete")) == {records["mine"], records["mine in west"]}


def test_who_sets_up_reaches_everything_even_unknown_types(inside: Firm, records: dict[str, Account]) -> None:
    ada = grant(inside.ada, view="none")
    assert all(can(ada, verb, record) for verb in VERBS for record in records.values())
    assert may(ada, "view", "a type of tomorrow")
    assert not may(inside.ana, "view", "a type of tomorrow")


def test_the_shipped_roles(inside: Firm) -> None:
    expected = {
        "admin": {"view": True, "create": True, "edit": True, "delete": True},
        "manager": {"view": True, "create": True, "edit": True, "delete": True},
        "rep": {"view": True, "create": True, "edit": True, "delete": True},
        "read_only": {"view": True, "create": False, "edit": False, "delete": False},
    }
    for role, member in inside.everybody.items():
        for key in type_keys():
            assert {verb: may(member, verb, key) for verb in VERBS} == expected[role], (role, key)


def test_a_list_costs_one_query_more_at_most(inside: Firm, records: dict[str, Account]) -> None:
    ana = grant(inside.ana, view="team")
    with CaptureQueriesContext(
        connection,
    ) as first:
        list(visible(ana, Account.objects.all()))
    with CaptureQueriesContext(connection) as second:
        list(visible(ana, Account.objects.all()))
        assert can(ana, "view", records["mate's"])
    assert (len(first), len(second)) == (2, 1)


def test_why_gives_the_reason(inside: Firm, records: dict[str, Account]) -> None:
    ana = grant(inside.ana, view="team", edit="own")
    assert why(ana, "view", records["mine"], "accounts") == "You own it."
    assert why(ana, "view", records["team's"], "accounts") == "It belongs to your team."
    assert why(ana, "view", records["pool"], "accounts").startswith("It has neither an owner nor a team")
    assert why(ana, "edit", records["team's"], "accounts") == "The role “Rep” may change only accounts that you own."
    assert (
        why(ana, "view", records["west"], "accounts")
        == "The role “Rep” may see only accounts of your team, or of nobody."
    )
    assert why(ana, "delete", records["mine"], "accounts") == "The role “Rep” may not delete accounts."
    assert why(inside.ada, "delete", records["west"], "accounts") == "The role “Admin” may delete all accounts."
