"""Moving and losing many opportunities at once: the same rules as for one."""

from __future__ import annotations

import re
from typing import Any

import pytest

from crm.activities.models import Activity
from crm.bulk.models import BulkFinding, BulkRun
from crm.mailing_lists.models import MailingListMember
from crm.mailing_lists.services import create_list
from crm.picklists.selectors import choice_meaning, stages
from crm.picklists.services import create_pipeline
from crm.tenants.context import tenant_context
from opportunities.models import Opportunity
from opportunities.services import move_to_stage
from tests import make
from tests.people import Firm, client_of


@pytest.fixture
def deals(firm: Firm) -> list[Any]:
    with tenant_context(firm.tenant):
        return [make.opportunity(firm.ana, name=name) for name in ("One", "Two")]


def send(firm: Firm, rows: list[Any], action: str, **data: str) -> Any:
    form = {"action": action, "id": [str(row.pk) for row in rows], "go": "1", **data}
    return client_of(firm.ana).post("/acme/bulk/opportunities/new/", form)


def now(firm: Firm) -> dict[str, tuple[str, Any]]:
    with tenant_context(firm.tenant):
        rows = Opportunity.objects.select_related("stage", "loss_reason")
        return {row.name: (row.stage.meaning, row.loss_reason and row.loss_reason.meaning) for row in rows}


def reason(firm: Firm) -> str:
    with tenant_context(firm.tenant):
        return str(choice_meaning("loss_reason", "sales").pk)


def test_losing_many_needs_a_reason(firm: Firm, deals: list[Any]) -> None:
    assert send(firm, deals, "lose").status_code == 422
    assert now(firm) == {"One": ("open", None), "Two": ("open", None)}
    given = {"to-loss_reason": reason(firm), "to-task_due_on": "2030-01-05", "to-task_subject": "Ask again"}
    assert send(firm, deals, "lose", **given).status_code == 303
    assert now(firm) == {"One": ("lost", "sales"), "Two": ("lost", "sales")}
    with tenant_context(firm.tenant):
        assert list(Activity.objects.values_list("subject", "owner")) == [("Ask again", firm.ana.pk)] * 2
        assert BulkRun.objects.get().counts == {"lost": 2}


def test_losing_many_can_put_their_contacts_on_a_list(firm: Firm, deals: list[Any]) -> None:
    with tenant_context(firm.tenant):
        ours, theirs = make.contact(firm.ana), make.contact(firm.sam)
        deals += [make.opportunity(firm.ana, name=one.last_name, contact=one) for one in (ours, theirs)]
    assert 'name="to-mailing_list"' not in send(firm, deals, "lose").content.decode(), "there are no lists"
    with tenant_context(firm.tenant):
        news = create_list(actor=firm.ada, name="Newsletter")
    given = {"to-loss_reason": reason(firm), "to-mailing_list": str(news.pk)}
    assert 'name="to-mailing_list"' in send(firm, deals, "lose").content.decode()
    send(firm, deals, "lose", **given)
    with tenant_context(firm.tenant):
        assert list(MailingListMember.objects.values_list("record_id", flat=True)) == [ours.pk]
        refused = {one.name: one.reasons[0] for one in BulkFinding.objects.all()}
        assert set(refused) == {"One", "Two", theirs.last_name}
        assert "no main contact" in refused["One"] and "may not change" in refused[theirs.last_name]
    del given["to-mailing_list"]
    send(firm, deals, "lose", **given)
    assert {meaning for meaning, _reason in now(firm).values()} == {"lost"}


