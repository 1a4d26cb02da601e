"""The days on which something was opened, and won or lost: none to come, none before it was opened; wherever typed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine

from crm.fields.custom.services import create_field
from crm.tenants.context import tenant_context
from crm.tenants.memo import forget
from leads.field_map import FIELD_MAP, set_field_map
from leads.services import update_lead
from opportunities.models import Opportunity
from opportunities.services import update_opportunity
from tests import make
from tests.forms import form_of
from tests.imports.steps import bring_in, download
from tests.people import Firm, client_of

NOW = datetime(2026, 5, 4, 3, tzinfo=UTC)  # in New York, where the workspace is, it is still May 3
TO_COME = "This date is in the future."
TOO_EARLY = "It was opened on Jan 5, 2026. If that is wrong, correct “Opened” first."
TOMORROW, TODAY = "2026-05-04", "2026-05-03"
OPENED = date(2026, 1, 5)
FORM = {"name": "Deal", "amount_currency": "USD", "opened_on": str(OPENED)}


def sends(firm: Firm, deal: Opportunity, way: str, meaning: str, day: str) -> str:
    """Give it that day in one of the ways; return what is answered."""
    client = client_of(firm.ada)
    home = f"/acme/opportunities/{deal.pk}/"
    with tenant_context(firm.tenant):
        words = {"stage": str(make.stage(meaning).pk), "closed_on": day}
        words |= {"loss_reason": str(make.reason("loss_reason", "sales").pk)} if meaning == "lost" else {}
        account = {"account": deal.account.name, "account_id": str(deal.account_id), "owner": str(firm.ada.pk)}
    if way == "bulk":
        form = {"action": "set:closed_on", "id": [str(deal.pk)], "go": "1", "to-closed_on": day}
        return client.post("/acme/bulk/opportunities/new/", form, follow=True).content.decode()
    if way == "import":
        text = f"Name,Account,Stage,Opened,Closed,Reason\nBrought,Kestrel,{meaning.title()},{OPENED},{day},\n"
        return download(firm, bring_in(firm, "opportunities", text))
    path, data = {
        "stage": (f"{home}stage/", words),
        "edit": (f"{home}edit/", FORM | account | words),
        "in place": (f"{home}fields/closed_on/", {"closed_on": day}),
    }[way]
    return client.post(path, data, follow=True).content.decode()


@pytest.mark.parametrize("meaning", ["won", "lost"])
@pytest.mark.parametrize("way", ["stage", "edit", "in place", "bulk", "import"])
@pytest.mark.parametrize("rule", [(TO_COME, TOMORROW, TODAY), (TOO_EARLY, "2026-01-04", str(OPENED))])
@time_machine.travel(NOW)
def test_the_day_of_closing_lies_between_opening_and_today(
    firm: Firm, way: str, meaning: str, rule: tuple[str, str, str]
) -> None:
    words, wrong, right = rule
    with tenant_context(firm.tenant):
        account = make.account(firm.ada, name="Kestrel")
        closed: dict[str, Any] = {"stage": make.stage(meaning)} if way in ("edit", "in place", "bulk") else {}
        if closed and meaning == "lost":
            closed["loss_reason"] = make.reason("loss_reason", "sales")
        deal = make.opportunity(firm.ada, name="Deal", account=account, opened_on=OPENED, **closed)
        if closed:
            update_opportunity(deal, actor=firm.ada, values={"closed_on": date(2026, 5, 1)})
    for day, is_refused in ((wrong, True), (right, False)):
        answer = sends(firm, deal, way, meaning, day)
        with tenant_context(firm.tenant):
            days = {str(one) for one in Opportunity.objects.values_list("closed_on", flat=True)}
        assert ((words in answer), (day not in days)) == (is_refused, is_refused)


@pytest.mark.parametrize("way", ["edit", "in place", "bulk", "import"])
@time_machine.travel(NOW)
def test_nothing_was_opened_on_a_day_to_come(firm: Firm, way: str) -> None:
    with tenant_context(firm.tenant):
        deal = make.opportunity(firm.ada, name="Deal", account=make.account(firm.ada, name="Kestrel"), opened_on=OPENED)
        stored = make.opportunity(firm.ada, name="Old", account=deal.account)
        Opportunity.objects.filter(pk=stored.pk).update(opened_on=TOMORROW)  # when that was still taken
    client, home = client_of(firm.ada), f"/acme/opportunities/{deal.pk}/"
    account = {"account": "Kestrel", "account_id": str(deal.account_id), "owner": str(firm.ada.pk)}
    for day, is_refused in ((TOMORROW, True), (TODAY, False)):
        if way == "import":
            text = f"Name,Account,Stage,Opened\nBrought,Kestrel,Proposal,{day}\n"
            answer = download(firm, bring_in(firm, "opportunities", text))
        elif way == "bulk":
            form = {"action": "set:opened_on", "id": [str(deal.pk)], "go": "1", "to-opened_on": day}
            answer = client.post("/acme/bulk/opportunities/new/", form, follow=True).content.decode()
        else:
            path, extra = ("edit/", FORM | account) if way == "edit" else ("fields/opened_on/", {})
            answer = client.post(home + path, extra | {"opened_on": day}, follow=True).content.decode()
        with tenant_context(firm.tenant):
            days = {str(one) for one in Opportunity.objects.exclude(pk=stored.pk).values_list("opened_on", flat=True)}
        assert (TO_COME in answer, day not in days) == (is_refused, is_refused)
    form = FORM | account | {"name": "Older", "opened_on": TOMORROW}
    assert client.post(f"/acme/opportunities/{stored.pk}/edit/", form).status_code == 303, "as it was, it stays"


@time_machine.travel(NOW)
def test_a_conversion_opens_nothing_on_a_day_to_come(firm: Firm) -> None:
    """Where a workspace lets a day of the lead be that of the opportunity."""
    with tenant_context(firm.tenant):
        own = create_field(actor=firm.ada, record_type="leads", label="Asked on", kind="date").name
        forget()
        pairs = [(one.source, one.target, one.field) for one in FIELD_MAP]
        set_field_map(actor=firm.ada, pairs=[*pairs, (own, "opportunities", "opened_on")])
        lead = make.lead(firm.ada, company="Kestrel", **{own: date(2026, 5, 4)})
    page = form_of(client_of(firm.ada), f"/acme/leads/{lead.pk}/conversion/")
    answer = page.send(opportunities="new")
    assert answer.status_code == 422 and TO_COME in answer.content.decode()
    with tenant_context(firm.tenant):
        update_lead(lead=lead, actor=firm.ada, values={own: date(2026, 5, 3)})
    page = form_of(client_of(firm.ada), f"/acme/leads/{lead.pk}/conversion/")
    assert page.send(opportunities="new").status_code == 303
    with tenant_context(firm.tenant):
        assert str(Opportunity.objects.get().opened_on) == TODAY
