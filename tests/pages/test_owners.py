"""Who may only look on is not offered as the owner of what is new, but keeps what was given to them."""

from __future__ import annotations

import re

import pytest

from crm.tenants.context import tenant_context
from crm.users.models import Membership
from tests import make
from tests.people import Firm, client_of


def owners(page: str) -> list[str]:
    """The labels of the page's select of owners."""
    (select,) = re.findall(r'<select name="(?:extra-)?owner".*?</select>', page, flags=re.DOTALL)
    return re.findall(r"<option[^>]*>\s*([^<]*?)\s*</option>", select)


@pytest.mark.parametrize("key", ["leads", "accounts", "contacts", "opportunities"])
def test_a_new_record_is_offered_to_those_who_may_change_it(firm: Firm, key: str) -> None:
    offered = owners(client_of(firm.ada).get(firm.url(f"{key}:new")).content.decode())
    assert {"Ada Admin", "Max Manager", "Ana Owner", "Sam Seller"} <= set(offered)
    assert "Rita Reader" not in offered


def test_owner_of_what_is_new_leaves_out_who_only_reads(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
    offered = owners(client_of(firm.ada).get(firm.url("leads:conversion", record_id=lead.pk)).content.decode())
    assert "Sam Seller" in offered
    assert "Rita Reader" not in offered


def test_nor_can_it_be_sent(firm: Firm) -> None:
    ada = client_of(firm.ada)
    refused = ada.post(firm.url("leads:new"), {"last_name": "Brandt", "owner": str(firm.rita.pk)})
    assert "owner" in refused.context["form"].errors
    passed = ada.post(firm.url("leads:new"), {"last_name": "Brandt", "owner": str(firm.sam.pk)})
    assert "owner" not in passed.context["form"].errors


def test_who_has_it_already_keeps_it(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        account = make.account(firm.rita)
    edit = firm.url("accounts:edit", record_id=account.pk)
    ada = client_of(firm.ada)
    assert "Rita Reader" in owners(ada.get(edit).content.decode())


def test_a_right_to_change_makes_an_owner(firm: Firm) -> None:
    """By what the role may do, whatever it is called."""
    with tenant_context(firm.tenant):
        role = Membership.objects.select_related("role").get(pk=firm.rita.pk).role
        role.access = {"leads": {"view": "own", "create": "none", "edit": "own", "delete": "none"}}
        role.save()
    assert "Rita Reader" in owners(client_of(firm.ada).get(firm.url("leads:new")).content.decode())


def test_nor_is_a_task_for_them(firm: Firm) -> None:
    """In the composer, on the page of a task, with a loss, a closed lead and many at once."""
    with tenant_context(firm.tenant):
        lead, deal = make.lead(firm.ana), make.opportunity(firm.ana)
        lost = make.stage("lost")
    ada = client_of(firm.ada)
    for path in (
        f"/acme/leads/{lead.pk}/",
        "/acme/activities/new/?kind=task",
        f"/acme/opportunities/{deal.pk}/stage/?stage={lost.pk}",
        f"/acme/leads/{lead.pk}/closing/",
    ):
        page = ada.get(path).content.decode()
        (select, *_others) = re.findall(r'<select[^>]* name="(?:task_)?owner".*?</select>', page, flags=re.DOTALL)
        assert "Sam Seller" in select, path
        assert "Rita Reader" not in select, path


def test_a_task_that_is_theirs_stays_theirs(firm: Firm) -> None:
    from crm.activities.services import create_activity

    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
        task = create_activity(kind="task", records=[lead], actor=firm.ada, owner=firm.rita, subject="Read it")
    page = client_of(firm.ada).get(f"/acme/activities/{task.pk}/edit/").content.decode()
    assert re.search(rf'<option value="{firm.rita.pk}" selected>\s*Rita Reader', page)