def test_losing_many_leaves_alone_what_was_lost_before(firm: Firm, deals: list[Any]) -> None:
    with tenant_context(firm.tenant):
        other = make.reason("loss_reason", "other")
        move_to_stage(opportunity=deals[0], stage=make.stage("lost"), actor=firm.ana, loss_reason=other)
    send(firm, deals, "lose", **{"to-loss_reason": reason(firm)})
    assert now(firm) == {"One": ("lost", "other"), "Two": ("lost", "sales")}
    with tenant_context(firm.tenant):
        assert BulkRun.objects.latest("id").counts == {"lost": 1}
        finding = BulkFinding.objects.get()
        assert finding.name == "One" and "lost already" in finding.reasons[0]
    send(firm, deals[1:], "lose", **{"to-loss_reason": reason(firm)})
    with tenant_context(firm.tenant):
        assert BulkRun.objects.latest("id").counts == {"same": 1}
    send(firm, deals[1:], "lose", **{"to-loss_reason": reason(firm), "to-task_due_on": "2030-01-05"})
    with tenant_context(firm.tenant):
        assert BulkFinding.objects.filter(name="Two").count() == 1, "the task is not left out without a word"
        assert not Activity.objects.exists()


def test_losing_many_leaves_wins_alone_and_says_so(firm: Firm, deals: list[Any]) -> None:
    with tenant_context(firm.tenant):
        move_to_stage(opportunity=deals[0], stage=make.stage("won"), actor=firm.ana)
    send(firm, deals, "lose", **{"to-loss_reason": reason(firm)})
    assert now(firm) == {"One": ("won", None), "Two": ("lost", "sales")}
    with tenant_context(firm.tenant):
        assert BulkFinding.objects.get().reasons == ["It was won: lose it on its own page, or reopen it first."]


def test_what_only_closed_ones_have_says_so_beside_the_choice_and_in_the_dialog(firm: Firm, deals: list[Any]) -> None:
    """“Closed” and “Loss reason” were offered for open ones, and refused row by row."""
    page = client_of(firm.ana).get("/acme/opportunities/?filters=none").content.decode()
    said = dict(re.findall(r'value="set:(\w+)">[^<]* <span class="menu-note">([^<]+)</span>', page))
    assert said == {"closed_on": "won and lost opportunities only", "loss_reason": "lost opportunities only"}
    form = {"action": "set:loss_reason", "id": [str(row.pk) for row in deals]}
    asked = client_of(firm.ana).post("/acme/bulk/opportunities/new/", form).content.decode()
    assert "Only lost opportunities have this. Others are left as they are and listed with the result." in asked


def test_moving_many_offers_no_lost_stage(firm: Firm, deals: list[Any]) -> None:
    page = client_of(firm.ana).get("/acme/opportunities/?filters=none").content.decode()
    offered = set(re.findall(r'name="action" value="([^"]+)"', page))
    assert {"stage", "lose"} <= offered and "set:stage" not in offered
    with tenant_context(firm.tenant):
        lost, won, second = make.stage("lost"), make.stage("won"), stages()[1]
    asked = send(firm, deals, "stage", **{"to-stage": str(lost.pk)})
    assert asked.status_code == 422 and f'value="{won.pk}"' in asked.content.decode()
    assert f'value="{lost.pk}"' not in asked.content.decode()
    assert send(firm, deals[:1], "stage", **{"to-stage": str(won.pk)}).status_code == 303
    assert send(firm, deals, "stage", **{"to-stage": str(second.pk)}).status_code == 303
    assert now(firm) == {"One": ("open", None), "Two": ("open", None)}


def test_a_stage_of_another_pipeline_is_named_with_it_and_takes_them_there(firm: Firm, deals: list[Any]) -> None:
    with tenant_context(firm.tenant):
        renewals = create_pipeline(actor=firm.ada, name="Renewals")
        there = stages(renewals)[0]
    asked = send(firm, deals, "stage").content.decode()
    assert '<optgroup label="Renewals">' in asked and "Renewals: Qualifying" in asked
    assert send(firm, deals, "stage", **{"to-stage": str(there.pk)}).status_code == 303
    with tenant_context(firm.tenant):
        moved = Opportunity.objects.filter(stage=there)
        assert {(one.name, one.pipeline_id) for one in moved} == {("One", renewals.pk), ("Two", renewals.pk)}
