"""Lists are read once per request, and anew after a change."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from crm.picklists import selectors, services
from crm.picklists.models import Choice, Stage
from crm.tenants.context import tenant_context
from tests.people import Firm


def test_all_lists_cost_one_query_and_all_stages_another(inside: Firm, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        for key in ("lead_status", "industry", "loss_reason"):
            assert selectors.choices(key)
        assert selectors.choice(selectors.choices("rating")[0].pk).picklist == "rating"
        assert selectors.choice_meaning("account_type", "customer").label == "Customer"
    with django_assert_num_queries(1):
        assert selectors.pipelines() == [selectors.default_pipeline()]
        won = selectors.stage_ids_meaning("won")
        assert [selectors.stage(stage_id).label for stage_id in won] == ["Won"]
        assert len(selectors.stages(selectors.default_pipeline())) == len(selectors.stages())


def test_inactive_ones_are_not_offered_but_still_counted_by_meaning(inside: Firm) -> None:
    reason = selectors.choices("loss_reason")[0]
    services.deactivate(entry=reason, actor=inside.ada)
    assert reason not in selectors.choices("loss_reason")
    assert reason in selectors.choices("loss_reason", active_only=False)
    assert reason.pk in selectors.ids_meaning("loss_reason", "sales")
    assert reason.pk not in selectors.ids_meaning("loss_reason", "vetting")


def test_an_unknown_id_is_told(inside: Firm) -> None:
    with pytest.raises(Choice.DoesNotExist):
        selectors.choice(uuid4())
    with pytest.raises(Stage.DoesNotExist):
        selectors.stage(uuid4())


def test_another_workspace_has_its_own(firm: Firm, other_firm: Firm) -> None:
    with tenant_context(firm.tenant):
        services.update_choice(choice=selectors.choices("rating")[0], actor=firm.ada, values={"label": "Burning"})
        assert selectors.choices("rating")[0].label == "Burning"
    with tenant_context(other_firm.tenant):
        assert selectors.choices("rating")[0].label == "Hot"
