"""An admin changes words and stages, and the product works on, because it goes by what they mean."""

from __future__ import annotations

from typing import Any

from django.test import Client

from accounts.models import Account
from crm.events.delivery import deliver_all
from crm.events.models import Event
from crm.picklists import selectors
from crm.picklists.models import Choice, Stage
from crm.picklists.services import create_choice
from crm.saved_views.models import SavedView
from crm.tenants.context import tenant_context
from tests import make
from tests.own_words import own_words
from tests.people import Firm, client_of

Entry = Choice | Stage


def _url(firm: Firm, name: str, entry: Entry) -> str:
    key = str(entry.pipeline_id) if isinstance(entry, Stage) else entry.picklist
    return firm.url(f"setup:{name}", key=key, id=entry.pk)


def _save(client: Client, firm: Firm, entry: Entry, **values: Any) -> Any:
    """Send the edit form of ``entry`` as a browser would, with ``values`` typed over."""
    address = _url(firm, "entry", entry)
    form = client.get(address).context["form"]
    data = {name: value for name in form.fields if (value := form[name].value()) not in (None, False)}
    return client.post(address, {**data, **values})


def _labels(firm: Firm, picklist: str) -> list[str]:
    firm.tenant.__dict__.pop("_memo", None)
    with tenant_context(firm.tenant):
        return [choice.label for choice in selectors.choices(picklist)]


