"""The pages that one type of record alone has, and answers to htmx: what a role hides is on none of them."""

from __future__ import annotations

from typing import Any

import pytest

from crm.fields.money import Money
from crm.picklists.selectors import default_pipeline, stages
from crm.tenants.context import tenant_context
from crm.users.access import HIDDEN
from crm.users.services import limit_fields
from tests import make
from tests.forms import HTMX
from tests.people import Firm, client_of


def limit(firm: Firm, key: str, **limits: str) -> None:
    with tenant_context(firm.tenant):
        limit_fields(actor=firm.ada, role=firm.ana.role, key=key, limits=limits)


@pytest.fixture
def deals(firm: Firm) -> list[Any]:
    with tenant_context(firm.tenant):
        account = make.account(firm.ana)
        sums = (73_519_00, 1_00)
        return [make.opportunity(firm.ana, account=account, amount=Money(one, "USD"), probability=37) for one in sums]


def test_a_card_that_is_dropped_tells_no_hidden_sum(firm: Firm, deals: list[Any]) -> None:
    ana = client_of(firm.ana)
    with tenant_context(firm.tenant):
        first, second = [one for one in stages(default_pipeline()) if one.meaning == "open"][:2]

    def dropped(stage: Any, query: str = "") -> Any:
        address = f"/acme/opportunities/{deals[0].pk}/stage/?board=1&filters=none{query}"
        answer = ana.post(address, {"stage": str(stage.pk)}, headers=HTMX)
        assert answer.status_code == 200
        return answer

    told = dropped(second)
    assert "73,519" in told.content.decode() and told.context["count"] == 2
    asked = dropped(first, "&amount__from=1000")
    assert asked.context["count"] == 1
    limit(firm, "opportunities", amount=HIDDEN)
    told = dropped(second)
    assert "73,51" not in told.content.decode() and told.context["count"] == 2
    asked = dropped(first, "&amount__from=1000")
    assert asked.context["count"] == 2, "it is no question by what is not seen"
