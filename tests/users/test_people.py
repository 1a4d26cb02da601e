"""Changing members, teams and roles: what is recorded, and what is refused."""

from __future__ import annotations

import re
from threading import Event as ThreadEvent
from threading import Thread
from time import sleep
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connections

from crm.activities.services import create_activity
from crm.events.models import Event
from crm.ground.text import sort_key
from crm.preferences.declared import settings
from crm.preferences.setting import change_settings
from crm.tenants.context import tenant_context
from crm.tenants.memo import forget
from crm.tenants.models import Tenant
from crm.tenants.stored import Flag, Stored
from crm.users.models import Membership, Role, Team
from crm.users.roles import REP
from crm.users.selectors import (
    member_by_name_or_email,
    members,
    members_called,
    roles,
    team_tree_ids,
    teammate_ids,
    teams,
)
from crm.users.services import (
    create_member,
    create_role,
    create_team,
    delete_role,
    delete_team,
    ensure_member,
    update_member,
    update_role,
    update_team,
)
from tests import make
from tests.budgets.test_queries import queries
from tests.people import Firm, client_of

ALL = {"view": "all", "create": "all", "edit": "all", "delete": "all"}


def role_of(key: str) -> Role:
    return Role.objects.get(key=key)


def fresh(member: Membership) -> Membership:
    return Membership.objects.select_related("role", "team").get(pk=member.pk)


def test_a_member_changes_and_the_log_says_how(inside: Firm) -> None:
    update_member(
        actor=inside.ada,
        member=fresh(inside.ana),
        role=role_of("manager"),
        team=inside.west,
        is_active=True,
        name="Ana O.",
    )
    ana = fresh(inside.ana)
    assert (ana.name, ana.name_key, ana.role.key, ana.team) == ("Ana O.", "ana o.", "manager", inside.west)
    changes = {
        key: value for event in Event.objects.filter(name="member.changed") for key, value in event.changes.items()
    }
    assert changes["name"] == ["Ana Owner", "Ana O."]
    assert [side["label"] for side in changes["role"]] == ["Rep", "Manager"]
    assert [side["label"] for side in changes["team"]] == ["East", "West"]
    assert "is_active" not in changes


def test_nothing_changed_is_nothing_recorded(inside: Firm) -> None:
    ana = fresh(inside.ana)
    update_member(actor=inside.ada, member=ana, role=ana.role, team=ana.team, is_active=True, name=ana.name)
    assert not Event.objects.filter(name="member.changed").exists()


@pytest.mark.parametrize(("role", "is_active"), [("manager", True), ("admin", False)])
def test_the_last_admin_stays(inside: Firm, role: str, is_active: bool) -> None:
    def demote() -> None:
        update_member(
            actor=inside.ada, member=fresh(inside.ada), role=role_of(role), team=None, is_active=is_active, name="Ada"
        )

    with pytest.raises(ValidationError, match="Somebody must be able"):
        demote()
    assert (fresh(inside.ada).role.key, fresh(inside.ada).is_active) == ("admin", True)
    assert not Event.objects.filter(name="member.changed").exists()
    Membership.objects.filter(pk=inside.max.pk).update(role=role_of("admin"))
    demote()
    assert (fresh(inside.ada).role.key, fresh(inside.ada).is_active) == (role, is_active)


def test_who_has_not_come_yet_is_no_admin(inside: Firm) -> None:
    Membership.objects.create(name="Invited", name_key="invited", email="i@acme.example", role=role_of("admin"))
    with pytest.raises(ValidationError, match="Somebody must be able"):
        update_member(
            actor=inside.ada, member=fresh(inside.ada), role=role_of("rep"), team=None, is_active=True, name="Ada"
        )


def test_the_last_admins_role_keeps_its_right(inside: Firm) -> None:
    admin = role_of("admin")
    with pytest.raises(ValidationError, match="Somebody must be able"):
        update_role(
            actor=inside.ada, role=admin, name="Boss", access={}, can_set_up=False, can_import=True, can_export=True
        )
    assert role_of("admin").can_set_up
    update_role(
        actor=inside.ada,
        role=role_of("admin"),
        name="Boss",
        access={},
        can_set_up=True,
        can_import=True,
        can_export=True,
    )
    assert role_of("admin").name == "Boss"


