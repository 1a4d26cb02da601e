"""A day on which something was won or lost is none that is still to come: wherever it is typed, or comes from."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from crm.tenants.context import tenant_context
from opportunities.models import Opportunity
from opportunities.services import update_opportunity
from tests import make
from tests.imports.steps import bring_in, download
from tests.people import Firm, client_of

NOW = datetime(2026, 5, 4, 3, tzinfo=UTC)  # in New York, where the workspace is, it is still May 3
WORDS = "This date is in the future."
TOMORROW, TODAY = "2026-05-04", "2026-05-03"
FORM = {"name": "Deal", "amount_currency": "USD", "opened_on": "2026-01-05"}


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
        text = f"Name,Account,Stage,Closed,Reason\nBrought,Kestrel,{meaning.title()},{day},\n"
        return download(firm, bring_in(firm, "opportunities", text))
    path, data = {
        "stage": (f"{home}stage/", words),
        "edit": (f"{home}edit/", FORM | account | words),
        "in place": (f"{home}fields/closed_on/", {"closed_on": day}),
    }[way]
    return client.post(path, data, follow=True).content.decode()


@pytest.mark.parametrize("meaning", ["won", "lost"])
@pytest.mark.parametrize("way", ["stage", "edit", "in place", "bulk", "import"])
@time_machine.travel(NOW)
def test_nothing_was_won_or_lost_on_a_day_that_is_still_to_come(firm: Firm, way: str, meaning: str) -> None:
    with tenant_context(firm.tenant):
        account = make.account(firm.ada, name="Kestrel")
        closed: dict[str, Any] = {"stage": make.stage(meaning)} if way in ("edit", "in place", "bulk") else {}
        if closed and meaning == "lost":
            closed["loss_reason"] = make.reason("loss_reason", "sales")
        deal = make.opportunity(firm.ada, name="Deal", account=account, **closed)
        if closed:
            update_opportunity(deal, actor=firm.ada, values={"closed_on": datetime(2026, 5, 1).date()})
    for day, is_refused in ((TOMORROW, True), (TODAY, False)):
        answer = sends(firm, deal, way, meaning, day)
        with tenant_context(firm.tenant):
            days = {str(one) for one in Opportunity.objects.values_list("closed_on", flat=True)}
        assert ((WORDS in answer), (day not in days)) == (is_refused, is_refused)
