"""What was said and planned on a lead follows to what it became, for those too who cannot open the lead."""

from __future__ import annotations

from typing import Any

import pytest

from crm.activities import services
from crm.activities.models import Activity
from crm.records.services import LockedError
from crm.tenants.clock import today
from crm.tenants.context import tenant_context
from leads.conversion import ConversionPlan, convert_lead, new, undo_conversion
from tests import make
from tests.people import Firm, client_of

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def lead(firm: Firm) -> Any:
    """A lead of East with a note, a call, a meeting, a mail, a task done and one to do."""
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana, last_name="Brandt", company="Kestrel")
        for kind in ("note", "call", "meeting", "email"):
            services.create_activity(kind=kind, records=[lead], actor=firm.ana, body=f"Words of a {kind}")
        done = services.create_activity(kind="task", records=[lead], actor=firm.ana, subject="Was done")
        services.complete_task(task=done, actor=firm.ana)
        services.create_activity(kind="task", records=[lead], actor=firm.ana, subject="Send the offer", due_on=today())
    return lead


def convert(firm: Firm, lead: Any) -> Any:
    with tenant_context(firm.tenant):
        plan = ConversionPlan(account=new(), contact=new(), opportunity=new())
        done = convert_lead(lead_id=lead.pk, actor=firm.ana, plan=plan)
        lead.refresh_from_db()
    return done


def text_of(member: Any, path: str) -> str:
    answer = client_of(member).get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def compose(lead: Any, **data: str) -> dict[str, str]:
    return {"record_type": "leads", "record_id": str(lead.pk), "kind": "note", "body": "Later news", **data}


def test_who_cannot_open_the_lead_reads_it_on_the_new_records(firm: Firm, lead: Any) -> None:
    done = convert(firm, lead)
    sam = client_of(firm.sam)  # of another team
    assert sam.get(f"/acme/leads/{lead.pk}/").status_code == 404
    assert sam.get(f"/acme/activities/of/leads/{lead.pk}/").status_code == 404
    for path in (f"/acme/accounts/{done.account_id}/", f"/acme/contacts/{done.contact_id}/"):
        page = text_of(firm.sam, path)
        for kind in ("note", "call", "meeting", "email"):
            assert f"Words of a {kind}" in page
        assert "<b>Was done</b>" in page
        assert "Send the offer" in page and "Complete: Send the offer" not in page, "read, not changed"
        assert str(lead.pk) not in page.partition('id="activity"')[2], "no way to the lead"
    for path in (f"/acme/leads/{lead.pk}/", f"/acme/opportunities/{done.opportunity_id}/"):
        assert "Words of a meeting" in text_of(firm.ana, path)


def test_what_one_team_says_on_the_account_the_other_reads(firm: Firm, lead: Any) -> None:
    done = convert(firm, lead)
    url = firm.url("activities:new")
    data = {"record_type": "accounts", "record_id": str(done.account_id), "kind": "call", "body": "Called again"}
    assert client_of(firm.ana).post(url, data).status_code == 303
    assert "Called again" in text_of(firm.sam, f"/acme/accounts/{done.account_id}/")


def test_a_converted_lead_leads_on_to_its_records_instead_of_taking_notes(firm: Firm, lead: Any) -> None:
    page = text_of(firm.ana, f"/acme/leads/{lead.pk}/")
    assert "data-composer" in page and 'id="successors"' not in page
    assert "record_type=leads" in page, "the plus over the tasks"
    done = convert(firm, lead)
    page = text_of(firm.ana, f"/acme/leads/{lead.pk}/")
    assert "data-composer" not in page
    assert "record_type=leads" not in page
    assert "Words of a call" in page, "what was said stays to be read"
    line = page.partition('id="successors"')[2].partition("</div></div>")[0]
    for path in (f"accounts/{done.account_id}", f"contacts/{done.contact_id}", f"opportunities/{done.opportunity_id}"):
        assert f'href="/acme/{path}/"' in line
    assert "data-composer" in text_of(firm.ana, f"/acme/contacts/{done.contact_id}/")
    assert 'id="successors"' not in text_of(firm.rita, f"/acme/leads/{lead.pk}/"), "who may write on none of them"


def test_an_older_page_keeps_what_was_typed_and_says_why_it_is_not_taken(firm: Firm, lead: Any) -> None:
    client, url = client_of(firm.ana), firm.url("activities:new")
    assert client.post(url, compose(lead, feed="1"), **HTMX).status_code == 200
    done = convert(firm, lead)
    with tenant_context(firm.tenant):
        before = Activity.objects.count()
    answer = client.post(url, compose(lead, feed="1"), **HTMX)
    assert (answer.status_code, answer["Content-Type"]) == (409, "text/plain; charset=utf-8")
    assert "read-only" in answer.content.decode()
    for answer in (client.post(url, compose(lead)), client.get(url, compose(lead))):
        assert answer.status_code == 409
        assert "read-only" in answer.content.decode()
    with tenant_context(firm.tenant):
        assert Activity.objects.count() == before
        undo_conversion(conversion=done, actor=firm.ana)
    assert client.post(url, compose(lead)).status_code == 303, "open again, it takes notes again"


def test_no_service_writes_past_it(inside: Firm) -> None:
    lead = make.lead(inside.ana, company="Kestrel")
    services.create_activity(kind="note", records=[lead], actor=inside.ana, body="Before")
    convert_lead(lead_id=lead.pk, actor=inside.ana, plan=ConversionPlan(contact=new()))
    lead.refresh_from_db()
    with pytest.raises(LockedError):
        services.create_activity(kind="note", records=[lead], actor=inside.ana, body="After")
    assert Activity.objects.count() == 1


def test_a_task_of_the_lead_is_still_done_from_my_day(firm: Firm, lead: Any) -> None:
    convert(firm, lead)
    with tenant_context(firm.tenant):
        task = Activity.objects.get(subject="Send the offer")
    assert client_of(firm.ana).post(firm.url("activities:completion", activity_id=task.pk)).status_code == 303
    with tenant_context(firm.tenant):
        task.refresh_from_db()
    assert task.completed_by_id == firm.ana.pk
