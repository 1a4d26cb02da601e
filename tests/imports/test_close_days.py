"""A closing date is a plan until it has come true; a move that a file tells of is not dated by the import."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from accounts.models import Account
from crm.events.delivery import deliver_all
from crm.imports.models import ImportRow
from crm.tenants.clock import day_of, today
from crm.tenants.context import tenant_context
from opportunities.models import Opportunity, StageVisit
from opportunities.selectors import stage_history
from tests import make
from tests.imports.steps import bring_in, download, finished, sent, tenant_of
from tests.imports.test_words import Page
from tests.people import Firm, client_of

DAY = date(2026, 3, 5)


def deal(name: str) -> Opportunity:
    return Opportunity.objects.select_related("stage").get(name=name)


def known(firm: Firm, stage: str = "open") -> Opportunity:
    with tenant_context(firm.tenant):
        account = make.account(firm.ada, name="Kestrel")
        opened = date(2026, 1, 5)
        return make.opportunity(firm.ada, name="Known", account=account, stage=make.stage(stage), opened_on=opened)


@pytest.mark.parametrize(
    "header", ["CloseDate", "Close Date", "closedate", "Closing Date", "Abschluss", "Fecha de cierre"]
)
def test_a_close_date_is_expected_while_open_and_the_day_of_closing_then(firm: Firm, header: str) -> None:
    text = f"Name,Account,Stage,{header}\nOpen,Kestrel,Negotiation,2027-03-05\nWon,Kestrel,Won,2026-03-05\n"
    run = bring_in(firm, "opportunities", text + "Lost,Kestrel,Lost,2026-03-06\nBare,Kestrel,,2027-03-07\n")
    assert (run.created_count, run.refused_count) == (4, 0)
    with tenant_context(firm.tenant):
        found = {one.name: (one.expected_close_on, one.closed_on) for one in Opportunity.objects.all()}
    assert found == {
        "Open": (date(2027, 3, 5), None),
        "Won": (None, DAY),
        "Lost": (None, date(2026, 3, 6)),
        "Bare": (date(2027, 3, 7), None),
    }


def test_beside_a_column_of_one_of_the_two_it_is_the_other(firm: Firm) -> None:
    text = "Name,Account,Stage,Expected close date,Close date\nWon,Kestrel,Won,2026-02-01,2026-03-05\n"
    bring_in(firm, "opportunities", text)
    with tenant_context(firm.tenant):
        assert (deal("Won").expected_close_on, deal("Won").closed_on) == (date(2026, 2, 1), DAY)


def test_two_columns_that_say_different_days_of_closing_are_refused(firm: Firm) -> None:
    rows = "Name,Account,Stage,Closed,Other\nWon,Kestrel,Won,2026-03-05,{}\n"
    for other, refused in (("2026-03-06", 1), ("2026-03-05", 0)):
        page = Page(firm, "opportunities", rows.format(other))
        run = finished(firm, page.send(page.columns() | {"column_4": "close_day", "others_account": "add"}))
        assert run.refused_count == refused
        assert ("Two columns say different things of this row’s “Closed”." in download(firm, run)) == bool(refused)


def test_a_close_date_of_a_row_without_a_stage_goes_where_its_opportunity_stands(firm: Firm) -> None:
    known(firm, "won")
    bring_in(firm, "opportunities", "Name,Account,Close date\nKnown,Kestrel,2026-03-05\n", existing="update")
    with tenant_context(firm.tenant):
        assert (deal("Known").expected_close_on, deal("Known").closed_on) == (None, DAY)


@pytest.mark.parametrize(
    ("was", "becomes"), [("open", "Won"), ("open", "Lost"), ("open", "Negotiation"), ("won", "Negotiation")]
)
@pytest.mark.parametrize("moved_on", ["", "2026-03-05"])
def test_a_move_without_a_day_is_refused_or_has_the_day_that_was_said(
    firm: Firm, was: str, becomes: str, moved_on: str
) -> None:
    """It was won, lost or moved on the day of the import, and in its new stage since then."""
    before = known(firm, was)
    text = f"Name,Account,Stage,Loss reason\nKnown,Kestrel,{becomes},{'Price' if becomes == 'Lost' else ''}\n"
    run = bring_in(firm, "opportunities", text, moved_on=moved_on)
    assert (run.updated_count, run.refused_count) == ((1, 0) if moved_on else (0, 1))
    with tenant_context(firm.tenant):
        found = deal("Known")
        if not moved_on:
            assert (found.stage_id, found.closed_on) == (before.stage_id, before.closed_on)
            assert found.stage_since == before.stage_since
        else:
            assert found.stage.label == becomes
            assert found.closed_on == (DAY if becomes in ("Won", "Lost") else None)
            assert day_of(found.stage_since) == DAY
    if not moved_on:
        assert "the file does not say when" in download(firm, run)


def test_a_move_with_its_day_of_closing_has_that_day(firm: Firm) -> None:
    known(firm)
    run = bring_in(firm, "opportunities", "Name,Account,Stage,Close date\nKnown,Kestrel,Won,2026-03-05\n")
    assert run.updated_count == 1
    with tenant_context(firm.tenant):
        deliver_all()
        found = deal("Known")
        assert (found.closed_on, found.stage_since and day_of(found.stage_since)) == (DAY, DAY)
        assert Account.objects.get(name="Kestrel").type_since == DAY
        visits: list[Any] = stage_history(found)
        assert [visit.stage.meaning for visit in visits] == ["open", "won"], "though it was open here until today"
        assert all(visit.days >= 0 for visit in visits)
        assert StageVisit.objects.filter(opportunity=found, left_at=None).count() == 1
    assert client_of(firm.ada).get(f"/acme/opportunities/{found.pk}/stages/").status_code == 200


def test_a_dry_run_refuses_each_row_that_was_closed_before_it_was_opened(firm: Firm) -> None:
    known(firm)
    rows = (
        "Name,Account,Stage,Opened,Close date\nKnown,Kestrel,Won,,2025-01-01\nNew,Kestrel,Won,2026-05-01,2025-01-01\n"
    )
    tried = bring_in(firm, "opportunities", f"{rows}Right,Kestrel,Won,2025-01-01,2025-05-01\n", dry_run="1")
    assert (tried.created_count, tried.updated_count, tried.refused_count) == (1, 0, 2)
    with tenant_context(firm.tenant):
        said = [(row.outcome, row.remarks) for row in ImportRow.objects.filter(run=tried).order_by("number")]
    text = "Closed: It was opened on {}. If that is wrong, correct “Opened” first."
    assert said == [
        ("refused", [text.format("Jan 5, 2026")]),
        ("refused", [text.format("May 1, 2026")]),
        ("created", []),
    ]


def test_the_day_of_moves_cannot_lie_ahead_and_is_kept(firm: Firm) -> None:
    page = Page(firm, "opportunities", "Name,Account,Stage\nNew,Kestrel,Won\n")
    with tenant_context(firm.tenant):
        ahead = today() + timedelta(days=1)
    page.refused(page.columns() | {"others_account": "add", "moved_on": ahead.isoformat()})
    page.client.post(page.address, page.columns() | {"moved_on": "2026-03-05", "update": "1"})
    assert page.client.get(page.address).context["form"]["moved_on"].value() == DAY


def test_since_when_an_account_is_what_a_file_says_nobody_knows(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Kestrel")
    assert bring_in(firm, "accounts", "Name,Type\nKestrel,Customer\n").updated_count == 1
    with tenant_context(firm.tenant):
        found = Account.objects.get()
        assert (found.type.meaning, found.type_since) == ("customer", None)


def test_since_when_somebody_is_a_customer_says_nothing_of_who_is_none(fresh_firm: Firm) -> None:
    """“Kunde seit” without a type made prospects since that day."""
    firm, text = fresh_firm, "Name,{}Kunde seit\nOwl,{}2021-03-04\nElk,{}2022-03-04\n"
    page = Page(firm, "accounts", text.format("", "", ""))
    assert page.columns()["column_1"] == "", "not guessed where no type is told"
    page.send(sent(page.answer) | {"column_1": "customer_since", "dry_run": "1"})
    for columns, remarks in ((("", "", ""), 2), (("Type,", "Customer,", "Past customer,"), 1), (("", "", ""), 1)):
        page = Page(firm, "accounts", text.format(*columns))
        run = finished(firm, page.send(sent(page.answer) | {f"column_{1 + bool(columns[0])}": "customer_since"}))
        remarked = download(firm, run, query="?remarks=1")
        assert (run.refused_count, remarked.count("was not taken: Type is")) == (0, remarks), remarked
        with tenant_context(tenant_of(firm)):
            days = [Account.objects.get(name=name).type_since for name in ("Owl", "Elk")]
        assert days == [date(2021, 3, 4) if remarks == 1 else None, None]
    with tenant_context(tenant_of(firm)):
        assert Account.objects.get(name="Elk").type.meaning == "past_customer"
