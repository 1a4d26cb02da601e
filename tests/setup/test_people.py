"""An admin says who comes in, as what, and reads what workflows did."""

from __future__ import annotations

from typing import Any

import pytest

from crm.activities.services import complete_task, create_activity
from crm.events import handlers
from crm.events.models import Event, HandlerRun, OutboxMessage
from crm.events.selectors import last_change_of_setting
from crm.fields.custom.services import create_field, update_field
from crm.fields.tags import ensure_tags, rename_tag
from crm.picklists.selectors import choices
from crm.picklists.services import update_stage
from crm.setup.access import SCOPE_LABELS
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from crm.users import selectors
from crm.users.choices import places
from crm.users.models import Membership, Role, Team
from crm.users.services import update_member
from crm.users.settings import NAME
from leads.services import close_as_unqualified
from tests import make
from tests.people import Firm, client_of


def _member(firm: Firm, email: str) -> Membership:
    with tenant_context(firm.tenant):
        return Membership.objects.select_related("role", "team").get(email=email)


def _matrix(role: Role, **changes: str) -> dict[str, Any]:
    scopes = {f"{key}-{verb}": scope for key, granted in role.access.items() for verb, scope in granted.items()}
    return {"name": role.name, **scopes, **changes}


def test_inviting_somebody(firm: Firm) -> None:
    client = client_of(firm.ada)
    place = {"role": str(firm.ana.role_id), "team": str(firm.east.pk)}
    refused = client.post(firm.url("setup:invite"), {**place, "name": "Ana", "email": firm.ana.email})
    assert refused.status_code == 422
    assert "member already" in refused.content.decode()
    answer = client.post(firm.url("setup:invite"), {**place, "name": "Nina New", "email": "nina@acme.example"})
    assert answer.status_code == 303
    nina = _member(firm, "nina@acme.example")
    assert (nina.team, nina.role) == (firm.east, firm.ana.role)
    page = client.get(answer.url)
    assert page.context["invitation_url"] in page.content.decode()
    client.post(firm.url("setup:invitation", id=nina.pk))
    assert client.get(answer.url).context["invitation_url"] != page.context["invitation_url"]
    assert client.post(firm.url("setup:invitation", id=firm.ana.pk)).status_code == 404


def test_changing_and_shutting_out(firm: Firm) -> None:
    client = client_of(firm.ada)
    address = firm.url("setup:person", id=firm.ana.pk)
    client.post(address, {"name": "Ana Orr", "role": str(firm.max.role_id), "team": ""})
    ana = _member(firm, firm.ana.email)
    assert (ana.name, ana.role.key, ana.team) == ("Ana Orr", "manager", None)
    hers = client_of(firm.ana)
    assert hers.get(firm.url("leads:list")).status_code == 200
    client.post(firm.url("setup:person_deactivation", id=firm.ana.pk))
    assert hers.get(firm.url("leads:list")).status_code == 404
    client.post(firm.url("setup:person_deactivation", id=firm.ana.pk), {"_method": "DELETE"})
    assert hers.get(firm.url("leads:list")).status_code == 200


