"""The board: all rows counted and summed, the first cards shown, with few queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.fields.money import Money
from crm.picklists.selectors import choice_meaning, default_pipeline, stages
from crm.picklists.services import create_choice, create_pipeline, deactivate, update_pipeline
from crm.tenants.clock import start_of, today
from crm.tenants.context import tenant_context
from leads.services import set_lead_status
from opportunities.services import move_to_stage
from tests import make
from tests.pages.test_listing import questions
from tests.people import Firm, client_of

BOARD = "/acme/opportunities/board/"
MOST_QUERIES = 12


def columns(firm: Firm, query: str = "?filters=none", member: Any = None) -> dict[str, Any]:
    answer = client_of(member or firm.ana).get(f"{BOARD}{query}")
    assert answer.status_code == 200
    return {column.value.label: column for column in answer.context["columns"]}


@pytest.fixture
def deals(firm: Firm) -> list[Any]:
    with tenant_context(firm.tenant):
        account = make.account(firm.ana)
        return [
            make.opportunity(firm.ana, account=account, name=f"Deal {number}", amount=Money(100, "USD"))
            for number in range(27)
        ]


def test_counts_and_sums_are_of_all_rows_and_cards_are_the_first(firm: Firm, deals: list[Any]) -> None:
    with tenant_context(firm.tenant):
        make.opportunity(firm.ana, amount=Money(5_000, "EUR"))
    first = columns(firm)["Qualifying"]
    assert (first.count, first.sums) == (28, {"USD": 2_700, "EUR": 5_000})
    assert len(first.cards) == 25
    assert first.more == 3
    page = client_of(firm.ana).get(f"{BOARD}?filters=none").content.decode()
    assert "€50 + $27" in page and "3 more" in page


def test_the_rest_of_a_column_is_a_list_of_just_that(firm: Firm, deals: list[Any]) -> None:
    with tenant_context(firm.tenant):
        make.opportunity(firm.max, name="Of Max")
        make.opportunity(firm.ana, stage=make.stage("won"))
    column = columns(firm, "?owner=me&stage=meaning:open")["Qualifying"]
    answer = client_of(firm.ana).get(f"/acme/opportunities/{column.query}")
    assert (column.count, answer.context["count"].value) == (27, 27)
    assert f"/acme/opportunities/{column.query}".replace("&", "&amp;") in (
        client_of(firm.ana).get(f"{BOARD}?owner=me&stage=meaning:open").content.decode()
    )


def test_the_total_is_over_all_columns_and_by_currency(firm: Firm, deals: list[Any]) -> None:
    with tenant_context(firm.tenant):
        make.opportunity(firm.ana, amount=Money(5_000, "EUR"), stage=make.stage("won"))
        move_to_stage(opportunity=deals[0], stage=make.stage("won"), actor=firm.ana)
    answer = client_of(firm.ana).get(f"{BOARD}?filters=none")
    assert (answer.context["count"], answer.context["total"]) == (28, "€50 + $27")
    assert answer.context["total"] in answer.content.decode()


def test_every_stage_is_a_column_in_its_order(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        labels = [stage.label for stage in stages(default_pipeline())]
    assert list(columns(firm)) == labels


def test_the_view_filters_the_board(firm: Firm, deals: list[Any]) -> None:
    with tenant_context(firm.tenant):
        make.opportunity(firm.max, name="Of Max")
    assert columns(firm)["Qualifying"].count == 28
    mine = columns(firm, "?owner=me", firm.max)
    assert [card.record.name for card in mine["Qualifying"].cards] == ["Of Max"]
    opens = columns(firm, "?stage=meaning:open")
    assert opens["Qualifying"].shown and not opens["Won"].shown
    assert columns(firm, "?stage__not=meaning:open")["Won"].shown


def test_moved_cards_change_columns(firm: Firm, deals: list[Any]) -> None:
    with tenant_context(firm.tenant):
        move_to_stage(opportunity=deals[0], stage=make.stage("won"), actor=firm.ana)
    board = columns(firm)
    assert (board["Qualifying"].count, board["Won"].count) == (26, 1)
    assert [card.record.name for card in board["Won"].cards] == ["Deal 0"]


def test_cards_that_one_may_not_move_are_not_draggable_and_say_why(firm: Firm, deals: list[Any]) -> None:
    mine = client_of(firm.ana).get(f"{BOARD}?filters=none").content.decode()
    assert 'draggable="true"' in mine and "data-stays" not in mine
    theirs = client_of(firm.rita).get(f"{BOARD}?filters=none").content.decode()
    assert 'draggable="true"' not in theirs and 'data-url="/acme/opp' not in theirs
    why = "The role “Read-only” may not change opportunities."
    assert theirs.count(f'data-stays="You may not move this one. {why}" title="{why}"') == 25


def test_needs_few_queries_and_as_many_for_one_row_as_for_all(firm: Firm, deals: list[Any]) -> None:
    with tenant_context(firm.tenant):
        for stage in [one for one in stages(default_pipeline()) if one.meaning == "open"]:
            make.opportunity(firm.max, stage=stage)
    client = client_of(firm.max)
    client.get(f"{BOARD}?filters=none")
    with CaptureQueriesContext(
        connection,
    ) as all_rows:
        client.get(f"{BOARD}?filters=none")
    with CaptureQueriesContext(connection) as one_row:
        client.get(f"{BOARD}?name=Deal 1")
    many, one = questions(all_rows), questions(one_row)
    assert len(many) == len(one) <= MOST_QUERIES, "\n".join(many)


def test_an_unreadable_filter_is_said(firm: Firm, deals: list[Any]) -> None:
    answer = client_of(firm.ana).get(f"{BOARD}?stage=nonsense")
    assert answer.status_code == 200
    assert "nonsense" in answer.content.decode()


def test_other_types_have_no_board(firm: Firm) -> None:
    assert client_of(firm.ana).get("/acme/accounts/board/").status_code == 404
    assert client_of(firm.ana).get(BOARD).status_code == 200


def test_an_empty_board_stands(firm: Firm) -> None:
    assert all(column.count == 0 and column.cards == [] for column in columns(firm).values())


def test_an_inactive_stage_stands_as_long_as_there_are_rows_in_it(firm: Firm, deals: list[Any]) -> None:
    with tenant_context(firm.tenant):
        _first, used, unused = [one for one in stages(default_pipeline()) if one.meaning == "open"][:3]
        move_to_stage(opportunity=deals[0], stage=used, actor=firm.ana)
        for stage in (used, unused):
            deactivate(entry=stage, actor=firm.ada)
    board = columns(firm)
    assert (board[used.label].count, [card.record.name for card in board[used.label].cards]) == (1, ["Deal 0"])
    assert board[used.label].closed and not board["Qualifying"].closed
    assert unused.label not in board
    answer = client_of(firm.ana).get(f"{BOARD}?filters=none")
    assert answer.context["count"] == 27
    assert answer.content.decode().count("data-closed") == 1


def test_nothing_can_be_moved_into_an_inactive_stage_but_out_of_it(firm: Firm, deals: list[Any]) -> None:
    with tenant_context(firm.tenant):
        first, second = [one for one in stages(default_pipeline()) if one.meaning == "open"][:2]
        move_to_stage(opportunity=deals[0], stage=second, actor=firm.ana)
        deactivate(entry=second, actor=firm.ada)

    def drop(deal: Any, stage: Any) -> Any:
        path = f"/acme/opportunities/{deal.pk}/stage/?filters=none&board=1"
        return client_of(firm.ana).post(path, {"stage": str(stage.pk)}, HTTP_HX_REQUEST="true")

    assert drop(deals[1], second).status_code == 422
    answer = drop(deals[0], first)
    assert answer.status_code == 200
    assert {column.value.pk: column.count for column in answer.context["columns"]} == {first.pk: 27, second.pk: 0}
    assert columns(firm)["Qualifying"].count == 27


def test_a_drop_that_takes_the_card_out_of_sight_says_so(
    firm: Firm, deals: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with tenant_context(firm.tenant):
        second = stages(default_pipeline())[1]
    client, told = client_of(firm.ana), []
    for deal, sees in ((deals[0], True), (deals[1], False)):
        monkeypatch.setattr("crm.pages.board.can", lambda actor, verb, record, sees=sees: sees)
        path = f"/acme/opportunities/{deal.pk}/stage/?board=1"
        answer = client.post(path, {"stage": str(second.pk)}, HTTP_HX_REQUEST="true")
        page = answer.content.decode()
        told.append((f'id="card-{deal.pk}"' in page, "X-Gone" in answer, "is no longer shared with you" in page))
    assert told == [(True, False, False), (False, True, True)]


def test_a_drop_answers_with_the_card_anew_and_the_counts_of_the_page(firm: Firm, deals: list[Any]) -> None:
    """The card kept its "28 days" and the heading still counted a card that had been dropped out of the view."""
    with tenant_context(firm.tenant):
        type(deals[0]).objects.update(stage_since=start_of(today() - timedelta(days=28)))
        second, won = stages(default_pipeline())[1], make.stage("won")
    client, query = client_of(firm.ana), "?stage=meaning:open"
    before = client.get(f"{BOARD}{query}").content.decode()
    assert "28 days" in before and '<span class="count">27</span>' in before

    def drop(stage: Any, view: str = query) -> str:
        path = f"/acme/opportunities/{deals[0].pk}/stage/{view}&board=1"
        answer = client.post(path, {"stage": str(stage.pk)}, HTTP_HX_REQUEST="true")
        assert answer.status_code == 200
        return answer.content.decode()

    page = drop(second)
    assert f'id="card-{deals[0].pk}"' in page and "today" in page and "28 days" not in page
    assert f"moved_from={second.pk}" in page and '<span class="count">27</span>' in page
    page = drop(won)
    assert 'id="board-title"' in page and '<span class="count">26</span>' in page and "$26" in page
    assert f'id="card-{deals[0].pk}"' in page and "Not in this view." not in page, "its column says so"
    assert "Not in this view." in drop(second, "?name=Deal 1")


def test_the_board_shows_the_pipeline_that_is_asked_for(firm: Firm, deals: list[Any]) -> None:
    with tenant_context(firm.tenant):
        renewals = create_pipeline(actor=firm.ada, name="Renewals")
        make.opportunity(firm.ana, stage=stages(renewals)[0], name="Renewal")
    answer = client_of(firm.ana).get(f"{BOARD}?owner=me")
    assert [(str(one.value), one.count) for one in answer.context["groups"]] == [("Sales", 27), ("Renewals", 1)]
    assert answer.context["count"] == 27
    [_sales, other] = answer.context["groups"]
    assert f"pipeline={renewals.pk}" in other.url and "owner=me" in other.url
    assert names_on(columns(firm, other.url)) == ["Renewal"]
    assert names_on(columns(firm, "?name=Renewal")) == ["Renewal"]  # there are none in the first one
    rows = client_of(firm.ana).get(f"/acme/opportunities/{other.url}").context["rows"]
    assert [row.record.name for row in rows] == ["Renewal"]
    with tenant_context(firm.tenant):
        update_pipeline(pipeline=renewals, actor=firm.ada, values={"is_active": False})
    assert names_on(columns(firm, other.url)) == ["Renewal"]
    answer = client_of(firm.ana).get(f"{BOARD}?owner=me")
    assert [str(one.value) for one in answer.context["groups"]] == ["Sales", "Renewals"]


@pytest.fixture
def renewals(firm: Firm) -> str:
    """The id of a second pipeline, with one opportunity; the first has one too."""
    with tenant_context(firm.tenant):
        renewals = create_pipeline(actor=firm.ada, name="Renewals")
        make.opportunity(firm.ana, stage=stages(renewals)[0], name="Renewal")
        make.opportunity(firm.ana, name="Sale")
        return str(renewals.pk)


ASKED = {
    "no pipeline": ("pipeline=zz", "Sale", "“zz” is not a choice."),
    "one of two": ("pipeline=zz&pipeline__not={sales}", "Renewal", "“zz” is not a choice."),
    "this one": ("pipeline={renewals}", "Renewal", ""),
    "not the first": ("pipeline__not={sales}", "Renewal", ""),
    "not the other": ("pipeline__not={renewals}", "Sale", ""),
    "any": ("pipeline__filled=yes", "Sale", ""),
    "none": ("pipeline__empty=yes", "", ""),
    "both and neither": ("pipeline={sales}&pipeline__not={sales}", "", ""),
    "one that is gone": ("pipeline=00000000-0000-7000-8000-000000000000", "", ""),
    "no stage": ("stage=zz", "Sale", "“zz” is not a choice."),
}


@pytest.mark.parametrize("case", ASKED)
def test_a_filter_by_pipeline_means_on_the_board_what_it_means_on_the_list(
    firm: Firm, renewals: str, case: str
) -> None:
    """``pipeline=zz`` was not named, and ``pipeline__not`` showed just the pipeline that it leaves out."""
    query, shown, problem = ASKED[case]
    with tenant_context(firm.tenant):
        query = query.format(renewals=renewals, sales=default_pipeline().pk)
    ana = client_of(firm.ana)
    answer, beside = ana.get(f"{BOARD}?{query}"), ana.get(f"/acme/opportunities/?{query}")
    board = {column.value.pk: column for column in answer.context["columns"]}
    assert names_on(board) == [shown] * bool(shown)
    assert set(names_on(board)) <= {row.record.name for row in beside.context["rows"]}
    assert answer.context["count"] == bool(shown)
    assert answer.context["listing"].problems == beside.context["listing"].problems
    assert problem in " ".join(answer.context["listing"].problems)
    marked = [[chip.is_unreadable for chip in page.context["bar"].chips] for page in (answer, beside)]
    assert marked[0] == marked[1] and any(marked[0]) == bool(problem)
    assert any(column.shown for column in board.values()) == bool(shown)


def names_on(board: dict[str, Any]) -> list[str]:
    return [card.record.name for column in board.values() for card in column.cards]


def test_an_inactive_status_of_leads_stands_on_their_board_too(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        working = create_choice(
            actor=firm.ada, picklist="lead_status", values={"label": "Parked", "meaning": "working"}
        )
        lead = make.lead(firm.ana)
        set_lead_status(lead=lead, status=working, actor=firm.ana)
        deactivate(entry=working, actor=firm.ada)
        other = make.lead(firm.ana)
    answer = client_of(firm.ana).get("/acme/leads/board/?filters=none")
    [parked] = [column for column in answer.context["columns"] if column.value.label == "Parked"]
    assert (parked.count, parked.closed, parked.cards[0].record.pk) == (1, True, lead.pk)

    def drop(one: Any, status: Any) -> int:
        path = f"/acme/leads/{one.pk}/status/?filters=none&board=1"
        return client_of(firm.ana).post(path, {"status": str(status.pk)}, HTTP_HX_REQUEST="true").status_code

    assert drop(other, working) == 404
    with tenant_context(firm.tenant):
        assert drop(lead, choice_meaning("lead_status", "working")) == 200
    answer = client_of(firm.ana).get("/acme/leads/board/?filters=none")
    assert "Parked" not in [column.value.label for column in answer.context["columns"]]