def test_two_admins_do_not_demote_themselves_at_once(fresh_firm: Firm) -> None:
    tenant = fresh_firm.tenant
    with tenant_context(tenant):
        Membership.objects.filter(pk=fresh_firm.max.pk).update(role=role_of("admin"))
    written, outcomes = ThreadEvent(), []

    def demote(member: Membership, first: bool) -> None:
        try:
            with tenant_context(Tenant.objects.get(pk=tenant.pk)):
                assert first or written.wait(10)
                its = fresh(member)
                update_member(actor=its, member=its, role=role_of("rep"), team=None, is_active=True, name=its.name)
                written.set()
                sleep(0.3 if first else 0)  # not committed yet, while the other one looks who is an admin
            outcomes.append("done")
        except ValidationError:
            outcomes.append("refused")
        finally:
            connections["default"].close()

    threads = [Thread(target=demote, args=arguments) for arguments in ((fresh_firm.ada, True), (fresh_firm.max, False))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert outcomes == ["done", "refused"]
    with tenant_context(Tenant.objects.get(pk=tenant.pk)):
        assert Membership.objects.filter(role__key="admin").count() == 1


def test_two_who_change_different_choices_of_a_workspace_at_once_lose_none(fresh_firm: Firm) -> None:
    written = ThreadEvent()

    def choose(key: str, first: bool) -> None:
        try:
            with tenant_context(Tenant.objects.get(pk=fresh_firm.tenant.pk)):
                assert first or written.wait(10)
                Stored(key, Flag(), False).keep(True)
                written.set()
                sleep(0.3 if first else 0)  # not committed yet, while the other one reads what is chosen
        finally:
            connections["default"].close()

    threads = [Thread(target=choose, args=arguments) for arguments in (("one", True), ("other", False))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert {"one", "other"} <= Tenant.objects.get(pk=fresh_firm.tenant.pk).settings.keys()


def test_people_are_found_by_name_or_email(inside: Firm) -> None:
    assert member_by_name_or_email(" ANA@acme.example ") == inside.ana
    assert member_by_name_or_email("ana  owner") == inside.ana
    assert member_by_name_or_email("Aná Öwner") == inside.ana
    assert member_by_name_or_email("nobody@acme.example") is None
    assert member_by_name_or_email("") is None
    assert member_by_name_or_email("gus") is None


def test_of_two_with_one_name_neither_is_meant(inside: Firm) -> None:
    assert member_by_name_or_email("Ana Owner") == inside.ana
    namesake = make_member(inside, "Ana Owner", is_active=False)
    assert member_by_name_or_email("Ana Owner") is None
    assert set(members_called("ana owner")) == {inside.ana, namesake}
    assert namesake not in members()
    assert namesake in members(active_only=False)


def make_member(inside: Firm, name: str, **values: Any) -> Membership:
    forget("users.")
    return Membership.objects.create(name=name, name_key=sort_key(name), role=inside.ana.role, **values)


def test_an_address_means_whose_it_is_and_never_whose_name_it_is(inside: Firm) -> None:
    """A rep who calls herself like the admin's address is not given what a file gives to the admin."""
    make_member(inside, inside.ada.email, email="aaa@acme.example")
    assert member_by_name_or_email(inside.ada.email) == inside.ada
    make_member(inside, "nobody@acme.example")
    assert member_by_name_or_email("nobody@acme.example") is None


def test_an_unknown_owner_is_made_once_and_inactive(inside: Firm) -> None:
    first = ensure_member(actor=inside.ada, name="Moses Frase")
    assert ensure_member(actor=inside.ada, name="moses frase") == first
    assert ensure_member(actor=inside.ada, name="Ana Owner") == inside.ana
    assert (first.is_active, first.role.key) == (False, REP.key)
    assert Event.objects.filter(name="member.imported").count() == 1
    by_mail = ensure_member(actor=inside.ada, name="kami@old.example")
    assert by_mail.email == "kami@old.example"


def test_teams_have_people_and_teams_below(inside: Firm) -> None:
    north = create_team(actor=inside.ada, name=" North ", parent=inside.east)
    assert north.name == "North"
    assert team_tree_ids(inside.east) == {inside.east.pk, north.pk}
    assert teammate_ids(inside.east) == {inside.max.pk, inside.ana.pk}
    assert [team.name for team in teams()] == ["East", "North", "Sales", "West"]
    update_team(actor=inside.ada, team=north, name="North", parent=None)
    assert team_tree_ids(inside.east) == {inside.east.pk}


@pytest.mark.parametrize("name", ["west", "West", " "])
def test_a_team_needs_a_name_of_its_own(inside: Firm, name: str) -> None:
    if name == "west":  # another spelling is another name
        assert create_team(actor=inside.ada, name=name)
        return
    with pytest.raises(ValidationError) as refusal:
        create_team(actor=inside.ada, name=name)
    assert "name" in refusal.value.message_dict


def test_a_team_is_not_below_itself(inside: Firm) -> None:
    north = create_team(actor=inside.ada, name="North", parent=inside.east)
    for parent in (inside.east, north):
        with pytest.raises(ValidationError, match="below itself"):
            update_team(actor=inside.ada, team=inside.east, name="East", parent=parent)
    update_team(actor=inside.ada, team=inside.east, name="East", parent=inside.west)
    assert Team.objects.get(pk=inside.east.pk).parent == inside.west


def test_a_team_in_use_stays(inside: Firm) -> None:
    with pytest.raises(ValidationError, match="still has people"):
        delete_team(actor=inside.ada, team=Team.objects.get(pk=inside.east.pk))
    assert Team.objects.filter(pk=inside.east.pk).exists()
    assert not Event.objects.filter(name="team.deleted").exists()
    empty = create_team(actor=inside.ada, name="Empty")
    delete_team(actor=inside.ada, team=empty)
    assert "Empty" not in [team.name for team in teams()]


def test_roles_are_made_changed_and_deleted(inside: Firm) -> None:
    role = create_role(actor=inside.ada, name="Partner", access={"leads": {"view": "own"}})
    assert role.access == {"leads": {"view": "own", "create": "none", "edit": "none", "delete": "none"}}
    assert roles()[-1] == role
    update_role(
        actor=inside.ada,
        role=role,
        name="Partner",
        access={"leads": ALL},
        can_set_up=False,
        can_import=False,
        can_export=True,
    )
    changes = Event.objects.get(name="role.changed").changes
    assert set(changes) == {"access", "can_export"}
    delete_role(actor=inside.ada, role=role)
    assert not Role.objects.filter(name="Partner").exists()
    with pytest.raises(ValidationError, match="People still have the role “Rep”"):
        delete_role(actor=inside.ada, role=role_of("rep"))


@pytest.mark.parametrize("scopes", [{"view": "everything"}, {"destroy": "all"}])
def test_unknown_verbs_and_scopes_are_refused(inside: Firm, scopes: dict[str, str]) -> None:
    assert create_role(actor=inside.ada, name="Good", access={"leads": {"view": "all"}})
    with pytest.raises(ValidationError, match="unknown verb or scope"):
        create_role(actor=inside.ada, name="Bad", access={"leads": scopes})


def test_the_workspace_changes_and_its_address_stays(firm: Firm) -> None:
    def change(**values: str) -> None:
        given = {"name": "Acme Ltd", "time_zone": "Europe/London", "currency": "GBP", "language": "en", **values}
        change_settings({settings()[key]: value for key, value in given.items()}, actor=firm.ada)

    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)) as here:
        change()
        assert here.time_zone == "Europe/London"
        with pytest.raises(ValidationError):
            change(time_zone="Mars")
        assert here.time_zone == "Europe/London"
        assert Event.objects.get(name="workspace.changed").changes["currency"] == ["USD", "GBP"]
    tenant = Tenant.objects.get(pk=firm.tenant.pk)
    assert (tenant.slug, tenant.name, tenant.currency) == ("acme", "Acme Ltd", "GBP")


