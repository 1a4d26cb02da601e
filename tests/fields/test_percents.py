"""A percentage written as a share of one: typed, it is asked about; in a file, for the whole column."""

from __future__ import annotations

import pytest

from accounts.models import Account
from crm.fields.reading import PERCENTS, NumberText, State, current_style, decide
from crm.fields.reading.style import POINTS, SHARE
from crm.tenants.context import tenant_context
from opportunities.models import Opportunity
from tests import make
from tests.fields.own import add_field
from tests.imports.steps import finished, tenant_of
from tests.imports.test_sheets import xlsx
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


@pytest.mark.parametrize(("label", "answer", "kept"), [("Korting", "points", 7.5), ("Korting", "share", 0.075)])
@pytest.mark.parametrize("text", ["7.5%", "7,5 %"])
def test_what_a_percentage_is_in_a_field_without_a_unit_is_asked(
    firm: Firm, text: str, label: str, answer: str, kept: float
) -> None:
    name = add_field(client_of(firm.ada), firm, "number", label)
    page = Page(firm, "accounts", f'name,{label}\nKestrel,"{text}"\nFalcon,12\n')
    [question] = page.answer.context["questions"].styles
    assert [one.samples[0].text for one in question.options] == [text, text]
    page.refused(page.columns())
    job = finished(firm, page.send(page.columns() | {f"style_{name}": answer}))
    assert (job.created_count, job.refused_count) == (2, 0)
    assert own_values(firm, name) == {"Kestrel": kept, "Falcon": 12}


def test_a_field_of_per_cents_holds_what_stands_before_the_sign(firm: Firm) -> None:
    """Also one that is made of the column, and of the cells of a sheet that show per cents."""
    sheet = xlsx(
        ("A", [["Name", "Korting %"], ["Kestrel", 0.075], ["Falcon", 0.1]]),
        change=lambda book: [setattr(book.active[cell], "number_format", "0.0%") for cell in ("B2", "B3")],
    )
    page = Page(firm, "accounts", sheet)
    data = page.columns() | {"column_1": "+field"}
    client_of(firm.ada).post(page.address, data)
    page.answer = client_of(firm.ada).get(page.address)
    [question] = page.answer.context["questions"].kinds
    assert (question.kind, page.answer.context["questions"].styles) == ("number", [])
    job = finished(firm, page.send(data | {"kind_1": "number"}))
    assert (job.created_count, job.refused_count) == (2, 0)
    assert own_values(firm, job.mapping[1]) == {"Kestrel": 7.5, "Falcon": 10}


def own_values(firm: Firm, name: str) -> dict[str, float]:
    with tenant_context(tenant_of(firm)):
        return {one.name: one.custom[name.removeprefix("custom_")] for one in Account.objects.all()}
