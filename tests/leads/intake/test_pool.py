"""The pool: taken by one, given back, sorted out."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import HttpResponse

from crm.events.models import Event
from crm.picklists.selectors import choice_meaning
from crm.tenants.context import tenant_context
from leads.models import Lead
from leads.services import meaning_of
from tests import make
from tests.leads.test_concurrency import at_once
from tests.own_words import tight
from tests.people import Firm, client_of


@pytest.fixture
def lead(firm: Firm) -> Lead:
    with tenant_context(firm.tenant):
        return make.lead(None, last_name="Pool")


def send(firm: Firm, lead: Lead, page: str, member: Any = None, verb: str = "POST", **data: str) -> HttpResponse:
    path = f"/{firm.tenant.slug}/leads/{lead.pk}/{page}/"
    return client_of(member or firm.ana).post(path, data | ({"_method": verb} if verb != "POST" else {}))


def owner(firm: Firm, lead: Lead) -> Any:
    with tenant_context(firm.tenant):
        return Lead.objects.select_related("owner").get(pk=lead.pk).owner


def unassigned(firm: Firm, member: Any) -> str:
    page = client_of(member).get("/acme/leads/").content.decode()
    link = re.search(r'href="(\?view=[^"]+)"[^>]*>\s*Unassigned\s*<', page)
    assert link
    return client_of(member).get(f"/acme/leads/{link[1]}").content.decode()


def test_the_pool_lists_what_nobody_owns_and_offers_to_take_it(firm: Firm, lead: Lead) -> None:
    with tenant_context(firm.tenant):
        make.lead(firm.ana, last_name="Owned")
    page = unassigned(firm, firm.ana)
    assert "Lena Pool" in page and "Lena Owned" not in page
    assert f'formaction="/acme/leads/{lead.pk}/taking/"' in page
    reader = unassigned(firm, firm.rita)
    assert "Lena Pool" in reader and "formaction" not in reader


def test_a_member_takes_and_gives_back(firm: Firm, lead: Lead) -> None:
    back = "/acme/leads/?filters=none"
    answer = send(firm, lead, "taking", back=back)
    assert (answer.status_code, answer["Location"]) == (303, back)
    assert owner(firm, lead) == firm.ana
    page = client_of(firm.ana).get(f"/acme/leads/{lead.pk}/").content.decode()
    assert "Give back to the pool" in page and ">Take<" not in tight(page)
    assert send(firm, lead, "taking").status_code == 303, "mine already"
    send(firm, lead, "taking", verb="DELETE")
    assert owner(firm, lead) is None
    with tenant_context(firm.tenant):
        names = Event.objects.filter(record_id=lead.pk).order_by("at").values_list("name", flat=True)
        assert list(names) == ["lead.created", "lead.taken", "lead.given_back"]
    assert ">Take<" in tight(client_of(firm.ana).get(f"/acme/leads/{lead.pk}/").content.decode())


def test_who_comes_second_is_told_who_was_quicker(firm: Firm, lead: Lead) -> None:
    send(firm, lead, "taking", firm.max)
    answer = client_of(firm.ana).post(f"/acme/leads/{lead.pk}/taking/", follow=True)
    assert "Max Manager was quicker" in answer.content.decode()
    assert owner(firm, lead) == firm.max
    stranger = client_of(firm.sam)
    assert stranger.get(f"/acme/leads/{lead.pk}/").status_code == 404, "it is team East's now"
    answer = stranger.post(f"/acme/leads/{lead.pk}/taking/", {"back": "/acme/leads/?owner=me"}, follow=True)
    assert answer.redirect_chain == [("/acme/leads/?owner=me", 303)]
    assert "Max Manager was quicker" in answer.content.decode()
    with tenant_context(firm.tenant):
        other = make.lead(firm.max)
    assert stranger.post(f"/acme/leads/{other.pk}/taking/").status_code == 404, "that one never lay in the pool"


def test_reading_is_not_taking(firm: Firm, lead: Lead) -> None:
    assert send(firm, lead, "taking", firm.rita).status_code == 404
    assert client_of(firm.ana).get(f"/acme/leads/{lead.pk}/taking/").status_code == 404
    assert owner(firm, lead) is None
    assert send(firm, lead, "taking", firm.ana).status_code == 303


def test_what_is_bad_is_closed_as_not_real_and_comes_back_with_undo(firm: Firm, lead: Lead) -> None:
    answer = client_of(firm.ana).post(f"/acme/leads/{lead.pk}/bad/", follow=True)
    assert f'action="/acme/leads/{lead.pk}/closing/"' in answer.content.decode()
    with tenant_context(firm.tenant):
        now = Lead.objects.get(pk=lead.pk)
        assert meaning_of(now) == "unqualified"
        assert now.unqualified_reason == choice_meaning("unqualified_reason", "not_real")
        events = Event.objects.filter(record_id=lead.pk).count()
    send(firm, lead, "bad")
    assert send(firm, lead, "taking").status_code == 303
    assert owner(firm, lead) is None, "what is closed is not taken"
    with tenant_context(firm.tenant):
        assert Event.objects.filter(record_id=lead.pk).count() == events
    send(firm, lead, "closing", verb="DELETE")
    with tenant_context(firm.tenant):
        assert meaning_of(Lead.objects.get(pk=lead.pk)) == "working"
    assert send(firm, lead, "bad", firm.rita).status_code == 404


def test_of_many_who_take_at_once_one_gets_it(fresh_firm: Firm) -> None:
    firm = fresh_firm
    with tenant_context(firm.tenant):
        leads = [make.lead(None) for _number in range(4)]
    members = [firm.ana, firm.max, firm.sam, firm.ada] * 2
    for lead in leads:
        clients = [client_of(member) for member in members]
        path = f"/{firm.tenant.slug}/leads/{lead.pk}/taking/"
        answers = at_once(len(members), lambda number, clients=clients, path=path: clients[number].post(path))  # type: ignore[misc]
        assert [answer.status_code for answer in answers] == [303] * len(members)
        with tenant_context(firm.tenant):
            now = Lead.objects.select_related("owner").get(pk=lead.pk)
            taken = Event.objects.filter(record_id=lead.pk, name="lead.taken")
            assert [event.actor_id for event in taken] == [now.owner_id]
