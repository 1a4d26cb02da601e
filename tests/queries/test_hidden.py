"""What a role does not see of a type tells it nothing by a filter either, alone or in a group, by itself or by what
follows from it."""

from __future__ import annotations

from typing import Any

import pytest

from crm import catalogue
from crm.queries.condition import Condition, Group
from crm.queries.counts import counted
from crm.queries.query import Query
from crm.tenants.context import tenant_context
from crm.users.access import HIDDEN
from crm.users.services import limit_fields
from tests import make
from tests.people import Firm, client_of

CASES: dict[str, tuple[str, str]] = {  # the field, and a filter that would tell it
    "itself": ("campaign", "campaign=Fair"),
    "currency": ("amount", "currency=USD"),
    "set by hand": ("probability", "probability_overridden=yes"),
}


@pytest.fixture
def deal(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lost, reason = make.stage("lost"), make.reason("loss_reason", "vetting")
        make.opportunity(firm.ana, stage=lost, loss_reason=reason, campaign="Fair", probability=7)


@pytest.mark.parametrize("case", CASES)
def test_no_filter_tells_what_is_hidden(firm: Firm, deal: None, case: str) -> None:
    field, query = CASES[case]
    ana = client_of(firm.ana)

    def told() -> list[Any]:
        pages = [ana.get(f"/acme/opportunities/?{query}"), ana.get(f"/acme/opportunities/?any1.{query}&any1.name=x")]
        name = query.partition("=")[0]
        is_known = not pages[0].context["listing"].problems
        assert all((f"edit={name}#" in page.context["bar"].filter_menu) == is_known for page in pages)
        return [(len(page.context["listing"].problems), len(page.context["rows"])) for page in pages]

    assert all(problems == 0 for problems, _rows in told())
    with tenant_context(firm.tenant):
        limit_fields(actor=firm.ada, role=firm.ana.role, key="opportunities", limits={field: HIDDEN})
    assert [problems for problems, _rows in told()] == [1, 1]
    assert "Your role does not show this field." in str(
        ana.get(f"/acme/opportunities/?{query}").context["listing"].problems
    )
    assert ana.get(f"/acme/opportunities/export/?any1.{query}").status_code in (303, 404)


def test_a_view_that_filters_by_what_one_does_not_see_says_so_and_no_more(firm: Firm, deal: None) -> None:
    ada, ana = client_of(firm.ada), client_of(firm.ana)
    ada.post("/acme/views/opportunities/new/?any1.campaign=Fair&any1.name=x", {"name": "Fairs", "audience": "all"})
    view = next(one for one in ana.get("/acme/opportunities/").context["listing"].views.all if one.name == "Fairs")
    assert [len(who.get(f"/acme/opportunities/?view={view.pk}").context["rows"]) for who in (ada, ana)] == [1, 1]
    with tenant_context(firm.tenant):
        limit_fields(actor=firm.ada, role=firm.ana.role, key="opportunities", limits={"campaign": HIDDEN})
    page = ana.get(f"/acme/opportunities/?view={view.pk}")
    assert len(page.context["rows"]) == 0 and page.context["listing"].problems
    assert len(ada.get(f"/acme/opportunities/?view={view.pk}").context["rows"]) == 1


def test_counts_of_a_type_as_one_sees_it_are_by_what_one_sees(firm: Firm, deal: None) -> None:
    with tenant_context(firm.tenant):
        limit_fields(actor=firm.ada, role=firm.ana.role, key="opportunities", limits={"campaign": HIDDEN})
        firm.ana.role.refresh_from_db()
        seen = catalogue.seen_type("opportunities", firm.ana)
        assert counted(Query(seen, groups=("owner",)), firm.ana).total["all"].count == 1
        by_hidden = counted(Query(seen, groups=("campaign",)), firm.ana)
        assert by_hidden.missing == {"campaign"} and [line.values for line in by_hidden.lines] == [()]
        by_campaign = Query(seen, (Group("any", (Condition("campaign", "is", ("Fair",)),)),))
        assert by_campaign.readable(Query(seen).rows(firm.ana), firm.ana)[1]