def test_a_renamed_won_still_makes_customers(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        won, deal = make.stage("won"), make.opportunity(firm.ana)
    client = client_of(firm.ada)
    assert _save(client, firm, won, label="Unterschrieben").status_code == 303
    page = client.get(firm.url("setup:list", key=str(won.pipeline_id))).content.decode()
    assert "Unterschrieben" in page
    moved = client_of(firm.ana).post(firm.url("opportunities:stage", record_id=deal.pk), {"stage": str(won.pk)})
    assert moved.status_code == 303
    with tenant_context(firm.tenant):
        deliver_all()
        assert Event.objects.filter(name="opportunity.won", record_id=deal.pk).count() == 1
        account = Account.objects.get(pk=deal.account_id)
        assert selectors.choice(account.type_id).meaning == "customer"


def test_adding_and_editing(firm: Firm) -> None:
    client = client_of(firm.ada)
    address = firm.url("setup:new_entry", key="loss_reason")
    refused = client.post(address, {"label": "Too slow", "meaning": "nonsense"})
    assert refused.status_code == 422
    assert "Too slow" not in _labels(firm, "loss_reason")
    assert client.post(address, {"label": "Too slow", "meaning": "sales"}).status_code == 303
    assert _labels(firm, "loss_reason")[-1] == "Too slow"
    twice = client.post(address, {"label": "too  SLOW", "meaning": "sales"})
    assert twice.status_code == 422
    assert "already in this list" in twice.content.decode()


def test_a_dialog_gets_the_form_alone(firm: Firm) -> None:
    address = firm.url("setup:new_entry", key="industry")
    fragment = client_of(firm.ada).get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<form" in fragment
    assert "<html" not in fragment


def test_the_meaning_of_what_is_used_is_shown_but_not_changed(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        working = create_choice(
            actor=firm.ada, picklist="lead_status", values={"label": "Nurtured", "meaning": "working"}
        )
    client = client_of(firm.ada)
    assert _save(client, firm, working, meaning="qualified").status_code == 303
    with tenant_context(firm.tenant):
        make.lead(firm.ana, status=Choice.objects.get(pk=working.pk))
    _save(client, firm, working, meaning="working", label="Nursed")
    with tenant_context(firm.tenant):
        saved = Choice.objects.get(pk=working.pk)
    assert (saved.label, saved.meaning) == ("Nursed", "qualified")


def test_up_and_down(firm: Firm) -> None:
    client = client_of(firm.ada)
    with tenant_context(firm.tenant):
        second = selectors.choices("rating")[1]
    assert client.post(_url(firm, "entry_position", second), {"to": "up"}).status_code == 303
    assert _labels(firm, "rating") == ["Warm", "Hot", "Cold"]
    client.post(_url(firm, "entry_position", second), {"to": "up"})
    assert _labels(firm, "rating") == ["Warm", "Hot", "Cold"]
    client.post(_url(firm, "entry_position", second), {"to": "down"})
    client.post(_url(firm, "entry_position", second), {"to": "2"})
    assert _labels(firm, "rating") == ["Hot", "Cold", "Warm"]
    assert client.post(_url(firm, "entry_position", second), {"to": "sideways"}).status_code == 404
    assert _labels(firm, "rating") == ["Hot", "Cold", "Warm"]


def test_deactivating_and_back(firm: Firm) -> None:
    client = client_of(firm.ada)
    with tenant_context(firm.tenant):
        cold, won = selectors.choices("rating")[2], make.stage("won")
    client.post(_url(firm, "entry_deactivation", cold))
    assert _labels(firm, "rating") == ["Hot", "Warm"]
    client.post(_url(firm, "entry_deactivation", cold), {"_method": "DELETE"})
    assert _labels(firm, "rating") == ["Hot", "Warm", "Cold"]
    refused = client.post(_url(firm, "entry_deactivation", won), follow=True)
    assert "one is needed" in refused.content.decode()
    with tenant_context(firm.tenant):
        assert Stage.objects.get(pk=won.pk).is_active


def test_counts_link_to_the_records(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        education, energy = selectors.choices("industry")[:2]
        for industry in (education, education, energy):
            make.account(firm.ana, industry=industry)
    client = client_of(firm.ada)
    rows = {row["entry"].pk: row["used"] for row in client.get(firm.url("setup:list", key="industry")).context["rows"]}
    assert [(str(use.label), use.count) for use in rows[education.pk].uses] == [("Accounts", 2)]
    assert rows[energy.pk].total == 1
    listed = client.get(rows[education.pk].uses[0].url).context["page"].rows
    assert {row.industry_id for row in listed} == {education.pk}
    assert len(listed) == 2


def test_deleting_what_is_used_moves_its_records_and_views(firm: Firm) -> None:
    client = client_of(firm.ada)
    with tenant_context(firm.tenant):
        education, energy = selectors.choices("industry")[:2]
        account = make.account(firm.ana, industry=education)
        view = SavedView.objects.create(
            record_type="accounts",
            name="Schools",
            owner=firm.ana,
            state={"filters": [["industry", "is", [str(education.pk)]]], "columns": [], "sort": ""},
        )
    address = _url(firm, "entry_deletion", education)
    assert "Accounts" in own_words(client.get(address)).partition("Used by:")[2].partition("</p>")[0]
    for wrong in (
        {},
        {"replacement_id": str(energy.pk)},
        {"replacement_id": str(energy.pk), "confirmation": "Energy"},
        {"replacement_id": str(education.pk), "confirmation": "Education"},
    ):
        assert client.post(address, wrong).status_code == 422
        assert "Education" in _labels(firm, "industry")
    assert client.post(address, {"replacement_id": str(energy.pk), "confirmation": "education"}).status_code == 303
    assert "Education" not in _labels(firm, "industry")
    with tenant_context(firm.tenant):
        deliver_all()
        account.refresh_from_db()
        view.refresh_from_db()
    assert account.industry_id == energy.pk
    assert view.state["filters"] == [["industry", "is", [str(energy.pk)]]]


def test_deleting_what_is_unused_takes_one_click(firm: Firm) -> None:
    client = client_of(firm.ada)
    with tenant_context(firm.tenant):
        education, won = selectors.choices("industry")[0], make.stage("won")
    assert client.post(_url(firm, "entry_deletion", education)).status_code == 303
    assert "Education" not in _labels(firm, "industry")
    assert client.get(_url(firm, "entry", education)).status_code == 404
    assert "one is needed" in client.get(_url(firm, "entry", won)).content.decode()
    refused = client.post(_url(firm, "entry_deletion", won))
    assert refused.status_code == 422
    assert "one is needed" in refused.content.decode()


def test_an_entry_is_only_reached_through_its_own_list(firm: Firm, other_firm: Firm) -> None:
    with tenant_context(firm.tenant):
        hot = selectors.choices("rating")[0]
    with tenant_context(other_firm.tenant):
        foreign = selectors.choices("rating")[0]
    client = client_of(firm.ada)
    assert client.get(_url(firm, "entry", hot)).status_code == 200
    assert client.get(firm.url("setup:entry", key="industry", id=hot.pk)).status_code == 404
    assert client.get(_url(firm, "entry", foreign)).status_code == 404
    assert client.post(_url(firm, "entry_deletion", foreign)).status_code == 404
    assert client.get(firm.url("setup:list", key="nonsense")).status_code == 404


def test_a_second_pipeline(firm: Firm) -> None:
    client = client_of(firm.ada)
    answer = client.post(firm.url("setup:new_pipeline"), {"name": "Renewals"})
    assert answer.status_code == 303
    assert "Renewals" in client.get(answer.url).content.decode()
    with tenant_context(firm.tenant):
        sales, renewals = selectors.pipelines()
    refused = client.post(firm.url("setup:pipeline_deactivation", id=sales.pk), follow=True)
    assert "default first" in refused.content.decode()
    client.post(firm.url("setup:pipeline_position", id=renewals.pk), {"to": "up"})
    client.post(firm.url("setup:pipeline", id=renewals.pk), {"name": "Contracts", "is_default": "on"})
    client.post(firm.url("setup:pipeline_deactivation", id=sales.pk))
    firm.tenant.__dict__.pop("_memo", None)
    with tenant_context(firm.tenant):
        assert [(row.name, row.is_active) for row in selectors.pipelines(active_only=False)] == [
            ("Contracts", True),
            ("Sales", False),
        ]
        assert selectors.default_pipeline().pk == renewals.pk
    assert client.post(firm.url("setup:pipeline_deletion", id=sales.pk)).status_code == 303
    assert client.get(firm.url("setup:pipeline", id=sales.pk)).status_code == 404
