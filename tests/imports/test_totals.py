"""A last row of totals would count everything twice: it is asked about, and comes in only if that is said."""

from __future__ import annotations

import pytest

from crm.tenants.context import tenant_context
from opportunities.models import Opportunity
from tests.imports.steps import finished, told
from tests.imports.test_words import Page
from tests.people import Firm

DEALS = "name,account,stage,amount\nRug,Kestrel,Qualifying,100\nLamp,Kestrel,Qualifying,300\n"


@pytest.mark.parametrize(
    "row", ["Total,Kestrel,Qualifying,400", "Gesamtsumme:,Kestrel,Qualifying,400", "合計,Kestrel,,400"]
)
@pytest.mark.parametrize("answer", ["leave", "take"])
def test_a_last_row_of_totals_is_asked_about(firm: Firm, row: str, answer: str) -> None:
    page = Page(firm, "opportunities", f"{DEALS}{row}\n")
    accounts = {"word_account": ["Kestrel"], "answer_account": ["add"]}
    assert "Is the last row one of totals?" in told(page.refused(page.columns() | accounts))
    run = finished(firm, page.send(page.columns() | accounts | {"*totals": answer}))
    assert run.refused_count + run.created_count == 3
    with tenant_context(firm.tenant):
        names = {*Opportunity.objects.values_list("name", flat=True)}
    assert names - {"Rug", "Lamp"} == ({row.partition(",")[0]} if answer == "take" else set())


@pytest.mark.parametrize("row", ["Total repaint,Kestrel,Qualifying,400", "Sum,Kestrel,,", "Sumatra,Kestrel,,5"])
def test_what_only_begins_like_a_total_is_not_asked_about(firm: Firm, row: str) -> None:
    assert Page(firm, "opportunities", f"{DEALS}{row}\n").answer.context["totals"] is None
    middle = DEALS.replace("Rug,", "Total,") + DEALS.partition("\n")[2] * 2
    assert Page(firm, "opportunities", middle).answer.context["totals"] is None
