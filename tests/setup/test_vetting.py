"""The admin's pages about vetting and mailing lists."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from crm.events.models import Event
from crm.mailing_lists.selectors import mailing_lists
from crm.mailing_lists.services import create_list, put_on_lists
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from leads.models import Lead
from leads.services import set_lead_status
from leads.vetting import criteria, current_gate
from leads.vetting.models import Criterion
from leads.vetting.setup import create_criterion
from tests import make
from tests.leads.vetting.asking import answer, ask_for, criterion
from tests.people import Firm, client_of

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def ada(firm: Firm) -> Client:
    return client_of(firm.ada)


def labels(firm: Firm) -> list[str]:
    firm.tenant.__dict__.pop("_memo", None)
    with tenant_context(firm.tenant):
        return [one.label for one in criteria()]


def url_of(firm: Firm, page: str, label: str) -> str:
    with tenant_context(firm.tenant):
        return firm.url(f"setup:{page}", id=Criterion.objects.get(label=label).pk)


class TestCriteria:
    def test_added_renamed_weighed_and_moved(self, firm: Firm, ada: Client) -> None:
        form = {"label": "Mutual commitment", "question": "Do they put work into it?", "weight": "3"}
        assert ada.post(firm.url("setup:new_criterion"), form).status_code == 303
        assert labels(firm)[-1] == "Mutual commitment"
        changed = {**form, "label": "Commitment", "weight": "4"}
        assert ada.post(url_of(firm, "criterion", "Mutual commitment"), changed).status_code == 303
        assert ada.post(url_of(firm, "criterion_position", "Commitment"), {"to": "up"}).status_code == 303
        assert labels(firm) == ["Budget", "Authority", "Need", "Commitment", "Timeline"]
        page = ada.get(firm.url("setup:criteria")).content.decode()
        assert "Do they put work into it?" in page
        with tenant_context(firm.tenant):
            assert Criterion.objects.get(label="Commitment").weight == 4
            names = Event.objects.filter(name__startswith="criterion.").order_by("at", "id")
            assert [one.name for one in names] == ["criterion.created", "criterion.changed", "criterion.changed"]
        assert "added the criterion “Mutual commitment”" in ada.get(firm.url("setup:changes")).content.decode()

    @pytest.mark.parametrize(
        "wrong", [{"label": ""}, {"label": "budget "}, {"weight": "0"}, {"weight": "101"}, {"weight": "x"}]
    )
    def test_what_cannot_be_is_said_in_the_form(self, firm: Firm, ada: Client, wrong: dict[str, str]) -> None:
        form = {"label": "Commitment", "question": "", "weight": "1"}
        assert ada.post(firm.url("setup:new_criterion"), form | wrong).status_code == 422
        assert len(labels(firm)) == 4
        assert ada.post(firm.url("setup:new_criterion"), form).status_code == 303

    def test_deactivated_and_back(self, firm: Firm, ada: Client) -> None:
        path = url_of(firm, "criterion_deactivation", "Budget")
        assert ada.post(path).status_code == 303
        assert "Budget" not in labels(firm)
        assert ada.post(path, {"_method": "DELETE"}).status_code == 303
        assert labels(firm)[0] == "Budget"

    def test_one_that_was_answered_stays(self, firm: Firm, ada: Client) -> None:
        with tenant_context(firm.tenant):
            answer(make.lead(firm.ana), "budget", "yes", by=firm.ana)
            create_criterion(actor=firm.ada, values={"label": "Spare"})
        refused = ada.post(url_of(firm, "criterion_deletion", "Budget"))
        assert refused["Location"] == url_of(firm, "criterion", "Budget")
        page = ada.get(refused["Location"]).content.decode()
        assert "Deactivate it instead" in page and "It was answered for 1 lead." in page
        assert "Delete the criterion" not in page
        assert ada.post(url_of(firm, "criterion_deletion", "Spare")).status_code == 303
        assert labels(firm) == ["Budget", "Authority", "Need", "Timeline"]


class TestTheGate:
    def test_is_chosen_in_plain_words_and_can_be_taken_back(self, firm: Firm, ada: Client) -> None:
        path = firm.url("setup:conversion_gate")
        with tenant_context(firm.tenant):
            chosen = [str(criterion(key).pk) for key in ("budget", "need")]
        assert ada.post(path, {"needs": "some", "criteria": chosen, "unmet": "block"}).status_code == 303
        kept = Tenant.objects.get(pk=firm.tenant.pk).settings["conversion_gate"]
        assert kept == {"needs": "some", "criteria": sorted(chosen), "unmet": "block"}
        page = ada.get(path).content.decode()
        assert page.count("checked") == 4  # these criteria, two of them, and block
        assert ada.post(path, {"needs": "none", "unmet": "warn"}).status_code == 303
        assert Tenant.objects.get(pk=firm.tenant.pk).settings["conversion_gate"]["needs"] == "none"

    def test_some_needs_at_least_one(self, firm: Firm, ada: Client) -> None:
        path = firm.url("setup:conversion_gate")
        refused = ada.post(path, {"needs": "some", "unmet": "block"})
        assert refused.status_code == 422 and "Choose at least one" in refused.content.decode()
        assert "conversion_gate" not in Tenant.objects.get(pk=firm.tenant.pk).settings
        assert ada.post(path, {"needs": "all", "unmet": "block"}).status_code == 303

    def test_a_criterion_of_another_workspace_is_no_choice(self, firm: Firm, other_firm: Firm, ada: Client) -> None:
        with tenant_context(other_firm.tenant):
            theirs = str(criteria()[0].pk)
        with tenant_context(firm.tenant):
            ours = str(criteria()[0].pk)
        path = firm.url("setup:conversion_gate")
        for one, status in ((theirs, 422), (ours, 303)):
            assert ada.post(path, {"needs": "some", "criteria": [one], "unmet": "warn"}).status_code == status

    def test_says_before_it_is_saved_what_it_would_do(self, firm: Firm, ada: Client) -> None:
        with tenant_context(firm.tenant):
            leads: list[Lead] = [make.lead(firm.ana) for _number in range(3)]
            for lead in leads:
                set_lead_status(lead=lead, status=make.reason("lead_status", "qualified"), actor=firm.ana)
            answer(leads[0], "budget", "yes", by=firm.ana)
            answer(leads[1], "budget", "no", by=firm.ana)
            budget = str(criterion("budget").pk)
        path = firm.url("setup:conversion_gate")

        def effect(**choice: Any) -> str:
            return ada.get(path, choice, **HTMX).content.decode()

        assert "Of 3 leads marked as qualified today, 2 could not be converted" in effect(
            needs="some", criteria=[budget], unmet="block"
        )
        assert "3 would be converted with a warning" in effect(needs="all", unmet="warn")
        assert "Every lead can be converted" in effect(needs="none", unmet="block")
        with tenant_context(firm.tenant):
            assert current_gate().needs == "none"

    def test_shows_on_the_criteria_which_are_needed(self, firm: Firm, ada: Client) -> None:
        page = firm.url("setup:criteria")
        assert "Needed before converting" not in ada.get(page).content.decode()
        ask_for(firm, "budget")
        assert ada.get(page).content.decode().count("Needed before converting") == 1


class TestMailingLists:
    def test_made_renamed_and_put_out_of_use(self, firm: Firm, ada: Client) -> None:
        form = {"name": "Newsletter", "description": "Every month"}
        assert ada.post(firm.url("setup:new_mailing_list"), form).status_code == 303
        assert ada.post(firm.url("setup:new_mailing_list"), form).status_code == 422
        with tenant_context(firm.tenant):
            [made] = mailing_lists()
        path = firm.url("setup:mailing_list", id=made.pk)
        assert ada.post(path, {**form, "name": "News"}).status_code == 303
        off = firm.url("setup:mailing_list_deactivation", id=made.pk)
        assert ada.post(off).status_code == 303
        page = ada.get(firm.url("setup:mailing_lists")).content.decode()
        assert "News</a>" in page and "Inactive" in page
        assert ada.post(off, {"_method": "DELETE"}).status_code == 303
        assert "Inactive" not in ada.get(firm.url("setup:mailing_lists")).content.decode()

    def test_who_is_on_it_is_counted_and_keeps_it(self, firm: Firm, ada: Client) -> None:
        with tenant_context(firm.tenant):
            full, empty = (create_list(actor=firm.ada, name=name) for name in ("Full", "Empty"))
            for record in (make.lead(firm.ana), make.lead(firm.sam), make.contact(firm.ana)):
                put_on_lists(record=record, lists=[full], actor=firm.ana)
        page = ada.get(firm.url("setup:mailing_list", id=full.pk)).content.decode()
        assert f'href="/acme/leads/?mailing_list={full.pk}">2</a>' in page
        assert f'href="/acme/contacts/?mailing_list={full.pk}">1</a>' in page
        for one in (full, empty):
            assert ada.post(firm.url("setup:mailing_list_deletion", id=one.pk)).status_code == 303
        firm.tenant.__dict__.pop("_memo", None)
        with tenant_context(firm.tenant):
            assert mailing_lists() == [full]
