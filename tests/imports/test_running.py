"""Rows on their way in: refused ones come back, nothing comes in twice, a killed run goes on."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Account
from crm.imports import running
from crm.runs import services as run_services
from crm.runs.models import RunState
from crm.tenants.context import tenant_context
from crm.users.models import Membership, Role
from leads.models import Lead
from tests.imports.steps import finished, run_import, tenant_of, upload
from tests.imports.test_words import Page
from tests.people import Firm, client_of

LEADS = """last name,email,phone,status
Good,good@x.example,,
Nobody,,,
Bad,not an address,,
Also good,,+1 212 555 0100,Working
"""


def test_good_rows_come_in_and_bad_ones_come_back_with_the_reason(firm: Firm) -> None:
    run = finished(firm, upload(firm, "leads", LEADS))
    assert (run.created_count, run.refused_count) == (2, 2)
    with tenant_context(firm.tenant):
        assert set(Lead.objects.values_list("name", flat=True)) == {"Good", "Also good"}
        assert Lead.objects.get(name="Also good").phone_key == "+12125550100"
    answer = client_of(firm.ada).get(f"/acme/imports/{run.pk}/refused/")
    lines = answer.content.decode().splitlines()
    assert len(lines) == 3
    assert "Give an e-mail address or a phone number." in lines[1]
    assert "not an address" in lines[2]


def test_a_dry_run_counts_and_writes_nothing(firm: Firm) -> None:
    run = finished(firm, upload(firm, "leads", LEADS, dry_run="1"))
    assert (run.created_count, run.refused_count) == (2, 2)
    with tenant_context(firm.tenant):
        assert not Lead.objects.exists()
    client_of(firm.ada).post(f"/acme/imports/{run.pk}/run/", {"tried": f"{run.tried_at}"})
    with tenant_context(firm.tenant):
        run.refresh_from_db()
        assert run.is_dry_run, "what no button named is not done"
    client_of(firm.ada).post(f"/acme/imports/{run.pk}/run/", {"import": "1", "tried": f"{run.tried_at}"})
    run = finished(firm, run)
    with tenant_context(firm.tenant):
        assert Lead.objects.count() == 2


def test_the_same_external_id_updates_instead_of_doubling(firm: Firm) -> None:
    finished(firm, upload(firm, "accounts", "external_id,name,city\na1,Acme,Berlin\na2,Other,Bonn\n"))
    run = finished(
        firm, upload(firm, "accounts", "external_id,name,city\na1,Acme,Hamburg\na2,Other,Bonn\na3,New,Ulm\n")
    )
    assert (run.created_count, run.updated_count, run.unchanged_count) == (1, 1, 1)
    with tenant_context(firm.tenant):
        assert Account.objects.get(external_id="a1").city == "Hamburg"
        assert Account.objects.count() == 3


def test_unknown_owners_become_inactive_members_once(firm: Firm) -> None:
    text = "name,owner\nOne,Zelda Seal\nTwo,zelda seal\nThree,ana@acme.example\nFour,Sam Seller\n"
    finished(firm, upload(firm, "accounts", text))
    with tenant_context(firm.tenant):
        owners = {one.name: one.owner for one in Account.objects.select_related("owner")}
        assert owners["One"] == owners["Two"]
        assert not owners["One"].is_active
        assert owners["Three"] == firm.ana
        assert owners["Four"] == firm.sam
        assert Membership.objects.filter(name="Zelda Seal").count() == 1


def test_a_link_to_a_row_further_down_is_set_at_the_end(firm: Firm) -> None:
    run = finished(
        firm, upload(firm, "accounts", "name,parent\nChild,Mother\nMother,\nOrphan,Nobody\n", unknown="refuse")
    )
    assert (run.created_count, run.refused_count) == (2, 1)
    with tenant_context(firm.tenant):
        assert Account.objects.get(name="Child").parent.name == "Mother"


def test_a_killed_run_goes_on_after_its_last_batch(fresh_firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 10)
    rows = "".join(f"Firm {number}\n" for number in range(35))
    run = upload(fresh_firm, "accounts", f"name\n{rows}")
    taken = running._take_in
    batches = []

    def killed_in_the_third(*args: Any) -> None:
        batches.append(args)
        taken(*args)
        if len(batches) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(running, "_take_in", killed_in_the_third)
    with pytest.raises(KeyboardInterrupt):
        run_import(tenant_of(fresh_firm), run.pk)
    with tenant_context(tenant_of(fresh_firm)):
        assert Account.objects.count() == 20  # the third batch is gone with its transaction
    run = finished(fresh_firm, run)
    with tenant_context(tenant_of(fresh_firm)):
        assert Account.objects.count() == 35
        assert run.created_count == 35


def test_a_cancelled_import_stops_and_keeps_what_came_in(firm: Firm) -> None:
    run = upload(firm, "accounts", "name\nOne\n")
    answer = client_of(firm.ada).post(f"/acme/imports/{run.pk}/run/", {"_method": "DELETE"})
    assert answer.status_code == 303
    run_import(tenant_of(firm), run.pk)
    with tenant_context(firm.tenant):
        run.refresh_from_db()
        assert run.state == RunState.CANCELLED
        assert not Account.objects.exists()


def test_an_import_is_its_makers_business(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        Role.objects.filter(pk=firm.ana.role_id).update(can_import=True)
    other = upload(firm, "accounts", "name\nTwo\n", member=firm.ana)
    assert client_of(firm.ana).get(f"/acme/imports/{other.pk}/").status_code == 200
    run = upload(firm, "accounts", "name\nOne\n", member=firm.max)
    assert client_of(firm.max).get(f"/acme/imports/{run.pk}/").status_code == 200
    assert client_of(firm.ada).get(f"/acme/imports/{run.pk}/").status_code == 200
    assert client_of(firm.ana).get(f"/acme/imports/{run.pk}/").status_code == 404


def test_without_javascript_progress_is_a_link_away(firm: Firm) -> None:
    run = upload(firm, "accounts", "name\nOne\n")
    address = f"/acme/imports/{run.pk}/"
    refresh = f'<noscript><a class="button button-s" href="{address}">'
    client = client_of(firm.ada)
    assert refresh in client.get(address).content.decode()
    poll = client.get(address, headers={"HX-Request": "true"})
    assert b"<progress" in poll.content and b"<button" not in poll.content and "HX-Retarget" not in poll
    finished(firm, run)
    end = client.get(address, headers={"HX-Request": "true"})
    assert end["HX-Retarget"] == "#run-progress" and b"Look at the accounts" in end.content
    assert refresh not in client.get(address).content.decode()


def test_a_person_has_so_many_imports_waiting(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of others some may wait beside them."""
    monkeypatch.setattr(run_services, "MOST_WAITING", 1)
    tried = finished(firm, upload(firm, "leads", LEADS, dry_run="1"))
    first = upload(firm, "leads", LEADS)
    page = Page(firm, "leads", LEADS)
    told = "You have 1 runs that wait or are at work."
    assert told in page.refused(page.columns()).content.decode()
    sent = {"import": "1", "tried": f"{tried.tried_at}"}
    answer = client_of(firm.ada).post(f"/acme/imports/{tried.pk}/run/", sent, follow=True)
    assert told in answer.content.decode()
    upload(firm, "leads", LEADS, firm.max)
    theirs = Page(firm, "leads", LEADS, firm.max)
    answer = client_of(firm.ada).post(theirs.address, theirs.columns() | {"import": "1"})
    assert answer.status_code == 422 and "Max Manager has 1 runs that wait or are at work." in answer.content.decode()
    finished(firm, first)
    page.send(page.columns())
