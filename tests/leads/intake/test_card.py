"""A lead from a business card, over HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from crm.activities.models import Activity
from crm.events.delivery import deliver_all
from crm.picklists.selectors import choices
from crm.picklists.services import replace_and_delete, update_choice
from crm.tenants.clock import today
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from crm.tenants.regions import working_day_from
from leads.models import Lead
from tests.people import Firm, client_of

CARD = {
    "name": "Helena Brandt",
    "job_title": "Buyer",
    "company": "Kestrel",
    "email": "h@kestrel.example",
    "campaign": "Fair 2026",
    "follow_up_on": "2026-12-01",
    "follow_up": "Send the offer",
    "note": "Wants a demo",
}


def test_a_card_becomes_a_lead_with_its_task_and_note(firm: Firm) -> None:
    client = client_of(firm.ana)
    page = client.get("/acme/leads/card/").content.decode()
    with tenant_context(firm.tenant):
        assert f'value="{working_day_from(today() + timedelta(days=2)):%Y-%m-%d}"' in page
    answer = client.post("/acme/leads/card/", CARD)
    with tenant_context(firm.tenant):
        lead = Lead.objects.select_related("source", "owner").get()
        assert answer["Location"] == f"/acme/leads/{lead.pk}/"
        assert (lead.first_name, lead.last_name, lead.company, lead.campaign, lead.owner) == (
            "Helena", "Brandt", "Kestrel", "Fair 2026", firm.ana,
        )  # fmt: skip
        assert lead.source.label == "Business card"
        task, note = Activity.objects.order_by("-kind")
        assert (task.kind, task.subject, str(task.due_on), task.owner) == (
            "task", "Send the offer", "2026-12-01", firm.ana,
        )  # fmt: skip
        assert (note.kind, note.body) == ("note", "Wants a demo")


@pytest.mark.parametrize(
    ("language", "now", "offered"),
    [
        ("en", "2026-11-23", "2026-11-25"),  # a Monday
        ("en", "2026-11-26", "2026-11-30"),  # a Thursday: not on Saturday
        ("en", "2026-11-27", "2026-11-30"),
        ("en-il", "2026-11-25", "2026-11-29"),  # there they rest on Friday and Saturday
    ],
)
def test_the_follow_up_is_offered_for_a_working_day(firm: Firm, language: str, now: str, offered: str) -> None:
    Tenant.objects.filter(pk=firm.tenant.pk).update(language=language)
    client = client_of(firm.ana)
    with time_machine.travel(f"{now}T15:00:00+00:00", tick=False):
        client.force_login(firm.ana.user)
        assert f'value="{offered}"' in client.get("/acme/leads/card/").content.decode()


def test_the_next_card_keeps_the_event_and_the_day(firm: Firm) -> None:
    client = client_of(firm.ana)
    answer = client.post("/acme/leads/card/", CARD | {"again": "1"})
    page = client.get(answer["Location"]).content.decode()
    assert 'value="Fair 2026"' in page and 'value="2026-12-01"' in page
    assert 'value="Helena' not in page


def test_without_a_day_there_is_no_task(firm: Firm) -> None:
    client_of(firm.ana).post("/acme/leads/card/", CARD | {"follow_up_on": "", "note": ""})
    with tenant_context(firm.tenant):
        assert Lead.objects.count() == 1
        assert not Activity.objects.exists()


def test_what_is_missing_is_said_and_the_rest_is_kept(firm: Firm) -> None:
    answer = client_of(firm.ana).post("/acme/leads/card/", CARD | {"email": ""})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Give an e-mail address or a phone number." in page and "Helena Brandt" in page
    with tenant_context(firm.tenant):
        assert not Lead.objects.exists()


def test_sent_twice_it_is_one(firm: Firm) -> None:
    places = [
        client_of(firm.ana).post("/acme/leads/card/", CARD | {"idempotency_key": "k"})["Location"] for _time in "ab"
    ]
    assert places[0] == places[1]
    with tenant_context(firm.tenant):
        assert (Lead.objects.count(), Activity.objects.count()) == (1, 2)


def test_the_source_follows_a_rename_and_a_replacement(firm: Firm) -> None:
    tenant = Tenant.objects.get(pk=firm.tenant.pk)
    with tenant_context(tenant):
        card = next(one for one in choices("lead_source") if one.label == "Business card")
        update_choice(choice=card, actor=firm.ada, values={"label": "Visiting card"})
    client_of(firm.ana).post("/acme/leads/card/", CARD)
    tenant = Tenant.objects.get(pk=firm.tenant.pk)
    with tenant_context(tenant):
        assert Lead.objects.select_related("source").get().source.label == "Visiting card"
        stand_in = next(one for one in choices("lead_source") if one.label == "Referral")
        card = next(one for one in choices("lead_source") if one.label == "Visiting card")
        replace_and_delete(entry=card, replacement=stand_in, actor=firm.ada)
        deliver_all()
    client_of(firm.ana).post("/acme/leads/card/", CARD | {"email": "b@kestrel.example"})
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        assert {lead.source.label for lead in Lead.objects.select_related("source")} == {"Referral"}


def test_the_new_menu_offers_it_to_who_may_make_leads(firm: Firm) -> None:
    assert "/acme/leads/card/" in client_of(firm.ana).get("/acme/").content.decode()
    assert "/acme/leads/card/" not in client_of(firm.rita).get("/acme/").content.decode()
    assert client_of(firm.rita).get("/acme/leads/card/").status_code == 404
