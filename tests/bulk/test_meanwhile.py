"""Rows that somebody else has changed since they were chosen."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from crm.activities.services import complete_task, create_activity
from crm.bulk import meanwhile
from crm.bulk.models import BulkFinding
from crm.tenants.context import tenant_context
from crm.users.access import HIDDEN
from crm.users.services import limit_fields
from leads.models import Lead
from tests import make
from tests.forms import form_of
from tests.own_words import own_words
from tests.people import Firm, client_of


@pytest.fixture
def leads(firm: Firm) -> list[Any]:
    with tenant_context(firm.tenant):
        return [make.lead(firm.ana, last_name=name) for name in ("One", "Two", "Three")]


def owners(firm: Firm) -> dict[str, Any]:
    with tenant_context(firm.tenant):
        return {one.last_name: one.owner for one in Lead.objects.select_related("owner")}


def chosen(firm: Firm, leads: list[Any]) -> Any:
    """The dialog that hands the rows over to Max, opened from a list."""
    rows = form_of(client_of(firm.ada), "/acme/leads/?filters=none", like="/acme/bulk/leads/new/")
    return rows.again(rows.send(id=[str(one.pk) for one in leads], action="owner"))


def test_a_row_whose_owner_somebody_has_changed_is_refused_and_told(firm: Firm, leads: list[Any]) -> None:
    dialog = chosen(firm, leads)
    sam = {"owner": str(firm.sam.pk)}
    client_of(firm.max).post(f"/acme/leads/{leads[0].pk}/fields/owner/", sam)
    client_of(firm.max).post(f"/acme/leads/{leads[1].pk}/fields/city/", {"city": "Ulm"})
    page = dialog.client.get(dialog.send(go="1", **{"to-owner": str(firm.max.pk)})["Location"]).content.decode()
    assert "Max Manager has set Owner to “Sam Seller” since you chose the rows." in page
    assert owners(firm) == {"One": firm.sam, "Two": firm.max, "Three": firm.max}


def test_what_both_want_and_what_was_before_is_no_conflict(firm: Firm, leads: list[Any]) -> None:
    client_of(firm.max).post(f"/acme/leads/{leads[1].pk}/fields/owner/", {"owner": str(firm.sam.pk)})
    dialog = chosen(firm, leads)
    client_of(firm.max).post(f"/acme/leads/{leads[0].pk}/fields/owner/", {"owner": str(firm.max.pk)})
    dialog.send(go="1", **{"to-owner": str(firm.max.pk)})
    assert set(owners(firm).values()) == {firm.max}
    with tenant_context(firm.tenant):
        assert not BulkFinding.objects.exists()


def test_a_status_that_moved_on_is_not_closed(firm: Firm, leads: list[Any]) -> None:
    with tenant_context(firm.tenant):
        working, reason = make.reason("lead_status", "working"), make.reason("unqualified_reason", "other")
    asked = timezone.now().isoformat()
    client_of(firm.max).post(f"/acme/leads/{leads[0].pk}/status/", {"status": str(working.pk)})
    data = {"action": "close", "id": [str(one.pk) for one in leads], "go": "1", "asked_at": asked}
    client_of(firm.ada).post("/acme/bulk/leads/new/", data | {"to-unqualified_reason": str(reason.pk)})
    with tenant_context(firm.tenant):
        assert Lead.objects.get(pk=leads[0].pk).status_id == working.pk
        assert Lead.objects.exclude(unqualified_reason=None).count() == 2


def test_what_somebody_has_worked_on_is_not_deleted(firm: Firm, leads: list[Any]) -> None:
    """Two of three were called and moved on while the question was open: they were deleted without a word."""
    rows = form_of(client_of(firm.ada), "/acme/leads/?filters=none", like="/acme/bulk/leads/new/")
    dialog = rows.again(rows.send(id=[str(one.pk) for one in leads], action="delete"))
    client_of(firm.max).post(f"/acme/leads/{leads[0].pk}/fields/city/", {"city": "Ulm"})
    with tenant_context(firm.tenant):
        create_activity(kind="note", records=[leads[1]], actor=firm.max, body="I am calling them now")
        create_activity(kind="note", records=[leads[2]], actor=firm.ada, body="Delete it")
    page = dialog.client.get(dialog.send(go="1")["Location"]).content.decode()
    assert "Max Manager has changed it since you chose the rows: City." in page
    assert "Max Manager has written something about it since you chose the rows." in page
    assert set(owners(firm)) == {"One", "Two"}
    late = rows.send(id=[str(one.pk) for one in leads[:2]], action="delete").content.decode()
    assert "Lena One: Max Manager has changed it" in late


def test_however_much_happens_elsewhere_what_was_done_about_a_row_is_seen(
    firm: Firm, leads: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the latest entries of the whole workspace were looked at, and of them only what was new."""
    monkeypatch.setattr(meanwhile, "MOST_READ", 1)
    monkeypatch.setattr(meanwhile, "FEW", 1)
    with tenant_context(firm.tenant):
        task = create_activity(kind="task", records=[leads[0]], actor=firm.ada, subject="Call them")
        elsewhere = make.lead(firm.ana)
    rows = form_of(client_of(firm.ada), "/acme/leads/?filters=none", like="/acme/bulk/leads/new/")
    which = {"id": [str(one.pk) for one in leads], "action": "delete"}
    dialog = rows.again(rows.send(**which))
    with tenant_context(firm.tenant):
        complete_task(task=task, actor=firm.max)
        create_activity(kind="note", records=[leads[1]], actor=firm.max, body="I am calling them now")
        for _number in range(2):
            create_activity(kind="note", records=[elsewhere], actor=firm.max, body="Elsewhere")
    late = rows.send(**which).content.decode()
    assert "Lena One: Max Manager has worked on a task or entry of it" in late
    assert "Lena Two: Max Manager has written something about it" in late
    dialog.send(go="1")
    assert {"One", "Two"} < set(owners(firm)) and "Three" not in owners(firm)


