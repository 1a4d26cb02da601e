"""The nightly look for past customers: its runs can be seen, and one be started."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import TestCase

from accounts.models import Account
from crm.events.models import Event
from crm.picklists.selectors import choice_meaning
from crm.tenants.context import tenant_context
from opportunities import jobs
from opportunities.services import lapsing
from tests import make
from tests.people import Firm, client_of

PAGE, RUN = "/acme/setup/past-customers/", "/acme/setup/past-customers/run/"


def moved_here(firm: Firm, name: str) -> Account:
    with tenant_context(firm.tenant):
        customer = choice_meaning("account_type", "customer")
        return make.account(firm.ana, name=name, type=customer, contract_ends_on=date(2025, 1, 31))


def kind(firm: Firm, account: Account) -> str:
    with tenant_context(firm.tenant):
        return Account.objects.select_related("type").get(pk=account.pk).type.meaning


def runs(firm: Firm) -> list[tuple[Any, Any]]:
    with tenant_context(firm.tenant):
        return [(event.actor and event.actor.name, event.data) for event in lapsing.last_runs()]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The jobs that were rung for."""
    found: list[tuple[str, ...]] = []
    monkeypatch.setattr(jobs, "ring", lambda task, *arguments: found.append((task.name, *arguments)))
    return found


def test_a_run_is_shown_before_it_is_started_and_done_by_a_worker(firm: Firm, asked: list[tuple[str, ...]]) -> None:
    account, client = moved_here(firm, "Kestrel"), client_of(firm.ada)
    assert "None yet" in client.get(PAGE).content.decode()
    shown = client.get(RUN).content.decode()
    assert "1 customer becomes a past customer" in shown and "Kestrel" in shown
    assert kind(firm, account) == "customer", "looking changes nothing"
    with TestCase.captureOnCommitCallbacks(execute=True):
        answer = client.post(RUN)
    assert answer.status_code == 303
    assert asked == [("opportunities.jobs.lapse_one", str(firm.tenant.pk), str(firm.ada.pk))]
    waiting = client.get(answer.headers["Location"]).content.decode()
    assert "Looking for past customers …" in waiting and "every 2s" in waiting
    jobs.lapse_one(*asked[0][1:])
    assert kind(firm, account) == "past_customer"
    assert runs(firm) == [("Ada Admin", {"contract_ended": 1, "no_win": 0})]
    query = urlsplit(answer.headers["Location"]).query
    polled = client.get(f"{PAGE}?{query}&runs=1", HTTP_HX_REQUEST="true").content.decode()
    assert "Ada Admin" in polled and "1 by the end of their contract" in polled
    assert "every 2s" not in polled and "<html" not in polled


def test_it_may_run_twice(firm: Firm, asked: list[tuple[str, ...]]) -> None:
    first, second = moved_here(firm, "Kestrel"), moved_here(firm, "Merlin")
    for _time in range(2):
        jobs.lapse_one(str(firm.tenant.pk), str(firm.ada.pk))
    assert [data["contract_ended"] for _who, data in runs(firm)] == [0, 2]
    with tenant_context(firm.tenant):
        for account in (first, second):
            assert Event.objects.filter(record_id=account.pk, name="account.became_past_customer").count() == 1
    assert "0 customers become past customers" in client_of(firm.ada).get(RUN).content.decode()


def test_the_night_is_in_the_log_of_runs_and_not_among_what_people_changed(firm: Firm) -> None:
    moved_here(firm, "Kestrel")
    jobs.lapse()
    assert runs(firm) == [(None, {"contract_ended": 1, "no_win": 0})]
    client = client_of(firm.ada)
    assert "Every night" in client.get(PAGE).content.decode()
    assert "past customers looked for" not in client.get("/acme/setup/changes/").content.decode()
    jobs.lapse_one(str(firm.tenant.pk), str(firm.ada.pk))
    assert "Ada Admin had past customers looked for" in client.get("/acme/setup/changes/").content.decode()


def test_a_broker_that_is_away_leaves_it_to_the_next_hour(firm: Firm, asked: list[tuple[str, ...]]) -> None:
    jobs.lapse()
    account = moved_here(firm, "Kestrel")
    jobs.lapse()
    assert kind(firm, account) == "customer", "the day was done"
    client_of(firm.ada).post(RUN)
    jobs.lapse()
    assert kind(firm, account) == "past_customer"


def test_a_run_that_fails_says_so(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: Any) -> bool:
        raise RuntimeError("the <b>disk</b> is full")

    monkeypatch.setattr(jobs, "lapse_now", fail)
    with pytest.raises(RuntimeError):
        jobs.lapse_one(str(firm.tenant.pk), str(firm.ada.pk))
    text = client_of(firm.ada).get(PAGE).content.decode()
    assert "It failed: RuntimeError: the &lt;b&gt;disk&lt;/b&gt; is full" in text