def test_before_a_person_is_deactivated_one_reads_what_they_have_open(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        reason = choices("unqualified_reason")[0]
        close_as_unqualified(lead=make.lead(firm.ana), reason=reason, actor=firm.ana)
        leads = [make.lead(firm.ana), make.lead(firm.ana)]
        make.lead(firm.sam)
        make.opportunity(firm.ana, stage=make.stage("won"))
        task = create_activity(kind="task", records=leads[:1], actor=firm.ana, subject="Call")
        complete_task(task=task, actor=firm.ana)
        create_activity(kind="task", records=leads[:1], actor=firm.ana, subject="Call again")
        create_activity(kind="task", records=leads[:1], actor=firm.sam, subject="Sam's own")
        create_activity(kind="task", records=[], actor=firm.ana, subject="Buy flowers")
    client = client_of(firm.ada)
    asked = client.get(firm.url("setup:person_deactivation", id=firm.ana.pk))
    uses = {str(use.label): use for use in asked.context["owned"].uses}
    counts = {label: use.count for label, use in uses.items()}
    assert counts == {"Open leads": 2, "Accounts": 1, "Open tasks": 1, "Open tasks that you cannot see": 1}
    listed = client.get(uses["Open leads"].url)
    assert {row.record for row in listed.context["rows"]} == set(leads)
    listed = client.get(uses["Open tasks"].url)
    assert [row.task.subject for row in listed.context["rows"]] == ["Call again"], "the number leads to what it counts"
    assert (str(firm.ana.pk), "Ana Owner") in [(key, label) for key, _url, label in listed.context["people"]]
    assert f"who={firm.ana.pk}" in str(listed.context["days"])
    assert _member(firm, firm.ana.email).is_active


def test_the_last_admin_stays(firm: Firm) -> None:
    client = client_of(firm.ada)
    mine = {"name": "Ada Admin", "team": ""}
    refused = client.post(firm.url("setup:person", id=firm.ada.pk), {**mine, "role": str(firm.ana.role_id)})
    assert refused.status_code == 422
    client.post(firm.url("setup:person_deactivation", id=firm.ada.pk))
    assert _member(firm, firm.ada.email).is_active
    client.post(firm.url("setup:person", id=firm.max.pk), {"name": "Max", "role": str(firm.ada.role_id), "team": ""})
    passed = client.post(firm.url("setup:person", id=firm.ada.pk), {**mine, "role": str(firm.ana.role_id)})
    assert passed.status_code == 303
    assert client.get(firm.url("setup:index")).status_code == 404


def test_what_a_person_owns_is_counted(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        for _ in range(2):
            make.lead(firm.ana)
        make.lead(firm.sam)
    client = client_of(firm.ada)
    used = client.get(firm.url("setup:person", id=firm.ana.pk)).context["used"]
    assert [(str(use.label), use.count) for use in used.uses] == [("Leads", 2)]
    assert len(client.get(used.uses[0].url).context["page"].rows) == 2


def test_teams_are_a_tree(firm: Firm) -> None:
    client = client_of(firm.ada)
    client.post(firm.url("setup:new_team"), {"name": "Coast", "parent": str(firm.east.pk)})
    rows = client.get(firm.url("setup:teams")).context["rows"]
    assert [(row.team.name, row.above) for row in rows][:2] == [("East", ()), ("Coast", ("East",))]
    coast = rows[1].team
    circle = client.post(firm.url("setup:team", id=firm.east.pk), {"name": "East", "parent": str(coast.pk)})
    assert circle.status_code == 422
    assert client.post(firm.url("setup:team_deletion", id=firm.east.pk)).status_code == 303
    with tenant_context(firm.tenant):
        assert Team.objects.filter(pk=firm.east.pk).exists()
    client.post(firm.url("setup:team_deletion", id=coast.pk))
    with tenant_context(firm.tenant):
        assert not Team.objects.filter(pk=coast.pk).exists()


def test_a_role_reaches_as_far_as_its_matrix_says(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.sam)
    hers = client_of(firm.ana)
    record = firm.url("leads:record", record_id=lead.pk)
    assert hers.get(record).status_code == 404
    client = client_of(firm.ada)
    address = firm.url("setup:role", id=firm.ana.role_id)
    refused = client.post(address, _matrix(firm.ana.role, **{"leads-view": "everything"}))
    assert refused.status_code == 422
    assert hers.get(record).status_code == 404
    assert client.post(address, _matrix(firm.ana.role, **{"leads-view": "all"})).status_code == 303
    assert hers.get(record).status_code == 200


def test_a_role_of_ones_own(firm: Firm) -> None:
    client = client_of(firm.ada)
    assert client.post(firm.url("setup:new_role"), _matrix(firm.ana.role, name="Intern")).status_code == 303
    with tenant_context(firm.tenant):
        intern = next(role for role in selectors.roles() if role.name == "Intern")
    assert intern.access == firm.ana.role.access
    client.post(firm.url("setup:role_deletion", id=firm.ana.role_id))
    client.post(firm.url("setup:role_deletion", id=intern.pk))
    with tenant_context(firm.tenant):
        assert Role.objects.filter(pk=firm.ana.role_id).exists()
        assert not Role.objects.filter(pk=intern.pk).exists()


def test_the_workspace(firm: Firm) -> None:
    client = client_of(firm.ada)
    address = firm.url("setup:workspace")
    values = {"name": "Acme & Co", "time_zone": "Europe/Berlin", "currency": "EUR", "language": "en-de"}
    assert client.post(address, {**values, "time_zone": "Mars/Olympus"}).status_code == 422
    assert client.post(address, values).status_code == 303
    saved = Tenant.objects.get(pk=firm.tenant.pk)
    assert {name: getattr(saved, name) for name in values} == values
    assert "Acme &amp; Co" in client.get(address).content.decode()


@pytest.mark.parametrize("place", [code for code, _label in places()])
def test_the_workspace_page_opens_in_the_way_of_every_place(place: str, firm: Firm) -> None:
    """It answered 500 in every place but the United States."""
    Tenant.objects.filter(pk=firm.tenant.pk).update(language=place)
    answer = client_of(firm.ada).get(firm.url("setup:workspace"))
    assert answer.status_code == 200 and answer.headers["Content-Language"] == place


def test_failed_runs_can_be_tried_again(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        event = Event.objects.order_by("at")[0]
        HandlerRun.objects.create(event=event, handler="tidy", outcome="Swept", succeeded=True, attempts=1)
        failed = OutboxMessage.objects.create(
            event=event, handler="account-life", attempts=8, failed_at=event.at, last_error="<b>out of cheese</b>"
        )
        waiting = OutboxMessage.objects.create(event=event, handler="account-life")
    client = client_of(firm.ada)
    page = client.get(firm.url("setup:runs")).content.decode()
    assert "Swept" in page
    assert "&lt;b&gt;out of cheese" in page
    assert client.post(firm.url("setup:retry", id=waiting.pk)).status_code == 404
    assert client.get(firm.url("setup:retry", id=failed.pk)).status_code == 405
    assert client.post(firm.url("setup:retry", id=failed.pk)).status_code == 303
    with tenant_context(firm.tenant):
        assert OutboxMessage.objects.get(pk=failed.pk).failed_at is None


def test_every_change_is_told(firm: Firm) -> None:
    client = client_of(firm.ada)
    client.post(firm.url("setup:new_entry", key="industry"), {"label": "Fishing <q>"})
    client.post(firm.url("setup:new_team"), {"name": "North"})
    rows = client.get(firm.url("setup:changes")).context["table"].data
    assert [(row["subject"], row["phrase"]) for row in rows[:2]] == [
        ("North", "Ada Admin created this"),
        ("Industries: Fishing <q>", "Ada Admin added “Fishing <q>”"),
    ]
    assert "<q>" not in client.get(firm.url("setup:changes")).content.decode()


def told(firm: Firm) -> list[str]:
    return [row["phrase"] for row in client_of(firm.ada).get(firm.url("setup:changes")).context["table"].data]


def test_changes_of_the_setup_are_told_in_words_with_both_values(firm: Firm) -> None:
    """They were "changed active from yes to no", "changed name, probability", and of a role "changed access"."""
    client, key = client_of(firm.ada), "industry"
    with tenant_context(firm.tenant):
        entry = choices(key)[0]
        stage = make.stage("open")
        role = Role.objects.get(pk=firm.ana.role_id)
        before = role.access["accounts"]["delete"]
    client.post(firm.url("setup:entry_deactivation", key=key, id=entry.pk))
    assert told(firm)[0] == "Ada Admin deactivated it"
    client.post(firm.url("setup:person_deactivation", id=firm.sam.pk))
    assert told(firm)[0] == "Ada Admin deactivated them", "a person is no it"
    asked = client.get(firm.url("setup:person_deactivation", id=firm.sam.pk))
    assert asked.headers["Location"] == firm.url("setup:person", id=firm.sam.pk), (
        "who is out already is not asked about"
    )
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        sam = Membership.objects.select_related("role", "team").get(pk=firm.sam.pk)
        update_member(actor=firm.ada, member=sam, role=sam.role, team=sam.team, is_active=True, name=sam.name)
    assert told(firm)[0] == "Ada Admin activated them again"
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        update_stage(stage=stage, actor=firm.ada, values={"label": "First talks", "probability": 35})
    assert told(firm)[0] == (
        f"Ada Admin changed name from {stage.label} to First talks, probability from {stage.probability}% to 35%"
    )
    client.post(firm.url("setup:role", id=role.pk), _matrix(role, **{"accounts-delete": "all"}))
    assert before != "all" and f"right to delete accounts from {SCOPE_LABELS[before]} to all" in told(firm)[0]


def test_runs_and_their_retries_name_what_ran(firm: Firm) -> None:
    shipped = [one for one in handlers.handlers() if not one.function.__module__.startswith("tests")]
    assert len(shipped) > 10 and not [one.key for one in shipped if not one.label]
    with tenant_context(firm.tenant):
        event = Event.objects.order_by("at")[0]
        HandlerRun.objects.create(event=event, handler="opportunity-activity", succeeded=True, attempts=1)
        failed = OutboxMessage.objects.create(event=event, handler="tell-seller", attempts=8, failed_at=event.at)
    client = client_of(firm.ada)
    page = client.get(firm.url("setup:runs")).content.decode()
    assert "Last activity of opportunities" in page and "Notification of a conversion" in page
    assert "opportunity-activity" not in page and "tell-seller" not in page
    client.post(firm.url("setup:retry", id=failed.pk))
    assert told(firm)[0] == "Ada Admin tried “Notification of a conversion” again"


def test_who_changed_a_setting_is_who_changed_that_one(inside: Firm) -> None:
    """A person or tag that was renamed since is no change of the workspace's name, and an own field has its own."""
    NAME.change("Acme Works", actor=inside.ada)
    field = create_field(actor=inside.ada, record_type="leads", kind="text", label="Colour")
    update_field(field=field, actor=inside.ada, values={"label": "Shade"})
    [tag] = ensure_tags(("vip",))
    rename_tag(tag=tag, name="Very important", actor=inside.max)
    update_member(
        actor=inside.max, member=inside.sam, role=inside.sam.role, team=inside.sam.team, is_active=True, name="Sam Else"
    )
    asked: list[tuple[Any, str]] = [(None, "name"), (field, "label"), (inside.sam, "name"), (tag, "name")]
    found = [last_change_of_setting(*one) for one in asked]
    assert [one and one.by for one in found] == ["Ada Admin", "Ada Admin", "Max Manager", "Max Manager"]