def test_a_lead_that_changed_after_the_preview_is_not_converted_otherwise(firm: Firm, leads: list[Any]) -> None:
    """It went into another account than the preview had said, without a word."""
    client_of(firm.max).post(f"/acme/leads/{leads[1].pk}/fields/city/", {"city": "Bonn"})  # the preview knows it
    data = {"action": "convert", "id": [str(one.pk) for one in leads], "go": "1"}
    path = client_of(firm.ada).post("/acme/bulk/leads/new/", data)["Location"]
    client_of(firm.max).post(f"/acme/leads/{leads[0].pk}/fields/company/", {"company": "Second Ltd"})
    client_of(firm.ada).post(path)
    page = client_of(firm.ada).get(path).content.decode()
    assert "Max Manager has set Company to “Second Ltd” since the preview." in page
    with tenant_context(firm.tenant):
        assert set(Lead.objects.filter(converted_at=None)) == {leads[0]}


@pytest.mark.parametrize("limits", [{}, {"city": HIDDEN}])
def test_a_reason_tells_no_value_that_who_runs_it_may_not_see(
    firm: Firm, leads: list[Any], limits: dict[str, str]
) -> None:
    with tenant_context(firm.tenant):
        limit_fields(actor=firm.ada, role=firm.max.role, key="leads", limits=limits)
    data = {"action": "convert", "id": [str(one.pk) for one in leads], "go": "1"}
    path = client_of(firm.max).post("/acme/bulk/leads/new/", data)["Location"]
    client_of(firm.ada).post(f"/acme/leads/{leads[0].pk}/fields/city/", {"city": "Kanarie"})
    client_of(firm.max).post(path)
    page = client_of(firm.max).get(path).content.decode()
    assert ("Kanarie" in page) == (not limits)
    told = "has changed City since the preview." if limits else "has set City to “Kanarie” since the preview."
    assert told in page


@pytest.mark.parametrize(
    "asked",
    ["nonsense", "9999-12-31T23:59:59-23:00", "0001-01-01T00:00:00+23:00", "0001-01-01", "2025-01-01"],
)
def test_rows_that_nobody_can_just_have_chosen_are_asked_about_once_more(
    firm: Firm, leads: list[Any], asked: str
) -> None:
    """All events since then were read; whoever sends the form says when that is."""
    data = {"action": "owner", "id": str(leads[0].pk), "go": "1", "asked_at": asked, "to-owner": str(firm.sam.pk)}
    client = client_of(firm.ada)
    refused = client.post("/acme/bulk/leads/new/", data)
    assert refused.status_code == 422 and "more than a day ago" in refused.content.decode()
    assert owners(firm)["One"] == firm.ana
    (again,) = re.findall(r'name="asked_at" value="([^"]+)"', refused.content.decode())
    assert client.post("/acme/bulk/leads/new/", data | {"asked_at": again}).status_code == 303


@pytest.mark.parametrize(("hours", "is_told"), [(30, True), (1, False)])
def test_a_list_that_was_left_open_says_so_before_anything_is_set(
    firm: Firm, leads: list[Any], hours: int, is_told: bool
) -> None:
    """What others did before yesterday is not looked for."""
    rows = form_of(client_of(firm.ada), "/acme/leads/?filters=none", like="/acme/bulk/leads/new/")
    long_ago = (timezone.now() - timedelta(hours=hours)).isoformat()
    shown = rows.send(id=[str(leads[0].pk)], action="owner", asked_at=long_ago)
    assert ("more than a day ago" in own_words(shown)) == is_told
    dialog = rows.again(shown)
    assert dialog.send(go="1", **{"to-owner": str(firm.max.pk)}).status_code == 303
    assert owners(firm)["One"] == firm.max


def test_of_many_rows_no_more_than_the_latest_changes_are_read(
    firm: Firm, leads: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meanwhile, "FEW", 2)
    monkeypatch.setattr(meanwhile, "MOST_READ", 2)
    asked = timezone.now().isoformat()
    for lead in leads:
        client_of(firm.max).post(f"/acme/leads/{lead.pk}/fields/owner/", {"owner": str(firm.sam.pk)})
    data = {"action": "owner", "id": [str(one.pk) for one in leads], "asked_at": asked}
    page = client_of(firm.ada).post("/acme/bulk/leads/new/", data).content.decode()
    assert page.count("Max Manager has set Owner to “Sam Seller”") == 2
    assert "Only the latest 2 changes were looked at." in page