def test_two_people_of_one_name_are_told_apart_wherever_one_chooses(firm: Firm) -> None:
    """Forms, filters, tasks, many rows at once, reports, files: all said "Xi" twice."""
    with tenant_context(firm.tenant):
        role = role_of("rep")
        for email in ("xi@acme.example", "other.xi@acme.example"):
            create_member(name="Xi", email=email, role=role)
        create_member(name="XI", email="former@acme.example", role=role, is_active=False)
        lead = make.lead(Membership.objects.get(email="xi@acme.example"))
        make.opportunity(Membership.objects.get(email="xi@acme.example"))
    ada = client_of(firm.ada)
    for page in (
        ada.get("/acme/leads/new/"),
        ada.get("/acme/leads/?edit=owner"),
        ada.get(f"/acme/leads/{lead.pk}/edit/"),
        ada.get("/acme/activities/new/"),
        ada.post("/acme/bulk/leads/new/", {"action": "owner", "id": str(lead.pk)}),
        ada.get("/acme/reports/pipeline/"),
    ):
        text = page.content.decode()
        assert page.status_code == 200 and "Xi (xi@acme.example)" in text, page.request["PATH_INFO"]
        assert not re.search(r"<option[^>]*>\s*(Xi|Sam Seller \(sam@\S+)\s*<", text), page.request["PATH_INFO"]


def test_two_people_of_one_name_are_told_apart_where_their_records_are_shown(firm: Firm) -> None:
    """In lists, on boards, on a record's page and in Tasks; it asks the database nothing more."""
    with tenant_context(firm.tenant):
        lead = make.lead(firm.sam)
        create_activity(kind="task", records=[lead], actor=firm.sam, subject="Call")
    client = client_of(firm.ada)
    addresses = [
        "/acme/leads/?filters=none",
        "/acme/leads/board/?filters=none",
        f"/acme/leads/{lead.pk}/",
        f"{firm.url('activities:tasks')}?who=team&due=all",
    ]
    before = [queries(client, one) for one in addresses]
    with tenant_context(firm.tenant):
        create_member(name="sam SELLER", email="other.sam@acme.example", role=role_of("rep"))
    for address, asked in zip(addresses, before, strict=True):
        assert len(queries(client, address)) == len(asked)
        assert f"Sam Seller ({firm.sam.email})" in client.get(address).content.decode(), address
