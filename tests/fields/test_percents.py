"""A percentage written as a share of one: typed, it is asked about; in a file, for the whole column."""

from __future__ import annotations

import pytest

from crm.fields.reading import PERCENTS, NumberText, State, current_style, decide
from crm.fields.reading.style import POINTS, SHARE
from crm.tenants.context import tenant_context
from opportunities.models import Opportunity
from tests import make
from tests.imports.steps import finished
from tests.imports.test_words import Page
from tests.people import Firm, client_of


@pytest.mark.parametrize(
    ("texts", "state"),
    [
        (["0.6", "0.25", "1", "0"], State.UNDECIDED),
        (["0,6"], State.UNDECIDED),
        (["1", "1", "0"], State.UNDECIDED),
        ([NumberText("0.6"), ""], State.UNDECIDED),
        (["0.6", "45"], State.CONTRADICTORY),
        (["60", "45", "1"], State.OPEN),
        (["60 %", "0.5 %", "1%"], State.OPEN),
        ([NumberText("60%")], State.OPEN),
        (["0", ""], State.OPEN),
    ],
)
def test_a_column_of_shares_is_asked_about(inside: Firm, texts: list[str], state: State) -> None:
    found = decide(PERCENTS, texts, current_style())
    assert found.state == state
    assert found.must_ask == (state in (State.UNDECIDED, State.CONTRADICTORY))
    assert {one.key for one in found.options} == ({SHARE, POINTS} if found.must_ask else set())


@pytest.mark.parametrize(
    ("answer", "kept"), [("share", {"A": 60, "B": 100, "C": 0, "D": 30}), ("points", {"B": 1, "C": 0, "D": 30})]
)
def test_one_in_a_column_of_shares_is_not_one_per_cent_unasked(firm: Firm, answer: str, kept: dict[str, int]) -> None:
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Falcon")
    text = "name,account,probability\nA,Falcon,0.6\nB,Falcon,1\nC,Falcon,0\nD,Falcon,30 %\n"
    page = Page(firm, "opportunities", text)
    assert {one.name for one in page.questions.styles} == {"probability"}
    shown = page.answer.content.decode()
    assert "0.5 is 50 %" in shown and "60 %" in shown
    page.refused(page.columns())
    job = finished(firm, page.send(page.columns() | {"style_probability": answer}))
    assert job.state == "done"
    with tenant_context(firm.tenant):
        assert dict(Opportunity.objects.values_list("name", "probability")) == kept


@pytest.mark.parametrize(("text", "says"), [("0.6", "write 60"), ("0,6", "write 60"), ("0.255", "not a whole number")])
def test_a_share_typed_is_asked_about(firm: Firm, text: str, says: str) -> None:
    with tenant_context(firm.tenant):
        opportunity = make.opportunity(firm.ada)
        before = opportunity.probability
    client = client_of(firm.ada)
    url = f"/acme/opportunities/{opportunity.pk}/fields/probability/"
    answer = client.post(url, {"probability": text})
    assert says in answer.content.decode()
    with tenant_context(firm.tenant):
        assert Opportunity.objects.get(pk=opportunity.pk).probability == before
    client.post(url, {"probability": "60 %"})
    with tenant_context(firm.tenant):
        assert Opportunity.objects.get(pk=opportunity.pk).probability == 60
