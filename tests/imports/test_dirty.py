"""A dirty file of several batches comes in over HTTP as another system wrote it: nothing is lost or invented."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db.models import Sum

from accounts.models import Account
from crm.imports import running
from crm.imports.models import Import
from crm.picklists.models import Stage
from crm.tenants.context import tenant_context
from crm.users.models import Membership
from opportunities.models import Opportunity
from tests.imports.steps import download, finished, tenant_of, upload
from tests.people import Firm

FIRMS = ("Acme Corporation", "Bluth Company", "Cancity", "Dalt & Sons", "Érable", "Finhigh", "Ganja “fuel”")
ACCOUNTS = "\ufeffaccount,sector,subsidiary_of\r\n" + "".join(
    f"{firm},technolgy,{'Finhigh' if firm.startswith('Bluth') else ''}\r\n" for firm in FIRMS
)
AGENTS = ("Moses Frase", "Darcel Schlecht", "Zane Levy")
HEAD = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\r\n"
BATCH, ROWS, TWICE = 100, 260, 8
WITHOUT_ACCOUNT, NO_DAY, NO_AMOUNT = set(range(5, ROWS, 6)), {96, 216}, {100, 208}
REFUSED = WITHOUT_ACCOUNT | NO_DAY | NO_AMOUNT


def row(number: int) -> str:
    stage = ("Won", "Lost", "Engaging", "Prospecting")[number % 4]
    firm, agent = FIRMS[number % len(FIRMS)], AGENTS[number % len(AGENTS)]
    if number % 11 == 7:
        firm, agent = f" {firm.upper()}\u00a0", f"{agent.lower()} "
    closed, worth = {"Won": ("2017-03-01", f'"1,{number:03}.50"'), "Lost": ("2017-03-02", "0")}.get(stage, ("", ""))
    closed = "2017-02-30" if number in NO_DAY else closed
    worth = "call me" if number in NO_AMOUNT else worth
    firm = "" if number in WITHOUT_ACCOUNT else firm
    opened = "" if stage == "Prospecting" else "2016-10-20"
    blank = ",,,,,,,\r\n" if number % 90 == 0 else ""
    return f'{blank}D{number:05},{agent},"GTX\nBasic",{firm},{stage},{opened},{closed},{worth}\r\n'


def test_a_dirty_file_comes_in_whole_and_a_second_time_changes_nothing(
    fresh_firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = fresh_firm
    monkeypatch.setattr(running, "BATCH", BATCH)
    bring_in(firm, "accounts", ACCOUNTS)
    text = HEAD + "".join(map(row, [*range(ROWS), *range(TWICE)]))
    twice = [number for number in range(TWICE) if number not in REFUSED]
    before = known(firm)
    run = bring_in(firm, "opportunities", text)
    taken = [number for number in range(ROWS) if number not in REFUSED]
    refused = len(REFUSED) + TWICE - len(twice)
    assert (run.total, run.created_count, run.refused_count) == (ROWS + TWICE, len(taken), refused)
    assert run.folded_count == len(twice)
    returned = download(firm, run)
    assert returned.count("Choose an account or a contact") == refused - len(NO_DAY | NO_AMOUNT)
    assert all(f"D{number:05}" in returned for number in REFUSED)
    added = [after - old for after, old in zip(known(firm), before, strict=True)]
    assert added == [set(AGENTS), {"Engaging", "Prospecting"}, set()]
    with tenant_context(tenant_of(firm)):
        assert Account.objects.get(name="Bluth Company").parent == Account.objects.get(name="Finhigh")
        kept = dict(Opportunity.objects.values_list("external_id", "account__name"))
        assert kept == {f"D{number:05}": FIRMS[number % len(FIRMS)] for number in taken}
        won = Opportunity.objects.filter(stage__meaning="won")
        worth = sum(Decimal(1000 + number) + Decimal("0.5") for number in taken if number % 4 == 0)
        assert won.aggregate(total=Sum("amount_minor"))["total"] == worth * 100
    run = bring_in(firm, "opportunities", text)
    assert (run.created_count, run.updated_count, run.unchanged_count) == (0, 0, len(taken))


def bring_in(firm: Firm, key: str, text: str) -> Import:
    return finished(firm, upload(firm, key, text))


def known(firm: Firm) -> tuple[set[str], set[str], set[str]]:
    with tenant_context(tenant_of(firm)):
        people, stages = Membership.objects.values_list("name"), Stage.objects.values_list("label")
        accounts = Account.objects.values_list("name")
        return tuple({name for (name,) in rows} for rows in (people, stages, accounts))  # type: ignore[return-value]
