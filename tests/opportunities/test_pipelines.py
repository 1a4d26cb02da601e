"""Two pipelines: nobody has to guess which one a stage is of, and an opportunity can go from one to the other."""

from __future__ import annotations

import re
from typing import Any

import pytest

from crm.picklists.models import Pipeline
from crm.picklists.selectors import stages, stages_called
from crm.picklists.services import create_pipeline
from crm.tenants.context import tenant_context
from opportunities.models import Opportunity
from tests import make
from tests.own_words import tight
from tests.people import Firm, client_of

STAGES = "opportunities/new/", "opportunities/$deal/stage/", "opportunities/?edit=stage"


@pytest.fixture
def deal(firm: Firm) -> Opportunity:
    with tenant_context(firm.tenant):
        deal = make.opportunity(firm.ana, name="Big one")
        assert deal.pipeline  # loaded, for outside of the workspace
        return deal


@pytest.fixture
def renewals(firm: Firm, deal: Opportunity) -> Pipeline:
    with tenant_context(firm.tenant):
        return create_pipeline(actor=firm.ada, name="Renewals")


def page(firm: Firm, path: str, deal: Opportunity) -> str:
    answer = client_of(firm.ana).get(f"/acme/{path.replace('$deal', str(deal.pk))}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("path", STAGES)
def test_one_pipeline_needs_no_name(firm: Firm, deal: Opportunity, path: str) -> None:
    assert "Qualifying" in page(firm, path, deal)
    assert ": Qualifying" not in page(firm, path, deal)


@pytest.mark.parametrize("path", STAGES)
def test_of_two_each_stage_says_its_own(firm: Firm, deal: Opportunity, renewals: Pipeline, path: str) -> None:
    text = page(firm, path, deal)
    assert "Renewals: Qualifying" in text and f"{deal.pipeline.name}: Qualifying" in text
    assert not re.search(r"(<option[^>]*>|checkbox[^>]*>)Qualifying", tight(text))


def test_a_chip_says_the_pipeline_too(firm: Firm, deal: Opportunity, renewals: Pipeline) -> None:
    with tenant_context(firm.tenant):
        there = stages(renewals)[0]
    assert "<b>Renewals: Qualifying</b>" in page(firm, f"opportunities/?stage={there.pk}", deal)


def test_the_pipeline_is_shown_listed_filtered_and_exported(firm: Firm, deal: Opportunity, renewals: Pipeline) -> None:
    own = deal.pipeline
    client = client_of(firm.ada)
    assert own.name in client.get(f"/acme/opportunities/{deal.pk}/").content.decode()
    assert "edit=pipeline" in client.get("/acme/opportunities/").content.decode()
    for pipeline, found in ((own, ["Big one"]), (renewals, [])):
        answer = client.get(f"/acme/opportunities/?pipeline={pipeline.pk}&columns=name,pipeline")
        assert [row.record.name for row in answer.context["rows"]] == found
    exported = client.get("/acme/opportunities/export/?filters=none&columns=name,pipeline,stage")
    text = b"".join(exported).decode() if exported.streaming else exported.content.decode()  # type: ignore[arg-type]
    assert own.name in text and f"{own.name}: " in text


def test_an_opportunity_goes_to_another_pipeline_and_is_asked_for_the_stage(
    firm: Firm, deal: Opportunity, renewals: Pipeline
) -> None:
    client = client_of(firm.ana)
    assert "Change pipeline" in client.get(f"/acme/opportunities/{deal.pk}/").content.decode()
    with tenant_context(firm.tenant):
        there: Any = stages(renewals)[1]
    refused = client.post(f"/acme/opportunities/{deal.pk}/stage/", {"stage": "", "back": "/acme/"})
    assert refused.status_code == 422
    sent = {"stage": str(there.pk), "back": "/acme/", "moved_from": str(deal.stage_id)}
    assert client.post(f"/acme/opportunities/{deal.pk}/stage/", sent).status_code == 303
    with tenant_context(firm.tenant):
        deal.refresh_from_db()
        assert (deal.pipeline_id, deal.stage_id) == (renewals.pk, there.pk)


def test_one_pipeline_offers_no_change_of_it(firm: Firm, deal: Opportunity) -> None:
    assert "Change pipeline" not in page(firm, "opportunities/$deal/", deal)


def test_a_name_means_the_usual_pipelines_stage_first(firm: Firm, deal: Opportunity, renewals: Pipeline) -> None:
    with tenant_context(firm.tenant):
        for text, of in (("qualifying", [deal.pipeline, renewals]), ("renewals: QUALIFYING", [renewals])):
            assert [one.pipeline for one in stages_called(text)] == of
        assert stages_called("Nowhere") == []
