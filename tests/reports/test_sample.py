"""The figures of a file that others have published figures of."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from crm.ground.writes import insert_many
from crm.picklists.selectors import default_pipeline, stages
from opportunities.models import Opportunity
from reports.shown import lines
from tests.people import Firm
from tests.reports.reading import ask, figure, line, table
from tests.reports.rows import account

SAMPLE = Path(settings.BASE_DIR).parent / "shared" / "data" / "maven" / "sales_pipeline.csv"
MEANINGS = {"Prospecting": "open", "Engaging": "open", "Won": "won", "Lost": "lost"}


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@pytest.mark.skipif(not SAMPLE.exists(), reason="the sample lies beside the project, where it is developed")
def test_the_published_figures(inside: Firm) -> None:
    first = {one.meaning: one for one in reversed(stages(default_pipeline()))}
    with SAMPLE.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["account"]]
    accounts = {name: account(None, name) for name in {row["account"] for row in rows}}
    deals = []
    for row in rows:
        at = first[MEANINGS[row["deal_stage"]]]
        deals.append(
            Opportunity(
                name=row["opportunity_id"],
                account=accounts[row["account"]],
                stage=at,
                pipeline=at.pipeline,
                amount_minor=int(row["close_value"]) * 100 if row["close_value"] else None,
                currency="USD",
                opened_on=day(row["engage_date"]) or date(2017, 1, 1),
                closed_on=day(row["close_date"]),
            )
        )
    insert_many(Opportunity, deals)
    answer = ask("close-ratio", inside.ada)
    won = figure(answer, "Won")
    assert won.cell.value == 4_238
    assert won.extra and won.extra.value == {"USD": 1_000_553_400}
    assert figure(answer, "Lost").cell.value == 2_473
    assert round(figure(answer, "Close ratio").cell.value * 10_000) == 6_315
    assert lines(figure(answer, "Close ratio").cell) == ["63.2%"]
    assert figure(ask("pipeline", inside.ada), "Open opportunities").cell.value == len(rows) - 4_238 - 2_473
    by_month = Counter(row["close_date"][:7] for row in rows if row["deal_stage"] == "Won")
    assert line(table(answer, "time"), "December 2017")["Won"] == by_month["2017-12"]
    assert line(table(ask("accounts-by-type", inside.ada), "type"), "Prospect")["Won value"] == {"USD": 1_000_553_400}
